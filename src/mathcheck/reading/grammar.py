r"""The grammar: binding powers, brackets, relations, and the forms with a sign of their own.

What a sign means is said here and nowhere else, but for the words (`words.py`) and the names,
which the symbol table of the book declares and which are looked up before anything else.
"""

from dataclasses import dataclass

from mathcheck.operations import SPELLED, TABLE
from mathcheck.words import BY_SIGN, PHRASES

# --- operators ---


@dataclass(frozen=True)
class Infix:
    """An operator between two operands; a higher power binds tighter.

    An operator that is not `chained` may not be followed by one of its own power or higher.
    """

    sign: str
    power: int
    said: str
    chained: bool = True

    @property
    def operation(self) -> str:
        """Return the name of the operation whose record has the sign."""
        return SPELLED[self.sign].name


ADDED, DIVIDED, MULTIPLIED, JOINED, APPLIED = 1, 2, 3, 4, 5
# What stands side by side has an operator between its parts that is not printed.
BESIDE = Infix("", JOINED, "a product: of numbers, of matrices, of a number and an array")
INFIXES = {
    infix.sign: infix
    for infix in (
        Infix("+", ADDED, "a sum; `+ \\cdots +` before the last term goes on as it began"),
        Infix("-", ADDED, "a difference; a sign in front reaches as far"),
        Infix("/", DIVIDED, "a quotient of one factor: `1/2 x` is refused", False),
        BESIDE,
        Infix(r"\cdot", MULTIPLIED, "a product, of vectors the inner one"),
        Infix(r"\times", MULTIPLIED, "a product, of which one operand is a number"),
        Infix("*", MULTIPLIED, "as `\\times`"),
        Infix(r"\odot", MULTIPLIED, "the product entry by entry"),
        Infix(r"\circ", MULTIPLIED, "as `\\odot`"),
    )
}
# The printed signs between factors.
PRODUCTS = tuple(sign for sign, infix in INFIXES.items() if sign and infix.power >= DIVIDED)
POSTFIXES = {
    "_": "indices, `x_{ij}` or `x_{i,j}`; a colon stands for all",
    "^": r"a power; `^\top` transposes; `^{(i)}` is an index",
    "'": "the derivative of a function of the table",
    "!": "the factorial; `!!` is the double factorial",
}
SCRIPTS = ("_", "^", "'")
DOTS = (r"\cdots", r"\ldots", r"\vdots", r"\ddots")
LINE_DOTS = (r"\cdots", r"\ldots")

# --- relations ---

RELATIONS = {
    "=": "=",
    r"\equiv": "=",
    r"\triangleq": "=",
    r"\coloneqq": "=",
    ":=": "=",
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
# What may stand over or under a relation and leaves it as it is; over `=` alone, and a
# reference to a reason, as `(1)`, `(a)` or `(ii)`, over any.
DECORATIONS = frozenset({r"\operatorname{def}", r"\operatorname{def.}", r"\triangle", r"\Delta"})
REFERENCE = r"\((\d{1,3}|[a-z]|[ivx]{1,5}|\\ast|\*)\)"

# --- brackets ---


@dataclass(frozen=True)
class Bracket:
    """A pair of signs and the operation on what they hold; none if they only group."""

    opening: str
    closing: str
    operation: str
    said: str


BRACKETS = {
    bracket.opening: bracket
    for bracket in (
        Bracket("(", ")", "", "groups; with commas, a column"),
        Bracket("[", "]", "", "groups, but no lone name; a column; with a relation, 1 if it holds"),
        Bracket(r"\{", r"\}", "", "groups what has a sum in it; behind `\\in`, a set"),
        Bracket("|", "|", "absolute", "the absolute value; of a matrix, the determinant"),
        Bracket(r"\lvert", r"\rvert", "absolute", "as `|`"),
        Bracket(r"\|", r"\|", "norm", "a norm"),
        Bracket(r"\lnorm", r"\rnorm", "norm", "as `\\|`"),
        Bracket(r"\lfloor", r"\rfloor", "floor", "the largest whole number not above"),
        Bracket(r"\lceil", r"\rceil", "ceiling", "the smallest whole number not below"),
        Bracket(r"\langle", r"\rangle", "inner", "the inner product of two"),
    )
}
NORM = r"\lVert"
NORMS = {
    latex.removeprefix(NORM).removeprefix("_"): record.name
    for latex, record in SPELLED.items()
    if latex.startswith(NORM)
}
BARS = ("|", r"\|")
CLOSING = {bracket.opening: bracket.closing for bracket in BRACKETS.values()}
# Bars close where they open, so they don't nest.
FENCES = frozenset({*CLOSING, r"\left."} - {*BARS})
CLOSINGS = frozenset({*CLOSING.values(), r"\right."} - {*BARS})

# --- functions ---

# What the records of operations say of spellings; a new function is a record.
FUNCTIONS = {
    latex: record.name
    for latex, record in SPELLED.items()
    if record.form in ("function", "trigonometric")
}
# Letters that may be anything in a table, and are functions if it doesn't have them.
LETTERS = (r"\Gamma", r"\psi", "B", r"\mathrm{B}")
WORD_FUNCTIONS = {latex: name for latex, name in FUNCTIONS.items() if latex not in LETTERS}
TRIGONOMETRIC = tuple(r.name for r in TABLE.values() if r.form == "trigonometric")
ARITY = {name: TABLE[name].arity or 1 for name in FUNCTIONS.values()}
# Of these a list in brackets behind the argument is a factor, `\operatorname{diag}(a, b) (x, y)`.
ARRAY_VALUED = tuple(r.name for r in TABLE.values() if r.exact == "shape")
EXTREMES = {latex: r.name for latex, r in SPELLED.items() if r.form == "extreme"}
BIGS = {r"\sum": "sum", r"\prod": "product", **EXTREMES}
# Of these, arguments in brackets may stand in the place of what they run over.
LISTING = tuple(dict.fromkeys(EXTREMES.values()))
MOMENTS = {
    r"\mathbb{E}": "expectation",
    r"\operatorname{E}": "expectation",
    "E": "expectation",
    r"\operatorname{Var}": "variance",
    r"\operatorname{var}": "variance",
    r"\operatorname{V}": "variance",
    r"\mathbb{V}": "variance",
    r"\operatorname{Cov}": "covariance",
    r"\operatorname{cov}": "covariance",
}
CONSTANTS = {"e": "e", r"\pi": "pi", r"\infty": "infinity"}
NUMBER_SETS = {rf"\mathbb{{{letter}}}": letter for letter in "RNZCQ"}

# --- forms ---


@dataclass(frozen=True)
class Form:
    """What begins with a sign of its own; `reader` names the function that reads it."""

    reader: str
    signs: tuple[str, ...]
    written: str
    said: str


FORMS = (
    Form("bracketed", tuple(BRACKETS), "( … )", "what the table of brackets says"),
    Form(
        "function",
        tuple(FUNCTIONS),
        r"\log(…), \log …, \sin 2x",
        "a function of one factor or bracket; of an angle also of numbers times a factor",
    ),
    Form("big", tuple(BIGS), r"\sum_{c=1}^{C} …", "over what stands below, of the product behind"),
    Form("argument_of", (r"\arg",), r"\arg\max_c …", "as `\\argmax`"),
    Form("constant", tuple(CONSTANTS), r"e, \pi, \infty", "the constants"),
    Form("zero", (r"\mathbf{0}", r"\mathbb{0}"), r"\mathbf{0}", "zero, of any shape"),
    Form("fraction", (r"\frac",), r"\frac{a}{b}", "a quotient, or a derivative"),
    Form("root", (r"\sqrt",), r"\sqrt[n]{a}", "a root"),
    Form("binomial", (r"\binom",), r"\binom{n}{k}", "a binomial coefficient"),
    Form("boxed", (r"\boxed",), r"\boxed{a}", "what stands in it"),
    Form("beneath", (r"\underset",), r"\underset{c}{\max} …", r"as `\max_c`"),
    Form("decorated", (r"\overset",), r"\overset{?}{=}", "refused, but over a relation"),
    Form("limit", (r"\lim", r"\operatorname{lim}"), r"\lim_{x \to 0} …", "a limit of a product"),
    Form("integral", (r"\int", r"\iint", r"\oint"), r"\int_a^b … \, dx", "an integral"),
    Form(
        "nabla",
        (r"\nabla",),
        r"\nabla_{\mathbf{z}} …, \nabla f(\mathbf{z})",
        "the derivative of one factor",
    ),
    Form("partial", (r"\partial",), r"\partial_{z_j} …", "the derivative of one factor"),
    Form("evaluated", (r"\left.",), r"\left. … \right|_{x = 0}", "at the value that is put in"),
    Form("indicator", (r"\mathbb{1}", r"\mathbf{1}", r"\mathbb{I}"), r"\mathbb{1}(…)", "1 or 0"),
    Form(
        "probability",
        (r"\Pr", r"\mathbb{P}", r"\operatorname{Pr}", r"\operatorname{P}", "P"),
        r"P(X = x \mid Y)",
        "the probability of events of random variables",
    ),
    Form("moment", tuple(MOMENTS), r"\mathbb{E}[…]", "an expectation, variance or covariance"),
    Form("cases", ("cases", "dcases"), r"\begin{cases} … \end{cases}", "a value by cases"),
    Form(
        "matrix",
        ("matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array"),
        r"\begin{bmatrix} … \end{bmatrix}",
        "a matrix",
    ),
    Form("matrix_determinant", ("vmatrix",), r"\begin{vmatrix} … \end{vmatrix}", "a determinant"),
    Form("matrix_norm", ("Vmatrix",), r"\begin{Vmatrix} … \end{Vmatrix}", "a norm"),
)
BEGINNINGS = {sign: form for form in FORMS for sign in form.signs}

# --- what ends an expression ---

SPACES = (r"\quad", r"\qquad")
SEPARATORS = (",", ";", ":", ".", r"\mid", r"\parallel", r"\sim", r"\cap", "&", "\\\\", *SPACES)
MEANINGLESS = {
    **dict.fromkeys(
        (r"\leftarrow", r"\gets", r"\mapsto", r"\rightarrow"),
        "{} claims nothing that has a value; give the equation an :unchecked: reason",
    ),
    **dict.fromkeys(
        (r"\succeq", r"\preceq", r"\succ", r"\prec"),
        r"{} is not read; write \mathbf{{x}}^\top A \mathbf{{x}} \geq 0",
    ),
    r"\choose": r"{} is not read; write \binom{{n}}{{k}}",
    **dict.fromkeys((r"\pm", r"\mp"), "{} has two readings; write both equations"),
    **dict.fromkeys(
        (r"\Rightarrow", r"\implies", r"\Longrightarrow"),
        r"{} is not read; write the claim, then \text{{if}} and the condition",
    ),
}
# No operand begins with one of these.
ENDS = frozenset(
    {*INFIXES, *POSTFIXES, *DOTS, *RELATIONS, *CLOSINGS, *SEPARATORS, *BY_SIGN} - {BESIDE.sign}
    | {r"\rightarrow", r"\mapsto", r"\Rightarrow", r"\implies", r"\setminus", r"\cup", r"\otimes"}
    | {r"\pm", r"\mp"}
)


def printed() -> dict[str, list[tuple[str, str]]]:
    """Return the grammar for a page: for each table, how a thing is written and what it means.

    Examples
    --------
    >>> printed()["operators, the loosest first"][0][0]
    '+'
    """
    infixes = sorted(INFIXES.values(), key=lambda infix: infix.power)
    return {
        "operators, the loosest first": [(i.sign or "(side by side)", i.said) for i in infixes],
        "behind an operand": list(POSTFIXES.items()),
        "brackets": [(f"{b.opening} {b.closing}", b.said) for b in BRACKETS.values()],
        "forms": [(form.written, form.said) for form in FORMS],
        "functions": list(FUNCTIONS.items()),
        "relations": list(RELATIONS.items()),
        "words": [(", ".join((p.words, *p.signs)), p.role.value) for p in PHRASES],
    }
