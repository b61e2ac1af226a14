"""Explorers: figures that answer to controls, each asking a question.

    from seqlearn.widgets.exploding import ExplodingGradients
    ExplodingGradients()                       # in a notebook: controls, picture, text
"""

from importlib import import_module
from pkgutil import iter_modules

from .explorer import Explorer

__all__ = ["Explorer", "catalog"]


def catalog() -> list[type[Explorer]]:
    """The explorer classes of the course, by chapter; every module of this package is searched."""
    classes = []
    for module in (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Explorer) and value.__module__ == module.__name__:
                classes.append(value)
    return sorted((cls for cls in classes if cls is not Explorer), key=lambda cls: cls.chapter)
