r"""From the items of an equation to what it says, by the symbol table.

There is one reading of the whole text, or a `Refusal` that says which token, where, and what would
be read. A name is looked up before anything else: whether `f(x)` is a call or a product is decided
by the table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from mathcheck.expressions import (
    Argument,
    Big,
    Call,
    Case,
    Cases,
    Component,
    Constant,
    Derivative,
    Evaluated,
    Event,
    ForAll,
    FunctionName,
    Indicator,
    Integral,
    Limit,
    Listed,
    Matrix,
    Moment,
    Node,
    Number,
    Operation,
    Probability,
    Range,
    Relation,
    SetOf,
    Slice,
    walk,
)
from mathcheck.expressions import Symbol as Name
from mathcheck.latex import (
    ALIGNED,
    DISPLAYS,
    GATHERED,
    MATRICES,
    NAMED,
    Command,
    Environment,
    Group,
    Item,
    Refusal,
    Token,
    canonical,
    is_token,
    strip_tags,
)
from mathcheck.patterns import column, matrix, series
from mathcheck.symbols import Table, guessed_dimensions, key_of, plain, scripts

RELATIONS = {
    "=": "=",
    r"\equiv": "=",
    r"\triangleq": "=",
    r"\coloneqq": "=",
    r"\neq": "!=",
    "<": "<",
    r"\leq": "<=",
    ">": ">",
    r"\geq": ">=",
    r"\approx": "~",
    r"\simeq": "~",
    r"\propto": "propto",
    r"\in": "in",
    r"\notin": "notin",
}
FUNCTIONS = {
    name: name.strip("\\")
    for name in [
        r"\exp",
        r"\log",
        r"\ln",
        r"\sin",
        r"\cos",
        r"\tan",
        r"\sinh",
        r"\cosh",
        r"\tanh",
        r"\arcsin",
        r"\arccos",
        r"\arctan",
        r"\cot",
        r"\sec",
        r"\csc",
    ]
}
OPERATORS = {
    "exp": "exp",
    "log": "log",
    "ln": "ln",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "arcsin": "arcsin",
    "arccos": "arccos",
    "arctan": "arctan",
    "arsinh": "arcsinh",
    "arcosh": "arccosh",
    "artanh": "arctanh",
    "arctanh": "arctanh",
    "erf": "erf",
    "erfc": "erfc",
    "log1p": "log1p",
    "expm1": "expm1",
    "sign": "sign",
    "sgn": "sign",
    "diag": "diag",
    "tr": "trace",
    "trace": "trace",
    "Tr": "trace",
    "det": "determinant",
    "vec": "vec",
    "digamma": "digamma",
}
BIGS = {
    r"\sum": "sum",
    r"\prod": "product",
    r"\max": "max",
    r"\min": "min",
    r"\sup": "max",
    r"\inf": "min",
    r"\arg": "arg",
    r"\argmax": "argmax",
    r"\argmin": "argmin",
}
NAMED_BIGS = {
    "max": "max",
    "min": "min",
    "argmax": "argmax",
    "argmin": "argmin",
    "arg max": "argmax",
    "arg min": "argmin",
    r"arg\,max": "argmax",
    r"arg\,min": "argmin",
}
# Of these a power is written before the argument, and products are read as `\sin(x) \cos(x)`.
TRIGONOMETRIC = frozenset(["sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh"])
MOMENTS = {"E": "expectation", "Var": "variance", "V": "variance", "Cov": "covariance"}
DOTS = (r"\cdots", r"\ldots", r"\vdots", r"\ddots")
CLOSING = {
    "(": ")",
    "[": "]",
    r"\{": r"\}",
    r"\lvert": r"\rvert",
    r"\lnorm": r"\rnorm",
    "|": "|",
    r"\|": r"\|",
    r"\lfloor": r"\rfloor",
    r"\lceil": r"\rceil",
    r"\langle": r"\rangle",
}
ENDS = (
    frozenset(
        {")", "]", r"\}", r"\rvert", r"\rnorm", r"\rfloor", r"\rceil", r"\rangle", ",", ";", ":"}
        | {"&", "\\\\", r"\quad", r"\qquad", r"\forall", r"\mid", r"\parallel", ".", r"\right."}
        | {
            r"\sim",
            r"\rightarrow",
            r"\mapsto",
            r"\Rightarrow",
            r"\implies",
            r"\iff",
            r"\land",
            r"\cap",
        }
        | {r"\setminus", r"\cup", "!"}
    )
    | frozenset(DOTS)
    | frozenset(RELATIONS)
)
IF_WORDS = ("if", "for", "when", "where", "with", "whenever", "unless", "provided", "given", "let")
INDEXING = ("index", "label", "size", "integer", "binary")


@dataclass(frozen=True)
class Statement:
    """A chain of relations, and the conditions under which each holds.

    `conditions[k]` restrict the relation between the sides `k` and `k + 1`; an expression alone
    has none.
    """

    chain: Relation
    conditions: tuple[tuple[Node, ...], ...]
    rows: tuple[int, ...] = ()


@dataclass
class Reader:
    """Reads items from left to right."""

    items: Sequence[Item]
    table: Table
    at: int = 0
    end: int = 0
    # A bar at the end of an argument or of an absolute value doesn't open another.
    bars: bool = True
    depth: int = 0
    opened: list[str] = field(default_factory=list)

    # --- looking at items ---

    def peek(self, ahead: int = 0) -> Item | None:
        place = self.at + ahead
        return self.items[place] if place < len(self.items) else None

    def position(self) -> int:
        item = self.peek()
        return item.start if item else self.end

    def next_is(self, *texts: str) -> bool:
        return is_token(self.peek(), *texts)

    def accept(self, *texts: str) -> str:
        item = self.peek()
        if isinstance(item, Token) and item.text in texts:
            self.at += 1
            return item.text
        return ""

    def expect(self, text: str, after: str) -> None:
        if not self.accept(text):
            raise Refusal(f"{self.found()} after {after}; {text} was expected", self.position())

    def found(self) -> str:
        item = self.peek()
        return canonical([item]) if item else "the end"

    def inside(self, items: Sequence[Item], end: int, **changes: object) -> "Reader":
        """Return a reader of the items of a group or argument."""
        if self.depth > 40:
            raise Refusal("too many levels of nesting", self.position())
        return Reader(items, self.table, end=end, depth=self.depth + 1, **changes)  # type: ignore[arg-type]

    def whole(self, items: Sequence[Item], end: int) -> Node:
        """Read all items as one expression."""
        reader = self.inside(items, end)
        return reader.complete(reader.expression)

    def complete(self, read: Callable[[], Node]) -> Node:
        """Read an expression up to the end."""
        if not self.items:
            raise Refusal("nothing stands here; an expression was expected", self.end)
        node = read()
        if self.at < len(self.items):
            raise Refusal(
                f"{self.found()} can't follow here; an operator, a relation or the end "
                "was expected",
                self.position(),
            )
        return node

    # --- sums and products ---

    def expression(self) -> Node:
        """Terms with signs between them."""
        start = self.position()
        terms = [self.signed_term()]
        dotted: list[int] = []
        while True:
            sign = self.accept("+", "-")
            if not sign:
                if self.next_is(r"\pm", r"\mp"):
                    raise Refusal(
                        f"{self.found()} has two readings; write both equations", self.position()
                    )
                break
            if self.next_is(r"\cdots", r"\ldots"):
                self.at += 1
                dotted.append(len(terms))
                continue
            place = self.position()
            if self.next_is("+", "-"):
                raise Refusal(f"two signs in a row, {sign}{self.found()}; write a bracket", place)
            term = self.product()
            negated = Operation("negative", (term,), start=place, end=self.before())
            terms.append(negated if sign == "-" else term)
        if dotted:
            return series("sum", terms, dotted, start, self.before())
        if len(terms) == 1:
            return terms[0]
        return Operation("sum", tuple(terms), start=start, end=self.before())

    def signed_term(self) -> Node:
        start = self.position()
        sign = self.accept("+", "-")
        if sign and self.next_is("+", "-"):
            raise Refusal(f"two signs in a row, {sign}{self.found()}; write a bracket", start)
        term = self.product()
        return (
            Operation("negative", (term,), start=start, end=self.before()) if sign == "-" else term
        )

    def before(self) -> int:
        return self.items[self.at - 1].end if self.at else self.end

    def product(self) -> Node:
        """Factors side by side or with a sign between them, and one division by a slash."""
        start = self.position()
        factors, signs = [self.factor()], [""]
        dotted: list[int] = []
        while True:
            item = self.peek()
            if self.next_is(r"\cdot", r"\times", "*", r"\odot", r"\circ", r"\oslash"):
                sign = self.accept(r"\cdot", r"\times", "*", r"\odot", r"\circ", r"\oslash")
                if self.next_is(r"\cdots", r"\ldots"):
                    continue
                self.refuse_open_argument(factors[-1], sign)
                signs.append({r"\circ": r"\odot", "*": r"\times"}.get(sign, sign))
                factors.append(self.factor())
            elif self.next_is("/"):
                self.refuse_open_argument(factors[-1], "/")
                self.at += 1
                numerator = self.multiplied(factors, signs, dotted, start)
                denominator = self.factor()
                if self.begins_factor() or self.next_is("/", r"\cdot", r"\times", "*", r"\odot"):
                    raise Refusal(
                        f"what follows the slash has two readings before {self.found()}; "
                        r"write \frac or brackets",
                        self.position(),
                    )
                operands = (numerator, denominator)
                return Operation("quotient", operands, start=start, end=self.before())
            elif self.next_is(r"\cdots", r"\ldots") and self.begins_factor(1):
                if len(factors) == 1 and isinstance(factors[0], Number):
                    # A range, as in c = 1 \cdots C.
                    return factors[0]
                dotted.append(len(factors))
                self.at += 1
            elif item is not None and self.begins_factor():
                follower, factor = self.found(), self.factor()
                if not alike(factors[-1], factor):
                    self.refuse_open_argument(factors[-1], follower)
                signs.append("")
                factors.append(factor)
            else:
                return self.multiplied(factors, signs, dotted, start)

    def multiplied(
        self, factors: list[Node], signs: list[str], dotted: list[int], start: int
    ) -> Node:
        if dotted:
            return series("product", factors, dotted, start, self.before())
        node = factors[0]
        for sign, factor in zip(signs[1:], factors[1:], strict=True):
            name = {"": "times", r"\cdot": "dot", r"\times": "cross", r"\odot": "hadamard"}.get(
                sign, "hadamard_quotient"
            )
            node = Operation(name, (node, factor), start=start, end=factor.end)
        return node

    def refuse_open_argument(self, factor: Node, follower: str) -> None:
        """Refuse what has two readings after an argument without brackets."""
        if isinstance(factor, Operation) and factor.name.endswith(" open"):
            name = function_name(factor)
            name = {"determinant": "det", "trace": "operatorname{tr}"}.get(name, name)
            raise Refusal(
                rf"\{name} without brackets before {follower} has two readings; "
                rf"write \{name}(…), with the brackets around all that belongs to it",
                factor.start,
            )

    def begins_factor(self, ahead: int = 0) -> bool:
        item = self.peek(ahead)
        if item is None:
            return False
        if isinstance(item, Command):
            if item.name == r"\text":
                return self.is_name_at(ahead)
            return self.relation_of(item) is None
        if isinstance(item, Token):
            if item.text in ("|", r"\|"):
                return self.bars
            return (
                item.text not in ENDS
                and item.text not in "+-/*^_'"
                and item.text
                not in (
                    r"\cdot",
                    r"\times",
                    r"\odot",
                    r"\circ",
                    r"\oslash",
                    r"\pm",
                    r"\mp",
                    r"\otimes",
                )
            )
        return True

    def relation_of(self, item: Item | None) -> str | None:
        if isinstance(item, Token):
            return RELATIONS.get(item.text)
        if isinstance(item, Command) and item.name in (r"\overset", r"\underset"):
            inner = item.arguments[1]
            return self.relation_of(inner[0]) if len(inner) == 1 else None
        return None

    def is_name_at(self, ahead: int = 0) -> bool:
        return self.table_key(self.at + ahead)[0] is not None

    # --- factors ---

    def factor(self) -> Node:
        """An atom with what follows it: indices, powers, primes, factorials."""
        start = self.position()
        item = self.peek()
        if item is None:
            raise Refusal("an expression was expected at the end", self.end)
        if isinstance(item, Token) and item.text in ("+", "-"):
            raise Refusal(f"a sign, {item.text}, follows another; write a bracket", item.start)
        node = self.atom()
        return self.postfixes(node, start)

    def postfixes(self, node: Node, start: int) -> Node:
        while True:
            if self.next_is("_"):
                position = self.position()
                self.at += 1
                indices = self.indices(None)
                if isinstance(node, Number | Constant):
                    raise Refusal("a number has no index", position)
                node = Component(node, indices, start=start, end=self.before())
            elif self.next_is("^"):
                node = self.power(node, start)
            elif self.next_is("'"):
                raise Refusal(
                    "a prime on what is neither a function nor, with it, in the symbol table",
                    self.position(),
                )
            elif self.next_is("!"):
                self.at += 1
                node = Operation("factorial", (node,), start=start, end=self.before())
            else:
                return node

    def script(self, sign: str) -> Sequence[Item]:
        item = self.peek()
        if item is None or (isinstance(item, Token) and item.text in ("_", "^", "&")):
            raise Refusal(f"nothing stands after {sign}", self.position())
        self.at += 1
        return item.items if isinstance(item, Group) else (item,)

    def power(self, node: Node, start: int) -> Node:
        position = self.position()
        self.at += 1
        items = self.script("^")
        end = self.before()
        spelled = canonical(items)
        if spelled in (r"\top", r"\operatorname{T}", r"\operatorname{t}") or (
            spelled == "T" and "T" not in self.table
        ):
            return Operation("transpose", (node,), start=start, end=end)
        if spelled in (r"-\top", r"-\operatorname{T}") or (
            spelled == "-T" and "T" not in self.table
        ):
            inverse = Operation("power", (node, Number(Fraction(-1))), start=start, end=end)
            return Operation("transpose", (inverse,), start=start, end=end)
        if spelled in ("*", r"\prime", r"\dagger", r"\star", r"\perp", "+"):
            raise Refusal(
                f"^{spelled} is no power; declare the name with it in the symbol table", position
            )
        if len(items) > 2 and is_token(items[0], "(") and is_token(items[-1], ")"):
            index = self.whole(items[1:-1], items[-1].start)
            return Component(node, (index,), start=start, end=end)
        exponent = self.whole(items, end)
        if isinstance(node, Constant) and node.name == "e":
            return Operation("exp", (exponent,), start=start, end=end)
        return Operation("power", (node, exponent), start=start, end=end)

    def indices(self, count: int | None) -> tuple[Node, ...]:
        """Read a lower script as indices, `count` of them if it is known."""
        items = self.script("_")
        end = self.before()
        return self.split_indices(items, end, count)

    def split_indices(self, items: Sequence[Item], end: int, count: int | None) -> tuple[Node, ...]:
        if any(is_token(item, ",") for item in items):
            parts: list[list[Item]] = [[]]
            for item in items:
                if is_token(item, ","):
                    parts.append([])
                else:
                    parts[-1].append(item)
            return tuple(self.index(part, end) for part in parts)
        if len(items) == 1 and not (
            isinstance(items[0], Token) and items[0].text.isdecimal() and (count or 1) > 1
        ):
            return (self.index(items, end),)
        if any(isinstance(i, Command) and i.name in NAMED for i in items) or any(
            is_token(i, *BIGS, *FUNCTIONS) for i in items
        ):
            return (self.index(items, end),)
        pieces: list[list[Item]] = []
        for item in items:
            if is_token(item, "_", "^", "'") or (pieces and is_token(pieces[-1][-1], "_", "^")):
                if not pieces:
                    raise Refusal("an index was expected", item.start)
                pieces[-1].append(item)
            elif isinstance(item, Token) and item.text in "+-/*":
                return (self.index(items, end),)
            elif isinstance(item, Token) and item.text.isdecimal():
                pieces.extend(
                    [Token(item.start + n, item.start + n + 1, digit)]
                    for n, digit in enumerate(item.text)
                )
            else:
                pieces.append([item])
        return tuple(self.index(piece, end) for piece in pieces)

    def index(self, items: Sequence[Item], end: int) -> Node:
        if len(items) == 1 and is_token(items[0], ":", r"\cdot"):
            return Slice(start=items[0].start, end=items[0].end)
        if not items:
            raise Refusal("an index was expected between commas", end)
        return self.whole(items, end)

    # --- atoms ---

    def atom(self) -> Node:
        item = self.peek()
        assert item is not None
        named = self.name()
        if named is not None:
            return named
        start = item.start
        if isinstance(item, Group):
            self.at += 1
            return self.group(item)
        if isinstance(item, Environment):
            self.at += 1
            return self.environment(item)
        if isinstance(item, Command):
            return self.command(item)
        assert isinstance(item, Token)
        if item.text.replace(".", "").isdecimal():
            self.at += 1
            decimals = len(item.text.partition(".")[2])
            if len(item.text) > 40:
                raise Refusal("a number with more than 40 digits", start)
            return Number(Fraction(item.text), decimals, start=start, end=item.end)
        if item.text in CLOSING:
            return self.bracketed(item)
        if item.text in BIGS:
            return self.big(item, BIGS[item.text])
        if item.text in FUNCTIONS:
            self.at += 1
            return self.function(FUNCTIONS[item.text], item)
        if item.text in (r"\det", r"\Pr"):
            self.at += 1
            if item.text == r"\Pr":
                return self.probability(start)
            return self.function("determinant", item)
        if item.text == r"\lim":
            return self.limit()
        if item.text in (r"\int", r"\iint", r"\oint"):
            return self.integral()
        if item.text == r"\nabla":
            return self.nabla()
        if item.text == r"\partial" and is_token(self.peek(1), "_"):
            return self.partial()
        if item.text in (r"\Gamma", r"\psi"):
            self.at += 1
            return self.function({r"\Gamma": "gamma", r"\psi": "digamma"}[item.text], item)
        if item.text in ("e", r"\pi", r"\infty"):
            self.at += 1
            name = {"e": "e", r"\pi": "pi", r"\infty": "infinity"}[item.text]
            return Constant(name, start=start, end=item.end)
        if item.text == "B" and is_token(self.peek(1), "("):
            self.at += 1
            return self.function("beta", item)
        if item.text in ("P", "E") and self.opens_ahead(1):
            variable = self.draws_ahead()
            if item.text == "P" and variable:
                self.at += 1
                return self.probability(start)
            if item.text == "E":
                return self.moment("expectation")
        if item.text == r"\left.":
            self.at += 1
            inner = self.expression()
            return self.evaluated(inner, start)
        self.unknown(item)
        raise AssertionError

    def unknown(self, item: Item) -> None:
        """Refuse an item that is no name of the table and nothing else either."""
        spelled = canonical([item])
        base, lower, upper, _ = scripts(self.items, self.at)
        written = key_of(base, lower, upper)
        text = item.text if isinstance(item, Token) else ""
        if text in (r"\leftarrow", r"\gets", r"\mapsto", r"\to", r"\rightarrow"):
            raise Refusal(
                f"{text} claims nothing that has a value; give the equation an :unchecked: reason",
                item.start,
            )
        if text in (r"\succeq", r"\preceq", r"\succ", r"\prec"):
            raise Refusal(
                rf"{text} is not read; write \mathbf{{x}}^\top A \mathbf{{x}} \geq 0",
                item.start,
            )
        if text in (r"\pm", r"\mp"):
            raise Refusal(f"{text} has two readings; write both equations", item.start)
        if text in ENDS or text in ("+", "-", "*", "/", "^", "_", "'", "&") or text in RELATIONS:
            raise Refusal(f"{spelled} stands where an expression was expected", item.start)
        similar = [
            key for key in self.table.entries if plain(key).lower() == plain(spelled).lower()
        ]
        hint = f"; the table has {', '.join(similar)}" if similar else ""
        shown = spelled if written == spelled else f"{spelled} (in {written})"
        raise Refusal(f"{shown} is not in the symbol table{hint}", item.start)

    def group(self, group: Group) -> Node:
        items = group.items
        if items and is_token(items[0], r"\partial", "d") and self.next_is("/"):
            slash = self.peek(1)
            if (
                isinstance(slash, Group)
                and slash.items
                and is_token(slash.items[0], r"\partial", "d")
            ):
                self.at += 2
                derivative = self.derivative(items, slash.items, group.start, slash.end)
                if derivative is not None:
                    return derivative
        return self.whole(items, group.end)

    def environment(self, item: Environment) -> Node:
        if item.name in ("cases", "dcases"):
            return self.cases(item)
        if item.name not in MATRICES:
            raise Refusal(f"the environment {item.name} stands inside an expression", item.start)
        node = self.matrix(item)
        if item.name == "vmatrix":
            return Operation("determinant", (node,), start=item.start, end=item.end)
        if item.name == "Vmatrix":
            return Operation("norm", (node,), start=item.start, end=item.end)
        return node

    def matrix(self, item: Environment) -> Node:
        dotted = any(is_token(i, *DOTS) for row in item.rows for cell in row for i in cell)
        if len({len(row) for row in item.rows}) != 1:
            raise Refusal("the rows of the matrix have different lengths", item.start)
        cells: list[list[Node | None]] = [
            [
                None
                if len(cell) == 1 and is_token(cell[0], *DOTS)
                else self.whole(cell, cell[-1].end if cell else item.end)
                for cell in row
            ]
            for row in item.rows
        ]
        if not dotted:
            rows = tuple(tuple(c for c in row if c is not None) for row in cells)
            return Matrix(rows, start=item.start, end=item.end)
        if len(cells[0]) == 1:
            return column([row[0] for row in cells], item.start, item.end)
        return matrix(cells, item.start, item.end)

    def cases(self, item: Environment) -> Node:
        rows = []
        for row in item.rows:
            reader = self.inside(row[0], item.end)
            value = reader.expression()
            reader.accept(",", ";")
            if len(row) > 1:
                if reader.at < len(reader.items):
                    raise Refusal(
                        f"{reader.found()} can't follow in the value of a case", reader.position()
                    )
                reader = self.inside([i for cell in row[1:] for i in cell], item.end)
            conditions = reader.conditions_to_end()
            rows.append(Case(value, conditions, start=value.start, end=value.end))
        if not rows:
            raise Refusal("cases without a row", item.start)
        return Cases(tuple(rows), start=item.start, end=item.end)

    def command(self, item: Command) -> Node:
        start, end = item.start, item.end
        if item.name == r"\frac":
            self.at += 1
            derivative = self.derivative(item.arguments[0], item.arguments[1], start, end)
            if derivative is not None:
                return derivative
            numerator, denominator = (self.whole(a, end) for a in item.arguments)
            return Operation("quotient", (numerator, denominator), start=start, end=end)
        if item.name == r"\sqrt":
            self.at += 1
            inner = self.whole(item.arguments[0], end)
            if item.option is None:
                return Operation("sqrt", (inner,), start=start, end=end)
            return Operation("root", (inner, self.whole(item.option, end)), start=start, end=end)
        if item.name == r"\binom":
            self.at += 1
            operands = tuple(self.whole(a, end) for a in item.arguments)
            return Operation("binomial", operands, start=start, end=end)
        if item.name in NAMED:
            return self.operator(item, item.words or canonical(item.arguments[0]))
        if item.name in (r"\underset", r"\overset"):
            wrapped = item.arguments[1]
            if item.name == r"\underset" and len(wrapped) == 1:
                operator = wrapped[0]
                named = isinstance(operator, Command) and operator.name in NAMED
                if named or is_token(operator, *BIGS, r"\lim"):
                    self.items = [
                        *self.items[: self.at],
                        operator,
                        Token(start, start, "_"),
                        Group(start, end, item.arguments[0]),
                        *self.items[self.at + 1 :],
                    ]
                    return self.atom()
        if item.name == r"\boxed":
            self.at += 1
            return self.whole(item.arguments[0], end)
        if item.name in (r"\mathbb", r"\mathbf") and len(item.arguments[0]) == 1:
            letter = canonical(item.arguments[0])
            if letter in ("1", "I") and (letter == "1" or item.name == r"\mathbb"):
                indicator = self.indicator(start)
                if indicator is not None:
                    return indicator
            if letter == "0":
                self.at += 1
                return Number(Fraction(0), start=start, end=end)
            if item.name == r"\mathbb" and letter in ("E", "V"):
                return self.moment(MOMENTS[letter])
            if item.name == r"\mathbb" and letter == "P":
                self.at += 1
                return self.probability(start)
        self.unknown(item)
        raise AssertionError

    def operator(self, item: Command, name: str) -> Node:
        start = item.start
        if name in NAMED_BIGS:
            return self.big(item, NAMED_BIGS[name])
        if name in MOMENTS:
            return self.moment(MOMENTS[name])
        if name == "Pr":
            self.at += 1
            return self.probability(start)
        if name in OPERATORS:
            self.at += 1
            return self.function(OPERATORS[name], item)
        if name == "e":
            self.at += 1
            return Constant("e", start=start, end=item.end)
        if name == "B":
            self.at += 1
            return self.function("beta", item)
        if name == "Beta":
            self.at += 1
            return self.function("beta", item)
        raise Refusal(
            f"the operator {name} is not in the symbol table, and is none of "
            f"{', '.join(sorted(OPERATORS))}",
            start,
        )

    def bracketed(self, opening: Token) -> Node:
        """What stands in brackets or bars."""
        self.at += 1
        closing = CLOSING[opening.text]
        outer_bars, self.bars = self.bars, opening.text not in ("|", r"\|")
        if opening.text in ("|", r"\|") and not outer_bars and self.opened[-1:] == [opening.text]:
            raise Refusal(f"{opening.text} inside bars; write \\left| and \\right|", opening.start)
        self.opened.append(opening.text)
        inner = self.expression()
        entries: list[Node | None] = [inner]
        while opening.text in "([" and self.accept(","):
            entries.append(None if self.accept(*DOTS) else self.expression())
        if opening.text == r"\langle" and self.accept(",", "|"):
            other = self.expression()
            inner = Operation("inner", (inner, other), start=opening.start, end=self.before())
        if opening.text == "[" and self.relation_of(self.peek()):
            inner = Indicator(self.relation_rest(inner), start=opening.start, end=self.position())
        self.opened.pop()
        self.bars = outer_bars
        if not self.accept(closing):
            raise Refusal(
                f"{self.found()} can't follow in brackets; {closing} was expected", self.position()
            )
        end = self.before()
        if len(entries) > 1:
            written = [(e,) for e in entries if e is not None]
            dotted = len(written) < len(entries)
            rows = column(entries, opening.start, end) if dotted else Matrix(tuple(written))
            return Listed(rows, start=opening.start, end=end)
        if opening.text in ("|", r"\lvert"):
            return Operation("absolute", (inner,), start=opening.start, end=end)
        if opening.text in (r"\|", r"\lnorm"):
            return self.norm(inner, opening.start)
        if opening.text in (r"\lfloor", r"\lceil"):
            name = {r"\lfloor": "floor", r"\lceil": "ceiling"}[opening.text]
            return Operation(name, (inner,), start=opening.start, end=end)
        return replace(inner, start=opening.start, end=end)

    def norm(self, inner: Node, start: int) -> Node:
        kind = "norm"
        if self.accept("_"):
            which = canonical(self.script("_"))
            kinds = {"1": "norm_1", "2": "norm", r"\infty": "norm_max", "F": "norm_f"}
            if which not in kinds:
                raise Refusal(f"the norm {which} is none of 1, 2, F and \\infty", start)
            kind = kinds[which]
        return Operation(kind, (inner,), start=start, end=self.before())

    # --- functions ---

    def function(self, name: str, item: Item) -> Node:
        """A named function with its argument, in brackets or alone."""
        start, base = item.start, None
        spelled = canonical([item])
        power: Node | None = None
        while self.next_is("_", "^"):
            if self.accept("_"):
                base = self.whole(self.script("_"), self.before())
            else:
                position = self.position()
                self.at += 1
                exponent = canonical(self.script("^"))
                if exponent == "-1" or name in ("log", "ln", "exp"):
                    raise Refusal(
                        f"{spelled}^{exponent} has two readings; write ({spelled} …)^{exponent}"
                        " or the name of the inverse",
                        position,
                    )
                if name not in TRIGONOMETRIC or not exponent.isdecimal():
                    raise Refusal(
                        f"{spelled}^{exponent} has two readings; write {spelled}(…)^{exponent}",
                        start,
                    )
                power = Number(Fraction(exponent), start=position, end=self.before())
        if base is not None and name != "log":
            raise Refusal(f"{spelled} has no lower index", start)
        several = 2 if name == "beta" else 1
        if self.next_is("(", "[", r"\{", r"\lvert", "|"):
            opening = self.peek()
            assert isinstance(opening, Token)
            if opening.text in ("|", r"\lvert"):
                operands: tuple[Node, ...] = (self.factor(),)
            else:
                operands = self.listed(opening)
            if name == "diag" and len(operands) > 1:
                operands = (Matrix(tuple((entry,) for entry in operands)),)
            if len(operands) != several:
                raise Refusal(
                    f"{spelled} takes {several} argument{'s' * (several > 1)}, not {len(operands)}",
                    opening.start,
                )
            suffix = ""
        else:
            if several > 1:
                raise Refusal(f"{spelled} needs its arguments in brackets", start)
            if not self.begins_factor():
                raise Refusal(f"{spelled} without an argument before {self.found()}", start)
            operands, suffix = (self.factor(),), " open"
            if isinstance(operands[0], Big):
                suffix = ""
        if name == "ln":
            name = "log"
        if base is not None:
            operands, name = (*operands, base), "log_base"
        end = self.before()
        if power is None:
            return Operation(name + suffix, operands, start=start, end=end)
        if suffix and self.begins_factor():
            self.refuse_open_argument(Operation(name + suffix, operands, start=start), self.found())
        function = Operation(name, operands, start=start, end=end)
        return Operation("power", (function, power), start=start, end=end)

    def listed(self, opening: Token) -> tuple[Node, ...]:
        """Read expressions with commas between them, in brackets; with dots they are a column."""
        start = self.position()
        self.at += 1
        outer_bars, self.bars = self.bars, True
        self.opened.append(opening.text)
        found: list[Node | None] = [self.expression()]
        while self.accept(","):
            found.append(None if self.accept(*DOTS) else self.expression())
        self.opened.pop()
        self.bars = outer_bars
        self.expect(CLOSING[opening.text], "the arguments")
        if None in found:
            return (column(found, start, self.before()),)
        return tuple(part for part in found if part is not None)

    def opens_ahead(self, ahead: int) -> bool:
        item = self.peek(ahead)
        return is_token(item, "(", "[", r"\{", "_")

    # --- names of the table ---

    def table_key(self, at: int) -> tuple[str | None, int, str | None, str | None]:
        """Return the key of a declared name, where it ends, and the scripts that remain."""
        items = self.items
        item = items[at] if at < len(items) else None
        if isinstance(item, Token) and item.text in self.table.words:
            for letters in self.table.words[item.text]:
                span = items[at : at + len(letters)]
                if [i.text for i in span if isinstance(i, Token)] == list(letters):
                    return "".join(letters), at + len(letters), None, None
        base, lower, upper, _ = scripts(items, at)
        if lower and upper and key_of(base, lower, upper) in self.table:
            return key_of(base, lower, upper), self.past(at, True, True), None, None
        if lower and key_of(base, lower, None) in self.table:
            return key_of(base, lower, None), self.past(at, True, False), None, upper
        if upper and key_of(base, None, upper) in self.table:
            return key_of(base, None, upper), self.past(at, False, True), lower, None
        if base and base in self.table:
            return base, at + 1, lower, upper
        if base in self.table.arrays and (lower or (upper and upper.startswith("("))):
            return base, at + 1, lower, upper
        return None, at, None, None

    def past(self, at: int, lower: bool, upper: bool) -> int:
        """Return where the name ends of which these scripts are a part; the others stay."""
        end = at + 1
        kept: list[Item] = []
        while end < len(self.items):
            item = self.items[end]
            if is_token(item, "'") and upper:
                end += 1
            elif is_token(item, "_", "^") and end + 1 < len(self.items):
                taken = lower if is_token(item, "_") else upper
                if not taken:
                    kept.extend(self.items[end : end + 2])
                end += 2
            else:
                break
        if kept:
            self.items = [*self.items[: end - len(kept)], *kept, *self.items[end:]]
            # What was taken stands before what was kept.
            return end - len(kept)
        return end

    def name(self) -> Node | None:
        """Read a declared name with its indices or arguments."""
        start = self.position()
        key, end, _, _ = self.table_key(self.at)
        if key is None:
            return None
        self.at = end
        kind = self.table.kind(key)
        if kind == "function":
            return self.call(key, start)
        if kind == "kronecker":
            if not self.accept("_"):
                return FunctionName(key, start=start, end=self.before())
            indices = self.indices(2)
            if len(indices) != 2:
                raise Refusal(f"{key} has two indices, not {len(indices)}", start)
            return Operation("kronecker", indices, start=start, end=self.before())
        if kind == "ones" and self.next_is("(", "[", r"\{", "_"):
            self.at -= 1
            indicator = self.indicator(start)
            if indicator is not None:
                return indicator
            self.at += 1
        return self.array(key, start)

    def upper_index(self) -> Sequence[Item] | None:
        r"""Return the index in an upper script in brackets, `\mathbf{x}^{(i)}`."""
        item = self.peek(1)
        if not self.next_is("^") or not isinstance(item, Group):
            return None
        inner = item.items
        if len(inner) > 2 and is_token(inner[0], "(") and is_token(inner[-1], ")"):
            return inner[1:-1]
        return None

    def array(self, key: str, start: int) -> Node:
        """A name with its indices, if it has any."""
        upper: tuple[Node, ...] = ()
        lower: Sequence[Item] | None = None
        place = end = self.position()
        for _ in range(2):
            above = self.upper_index()
            if above is not None and not upper:
                self.at += 2
                upper = (self.whole(above, self.before()),)
            elif self.next_is("_") and lower is None:
                self.at += 1
                lower = self.script("_")
                end = self.before()
        if lower is None and not upper:
            return self.bare(key, start)
        candidates = self.candidates(key)
        choices: list[tuple[str, tuple[Node, ...]]] = []
        for array in candidates:
            dimensions = self.table.dimensions(array)
            if dimensions is None:
                dimensions = guessed_dimensions(array)
            wanted = None if dimensions is None else dimensions - len(upper)
            if wanted is not None and wanted < 0:
                continue
            indices = upper
            if lower is not None:
                indices += self.split_indices(lower, end, wanted)
            # What is set in bold as a whole has rows in bold, and only full entries without.
            full = plain(array) != array and plain(key) == key
            if (
                dimensions is None
                or len(indices) == dimensions
                or (len(indices) < dimensions and not full)
            ):
                choices.append((array, indices))
        exact = [c for c in choices if self.table.dimensions(c[0]) in (None, len(c[1]))]
        choices = exact or choices
        if not choices:
            if candidates:
                counts = " or ".join(f"{a} has {self.table.dimensions(a)}" for a in candidates)
                raise Refusal(f"the number of indices of {key} fits no array; {counts}", place)
            if self.table.kind(key) in INDEXING or self.table.kind(key):
                raise Refusal(f"{key} is a {self.table.kind(key)} and has no index", place)
            raise Refusal(f"{key} is not in the symbol table", start)
        array, indices = choices[0]
        base = Name(array, start=start, end=place)
        if self.table.kind(array) in ("identity", "ones") and all(
            isinstance(i, Name) and self.table.kind(i.key) == "size" for i in indices
        ):
            # I_D is the matrix of that size, not its row D.
            return self.sized(base, indices)
        return Component(base, indices, start=start, end=self.before())

    def sized(self, base: Name, sizes: tuple[Node, ...]) -> Node:
        shape = self.table.entries[base.key].type.shape
        for size in sizes:
            assert isinstance(size, Name)
            if size.key not in {dimension.size for dimension in shape}:
                raise Refusal(
                    f"{base.key} is declared with the size {shape[0].size}, not {size.key}",
                    size.start,
                )
        return replace(base, end=self.before())

    def candidates(self, key: str) -> list[str]:
        """Return the arrays that a name with an index may mean, the likeliest first."""
        found = []
        if key in self.table and (
            self.table.entries[key].type.shape or self.table.kind(key) == "name"
        ):
            found.append(key)
        others = list(self.table.arrays.get(key, ()))
        if plain(key) != key and others:
            # Bold with an index is a row of the batch.
            return others
        if found and self.table.kind(key) == "name" and plain(key) == key:
            return [*others, *found]
        return [*found, *others]

    def bare(self, key: str, start: int) -> Node:
        """A name without indices; an array before indices in brackets, `p(x)`, is their entry."""
        if key not in self.table:
            raise Refusal(f"{key} is not in the symbol table without an index", start)
        node = Name(key, start=start, end=self.before())
        dimensions = self.table.dimensions(key)
        if dimensions and self.next_is("("):
            saved = self.at, self.items
            opening = self.peek()
            assert isinstance(opening, Token)
            try:
                places = self.listed(opening)
            except Refusal:
                places = ()
            if places and all(
                isinstance(i, Name) and self.table.kind(i.key) in ("index", "label") for i in places
            ):
                if len(places) > dimensions:
                    raise Refusal(
                        f"{key} has {dimensions} indices, not {len(places)}", opening.start
                    )
                return Component(node, places, start=start, end=self.before())
            self.at, self.items = saved
        return node

    def call(self, key: str, start: int) -> Node:
        """A function with its arguments; lower indices before the bracket are arguments too."""
        arguments: list[Argument] = []
        primes = 0
        while self.next_is("'", "_", "^"):
            if self.accept("'"):
                primes += 1
            elif self.accept("_"):
                for index in self.indices(None):
                    arguments.append(Argument("_", "", index, start=index.start, end=index.end))
            else:
                script = self.peek(1)
                spelled = canonical([script]) if script else ""
                if spelled and set(spelled.replace(r"\prime", "'")) == {"'"}:
                    primes += spelled.count(r"\prime")
                    self.at += 2
                    continue
                above = self.upper_index()
                if above is None:
                    if arguments and not self.next_is("("):
                        break
                    raise Refusal(
                        f"{key}^{spelled} has two readings; write {key}(…)^{spelled}",
                        self.position(),
                    )
                self.at += 2
                index = self.whole(above, self.before())
                arguments.append(Argument("^", "", index, start=index.start, end=index.end))
        if not self.next_is("(", "[") or (self.next_is("[") and arguments):
            if arguments:
                return Call(key, tuple(arguments), primes, start=start, end=self.before())
            return FunctionName(key, start=start, end=self.before())
        opening = self.peek()
        assert isinstance(opening, Token)
        self.at += 1
        arguments.extend(self.arguments(CLOSING[opening.text]))
        return Call(key, tuple(arguments), primes, start=start, end=self.before())

    def arguments(self, closing: str) -> list[Argument]:
        """Read the arguments of a function up to the closing bracket."""
        outer_bars, self.bars = self.bars, False
        self.opened.append("(")
        found, separator = [], ""
        while True:
            found.append(self.argument(separator))
            separator = self.accept(",", ";", "|", r"\mid", r"\|", r"\parallel", ":", r"\cap")
            if not separator:
                break
            separator = {"|": r"\mid", r"\parallel": r"\|"}.get(separator, separator)
        self.opened.pop()
        self.bars = outer_bars
        self.expect(closing, "the arguments")
        return found

    def argument(self, separator: str) -> Argument:
        start = self.position()
        first = self.at
        value = self.expression()
        if self.accept("="):
            literal = canonical(self.items[first : self.at - 1])
            value = self.expression()
            return Argument(separator, literal, value, start=start, end=self.before())
        if isinstance(value, Name) and self.table.kind(value.key) == "opaque":
            return Argument(separator, value.key, None, start=start, end=self.before())
        return Argument(separator, "", value, start=start, end=self.before())

    # --- probability ---

    def draws_ahead(self) -> bool:
        """Return whether the bracket that follows names a random variable."""
        place, depth = self.at + 1, 0
        while place < len(self.items):
            item = self.items[place]
            if is_token(item, "(", "["):
                depth += 1
            elif is_token(item, ")", "]"):
                depth -= 1
                if not depth:
                    return False
            else:
                key = self.table_key(place)[0]
                if key is not None and self.table.kind(key) == "variable":
                    return True
            place += 1
        return False

    def probability(self, start: int) -> Node:
        closing = CLOSING.get(self.accept("(", "["), "")
        if not closing:
            raise Refusal("a probability needs its events in brackets", self.position())
        outer_bars, self.bars = self.bars, False
        events = self.all_events()
        given = self.all_events() if self.accept("|", r"\mid") else []
        self.bars = outer_bars
        self.expect(closing, "the events")
        end = self.before()
        plain_events = tuple(e for e in events if isinstance(e, Event))
        plain_given = tuple(e for e in given if isinstance(e, Event))
        if len(plain_events) == len(events) and len(plain_given) == len(given):
            return Probability(plain_events, plain_given, start=start, end=end)
        # P(A | B) = E[1_A 1_B] / E[1_B]
        both = chance([*events, *given], start, end)
        return Operation("quotient", (both, chance(given, start, end))) if given else both

    def events(self) -> tuple[Event, ...]:
        """Read what is given in a moment: random variables, each with a value or without."""
        found = []
        for event in self.all_events():
            if not isinstance(event, Event):
                raise Refusal("X or X = x was expected after the bar", event.start)
            found.append(event)
        return tuple(found)

    def all_events(self) -> list[Event | Relation]:
        """Read events: a random variable, one that equals a value, or another relation."""
        found: list[Event | Relation] = []
        while True:
            start = self.position()
            variable = self.expression()
            plain = isinstance(variable, Name) and self.table.kind(variable.key) == "variable"
            if plain and self.accept("="):
                assert isinstance(variable, Name)
                value = self.expression()
                found.append(Event(variable.key, value, start=start, end=self.before()))
            elif self.relation_of(self.peek()):
                relation = self.relation_rest(variable)
                assert isinstance(relation, Relation)
                if not any(
                    isinstance(n, Name) and self.table.kind(n.key) == "variable"
                    for n in walk(relation)
                ):
                    raise Refusal("a random variable was expected in a probability", start)
                found.append(relation)
            elif plain:
                assert isinstance(variable, Name)
                found.append(Event(variable.key, None, start=start, end=self.before()))
            else:
                raise Refusal("a random variable was expected in a probability", start)
            if not self.accept(",", r"\cap", ";", r"\land"):
                return found

    def moment(self, kind: str) -> Node:
        start = self.position()
        self.at += 1
        draws: tuple[tuple[str, Node], ...] = ()
        given: tuple[Event, ...] = ()
        if self.accept("_"):
            draws, given = self.draws(self.script("_"), self.before())
        opening = self.peek()
        if draws and isinstance(opening, Command) and moment_of(opening):
            # `\mathbb{E}_x \mathbb{E}_y [...]`: the inner one is what the outer one is of.
            operand = self.moment(moment_of(opening))
            return Moment(kind, (operand,), draws, given, start=start, end=self.before())
        if not isinstance(opening, Token) or opening.text not in ("(", "[", r"\{"):
            raise Refusal(f"a {kind} needs what it is of in brackets", self.position())
        self.at += 1
        outer_bars, self.bars = self.bars, False
        operands = [self.expression()]
        while self.accept(","):
            operands.append(self.expression())
        if self.accept("|", r"\mid"):
            given += self.events()
        self.bars = outer_bars
        self.expect(CLOSING[opening.text], f"the {kind}")
        if len(operands) != (2 if kind == "covariance" else 1):
            raise Refusal(f"a {kind} of {len(operands)} operands", start)
        return Moment(kind, tuple(operands), draws, given, start=start, end=self.before())

    def draws(
        self, items: Sequence[Item], end: int
    ) -> tuple[tuple[tuple[str, Node], ...], tuple[Event, ...]]:
        r"""Read `x \sim p` or `X \mid Y`: what is drawn, from which distribution, given what.

        A random variable of the table is drawn from its own distribution.
        """
        reader = self.inside(items, end)
        found: list[tuple[str, Node]] = []
        given: tuple[Event, ...] = ()
        while reader.at < len(reader.items):
            start = reader.position()
            variable = reader.expression()
            if not isinstance(variable, Name):
                raise Refusal("a name was expected, as in x \\sim p", start)
            if reader.accept(r"\sim"):
                found.append((variable.key, reader.expression()))
            elif self.table.kind(variable.key) == "variable":
                found.append((variable.key, Name(variable.key)))
            else:
                raise Refusal(
                    rf"the distribution of {variable.key} is not named; "
                    rf"write {variable.key} \sim p",
                    start,
                )
            if not reader.accept(","):
                break
        if reader.accept("|", r"\mid"):
            given = reader.events()
        if reader.at < len(reader.items):
            raise Refusal(f"{reader.found()} can't follow here", reader.position())
        return tuple(found), given

    def indicator(self, start: int) -> Node | None:
        r"""Read `\mathbb{1}(i = j)`, `\mathbb{1}_{i = j}`; `None` if no condition follows."""
        saved = self.at, self.items
        self.at += 1
        if self.next_is("_"):
            self.at += 1
            reader = self.inside(self.script("_"), self.before())
            reader.accept(r"\{", "(", "[")
            if not any(reader.relation_of(i) for i in reader.items):
                self.at, self.items = saved
                return None
            condition = reader.relation_rest(reader.expression())
            reader.accept(r"\}", ")", "]")
            if reader.at < len(reader.items):
                raise Refusal(f"{reader.found()} can't follow here", reader.position())
            return Indicator(condition, start=start, end=self.before())
        opening = self.accept("(", "[", r"\{")
        if not opening:
            self.at, self.items = saved
            return None
        outer_bars, self.bars = self.bars, True
        try:
            condition = self.relation_rest(self.expression())
        except Refusal:
            self.at, self.items = saved
            self.bars = outer_bars
            return None
        self.bars = outer_bars
        self.expect(CLOSING[opening], "the condition")
        return Indicator(condition, start=start, end=self.before())

    # --- sums, limits, integrals ---

    def big(self, item: Item, kind: str) -> Node:
        start = item.start
        self.at += 1
        if kind == "arg":
            follower = self.accept(r"\max", r"\min")
            if not follower:
                raise Refusal(r"\arg without \max or \min", start)
            kind = {r"\max": "argmax", r"\min": "argmin"}[follower]
        spelled = canonical([item])
        below: Sequence[Item] | None = None
        above: Sequence[Item] | None = None
        below_end = above_end = self.before()
        while self.next_is("_", "^"):
            if self.accept("_"):
                below, below_end = self.script("_"), self.before()
            else:
                self.at += 1
                above, above_end = self.script("^"), self.before()
        if below is None:
            if kind in ("max", "min", "argmax", "argmin") and self.next_is(
                "(", "[", r"\{", r"\mathbf"
            ):
                opening = self.peek()
                assert isinstance(opening, Token)
                operands = self.listed(opening)
                return Operation(kind, operands, start=start, end=self.before())
            if kind in ("max", "min") and self.begins_factor() and above is None:
                return Operation(f"{kind} open", (self.factor(),), start=start, end=self.before())
            raise Refusal(
                f"{spelled} without an index; write {spelled}_{{c=1}}^{{C}} or {spelled}_c", start
            )
        high = self.whole(above, above_end) if above is not None else None
        conditions = self.binders(below, below_end, high, spelled)
        if kind in ("max", "min", "argmax", "argmin") and self.next_is(r"\{"):
            body = self.factor()
        elif not self.begins_factor():
            raise Refusal(f"{spelled} without a body before {self.found()}", start)
        else:
            body = self.product()
        return Big(kind, (), conditions, body, start=start, end=self.before())

    def binders(
        self, items: Sequence[Item], end: int, high: Node | None, spelled: str
    ) -> tuple[Node, ...]:
        """Read what stands under a sum."""
        if len(items) == 1 and isinstance(items[0], Command) and items[0].name == r"\substack":
            parts: list[list[Item]] = [[]]
            for item in items[0].arguments[0]:
                if is_token(item, "\\\\"):
                    parts.append([])
                else:
                    parts[-1].append(item)
            found: list[Node] = []
            for part in parts:
                found.extend(self.binders(part, end, None, spelled))
            return tuple(found)
        reader = self.inside(items, end)
        if not items:
            raise Refusal(f"{spelled} without an index", end)
        conditions: list[Node] = []
        while True:
            conditions.extend(reader.binder(high))
            if reader.at >= len(reader.items):
                return tuple(conditions)
            if not reader.accept(",", ";"):
                raise Refusal(f"{reader.found()} can't follow under {spelled}", reader.position())

    def binder(self, high: Node | None) -> list[Node]:
        start = self.position()
        names = [self.expression()]
        while self.next_is(",") and not self.relation_of(self.peek()):
            saved = self.at
            self.at += 1
            if self.at >= len(self.items):
                self.at = saved
                break
            names.append(self.expression())
        if not self.relation_of(self.peek()):
            return [self.running(name, None, high) for name in names]
        condition = self.relation_rest(names[-1])
        assert isinstance(condition, Relation)
        found: list[Node] = [self.running(name, None, high) for name in names[:-1]]
        if condition.signs == ("=",):
            if self.accept(r"\cdots", r"\ldots"):
                high = self.expression()
            first = self.running(condition.sides[0], condition.sides[1], high)
            return [*found, first]
        if high is not None:
            variable = condition.sides[0]
            if isinstance(variable, Name):
                found.append(Range(variable.key, None, high, start=start, end=self.before()))
        return [*found, condition]

    def running(self, name: Node, low: Node | None, high: Node | None) -> Range:
        if not isinstance(name, Name):
            raise Refusal("an index was expected", name.start)
        return Range(name.key, low, high, start=name.start, end=self.before())

    def limit(self) -> Node:
        start = self.position()
        self.at += 1
        if not self.accept("_"):
            raise Refusal(r"\lim without what tends to what; write \lim_{x \to 0}", start)
        reader = self.inside(self.script("_"), self.before())
        variable = reader.expression()
        if not isinstance(variable, Name) or not reader.accept(r"\rightarrow"):
            raise Refusal(r"a limit is written \lim_{x \to 0}", start)
        point_items = list(reader.items[reader.at :])
        side = ""
        if len(point_items) >= 2 and is_token(point_items[-2], "^"):
            last = point_items[-1]
            inner = last.items if isinstance(last, Group) else (last,)
            if len(inner) == 1 and is_token(inner[0], "+", "-"):
                side = canonical(inner)
                point_items = point_items[:-2]
        point = self.whole(point_items, self.before())
        body = self.product()
        return Limit(variable.key, point, side, body, start=start, end=self.before())

    def integral(self) -> Node:
        start = self.position()
        if not self.next_is(r"\int"):
            raise Refusal(f"{self.found()} is not read; write one \\int for each variable", start)
        self.at += 1
        low = high = None
        while self.next_is("_", "^"):
            if self.accept("_"):
                low = self.script("_")
            else:
                self.at += 1
                high = self.script("^")
        place = self.differential()
        if place is None:
            raise Refusal("the integral has no differential, as in dx", start)
        variable, first, after = place
        body_items = self.items[self.at : first]
        end = self.items[first].end
        if low is None or high is None:
            if low is not None and canonical(low).startswith(r"\mathbb{R}"):
                limits: tuple[Node, Node] = (
                    Operation("negative", (Constant("infinity"),)),
                    Constant("infinity"),
                )
            else:
                raise Refusal("an integral needs both bounds", start)
        else:
            limits = (self.whole(low, end), self.whole(high, end))
        body = self.whole(body_items, end) if body_items else Number(Fraction(1))
        self.at = after
        return Integral(variable, *limits, body, start=start, end=self.before())

    def differential(self) -> tuple[str, int, int] | None:
        """Return the variable of the next `dx`, where it starts, and where it ends."""
        nested = 0
        for place in range(self.at, len(self.items) - 1):
            item = self.items[place]
            if is_token(item, r"\int"):
                nested += 1
            if is_token(item, "d") or (
                isinstance(item, Command)
                and item.name == r"\operatorname"
                and canonical(item.arguments[0]) == "d"
            ):
                key, end, _, _ = self.table_key(place + 1)
                kind = self.table.kind(key) if key else ""
                if key and kind in ("real", "positive", "unit") and place > self.at - 1:
                    if nested:
                        nested -= 1
                        continue
                    return key, place, end
        return None

    # --- derivatives ---

    def is_d(self, item: Item | None) -> bool:
        return is_token(item, r"\partial", "d") or (
            isinstance(item, Command)
            and item.name == r"\operatorname"
            and canonical(item.arguments[0]) == "d"
        )

    def derivative(
        self, above: Sequence[Item], below: Sequence[Item], start: int, end: int
    ) -> Node | None:
        """Read a fraction of differentials; `None` if it is an ordinary one."""
        if not above or not below or not self.is_d(above[0]) or not self.is_d(below[0]):
            return None
        if len(below) < 2 or self.is_declared(above) or self.is_declared(below):
            return None
        at, order = 1, 1
        if len(above) > 1 and is_token(above[1], "^"):
            script = above[2]
            spelled = canonical([script])
            if not spelled.isdecimal() or int(spelled) > 4:
                raise Refusal(f"a derivative of the order {spelled}", start)
            order, at = int(spelled), 3
        variables = self.denominators(below, end)
        if len(variables) != order:
            raise Refusal(
                f"a derivative of the order {order} has {len(variables)} variables below", start
            )
        rest = above[at:]
        if rest:
            body = self.whole(rest, end)
        else:
            if self.accept("["):
                body = self.expression()
                self.expect("]", "the derivative")
            elif not self.begins_factor():
                raise Refusal("the derivative of nothing", start)
            else:
                body = self.factor()
                if self.begins_factor() and not isinstance(body, Call | FunctionName):
                    raise Refusal(
                        f"what is differentiated has two readings before {self.found()}; "
                        "write brackets",
                        self.position(),
                    )
                if isinstance(body, Call | FunctionName) and self.begins_factor():
                    raise Refusal(
                        f"what is differentiated has two readings before {self.found()}; "
                        "write it above the bar",
                        self.position(),
                    )
            end = self.before()
        return Derivative(body, tuple(variables), start=start, end=end)

    def is_declared(self, items: Sequence[Item]) -> bool:
        """Return whether the first item is a longer name of the table than `d`, as in `d_1`."""
        return self.inside(items, self.position()).table_key(0)[0] not in (None, "d")

    def denominators(self, items: Sequence[Item], end: int) -> list[Node]:
        reader = self.inside(items, end)
        found: list[Node] = []
        while reader.at < len(reader.items):
            if not reader.is_d(reader.peek()):
                raise Refusal(
                    f"{reader.found()} below a derivative; \\partial was expected",
                    reader.position(),
                )
            reader.at += 1
            start = reader.position()
            if reader.at >= len(reader.items):
                raise Refusal("a differential without its variable", end)
            if reader.accept("("):
                variable = reader.expression()
                reader.expect(")", "the variable")
            else:
                atom_start = reader.position()
                named = reader.name()
                if named is None:
                    item = reader.peek()
                    assert item is not None
                    reader.unknown(item)
                    raise AssertionError
                variable = replace(named, start=atom_start)
            repeat = 1
            if reader.next_is("^"):
                script = reader.peek(1)
                spelled = canonical([script]) if script else ""
                if spelled in (r"\top", "T"):
                    reader.at += 2
                elif spelled.isdecimal():
                    reader.at += 2
                    repeat = int(spelled)
                else:
                    raise Refusal("a differential to a power that is no number", start)
            if isinstance(variable, Operation) and variable.name == "transpose":
                variable = variable.operands[0]
            self.check_variable(variable)
            found.extend([variable] * repeat)
            if len(found) > 4:
                raise Refusal("more than four derivatives", start)
        return found

    def check_variable(self, variable: Node) -> None:
        base = variable.base if isinstance(variable, Component) else variable
        if not isinstance(base, Name):
            raise Refusal("a derivative is taken by a variable", variable.start)
        kind = self.table.kind(base.key)
        if kind in ("index", "size", "label", "function", "opaque", "variable", "set", "onehot"):
            raise Refusal(f"a derivative by {base.key}, which is a {kind}", variable.start)

    def partial(self) -> Node:
        start = self.position()
        self.at += 2
        items = self.items[self.at]
        inner = items.items if isinstance(items, Group) else (items,)
        self.at += 1
        variable = self.whole(inner, self.before())
        self.check_variable(variable)
        body = self.operand_of(r"\partial")
        return Derivative(body, (variable,), start=start, end=self.before())

    def operand_of(self, operator: str) -> Node:
        """Read what an operator without brackets applies to: one factor."""
        if not self.begins_factor():
            raise Refusal(f"{operator} of nothing before {self.found()}", self.position())
        body = self.factor()
        if self.begins_factor():
            raise Refusal(
                f"what {operator} applies to has two readings before {self.found()}; "
                "write brackets",
                self.position(),
            )
        return body

    def nabla(self) -> Node:
        start = self.position()
        self.at += 1
        order, below = 1, None
        while self.next_is("_", "^"):
            if self.accept("_"):
                below = self.script("_")
            else:
                self.at += 1
                spelled = canonical(self.script("^"))
                if spelled != "2":
                    raise Refusal(rf"\nabla^{spelled}; only \nabla and \nabla^2 are read", start)
                order = 2
        if below is None:
            raise Refusal(
                r"\nabla without its variable has several readings; write \nabla_{\mathbf{z}}",
                start,
            )
        variable = self.whole(below, self.before())
        self.check_variable(variable)
        body = self.operand_of(r"\nabla")
        return Derivative(body, (variable,) * order, start=start, end=self.before())

    def evaluated(self, body: Node, start: int) -> Node:
        if not self.accept(r"\rvert", "|"):
            raise Refusal(r"\left. without \right|", start)
        if not self.accept("_"):
            raise Refusal(r"\right| without the values that are put in", start)
        reader = self.inside(self.script("_"), self.before())
        assignments = []
        while True:
            variable = reader.expression()
            if not reader.accept("="):
                raise Refusal("a value was expected, as in x = 0", reader.position())
            assignments.append((variable, reader.expression()))
            if not reader.accept(","):
                break
        return Evaluated(body, tuple(assignments), start=start, end=self.before())

    # --- relations and conditions ---

    def relation_rest(self, first: Node) -> Node:
        """Read a chain of relations from its first side on."""
        sides, signs = [first], []
        while (sign := self.relation_of(self.peek())) is not None:
            self.at += 1
            if sign == "=" and self.next_is(r"\,"):
                self.at += 1
            signs.append(sign)
            sides.append(self.set_or_expression() if sign in ("in", "notin") else self.expression())
        if not signs:
            raise Refusal(f"{self.found()} where a relation was expected", self.position())
        return Relation(tuple(sides), tuple(signs), start=first.start, end=self.before())

    def set_or_expression(self) -> Node:
        """Read what stands on the right of a membership."""
        start = self.position()
        item = self.peek()
        if (
            isinstance(item, Command)
            and item.name == r"\mathbb"
            and canonical(item.arguments[0]) in ("R", "N", "Z", "C", "Q")
        ):
            letter = canonical(item.arguments[0])
            self.at += 1
            dimensions: tuple[Node, ...] = ()
            restricted = ""
            while self.next_is("^", "_"):
                if self.accept("_"):
                    restricted = canonical(self.script("_"))
                    continue
                self.at += 1
                script, end = self.script("^"), self.before()
                parts: list[list[Item]] = [[]]
                for piece in script:
                    if is_token(piece, r"\times"):
                        parts.append([])
                    else:
                        parts[-1].append(piece)
                if parts in ([[]],) or (len(script) == 1 and is_token(script[0], "+")):
                    restricted = ">0"
                    continue
                dimensions = tuple(self.whole(part, end) for part in parts)
            return SetOf(letter + restricted, dimensions, start=start, end=self.before())
        if self.next_is(r"\{"):
            self.at += 1
            return self.listed_set(start)
        if self.next_is("(", "["):
            opening = self.accept("(", "[")
            low = self.expression()
            self.expect(",", "the lower end of an interval")
            high = self.expression()
            closing = self.accept(")", "]")
            if not closing:
                raise Refusal("an interval without its end", self.position())
            return SetOf(f"{opening}{closing}", (low, high), start=start, end=self.before())
        node = self.expression()
        if isinstance(node, Name) and self.table.kind(node.key) == "set":
            return node
        if isinstance(node, Name) and self.table.kind(node.key) == "size":
            raise Refusal(
                f"{node.key} is a number, not a set; write \\{{1, \\ldots, {node.key}\\}}", start
            )
        raise Refusal(
            "a set was expected: an interval, listed elements, \\mathbb{R}, or a declared set",
            start,
        )

    def listed_set(self, start: int) -> Node:
        outer_bars, self.bars = self.bars, False
        elements = [self.expression()]
        self.bars = outer_bars
        if self.accept(":", "|", r"\mid"):
            if not isinstance(elements[0], Name):
                raise Refusal("an index was expected before the condition of a set", start)
            conditions = self.conditions()
            self.expect(r"\}", "the conditions of a set")
            whole = (elements[0], *conditions)
            return SetOf("builder", whole, start=start, end=self.before())
        dotted = False
        while self.accept(","):
            if self.accept(r"\ldots", r"\cdots"):
                dotted = True
                continue
            elements.append(self.expression())
        self.expect(r"\}", "the elements of a set")
        if dotted:
            return SetOf("range", (elements[0], elements[-1]), start=start, end=self.before())
        return SetOf("elements", tuple(elements), start=start, end=self.before())

    def word(self) -> str:
        """Return the words of the text that follows, or an empty string."""
        item = self.peek()
        if isinstance(item, Command) and item.name == r"\text" and not self.is_name_at():
            return item.words.strip(" ,.;:()") or ","
        return ""

    def conditions_to_end(self) -> tuple[Node, ...]:
        """Read the conditions of a line of cases; `otherwise` is none."""
        word = self.word()
        if word in ("otherwise", "else"):
            self.at += 1
            self.accept(".", ",", ";")
            if self.at < len(self.items):
                raise Refusal(f"{self.found()} after otherwise", self.position())
            return ()
        if self.at >= len(self.items):
            raise Refusal("a line of cases without its condition", self.end)
        found: list[Node] = []
        while self.at < len(self.items):
            if self.next_is(",", ";", ".", r"\quad", r"\qquad"):
                self.at += 1
                continue
            found.extend(self.conditions())
        return tuple(found)

    def conditions(self) -> list[Node]:
        """Read conditions, with the words before and between them."""
        found: list[Node] = []
        universal = False
        while self.at < len(self.items):
            word = self.word()
            if word:
                self.at += 1
                lower = word.lower()
                if " all" in f" {lower}" or "every" in lower or "each" in lower or "any" in lower:
                    universal = bool(found)
                elif lower.split()[0] not in (*IF_WORDS, "and", ",", "or"):
                    raise Refusal(
                        f"the words {word!r} are no condition; these are read: if, for, for all, "
                        "when, where, with, and, otherwise",
                        self.before(),
                    )
                if lower == "or":
                    raise Refusal("'or' between conditions is not read", self.before())
                continue
            if self.accept(r"\forall"):
                universal = bool(found)
                continue
            if self.accept(r"\land"):
                continue
            if self.next_is(r"\quad", r"\qquad"):
                self.at += 1
                continue
            if self.next_is(",", ";") and found:
                if self.continues_conditions():
                    self.at += 1
                    continue
                break
            if not self.begins_factor() and not self.next_is("-"):
                break
            new = self.condition()
            if universal:
                found[-1] = ForAll(found[-1], tuple(new), start=found[-1].start, end=self.before())
            else:
                found.extend(new)
            if not (
                self.next_is(",", ";", r"\quad", r"\qquad", r"\forall", r"\land") or self.word()
            ):
                break
        if not found:
            raise Refusal("a condition was expected", self.position())
        return found

    def continues_conditions(self) -> bool:
        """Return whether a comma is followed by another condition."""
        follower = self.peek(1)
        return follower is not None and not is_token(follower, "&")

    def condition(self) -> list[Node]:
        """Read one condition: a relation, a range, or names alone."""
        start = self.position()
        names = [self.expression()]
        while self.next_is(","):
            saved = self.at
            self.at += 1
            if self.word() or self.at >= len(self.items) or self.next_is(*DOTS):
                self.at = saved
                break
            names.append(self.expression())
            if self.relation_of(self.peek()):
                break
        if not self.relation_of(self.peek()):
            return [self.running(name, None, None) for name in names]
        last = self.relation_rest(names[-1])
        assert isinstance(last, Relation)
        if last.signs == ("=",) and self.dots_follow():
            low = last.sides[1]
            while self.next_is(",", *DOTS):
                self.at += 1
                if self.next_is(*DOTS, ","):
                    continue
                high = self.expression()
                if not self.dots_follow():
                    break
            return [self.running(name, low, high) for name in [*names[:-1], last.sides[0]]]
        return [
            Relation((name, *last.sides[1:]), last.signs, start=start, end=self.before())
            for name in [*names[:-1], last.sides[0]]
        ]

    def dots_follow(self) -> bool:
        """Return whether a range goes on: dots, or a comma and dots a little later."""
        if self.next_is(r"\cdots", r"\ldots"):
            return True
        ahead = 0
        while is_token(self.peek(ahead), ","):
            if is_token(self.peek(ahead + 1), r"\ldots", r"\cdots"):
                return True
            number = self.peek(ahead + 1)
            if not (isinstance(number, Token) and number.text.isdecimal()):
                return False
            ahead += 2
        return False


def read_statements(items: Sequence[Item], table: Table, end: int) -> list[Statement]:
    r"""Return what a displayed or inline equation states.

    Rows of `aligned` and its like that start with a relation go on with the chain. Conditions in
    front of a row hold for the chain from there on, those after a row for that row.

    Raises
    ------
    Refusal
        If there is no reading, or more than one.
    """
    chains: list[Chain] = []
    for number, row in enumerate(rows_of(strip_tags(items))):
        read_row(Reader(row, table, end=row[-1].end if row else end), chains, number)
    if not chains:
        raise Refusal("nothing stands here; an equation was expected", 0)
    return [chain.statement() for chain in chains]


@dataclass
class Chain:
    """A chain that is being read."""

    sides: list[Node]
    signs: list[str] = field(default_factory=list)
    conditions: list[list[Node]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    # Conditions in front, which hold for what follows.
    leading: list[Node] = field(default_factory=list)
    alone: list[Node] = field(default_factory=list)

    def statement(self) -> Statement:
        start, end = self.sides[0].start, self.sides[-1].end
        conditions = tuple(tuple(c) for c in self.conditions) or (tuple(self.alone),)
        sides = tuple(upright(side) for side in self.sides)
        relation = Relation(sides, tuple(self.signs), start=start, end=end)
        return Statement(relation, conditions, tuple(self.rows))


def chance(events: Sequence[Event | Relation], start: int, end: int) -> Node:
    """Return the probability of events as the expectation of their indicators."""
    factors: list[Node] = []
    for event in events:
        if isinstance(event, Relation):
            factors.append(Indicator(event, start=event.start, end=event.end))
            continue
        if event.value is None:
            raise Refusal(f"{event.variable} needs a value beside another event", event.start)
        sides = (Name(event.variable), event.value)
        factors.append(Indicator(Relation(sides, ("=",)), start=event.start, end=event.end))
    product = factors[0]
    for factor in factors[1:]:
        product = Operation("times", (product, factor), start=start, end=end)
    return Moment("expectation", (product,), (), start=start, end=end)


def function_name(node: Node) -> str:
    """Return the name of a function with its argument."""
    return node.name.removesuffix(" open").split()[0] if isinstance(node, Operation) else ""


def alike(function: Node, follower: Node) -> bool:
    r"""Return whether the argument of a function ends before another: `\sin x \cos x`."""
    names = {function_name(function), function_name(follower)}
    return names <= TRIGONOMETRIC or (len(names) == 1 and "" not in names)


def moment_of(item: Item | None) -> str:
    """Return which moment a command begins, or an empty string."""
    if isinstance(item, Command) and item.name in (r"\mathbb", r"\operatorname"):
        return MOMENTS.get(canonical(item.arguments[0]), "")
    return ""


def upright(side: Node) -> Node:
    """Return a side; a transposed list that is all of it is a column, as every vector."""
    if isinstance(side, Operation) and side.name == "transpose":
        [body] = side.operands
        if isinstance(body, Listed):
            return replace(body, transposed=True, start=side.start, end=side.end)
    return side


def rows_of(items: Sequence[Item]) -> list[list[Item]]:
    """Return the rows of an equation, without alignment marks and a full stop at the end."""
    if len(items) == 1 and isinstance(items[0], Environment) and items[0].name in DISPLAYS:
        content = [i for line in items[0].rows for cell in line for i in cell]
        return rows_of(strip_tags(content))
    rows: list[list[Item]] = [[]]
    for item in items:
        if isinstance(item, Environment) and item.name in ALIGNED | GATHERED:
            for number, line in enumerate(item.rows):
                cells = list(strip_tags([i for cell in line for i in cell]))
                if number == 0:
                    rows[-1].extend(cells)
                else:
                    rows.append(cells)
        elif is_token(item, "\\\\"):
            rows.append([])
        elif not is_token(item, "&"):
            rows[-1].append(item)
    trimmed = []
    for row in rows:
        while row and is_token(row[-1], ".", ",", ";", r"\quad", r"\qquad"):
            row.pop()
        while row and is_token(row[0], r"\quad", r"\qquad"):
            row.pop(0)
        if row:
            trimmed.append(row)
    return trimmed


def read_row(reader: Reader, chains: list[Chain], number: int) -> None:
    """Read one row into the chains, of which the last may go on."""
    leading: list[Node] = []
    if reader.word():
        leading = reader.conditions()
        if not reader.accept(":", ","):
            while reader.next_is(r"\quad", r"\qquad"):
                reader.at += 1
    while reader.next_is(r"\quad", r"\qquad", "&", r"\Rightarrow", r"\implies", r"\therefore"):
        if reader.next_is(r"\Rightarrow", r"\implies"):
            raise Refusal(f"{reader.found()} is not read; state both equations", reader.position())
        reader.at += 1
    first = True
    while reader.at < len(reader.items):
        if (
            reader.word()
            or reader.next_is(r"\forall")
            or (reader.next_is("(") and reader.inside(reader.items[reader.at + 1 :], 0).word())
        ):
            bracket = reader.accept("(")
            add_conditions(chains[-1] if chains else None, reader.conditions(), number, reader)
            if bracket:
                reader.expect(")", "the condition")
        elif reader.relation_of(reader.peek()) and first:
            if not chains:
                raise Refusal("a relation without a left side", reader.position())
            continue_chain(reader, chains[-1], number, leading)
        else:
            read_chain(reader, chains, number, leading, first)
        first = False
        separators = 0
        while reader.next_is(",", ";", ".", r"\quad", r"\qquad"):
            reader.at += 1
            separators += 1
        if (
            reader.at < len(reader.items)
            and not separators
            and not reader.word()
            and not (reader.next_is(r"\forall", "("))
        ):
            raise Refusal(
                f"{reader.found()} can't follow here; an operator, a relation or the end "
                "was expected",
                reader.position(),
            )


def continue_chain(reader: Reader, chain: Chain, number: int, leading: list[Node]) -> None:
    relation = reader.relation_rest(chain.sides[-1])
    assert isinstance(relation, Relation)
    chain.leading.extend(leading)
    for side, sign in zip(relation.sides[1:], relation.signs, strict=True):
        chain.sides.append(side)
        chain.signs.append(sign)
        chain.conditions.append(list(chain.leading))
        chain.rows.append(number)


def read_chain(
    reader: Reader, chains: list[Chain], number: int, leading: list[Node], first: bool
) -> None:
    start = reader.at
    side = reader.expression()
    if reader.relation_of(reader.peek()) is None:
        if not first and chains:
            # Names alone after a comma, `y_c = …, c, d = 1, 2`, are no equation.
            reader.at = start
            add_conditions(chains[-1], reader.conditions(), number, reader)
            return
        chains.append(Chain([side], alone=list(leading), leading=list(leading)))
        return
    relation = reader.relation_rest(side)
    assert isinstance(relation, Relation)
    if chains and not first and (is_condition(relation, reader.table) or reader.dots_follow()):
        reader.at = start
        add_conditions(chains[-1], reader.conditions(), number, reader)
        return
    if reader.dots_follow():
        reader.at = start
        conditions = reader.conditions()
        chains.append(Chain([side], alone=conditions))
        return
    chains.append(
        Chain(
            list(relation.sides),
            list(relation.signs),
            [list(leading) for _ in relation.signs],
            [number for _ in relation.signs],
            list(leading),
        )
    )


def add_conditions(
    chain: Chain | None, conditions: list[Node], number: int, reader: Reader
) -> None:
    """Let the conditions restrict the relations of their row."""
    if chain is None:
        raise Refusal("a condition before any equation", reader.position())
    chain.alone.extend(conditions)
    for row, restricted in zip(chain.rows, chain.conditions, strict=True):
        if row == number:
            restricted.extend(conditions)


def is_condition(relation: Relation, table: Table) -> bool:
    """Return whether a relation is among indices, sizes, labels and whole numbers alone."""
    for node in walk(relation):
        if isinstance(node, Name) and table.kind(node.key) not in INDEXING:
            return False
        if not isinstance(node, Name | Number | Relation | Operation | SetOf | Constant):
            return False
        if isinstance(node, Operation) and node.name not in (
            "sum",
            "negative",
            "times",
            "quotient",
        ):
            return False
    return any(isinstance(node, Name) for node in walk(relation))
