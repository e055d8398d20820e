"""Names that a definition fills in, or nothing does."""

from dataclasses import dataclass
from typing import ClassVar

from mathcheck.kinds.base import Kind


@dataclass(frozen=True)
class Function(Kind):
    """A function, which definitions fill in."""

    kind: ClassVar[str] = "function"
    example: ClassVar[str] = "function"
    parameter: ClassVar[bool] = False
    described: ClassVar[str] = "a function: its definition"


@dataclass(frozen=True)
class Name(Kind):
    """A number or an array, which a definition fills in."""

    kind: ClassVar[str] = "name"
    example: ClassVar[str] = "name"
    defined: ClassVar[bool] = True
    continuous: ClassVar[bool] = True
    distribution: ClassVar[bool] = True
    described: ClassVar[str] = "a number or an array: its definition"


@dataclass(frozen=True)
class Opaque(Kind):
    """A name that may be printed and has no value."""

    kind: ClassVar[str] = "opaque"
    example: ClassVar[str] = "opaque"
    parameter: ClassVar[bool] = False
    described: ClassVar[str] = "nothing: it may be printed, and has no value"
