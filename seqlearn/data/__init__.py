"""Data of the course: texts to read, and the tasks that chapters generate."""
