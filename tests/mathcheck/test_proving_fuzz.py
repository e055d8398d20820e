"""Random equations: the prover and the sampler never disagree.

A random expression is printed in LaTeX and read back. It is proved equal to a copy of itself that
is written otherwise; whatever else is proved of it, by chance or after a change of one token, holds
at all samples. `PROVING_EXAMPLES=10000 pytest tests/mathcheck/test_proving_fuzz.py` takes hours
instead of seconds, and says how many statements there were.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proofs import text_of

from mathcheck.checking.compare import tallied
from mathcheck.checking.equation import Context, Options, Reading, read
from mathcheck.checking.tally import Tally
from mathcheck.documents import document_of
from mathcheck.latex import Refusal
from mathcheck.mutants import mutants
from mathcheck.mutation import in_context
from mathcheck.proving import Proof, proved
from mathcheck.values.scope import CRASHES

LONG = "PROVING_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("PROVING_EXAMPLES", "20"))
MUTANTS = 6
SYMBOLS = r"""
C : size 1..3 : - : classes
m : size 1..2 : - : rows
i, j, k, n, p, q : index C : - : classes
a, b, d : index m : - : rows
l : label C : - : a class
u, v, x : real : - : numbers
s, r : positive : - : positive numbers
h : unit : - : a number between zero and one
B : binary : - : zero or one
\mathbf{z}, \mathbf{f} : real[C] : - : vectors
\mathbf{e} : positive[C] : - : positive numbers
\mathbf{y} : simplex[C] : - : probabilities
\mathbf{t} : onehot[C] : - : a class
\mathbf{c} : binary[C] : - : zeros and ones
\mathbf{T} : onehot[m; C] : - : classes of rows
\mathbf{Y} : simplex[m; C] : - : probabilities of rows
\mathbf{M} : real[C, C] : - : a matrix
\mathbf{S} : spd[C] : - : a symmetrical matrix
\mathcal{S} : set C : - : some classes
\delta : kronecker : - : the Kronecker delta
\mathbf{g} : name : - : defined for each class
\omega : name : - : defined by the others
F, G : function : - : functions
"""
DEFINITIONS = (
    (r"g_k = \frac{e^{z_k}}{\sum_{n=1}^{C} e^{z_n}}", "g_k"),
    (r"\omega = \sum_{k=1}^{C} \left(z_k - x\right)^2", r"\omega"),
    (r"F(\mathbf{z}) = \log\left(\sum_{k=1}^{C} e^{z_k}\right) + \omega", r"F(\mathbf{z})"),
    (r"G(u) = \frac{\partial}{\partial x} \left(u \cdot x^2\right) + u", "G(u)"),
)
CLASSES, ROWS = ("i", "j", "k", "n", "p", "q"), ("a", "b", "d")
FREE = ("i", "k", "a")
NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    r"\frac{1}{2}",
    "u",
    "v",
    "x",
    "s",
    "r",
    "h",
    "B",
    "C",
    "m",
    r"\omega",
)
ENTRIES = ("z", "f", "e", "y", "t", "c", "g")
TABLES = {
    "M": ("class", "class"),
    "S": ("class", "class"),
    "T": ("row", "class"),
    "Y": ("row", "class"),
}
# Pairs of what is equal as it stands.
WHOLES = (
    (r"\mathbf{z}^\top \mathbf{f}", r"\mathbf{f}^\top \mathbf{z}"),
    (r"\mathbf{z}^\top \mathbf{M} \mathbf{f}", r"\mathbf{f}^\top \mathbf{M}^\top \mathbf{z}"),
    (r"\mathbf{y}^\top \mathbf{S} \mathbf{z}", r"\mathbf{z}^\top \mathbf{S} \mathbf{y}"),
    (r"F\left(\mathbf{f}\right)", r"F\left(\mathbf{f}\right)"),
)
CONDITIONS = ("", "", "", r" \text{ if } i = k", r" \text{ if } i \neq k", r" \text{ if } C = 2")


@dataclass(frozen=True)
class Term:
    """A part of a random expression: its kind, its parts, and the index or the text in it."""

    kind: str
    parts: tuple["Term", ...] = ()
    text: str = ""
    other: str = ""


def place() -> Context:
    """Return what holds after the symbols and definitions."""
    text = text_of(SYMBOLS, "u = u", DEFINITIONS)
    [*_, (_, context)] = in_context([document_of(text, Path("text.md"), "text.md")], "", 0)
    return context


PLACE = place()


def written(term: Term) -> str:
    """Return a random expression in LaTeX, each part of it in brackets."""
    parts = [written(part) for part in term.parts]
    inside = [rf"\left({part}\right)" for part in parts]
    match term.kind:
        case "sum":
            return " + ".join(inside)
        case "product":
            return r" \cdot ".join(inside)
        case "quotient":
            return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
        case "power":
            return rf"{inside[0]}^{{{term.text}}}"
        case "negative":
            return f"-{inside[0]}"
        case "absolute":
            return rf"\left|{parts[0]}\right|"
        case "root":
            return rf"\sqrt{{{parts[0]}}}"
        case "exp":
            return rf"e^{{{parts[0]}}}"
        case "log" | "function":
            return rf"{term.text}{inside[0]}"
        case "over":
            return rf"{term.text}_{{{index_range(term)}}} {inside[0]}"
        case "slope":
            return rf"\frac{{\partial}}{{\partial {term.text}}} {inside[0]}"
        case "at":
            return rf"\left. {inside[0]} \right|_{{{term.text} = {parts[1]}}}"
    return term.text


def index_range(term: Term) -> str:
    r"""Return what stands below a sum: all values, or those that differ from another index."""
    name, _, condition = term.other.partition(" ")
    if condition:
        return rf"{name} {condition}"
    return rf"{name}=1}}^{{{'C' if name in CLASSES else 'm'}"


class Expressions:
    """Random expressions, drawn one part after the other."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def one_of(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def index(self, scope: tuple[str, ...], names: tuple[str, ...]) -> str:
        """Return an index in scope, or the number one."""
        return self.one_of(*(name for name in scope if name in names), "1")

    def leaf(self, scope: tuple[str, ...]) -> Term:
        """Return a number, an entry, a delta, or a product of whole arrays."""
        kind = self.one_of("number", "entry", "entry", "table", "delta", "whole", "label")
        if kind == "number":
            return Term("leaf", text=self.one_of(*NUMBERS))
        if kind == "entry":
            return Term("leaf", text=f"{self.one_of(*ENTRIES)}_{{{self.index(scope, CLASSES)}}}")
        if kind == "delta":
            one, other = (self.index(scope, CLASSES) for _ in range(2))
            return Term("leaf", text=rf"\delta_{{{one} {other}}}")
        if kind == "label":
            return Term("leaf", text=f"{self.one_of('y', 'z', 'e')}_{{l}}")
        if kind == "whole":
            text, other = self.draw(st.sampled_from(WHOLES))
            return Term("whole", text=text, other=other)
        name = self.one_of(*TABLES)
        spots = [self.index(scope, ROWS if s == "row" else CLASSES) for s in TABLES[name]]
        return Term("leaf", text=f"{name}_{{{' '.join(spots)}}}")

    def positive(self, scope: tuple[str, ...], depth: int) -> Term:
        """Return an expression that is above zero."""
        kind = self.one_of("leaf", "entry", "exp", "sum", "product", "over", "square")
        if depth <= 0 or kind in ("leaf", "entry"):
            entry = f"{self.one_of('e', 'y', 'g')}_{{{self.index(scope, CLASSES)}}}"
            return Term(
                "leaf", text=self.one_of("s", "r", "h", "2", "C") if kind == "leaf" else entry
            )
        if kind == "exp":
            return Term("exp", (self.term(scope, depth - 1),))
        if kind == "over":
            return self.over(scope, depth, positive=True)
        if kind == "square":
            square = Term("power", (self.term(scope, depth - 1),), "2")
            return Term("sum", (square, self.positive(scope, depth - 1)))
        return Term(kind, tuple(self.positive(scope, depth - 1) for _ in range(2)))

    def over(self, scope: tuple[str, ...], depth: int, *, positive: bool = False) -> Term:
        """Return a sum or a product over an index that its body has."""
        names = CLASSES if self.draw(st.booleans()) else ROWS
        unused = [name for name in names if name not in scope]
        if not unused:
            return self.leaf(scope)
        name = self.one_of(*unused)
        within = (*scope, name)
        kind = self.one_of(r"\sum", r"\sum", r"\sum", r"\prod")
        make = self.positive if positive or kind == r"\prod" else self.term
        body = make(within, depth - 1)
        if not mentions(body, name):
            factor = f"e_{{{name}}}" if names is CLASSES else f"Y_{{{name} 1}}"
            body = Term("product", (body, Term("leaf", text=factor)))
        others = [n for n in scope if n in names]
        which = name
        if others and not positive and self.draw(st.integers(0, 2)) == 0:
            which = rf"{name} \neq {self.one_of(*others)}"
        elif names is CLASSES and not positive and self.draw(st.integers(0, 5)) == 0:
            which = rf"{name} \in \mathcal{{S}}"
        return Term("over", (body,), kind, which)

    def term(self, scope: tuple[str, ...], depth: int) -> Term:
        """Return any expression."""
        if depth <= 0:
            return self.leaf(scope)
        kind = self.one_of(
            *("leaf", "sum", "sum", "product", "product", "over", "over", "quotient", "power"),
            *("negative", "absolute", "root", "exp", "log", "slope", "at", "function", "max"),
        )
        if kind == "leaf":
            return self.leaf(scope)
        if kind == "over":
            return self.over(scope, depth)
        if kind in ("root", "log"):
            return Term(kind, (self.positive(scope, depth - 1),), r"\log")
        if kind == "quotient":
            below = self.positive if self.draw(st.booleans()) else self.term
            return Term(kind, (self.term(scope, depth - 1), below(scope, depth - 1)))
        if kind == "max":
            name = next(n for n in (*CLASSES, "?") if n not in scope)
            if name == "?":
                return self.leaf(scope)
            body = self.term((*scope, name), depth - 2)
            body = Term("sum", (body, Term("leaf", text=f"z_{{{name}}}")))
            return Term("over", (body,), r"\max", rf"{name} ")
        first = self.term(scope, depth - 1)
        if kind in ("sum", "product"):
            return Term(kind, (first, self.term(scope, depth - 1)))
        if kind == "power":
            return Term(kind, (first,), self.one_of("2", "3", "0", "-1", r"\frac{1}{2}"))
        if kind == "slope":
            return Term(
                kind, (first,), self.one_of("u", "x", "s", f"z_{{{self.index(scope, CLASSES)}}}")
            )
        if kind == "at":
            return Term(kind, (first, self.leaf(scope)), self.one_of("u", "x"))
        if kind == "function":
            return Term(kind, (first,), "G")
        return Term(kind, (first,))

    def otherwise(self, term: Term, scope: tuple[str, ...]) -> Term:
        """Return an expression written otherwise: commuted, distributed, renamed, taken apart."""
        within = scope
        if term.kind == "over":
            name = term.other.split()[0]
            names = CLASSES if name in CLASSES else ROWS
            new = self.one_of(name, *(n for n in names if n not in scope))
            term = renamed(term, name, new)
            within = (*scope, new)
        parts = tuple(self.otherwise(part, within) for part in term.parts)
        if term.kind == "whole":
            return replace(term, text=self.one_of(term.text, term.other))
        if term.kind in ("sum", "product") and self.draw(st.booleans()):
            parts = parts[::-1]
        term = replace(term, parts=parts)
        if term.kind == "product" and parts[1].kind == "sum" and self.draw(st.booleans()):
            return Term("sum", tuple(Term("product", (parts[0], p)) for p in parts[1].parts))
        if (term.kind, term.text) == ("over", r"\sum") and parts[0].kind == "sum":
            return (
                Term("sum", tuple(replace(term, parts=(p,)) for p in parts[0].parts))
                if all(mentions(p, within[-1]) for p in parts[0].parts)
                else term
            )
        if term.kind == "negative" and self.draw(st.booleans()):
            return Term("product", (Term("leaf", text="(-1)"), *parts))
        if term.kind == "quotient" and self.draw(st.booleans()):
            return Term("product", (Term("power", parts[1:], "-1"), parts[0]))
        return term


def mentions(term: Term, name: str) -> bool:
    """Return whether an index occurs in an expression."""
    return any(f"{mark}{name}{end}" in written(term) for mark in "{ " for end in "} ")


def renamed(term: Term, name: str, new: str) -> Term:
    """Return an expression with another name for a bound index."""
    text, other = term.text, term.other
    if term.kind in ("leaf", "slope") and "_{" in text:
        head, _, indices = text.partition("_{")
        spots = [new if spot == name else spot for spot in indices.removesuffix("}").split()]
        text = f"{head}_{{{' '.join(spots)}}}"
    if term.kind == "over":
        end = " " if other.endswith(" ") else ""
        other = " ".join(new if part == name else part for part in other.split()) + end
    return replace(
        term, text=text, other=other, parts=tuple(renamed(p, name, new) for p in term.parts)
    )


@dataclass(frozen=True)
class Claim:
    """An expression, the same written otherwise, a condition, and which mutants are tried."""

    left: str
    right: str
    condition: str
    seed: int


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Return a random claim."""
    source = Expressions(draw)
    term = source.term(FREE, draw(st.integers(1, 4)))
    copy = source.otherwise(term, FREE)
    seed = draw(st.integers(0, 2**16))
    return Claim(written(term), written(copy), source.one_of(*CONDITIONS), seed)


def reading_of(text: str) -> Reading | None:
    """Return the reading of an equation, if it has one without a problem."""
    try:
        reading = read(text, Options(), PLACE)
    except CRASHES:
        return None
    return None if reading.problems else reading


def disagreement(reading: Reading, proof: Proof) -> str:
    """Return how the samples contradict a proof, or an empty string."""
    try:
        tally = tallied(reading, Tally(brief=True))
    except Refusal:
        # Beyond the numbers that are computed.
        return ""
    except CRASHES as error:
        return "" if proof.conditions else f"no value: {error!r}"
    if tally.failures:
        return str(tally.failures)
    return str(tally.gaps) if tally.gaps and not proof.conditions else ""


def statements(claim: Claim) -> Iterator[tuple[str, str]]:
    """Yield what is said of an expression: what must be true, and what may be."""
    left, condition = claim.left, claim.condition
    yield "itself", f"{left} = {left}{condition}"
    yield "copy", f"{left} = {claim.right}{condition}"
    for relation in (r"\geq 0", "> 0", r"\leq 0", "< 0", "= 0", "= 1"):
        yield "by chance", rf"{left} {relation}{condition}"
    changed = mutants(f"{left} = {claim.right}{condition}", PLACE.table)
    for mutant in Random(claim.seed).sample(changed, min(MUTANTS, len(changed))):
        yield "mutant", mutant.text


def problem(claim: Claim, counts: Counter[str]) -> str:
    """Return what is wrong with the proofs of a claim and its like, or an empty string."""
    proofs: dict[str, bool] = {}
    for kind, text in statements(claim):
        reading = reading_of(text)
        if reading is None:
            continue
        proof = proved(reading)
        proofs.setdefault(kind, proof is not None)
        counts[kind] += 1
        if proof:
            counts[f"{kind}, proved"] += 1
            if found := disagreement(reading, proof):
                return f"proved, and fails at a sample: {text}: {found}"
    if proofs.get("itself") and not proofs.get("copy", True):
        return f"not proved: {claim.left} = {claim.right}{claim.condition}"
    return ""


COUNTS: Counter[str] = Counter()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck),
)
@given(claims())
def compare(claim: Claim) -> None:
    """Prove what can be proved of an expression, and compare it at samples."""
    assert not problem(claim, COUNTS)


def test_the_prover_and_the_samples_never_disagree(capsys: pytest.CaptureFixture[str]) -> None:
    compare()
    assert COUNTS["copy, proved"] > EXAMPLES / 4
    if LONG:
        with capsys.disabled():
            print(dict(COUNTS))
