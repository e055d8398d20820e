r"""LaTeX mathematics as a tree of items: letters, groups, commands with arguments, environments.

Nothing is interpreted here. Spacing and sizing are dropped, synonyms are made one
(`\le` is `\leq`), and braces that only hold a single item are opened.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Deeper nesting than this is refused, so that no text exhausts the stack.
DEEPEST = 60
LONGEST = 20_000

TOKEN = re.compile(
    r"(?P<space>\s+|%[^\n]*(?:\n|$))"
    r"|(?P<command>\\(?:[A-Za-z]+\*?|.|\n))"
    r"|(?P<number>\d{1,3}(?:(?:\\,|~|\{,\})\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<character>:=|.)",
    re.DOTALL,
)

EMPTY_LINE = re.compile(r"\n[ \t]*\n")
# What parts the digits of a long number into groups of three.
BETWEEN_GROUPS = re.compile(r"\\,|~|\{,\}")

DROPPED = frozenset(
    {
        *(r"\,", r"\;", r"\:", r"\!", r"\>", "\\ ", "\\\n", "~", r"\thinspace", r"\medspace"),
        *(r"\thickspace", r"\enspace", r"\negthinspace", r"\displaystyle", r"\textstyle"),
        *(r"\scriptstyle", r"\limits", r"\nolimits", r"\nonumber", r"\notag", r"\hfill"),
        *(r"\big", r"\Big", r"\bigg", r"\Bigg", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\biggl"),
        *(r"\biggr", r"\Biggl", r"\Biggr", r"\bigm", r"\Bigm", r"\biggm", r"\Biggm", r"\middle"),
        *(r"\allowbreak", r"\nobreak", r"\mathstrut", r"\strut", r"\relax"),
    }
)

SAME = {
    **dict.fromkeys((r"\le", r"\leqslant"), r"\leq"),
    **dict.fromkeys((r"\ge", r"\geqslant"), r"\geq"),
    **dict.fromkeys((r"\dots", r"\dotsc", r"\hdots"), r"\ldots"),
    **dict.fromkeys((r"\dotsb", r"\dotsm"), r"\cdots"),
    **dict.fromkeys((r"\Vert", r"\lVert", r"\rVert"), r"\|"),
    **{r"\ne": r"\neq", r"\to": r"\rightarrow", r"\lbrace": r"\{", r"\rbrace": r"\}"},
    **{r"\lbrack": "[", r"\rbrack": "]", r"\vert": "|", r"\ast": "*", r"\colon": ":"},
    **{r"\varepsilon": r"\epsilon", r"\intercal": r"\top", r"\wedge": r"\land", "\u2212": "-"},
    **{"\u2260": r"\neq", "\u2264": r"\leq", "\u2265": r"\geq"},
}

# Commands with arguments in braces, and how many.
TWO = "frac dfrac tfrac cfrac binom dbinom tbinom underset overset stackrel"
ONE = (
    "sqrt text textrm textit textbf mbox operatorname operatorname* mathrm mathsf mathtt mathit "
    "mathbf boldsymbol bm mathbb mathbbm mathcal mathscr mathfrak hat widehat tilde widetilde bar "
    "overline underline vec dot ddot label tag tag* substack boxed phantom begin end"
)
ARGUMENTS = {"\\" + name: 2 for name in TWO.split()} | {"\\" + name: 1 for name in ONE.split()}
RENAMED = {
    **dict.fromkeys((r"\dfrac", r"\tfrac", r"\cfrac"), r"\frac"),
    **dict.fromkeys((r"\dbinom", r"\tbinom"), r"\binom"),
    **dict.fromkeys(
        (r"\operatorname*", r"\mathrm", r"\mathsf", r"\mathit", r"\mathtt"), r"\operatorname"
    ),
    **dict.fromkeys((r"\boldsymbol", r"\bm"), r"\mathbf"),
    **dict.fromkeys((r"\textrm", r"\mbox"), r"\text"),
    r"\mathbbm": r"\mathbb",
    r"\mathscr": r"\mathcal",
    r"\widehat": r"\hat",
    r"\widetilde": r"\tilde",
    r"\overline": r"\bar",
    r"\tag*": r"\tag",
    r"\stackrel": r"\overset",
}
# Their argument is words, not mathematics.
WORDS = frozenset({r"\text", r"\textrm", r"\textit", r"\textbf", r"\mbox"})
ALPHABETS = frozenset({r"\mathbf", r"\mathbb", r"\mathcal", r"\mathfrak"})
NAMED = frozenset({r"\operatorname", r"\text"})
MATRICES = frozenset(
    {"matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "array"}
)
ALIGNED = frozenset(
    {"aligned", "align", "align*", "split", "alignedat", "eqnarray", "eqnarray*", "multline"}
    | {"multline*"}
)
GATHERED = frozenset({"gather", "gather*", "gathered"})
DISPLAYS = frozenset({"equation", "equation*", "displaymath", "math"})
# What may follow `\left` and `\right`; bars are told apart there.
STRETCHING = frozenset(
    {*"()[]|/", r"\{", r"\}", r"\|", r"\langle", r"\rangle", r"\lfloor", r"\rfloor", r"\lceil"}
    | {r"\rceil", r"\lvert", r"\rvert"}
)
OPENING_BARS = {"|": r"\lvert", r"\|": r"\lnorm"}
CLOSING_BARS = {"|": r"\rvert", r"\|": r"\rnorm"}
SIZED = re.compile(r"\\[bB]igg?([lr])\s*$")
ENVIRONMENTS = MATRICES | ALIGNED | GATHERED | DISPLAYS | {"cases", "dcases"}


class Refusal(ValueError):  # noqa: N818, it is an answer
    """What was read has no meaning, or more than one.

    Parameters
    ----------
    message : str
        One line: what was read, and what would be.
    position : int or None
        Where in the text, in characters from its start.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position

    def at(self, position: int) -> "Refusal":
        """Return the refusal with a position, if it has none of its own."""
        self.position = position if self.position is None else self.position
        return self


@dataclass(frozen=True)
class Item:
    """A piece of the text, from `start` to before `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Token(Item):
    """A letter, a number, a sign, or a command without arguments."""

    text: str


@dataclass(frozen=True)
class Group(Item):
    """What stands in a pair of braces."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Command(Item):
    r"""A command with arguments; `option` is what stands in the brackets of `\sqrt[3]{x}`."""

    name: str
    arguments: tuple[tuple[Item, ...], ...]
    option: tuple[Item, ...] | None = None
    words: str = ""


@dataclass(frozen=True)
class Environment(Item):
    r"""What stands between `\begin` and `\end`, in rows of cells."""

    name: str
    rows: tuple[tuple[tuple[Item, ...], ...], ...]


def tokens(text: str) -> list[Token]:
    r"""Return the tokens of the text, without spacing; `\bigl(` is `(`, `\left(` two tokens.

    An empty line ends a row, as it does where Sphinx prints a displayed equation.

    Examples
    --------
    >>> [t.text for t in tokens(r"\frac{1}{2}\, x_{10}")]
    ['\\frac', '{', '1', '}', '{', '2', '}', 'x', '_', '{', '10', '}']
    """
    if len(text) > LONGEST:
        raise Refusal(f"{len(text)} characters are too long; at most {LONGEST} are read", 0)
    found: list[Token] = []
    for match in TOKEN.finditer(text):
        piece = match.group()
        if match.lastgroup == "space" and EMPTY_LINE.search(piece) and found:
            if match.end() < len(text) and found[-1].text != "\\\\":
                found.append(Token(match.start(), match.end(), "\\\\"))
            continue
        if match.lastgroup == "space" or piece in DROPPED:
            continue
        if match.lastgroup == "number":
            found.append(Token(match.start(), match.end(), BETWEEN_GROUPS.sub("", piece)))
            continue
        if piece == "\\":
            raise Refusal("a backslash at the end; a command was expected", match.start())
        if match.lastgroup == "command" and piece.endswith("*") and piece not in ARGUMENTS:
            found.append(Token(match.start(), match.end() - 1, SAME.get(piece[:-1], piece[:-1])))
            found.append(Token(match.end() - 1, match.end(), "*"))
            continue
        found.append(token_of(match))
    return found


def token_of(match: re.Match[str]) -> Token:
    """Return the token that was matched; the size before a bar says on which side it is."""
    start, piece = match.start(), SAME.get(match.group(), match.group())
    size = SIZED.search(match.string[max(0, start - 12) : start])
    if piece not in OPENING_BARS or size is None:
        return Token(start, match.end(), piece)
    bars = OPENING_BARS if size.group(1) == "l" else CLOSING_BARS
    return Token(start - len(size.group()), match.end(), bars[piece])


class Builder:
    """Gathers tokens into items, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.next = 0

    def peek(self) -> str:
        return self.tokens[self.next].text if self.next < len(self.tokens) else ""

    def position(self) -> int:
        return self.tokens[self.next].start if self.next < len(self.tokens) else len(self.text)

    def items(self, closing: str, depth: int) -> tuple[Item, ...]:
        found: list[Item] = []
        while self.next < len(self.tokens) and self.peek() != closing:
            if found and is_token(found[-1], "_", "^"):
                self.split_number()
            self.gather(found, depth)
        return tuple(found)

    def gather(self, found: list[Item], depth: int) -> None:
        item = self.item(depth)
        script = bool(found) and is_token(found[-1], "_", "^")
        # An empty pair of braces prints nothing.
        if script or not isinstance(item, Group) or item.items:
            found.append(item)

    def split_number(self) -> None:
        r"""Cut the first digit off an unbraced number: `x^12` prints as `x^{1} 2`."""
        if self.next >= len(self.tokens):
            return
        token = self.tokens[self.next]
        if token.text.isdecimal() and len(token.text) > 1:
            first = Token(token.start, token.start + 1, token.text[0])
            rest = Token(token.start + 1, token.end, token.text[1:])
            self.tokens[self.next : self.next + 1] = [first, rest]

    def item(self, depth: int) -> Item:
        if depth > DEEPEST:
            raise Refusal(f"more than {DEEPEST} levels of nesting", self.position())
        token = self.tokens[self.next]
        if token.text == "{":
            return self.group(depth)
        if token.text == "}":
            raise Refusal("a closing brace without an opening one", token.start)
        self.next += 1
        if token.text == r"\begin":
            return self.environment(token, depth)
        if token.text == r"\end":
            raise Refusal(r"\end without \begin", token.start)
        if token.text in (r"\left", r"\right"):
            return self.fence(token)
        if token.text in WORDS:
            return self.text_command(token)
        if ARGUMENTS.get(token.text):
            return self.command(token, depth)
        return token

    def group(self, depth: int) -> Group:
        opening = self.tokens[self.next]
        self.next += 1
        items = self.items("}", depth + 1)
        if self.peek() != "}":
            raise Refusal("an opening brace without a closing one", opening.start)
        self.next += 1
        return Group(opening.start, self.tokens[self.next - 1].end, items)

    def fence(self, side: Token) -> Token:
        if self.next >= len(self.tokens):
            raise Refusal(f"{side.text} at the end; a bracket was expected", side.start)
        bracket = self.tokens[self.next]
        self.next += 1
        if bracket.text == ".":
            return Token(side.start, bracket.end, side.text + ".")
        if bracket.text not in STRETCHING:
            raise Refusal(f"{side.text}{bracket.text}: a bracket was expected", bracket.start)
        bars = OPENING_BARS if side.text == r"\left" else CLOSING_BARS
        return Token(side.start, bracket.end, bars.get(bracket.text, bracket.text))

    def text_command(self, token: Token) -> Command:
        if self.peek() != "{":
            raise Refusal(f"{token.text} without braces", token.start)
        opening = self.tokens[self.next]
        depth = 0
        while self.next < len(self.tokens):
            depth += {"{": 1, "}": -1}.get(self.peek(), 0)
            self.next += 1
            if depth == 0:
                closing = self.tokens[self.next - 1]
                words = self.text[opening.end : closing.start]
                name = RENAMED.get(token.text, token.text)
                return Command(token.start, closing.end, name, (), None, " ".join(words.split()))
        raise Refusal("an opening brace without a closing one", opening.start)

    def command(self, token: Token, depth: int) -> Command:
        option = None
        if token.text == r"\sqrt" and self.peek() == "[":
            self.next += 1
            option = self.items("]", depth + 1)
            if self.peek() != "]":
                raise Refusal(r"\sqrt[ without ]", token.start)
            self.next += 1
        arguments = tuple(self.argument(token, depth) for _ in range(ARGUMENTS[token.text]))
        end = self.tokens[self.next - 1].end
        name = RENAMED.get(token.text, token.text)
        return Command(token.start, end, name, arguments, option)

    def argument(self, command: Token, depth: int) -> tuple[Item, ...]:
        if self.next >= len(self.tokens) or self.peek() in ("}", "&", "\\\\", *"=+-<>,"):
            raise Refusal(f"{command.text} lacks an argument", command.start)
        self.split_number()
        item = self.item(depth + 1)
        return item.items if isinstance(item, Group) else (item,)

    def environment(self, begin: Token, depth: int) -> Environment:
        name = self.name(begin)
        if name not in ENVIRONMENTS:
            known = ", ".join(sorted(ENVIRONMENTS))
            raise Refusal(f"the environment {name} is not read; these are: {known}", begin.start)
        if name in ("array", "alignedat") and self.peek() == "{":
            self.group(depth)
        rows: list[list[tuple[Item, ...]]] = [[]]
        cell: list[Item] = []
        while self.peek() != r"\end":
            if self.next >= len(self.tokens):
                raise Refusal(rf"\begin{{{name}}} without \end", begin.start)
            if self.peek() in ("&", "\\\\"):
                rows[-1].append(tuple(cell))
                cell = []
                if self.peek() == "\\\\":
                    rows.append([])
                self.next += 1
            elif self.peek() == r"\hline":
                self.next += 1
            else:
                self.gather(cell, depth + 1)
        rows[-1].append(tuple(cell))
        self.next += 1
        if self.name(begin) != name:
            raise Refusal(rf"\begin{{{name}}} is closed by another \end", begin.start)
        full = tuple(tuple(row) for row in rows if any(row))
        return Environment(begin.start, self.tokens[self.next - 1].end, name, full)

    def name(self, begin: Token) -> str:
        if self.peek() != "{":
            raise Refusal(f"{begin.text} without the name of an environment", begin.start)
        self.next += 1
        letters = []
        while self.next < len(self.tokens) and self.peek() != "}":
            letters.append(self.peek())
            self.next += 1
        self.next += 1
        return "".join(letters)


def read_items(text: str) -> tuple[Item, ...]:
    r"""Return the items of a piece of LaTeX mathematics.

    Parameters
    ----------
    text : str
        The mathematics, without the dollars.

    Raises
    ------
    Refusal
        If braces, environments or arguments do not fit together.

    Examples
    --------
    >>> canonical(read_items(r"\tfrac{ \boldsymbol{z} }{2}"))
    '\\frac{\\mathbf{z}}{2}'
    """
    builder = Builder(text)
    return builder.items("", 0)


def canonical(items: Iterable[Item]) -> str:
    r"""Return one spelling of the items, the same for all texts that print alike.

    Examples
    --------
    >>> canonical(read_items(r"D_{KL}")), canonical(read_items(r"z_ {c}"))
    ('D_{KL}', 'z_{c}')
    """
    pieces = []
    script = False
    for item in items:
        spelled = spelling(item)
        pieces.append(f"{{{spelled}}}" if script else spelled)
        script = isinstance(item, Token) and item.text in ("_", "^")
    joined = ""
    for piece in pieces:
        # A letter after a command needs the space: `\sigma x`, not `\sigmax`.
        if joined and piece[0].isalpha() and re.search(r"\\[A-Za-z]+$", joined):
            joined += " "
        joined += piece
    return joined


def spelling(item: Item) -> str:
    """Return the canonical spelling of one item."""
    if isinstance(item, Token):
        return item.text
    if isinstance(item, Group):
        return canonical(item.items)
    if isinstance(item, Command):
        if item.name in NAMED:
            return rf"\operatorname{{{item.words or canonical(item.arguments[0])}}}"
        option = f"[{canonical(item.option)}]" if item.option else ""
        return item.name + option + "".join(f"{{{canonical(a)}}}" for a in item.arguments)
    assert isinstance(item, Environment)
    rows = r" \\ ".join(" & ".join(canonical(cell) for cell in row) for row in item.rows)
    return rf"\begin{{{item.name}}}{rows}\end{{{item.name}}}"


def is_token(item: Item | None, *texts: str) -> bool:
    """Return whether the item is one of these tokens."""
    return isinstance(item, Token) and item.text in texts


def strip_tags(items: Sequence[Item]) -> tuple[Item, ...]:
    r"""Return the items without `\label`, `\tag` and `\phantom`."""
    return tuple(
        item
        for item in items
        if not (isinstance(item, Command) and item.name in (r"\label", r"\tag", r"\phantom"))
    )
