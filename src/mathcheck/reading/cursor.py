"""A place in a row of items, which moves from left to right and never back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mathcheck.latex import Group, Item, Refusal, Token, canonical, is_token
from mathcheck.reading.grammar import CLOSING, CLOSINGS, FENCES, MEANINGLESS, SCRIPTS
from mathcheck.symbols import Table

# Each operand in another is a level; deeper nesting is refused.
DEEPEST = 60


def meaningless(item: Item | None) -> Refusal | None:
    """Return the refusal of a sign that has no one meaning, with what to write for it."""
    if not isinstance(item, Token) or item.text not in MEANINGLESS:
        return None
    return Refusal(MEANINGLESS[item.text].format(item.text), item.start)


@dataclass(frozen=True)
class Script:
    """What is set below (`_`) or above (`^`) a name, or a prime."""

    sign: str
    items: tuple[Item, ...]
    start: int
    end: int


@dataclass
class Cursor:
    """A place in a row of items.

    With `bars` a bar where an operator may stand begins an absolute value; without, as among
    the arguments of a function, it separates.
    """

    items: Sequence[Item]
    table: Table
    end: int
    at: int = 0
    bars: bool = True
    depth: int = 0

    def peek(self, ahead: int = 0) -> Item | None:
        """Return the item at the place, or some items after it."""
        place = self.at + ahead
        return self.items[place] if place < len(self.items) else None

    @property
    def finished(self) -> bool:
        """Return whether nothing is left."""
        return self.at >= len(self.items)

    @property
    def position(self) -> int:
        """Return where in the text the place is."""
        item = self.peek()
        return item.start if item else self.end

    @property
    def before(self) -> int:
        """Return where in the text the item before the place ends."""
        return self.items[self.at - 1].end if self.at else self.end

    @property
    def shown(self) -> str:
        """Return the item at the place as it is written."""
        item = self.peek()
        return canonical([item]) if item else "the end"

    def next_is(self, *texts: str) -> bool:
        """Return whether one of these tokens is at the place."""
        return is_token(self.peek(), *texts)

    def accept(self, *texts: str) -> str:
        """Go past one of these tokens, if one is at the place, and return it."""
        item = self.peek()
        if isinstance(item, Token) and item.text in texts:
            self.at += 1
            return item.text
        return ""

    def inside(self, items: Sequence[Item], end: int, *, bars: bool = True) -> "Cursor":
        """Return a cursor over the items of a group, an argument or a bracket."""
        return Cursor(items, self.table, end, bars=bars, depth=self.depth)

    def deeper(self) -> "Cursor":
        """Return a cursor at the same place, for what is part of another operand."""
        if self.depth >= DEEPEST:
            raise Refusal("too many levels of nesting", self.position)
        return replace(self, depth=self.depth + 1)

    def bracket(self, *, bars: bool = True, closings: Sequence[str] = ()) -> "Cursor":
        """Go past a bracket and what stands in it, of which a cursor is returned."""
        opening = self.peek()
        assert isinstance(opening, Token)
        self.at += 1
        return self.enclosed(opening, bars=bars, closings=closings)

    def enclosed(
        self, opening: Token, *, bars: bool = True, closings: Sequence[str] = ()
    ) -> "Cursor":
        """Go past what stands behind an opening bracket, and its closing one."""
        expected = tuple(closings) or (CLOSING[opening.text],)
        place = self.closing_place(expected)
        closing = self.items[place] if place < len(self.items) else None
        if not is_token(closing, *expected):
            shown = canonical([closing]) if closing else "the end"
            raise Refusal(
                f"{opening.text} is open before {shown}; {' or '.join(expected)} was expected",
                closing.start if closing else self.end,
            )
        assert closing is not None
        inner = self.inside(self.items[self.at : place], closing.start, bars=bars)
        self.at = place + 1
        return inner

    def closing_place(self, expected: Sequence[str]) -> int:
        """Return where a bracket closes that opened before the place."""
        depth = 0
        for place in range(self.at, len(self.items)):
            item = self.items[place]
            text = item.text if isinstance(item, Token) else ""
            if not depth and text in expected:
                return place
            if text in FENCES:
                depth += 1
            elif text in CLOSINGS:
                if not depth:
                    return place
                depth -= 1
        return len(self.items)

    def script(self) -> Script:
        """Go past a script or a prime, and return it."""
        sign = self.items[self.at]
        assert isinstance(sign, Token)
        self.at += 1
        if sign.text == "'":
            return Script("'", (), sign.start, sign.end)
        item = self.peek()
        if item is None or is_token(item, *SCRIPTS, "&"):
            raise Refusal(f"nothing stands after {sign.text}", self.position)
        self.at += 1
        items = item.items if isinstance(item, Group) else (item,)
        return Script(sign.text, items, sign.start, item.end)

    def scripts(self) -> tuple[Script, ...]:
        """Go past the scripts that follow, at most one below and one above, and return them."""
        found: list[Script] = []
        while self.next_is(*SCRIPTS):
            sign = self.items[self.at]
            if not is_token(sign, "'") and any(is_token(sign, s.sign) for s in found):
                break
            found.append(self.script())
        return tuple(found)

    def complete(self) -> None:
        """Refuse what is left."""
        if self.finished:
            return
        raise meaningless(self.items[self.at]) or Refusal(
            f"{self.shown} can't follow here; an operator, a relation or the end was expected",
            self.position,
        )

    def expect(self, text: str, after: str) -> None:
        """Go past a token, or refuse what stands in its place."""
        if not self.accept(text):
            raise Refusal(f"{self.shown} after {after}; {text} was expected", self.position)


def split(items: Sequence[Item], *signs: str) -> list[list[Item]]:
    """Return the parts of items between signs at their top level."""
    parts: list[list[Item]] = [[]]
    depth = 0
    for item in items:
        text = item.text if isinstance(item, Token) else ""
        depth += (text in FENCES) - (text in CLOSINGS)
        if text in signs and not depth:
            parts.append([])
        else:
            parts[-1].append(item)
    return parts
