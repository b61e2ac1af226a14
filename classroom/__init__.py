"""A class: collect what students hand in, grade it, give out a course without its solutions. README.md is the guide."""
