"""What an equation answers to a reader: numbers that are right, and slips that are noticed."""

import json
import math
import re
from dataclasses import asdict, replace
from functools import cache

import pytest

from mathcheck.answers import Answers, answers, letters, remembered
from mathcheck.book import check_text
from mathcheck.checking.equation import Reading
from mathcheck.checking.verdict import check
from mathcheck.slips import Slip
from mathcheck.sphinx.breaking import highlighted, label, whole
from mathcheck.wording import summary
from mathcheck.worked import MINUS, needed_names, numeral, worked

TABLE = r"""```{symbols}
C          : size 2..4  : C : number of classes
c, d       : index C    : - : a class
a, b       : real       : a, b : numbers
\mathbf{z} : real[C]    : z : the scores, as in $z_c$
\Sigma     : name       : - : their sum
f          : function   : - : a function
```

"""
EQUATIONS = {
    "square": r"(a - b)^2 = a^2 - 2 a b + b^2",
    "sum": r"\sum_{c=1}^{C} (z_c - a) = \sum_{c=1}^{C} z_c - C a",
    "bound": r"a^2 + b^2 \geq 2 a b",
    # Much that is changed here makes it no less true.
    "loose bound": r"a^2 + b^2 \geq -1",
    "derivative": r"\frac{\partial}{\partial a} \left(a^2 b\right) = 2 a b",
    "lines": r"\begin{aligned} (a + b)^2 &= a^2 + 2 a b + b^2 \\ &= a (a + 2 b) + b^2\end{aligned}",
    "index": r"\log\left(\frac{e^{z_c}}{e^{z_d}}\right) = z_c - z_d",
}


@cache
def reading(latex: str, before: str = "") -> Reading:
    [*_, checked] = check_text(f"{TABLE}{before}\n\n$$\n{latex}\n$$\n")
    assert checked.result.passed, checked.result.message
    return checked.reading


@cache
def answered(name: str) -> Answers:
    return answers(reading(EQUATIONS[name]))


def numbers(text: str) -> dict[str, float]:
    found = re.findall(rf"(\w+) = ({MINUS}?[\d.]+)(?:,|$)", text)
    return {name: float(number.replace(MINUS, "-")) for name, number in found}


def test_the_sides_are_what_arithmetic_makes_of_the_sample() -> None:
    read = reading(EQUATIONS["square"])
    found = worked(read, needed_names(read))
    assert len(found) == len(set(found)) == 20
    for sample in found:
        at, [line] = numbers(sample.point), sample.lines
        assert line.startswith("left = right = ")
        value = float(line.rpartition(" ")[2].replace(MINUS, "-"))
        assert math.isclose(value, (at["a"] - at["b"]) ** 2, rel_tol=1e-4, abs_tol=1e-4)


def test_what_is_costly_has_as_many_samples() -> None:
    terms = r"\sum_{i=1}^{C} \sum_{j=1}^{C} \sum_{k=1}^{C} %s e^{z_i + z_j z_k}"
    latex = rf"{terms % 'a'} = a {terms % ''}"
    read = reading(latex, "```{symbols}\ni, j, k : index C : - : classes\n```\n")
    assert len(worked(read, needed_names(read))) == 20


def test_an_inequality_shows_both_numbers() -> None:
    read = reading(EQUATIONS["bound"])
    for sample in worked(read, needed_names(read)):
        left, right = re.fullmatch(r"left = (\S+) ≥ right = (\S+)", sample.lines[0]).groups()
        assert float(left.replace(MINUS, "-")) >= float(right.replace(MINUS, "-"))


def test_the_code_is_shown_beside_the_sides() -> None:
    options = ":label: total\n:defines: \\Sigma\n:python: fsum(z)\n"
    text = f"{TABLE}```{{math}}\n{options}\\Sigma = \\sum_{{c=1}}^{{C}} z_c\n```\n"
    [*_, checked] = check_text(text, "math")
    assert checked.result.passed, checked.result.message
    found = worked(checked.reading, needed_names(checked.reading))
    assert all(re.fullmatch(r"left = right = code = \S+", s.lines[0]) for s in found)
    [slip, *_] = answers(checked.reading).slips
    assert re.fullmatch(r"left = \S+, code = \S+|the index 0 of .* is outside.*", slip.finding)


@pytest.mark.parametrize("latex", ["f(a) + 1 = a^2 + 1", r"2 \Sigma = \Sigma + \Sigma"])
def test_a_sample_has_the_names_that_are_needed_alone(latex: str) -> None:
    # Besides f(a) there is an f of two arguments, which has nothing to do with it.
    of_two = r"{defines}`f(a, b) = a b + \sum_{c=1}^{C} z_c`"
    read = reading(latex, rf"{{defines}}`f(a) = a^2`, {of_two} and {{defines}}`\Sigma = f(a)`.")
    assert needed_names(read) == {"a"}


@pytest.mark.parametrize("name", EQUATIONS)
def test_every_slip_that_is_shown_is_one_that_the_checker_notices(name: str) -> None:
    read = reading(EQUATIONS[name])
    found = answered(name).slips
    assert len(found) >= 2
    for slip in found:
        changed = read.text[: slip.start] + slip.new + read.text[slip.end :]
        result, _ = check(changed, read.options, replace(read.before, causes=False))
        assert not result.passed, changed


def test_a_change_that_keeps_the_meaning_is_no_slip() -> None:
    # Neither the other name for a number nor a minus sign before zero changes what it says.
    found = answers(reading("a - a = b - b = 0")).slips
    assert found
    for slip in found:
        left, right = re.findall(r"= (\S+?)(?:,|$)", slip.finding)
        assert left != right


def test_code_that_breaks_a_tie_in_its_own_way_is_no_slip() -> None:
    options = ":defines: \\hat{c}\n:python: C - argmax(z[::-1])\n"
    latex = r"\hat{c} = \operatorname{argmax}_c z_c"
    table = TABLE.replace("f          :", "\\hat{c} : name : - : the largest\nf          :")
    [checked] = check_text(f"{table}\n```{{math}}\n{options}{latex}\n```\n", "numpy")
    assert checked.result.passed, checked.result.message
    found = answers(checked.reading).slips
    assert found
    for slip in found:
        scores = re.search(r"z = \(([^)]*)\)", slip.point)[1].split(", ")
        assert len(set(scores)) == len(scores), slip


def test_a_short_definition_can_be_broken_in_three_ways() -> None:
    options = ":defines: \\Sigma\n:python: z[0]\n"
    [*_, checked] = check_text(f"{TABLE}```{{math}}\n{options}\\Sigma = z_1\n```\n", "numpy")
    assert checked.result.passed, checked.result.message
    found = answers(checked.reading).slips
    assert len(found) >= 3
    assert {slip.operand for slip in found if slip.start == slip.end} == {"z_1"}


def test_a_sum_from_zero_is_answered_by_the_range_of_its_index() -> None:
    found = {slip.kind: slip for slip in answered("sum").slips}
    assert found["bound"].new == "0"
    assert re.fullmatch(r"the index 0 of \S+ is outside 1 to 2", found["bound"].finding)


def test_a_lost_sign_is_named_as_the_cause() -> None:
    found = answers(reading("-a (b - a) = a^2 - a b")).slips
    assert "the two sides differ by the sign alone" in [slip.cause for slip in found]


def test_the_letters_are_named_in_their_order_with_the_forms_in_print() -> None:
    found = letters(reading(EQUATIONS["index"]))
    assert [letter.forms for letter in found] == [(r"\mathbf{z}", "z"), ("c",), ("d",)]
    assert (found[0].type, found[0].python) == ("real[C]", "z")


@pytest.mark.parametrize("name", EQUATIONS)
def test_answers_survive_the_memory_of_a_build(name: str) -> None:
    found = answered(name)
    assert remembered(json.loads(json.dumps(asdict(found)))) == found != Answers()


@pytest.mark.parametrize("name", EQUATIONS)
def test_a_change_is_marked_where_it_is(name: str) -> None:
    read = reading(EQUATIONS[name])
    for slip in answered(name).slips:
        marked = highlighted(read.text, slip)
        assert whole(marked) or "&" in marked
        assert re.search(r"\\textcolor\{(red|gray)\}\{", marked), marked


def test_of_several_signs_the_label_says_which_is_changed() -> None:
    latex = r"\frac{a}{2} - \frac{b}{2} - (a - b) = -\frac{a - b}{2}"
    equation, found = reading(latex), answers(reading(latex)).slips
    labels = ["".join(n.astext() for n in label(equation.text, slip)) for slip in found]
    assert len(labels) > 2
    assert len(set(labels)) == len(labels)
    assert "Read the first - as +" in labels


def test_the_label_of_a_change_shows_whole_formulas() -> None:
    for new, shown in ((r"\tilde{b}", r"\tilde{b}"), ("{0}", "0"), (r"{a}{b}", r"{a}{b}")):
        [*_, formula] = label("a - b", Slip("symbol", 4, 5, new, ""))
        assert formula.astext() == shown


def test_a_number_is_printed_with_six_digits() -> None:
    printed = [numeral(x) for x in (1 / 3, -2, 0, 1e-9)]
    assert printed == ["0.333333", f"{MINUS}2", "0", f"1e{MINUS}09"]


@pytest.mark.parametrize(
    ("options", "latex", "words"),
    [
        ("", r"\log(e^a) = a + \log(1)", "to 30 digits or more at"),
        ("", r"\frac{1}{3} \approx 0.333", "as rounded, to the last printed digit, at"),
        ("", r"e^1 = \exp(1) \approx 2.718", "to 30 digits or more and as rounded"),
        (":defines: \\Sigma\n:python: exp(a)\n", r"\Sigma = e^a", "with its code to 11 digits at"),
    ],
)
def test_a_verdict_says_to_what_the_sides_agree(options: str, latex: str, words: str) -> None:
    label = ":label: one\n" if options else ""
    text = f"{TABLE}\n```{{math}}\n{label}{options}{latex}\n```\n"
    [checked] = check_text(text)
    checked = replace(checked.result, grade="digits", exact=())
    assert words in summary(checked)
