"""What the playground opens holds there as it does in the book."""

from pathlib import Path

import pytest
from judging import judge
from playground import errata, opened

from mathcheck.book import check_text
from mathcheck.contents import book

BOOK = Path(__file__).parents[2] / "book"
MODULE = "softmax_theory"


@pytest.fixture(scope="module")
def equations() -> list[dict]:
    return [equation for _, equation in opened(book(BOOK / "index.md"), MODULE)]


def test_an_equation_brings_the_rows_and_definitions_that_it_uses(equations) -> None:
    [one] = [equation for equation in equations if equation["label"] == "kl-divergence"]
    assert [row.split(" : ")[0] for row in one["symbols"].splitlines()] == [
        "C",
        "c",
        r"\mathbf{p}",
        r"\mathbf{q}",
        "D_{KL}",
    ]
    assert one["before"] == ""


@pytest.mark.slow
def test_every_equation_holds_with_what_it_brings(equations) -> None:
    assert len(equations) > 150
    wrong = {}
    for equation in equations:
        verdicts = judge(equation, MODULE)
        if len(verdicts) != 1 or verdicts[0]["kind"] in {"failed", "refused"}:
            wrong[equation["label"]] = verdicts
    assert wrong == {}


def test_an_erratum_is_refuted_as_on_the_page_of_errata() -> None:
    from playground import printed

    path = BOOK / "errata.md"
    said = {
        one.equation.label: one.result
        for one in check_text(printed(path.read_text(encoding="utf-8")))
        if one.equation.label
    }
    found = errata(path, MODULE)
    assert {one["label"] for one in found} == said.keys()
    for one in found:
        [verdict] = judge(one, MODULE)
        assert verdict["kind"] == said[one["label"]].status
        assert verdict["message"].splitlines()[0] == said[one["label"]].message.splitlines()[0]


def test_what_is_wrong_before_the_equation_is_told_with_its_place() -> None:
    symbols = "a : real : - : a number\nb : number : - : another"
    told = judge({"symbols": symbols, "latex": "a = a"}, "")
    assert told[0]["part"] == "symbols"
    assert "the type 'number'" in told[0]["message"]
    before = "text\n\n:::{math}\n:defines: c\nc = \n:::"
    told = judge({"symbols": "a : real : - : a number", "before": before, "latex": "a = a"}, "")
    assert (told[0]["part"], told[0]["line"]) == ("before", 5)
    assert told[-1]["part"] == "equation"


def test_an_equation_may_be_tried_with_code_of_the_module() -> None:
    written = {
        "symbols": "C : size 2..3 : - : classes\nc : index C : - : one\n"
        r"\mathbf{z} : real[C] : z : logits" + "\n" + r"f : function : - : its sum",
        "latex": r"f(\mathbf{z}) = \sum_{c=1}^{C} z_c",
        "defines": r"f(\mathbf{z})",
        "python": "logsumexp(z)",
    }
    assert judge(written, MODULE)[-1]["kind"] == "failed"
