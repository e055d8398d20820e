"""Names that a definition fills in, or nothing does."""

from mathcheck.kinds.base import Kind


class Function(Kind):
    """A function, which definitions fill in."""

    kind = "function"
    example = "function"
    parameter = False
    described = "a function: its definition"


class Name(Kind):
    """A number or an array, which a definition fills in."""

    kind = "name"
    example = "name"
    defined = True
    continuous = True
    distribution = True
    described = "a number or an array: its definition"


class Opaque(Kind):
    """A name that may be printed and has no value."""

    kind = "opaque"
    example = "opaque"
    parameter = False
    described = "nothing: it may be printed, and has no value"
