"""How an equation was read, in words and with all brackets."""

from dataclasses import fields

from mathcheck.checking.equation import Reading
from mathcheck.expressions import Big, Component, Constant, Node, Number, Operation, Range, Symbol
from mathcheck.operations import TABLE


def explained(reading: Reading) -> list[str]:
    """Return one line for each side of an equation, its relations and conditions."""
    lines = []
    for ready in reading.prepared:
        for place, side in enumerate(ready.chain.sides):
            sign = ready.chain.signs[place - 1] if place else ""
            defines = "  (defines the next)" if place in ready.defining else ""
            lines.append(f"{sign:6} {spoken(side)}{defines}")
        for group in dict.fromkeys(ready.conditions):
            lines.extend(f"       where {spoken(condition)}" for condition in group)
        if ready.free:
            lines.append(f"       for every {', '.join(ready.free)}")
    return lines


def spoken(node: Node) -> str:
    """Return an expression as its operations are said.

    Examples
    --------
    >>> from mathcheck.expressions import Operation, Symbol
    >>> spoken(Operation("sum", (Symbol("a"), Symbol("b"))))
    '(a plus b)'
    """
    if isinstance(node, Number):
        return str(node.value)
    if isinstance(node, Constant):
        return node.name
    if isinstance(node, Symbol):
        return node.key
    if isinstance(node, Component):
        return f"{spoken(node.base)}[{', '.join(map(spoken, node.indices))}]"
    if isinstance(node, Operation):
        record, operands = TABLE[node.name], [spoken(operand) for operand in node.operands]
        if record.form == "sign" and len(operands) > 1:
            return f"({f' {record.said} '.join(operands)})"
        return f"{record.said}({', '.join(operands)})"
    if isinstance(node, Range):
        low = spoken(node.low) if node.low else "its first"
        high = spoken(node.high) if node.high else "its last"
        return f"{node.variable} from {low} to {high}"
    if isinstance(node, Big):
        conditions = ", ".join(map(spoken, node.conditions))
        return (
            f"{node.kind} over {', '.join(node.variables)} [{conditions}] of ({spoken(node.body)})"
        )
    parts = [
        told(getattr(node, entry.name))
        for entry in fields(node)
        if entry.name not in ("start", "end") and getattr(node, entry.name) not in ("", (), None, 0)
    ]
    return f"{type(node).__name__.lower()}({', '.join(parts)})"


def told(value: object) -> str:
    """Return a field of a node in words."""
    if isinstance(value, Node):
        return spoken(value)
    if isinstance(value, tuple):
        return " ".join(told(part) for part in value)
    return str(value)
