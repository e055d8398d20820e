"""How signs and words are read: what they mean, or that they are refused."""

import pytest

from mathcheck.book import check_text
from mathcheck.latex import Refusal, read_items
from mathcheck.reading import core, grammar, read_expression
from mathcheck.report import Result
from mathcheck.symbols import Table, entries, parse_symbols
from mathcheck.words import PHRASES, Role

ROWS = r"""
n : size 2..3 : - : a size
i, j, k : index n : - : indices
x, y : real : - : numbers
a, b : positive : - : positive numbers
N : integer 1..6 : - : a whole number
\mathbf{v}, \mathbf{w} : real[n] : - : vectors
\mathbf{A} : real[n, n] : - : a matrix
R : real[n, n] : - : a matrix
r : name : - : its transpose
\delta : kronecker : - : Kronecker's delta
f : function : - : a function
"""


def verdict(text: str, before: str = "") -> Result:
    document = f"```{{symbols}}\n{ROWS}```\n\n{before}\n\n```{{math}}\n{text}\n```\n"
    return list(check_text(document))[-1].result


HOLDS = [
    r"\delta_{ij} = 0 \quad \text{unless } i = j",
    r"\delta_{ij} = 0 \quad \text{for all } i, j \text{ except } i = j",
    r"\delta_{ij} = 0 \quad \text{for every } i \text{ and } j \text{ with } i \neq j",
    r"\delta_{ij} = 0 \quad \text{for all but } i = j",
    r"\delta_{ij} \delta_{jk} = 0 \quad \text{if } i \neq j \text{ or if } j \neq k",
    r"\delta_{ij} \delta_{jk} = 1 \quad \text{unless } i \neq j \text{ or } j \neq k",
    r"\delta_{ij} = 0 \quad \text{if not } i = j",
    r"\delta_{ij} = 1 \quad \text{if and only if } i = j",
    r"\delta_{ij} = 0 \iff i \neq j",
    r"|x| = x \quad \text{exactly when } x \geq 0",
    r"|x| = x \quad \text{whenever } x > 0",
    r"\begin{aligned} |x| &= x && \text{if } x > 0 \\ &= -x && \text{if } x < 0 \end{aligned}",
    r"\begin{cases} x, & \text{unless } x < 0 \\ -x & \text{otherwise} \end{cases} = |x|",
    r"x = x \text{ and } a > 0",
    r"x \overset{(1)}{=} x",
    r"x \overset{\text{def}}{=} x",
    r"\sum_{0 \leq k \leq 7} 2^k = 255",
    r"\sum_{1 \leq i < j \leq n} v_i v_j = \sum_{i < j} v_i v_j",
    r"1 \cdot 2 \cdots N = N!",
    r"1 \times 2 \times \cdots \times N = N!",
    r"\sin^2 x \cos^2 x = \frac{1}{4} \sin^2(2 x)",
    r"\underset{i}{\max} \, v_i = \max_i v_i",
    r"\left| |x| - 1 \right| = \left| 1 - |x| \right|",
    r"e^{(x)} e^{(y + 1)(y - 1)} = e^{x + y^2 - 1}",
    r"\frac{1}{B(a, b)} = \frac{\Gamma(a + b)}{\Gamma(a) \Gamma(b)}",
]
FAILS = [
    r"\delta_{ij} = 0 \quad \text{unless } i \neq j",
    r"v_i = v_k \quad \text{for all but } i = k",
    r"\delta_{ij} \delta_{jk} = 1 \quad \text{if } i = j \text{ or if } j = k",
    r"\delta_{ij} = 1 \quad \text{if not } i = j",
    r"|x| = x \quad \text{if and only if } x > 1",
    r"|x| = x \iff x < 1",
    r"x = 100 \iff x = 100.5",
    r"\delta_{ij} = 0 \quad \text{exactly when } i < j",
    r"\begin{aligned} |x| &= x && \text{if } x > 0 \\ &= x && \text{if } x < 0 \end{aligned}",
    r"\begin{aligned} |x| &= x && \text{if } x > 0 \\ &= x \end{aligned}",
    r"\sum_{0 < k \leq 7} 2^k = 255",
    r"x = x \text{ and } a > 1",
    r"v_i = v_i \text{ and } i = j",
]
REFUSED = [
    (r"x = x \quad \text{if possible } x > 0", "the word 'possible'"),
    (r"x = x \quad \text{for almost all } i", "the word 'almost'"),
    (r"x = x \quad \text{only if } x > 0", "these phrases are: if, when"),
    (r"x = x \quad \text{for some } i", "the word 'some'"),
    (r"x = x \quad \text{if } x > 0, y > 0 \text{ or } a > b", "two readings"),
    (r"x = x \quad \text{unless } i", "'unless' is about one relation"),
    (r"x = x \quad \text{if } x > 0 \text{ or}", "a condition was expected"),
    (r"v_i = v_i \quad \text{if and only if } w_i > 0 \text{ for all } i", "before the equation"),
    (r"x = x \text{ or } x > 0", "between equations"),
    (r"x \overset{?}{=} x", "may change what it says"),
    (r"x \overset{!}{=} x", "may change what it says"),
    (r"x \overset{d}{=} x", "may change what it says"),
    (r"\log(a)(b) = x", "two readings"),
    (r"\prod_i v_i / n = x", "two readings"),
    (r"\max_i v_i / n = x", "two readings"),
    (r"x = x \quad \text{for } i = 1, 3, \ldots, n", "goes on by one"),
    (r"\log " * 500 + "a = x", "nesting"),
]


@pytest.mark.parametrize("text", HOLDS)
def test_what_is_true_holds(text: str) -> None:
    result = verdict(text)
    assert result.status == "checked", result.message


@pytest.mark.parametrize("text", FAILS)
def test_what_is_false_fails(text: str) -> None:
    result = verdict(text)
    assert result.status == "failed", result.message


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_has_no_one_meaning_is_refused(text: str, words: str) -> None:
    result = verdict(text)
    assert result.status == "refused"
    assert words in result.message


def test_a_letter_with_a_row_of_its_own_is_no_entry_of_its_capital() -> None:
    defines = "```{math}\n:defines: r\nr = R^\\top\n```"
    assert verdict("r_{ij} = R_{ij}", defines).status == "failed"
    assert verdict("r_{ij} = R_{ji}", defines).status == "checked"


# --- the grammar that is printed is the one that is read ---

TABLE = Table({}).extended(entries(parse_symbols(ROWS.splitlines()), Table({})))


def read(text: str) -> str:
    return repr(read_expression(read_items(text), TABLE, len(text)))


def test_each_form_has_its_reader_and_each_reader_its_form() -> None:
    parts = {"group", "limit_of", "builder"}
    assert {form.reader for form in grammar.FORMS} | parts == set(core.READERS)


@pytest.mark.parametrize("infix", grammar.INFIXES.values(), ids=lambda infix: infix.sign)
def test_an_operator_binds_as_its_row_says(infix: grammar.Infix) -> None:
    for other in grammar.INFIXES.values():
        text = f"x {infix.sign} y {other.sign} a"
        left, right = f"(x {infix.sign} y) {other.sign} a", f"x {infix.sign} (y {other.sign} a)"
        if not infix.chained and other.power >= infix.power:
            with pytest.raises(Refusal, match="two readings"):
                read(text)
        elif infix.power < other.power:
            assert read(text) == read(right)
        elif infix.power > grammar.ADDED:
            assert read(text) == read(left)


@pytest.mark.parametrize("bracket", grammar.BRACKETS.values(), ids=lambda b: b.opening)
def test_a_bracket_means_what_its_row_says(bracket: grammar.Bracket) -> None:
    inside = "x, y" if bracket.operation == "inner" else "x + 1"
    spelled = {r"\lnorm": r"\left\|", r"\rnorm": r"\right\|"}
    opening, closing = (spelled.get(s, s) for s in (bracket.opening, bracket.closing))
    tree = read(f"{opening} {inside} {closing}")
    assert tree == read("x + 1") if not bracket.operation else repr(bracket.operation) in tree


@pytest.mark.parametrize("sign", grammar.FUNCTIONS)
def test_a_function_has_its_name(sign: str) -> None:
    name = grammar.FUNCTIONS[sign]
    arguments = "a, b" if grammar.ARITY.get(name) == 2 else "a"
    assert f"name={name!r}" in read(f"{sign}({arguments})")


def test_each_phrase_is_read_and_no_sign_has_two_meanings() -> None:
    for phrase in PHRASES:
        if phrase.role in (Role.RESTRICT, Role.NARROW, Role.UNIVERSAL):
            result = verdict(rf"\delta_{{ij}} = 1 \quad \text{{{phrase.words} }} i = j")
            assert result.status == "checked", phrase.words
        if phrase.role is Role.EXCEPT:
            result = verdict(rf"\delta_{{ij}} = 1 \quad \text{{{phrase.words} }} i \neq j")
            assert result.status == "checked", phrase.words
    signs = [*grammar.BEGINNINGS, *grammar.INFIXES, *grammar.RELATIONS, *grammar.SEPARATORS]
    signs += [sign for phrase in PHRASES for sign in phrase.signs]
    assert len(signs) == len(set(signs))
