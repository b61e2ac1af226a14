"""The course around the chapters: their list, the glossary, the check of this machine, a learner's progress."""
