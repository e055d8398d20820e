"""The types of a symbol table, one class for each.

A class says how its type is written, which values it has, how they are drawn, which of them must
be tried, how code takes them, and what the rest of the checker may do with a name of the type.
Every module of this package is loaded, and each class that names a `kind` is a type from then on:
a new type is one class, in one of these files or in a file of its own.

All values are exact: whole numbers, fractions, arrays of these, and sets of whole numbers.
"""

import importlib
import pkgutil

from mathcheck.kinds.base import (
    GRID,
    KINDS,
    SCALES,
    UNDECLARED,
    Dimension,
    Kind,
    Sizes,
    Value,
    listed,
)

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["GRID", "KINDS", "SCALES", "UNDECLARED", "Dimension", "Kind", "Sizes", "Value", "listed"]
