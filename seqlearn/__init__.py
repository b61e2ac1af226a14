"""Reference implementations behind an interactive course on recurrent sequence models."""

__version__ = "0.1.0"
