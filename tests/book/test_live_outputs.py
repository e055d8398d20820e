"""Every cell that a browser can run prints there what it printed in the build, to rounding."""

import math
import re

import pytest

pytestmark = [pytest.mark.site, pytest.mark.slow]

PAGES = [
    "accuracy",
    "checking",
    "classifier",
    "cross-entropy",
    "cross-entropy-derivative",
    "errata",
    "geometry",
    "inside-networks",
    "libraries",
    "logistic",
    "losses",
    "one-flower",
    "own-kernel",
    "scale",
    "softmax",
    "softmax-derivative",
]
NUMBER = re.compile(r"[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?\b(?:inf|nan)\b")
# The words and numbers of a cell, those of its table too.
BUILT = """() => [...document.querySelectorAll(".cell")].map((cell) =>
  [...cell.querySelectorAll(".cell_output :is(pre, th, td)")]
    .map((part) => part.textContent).join(" "))"""
LIVE = """() => [...document.querySelectorAll(".cell")].map((cell) => ({
  missing: cell.dataset.missing ?? "",
  text: [...cell.querySelectorAll(".live-text, .live-html :is(th, td)")]
    .map((part) => part.textContent).join(" "),
  error: [...cell.querySelectorAll(".live-error")].map((pre) => pre.textContent).join(""),
  platform: cell.classList.contains("tag_platform"),
  figures: cell.querySelectorAll(".cell_output img[src^='data:']").length,
  drawn: cell.querySelectorAll(".cell_output img").length,
}))"""
# Runs the last cell of the page, and so all before it, also inside a solution that is folded.
RUN_ALL = """() => [...document.querySelectorAll(".live-bar")]
  .filter((bar) => bar.querySelector("button")).at(-1).querySelector("button").click()"""
ENDED = """() => /Done|error|end\\.|Stopped|could not/.test(
  [...document.querySelectorAll(".live-bar [role=status]")].at(-1)?.textContent)"""


def test_all_pages_with_cells_are_run(site) -> None:
    have = [path.stem for path in site.glob("*.html") if '<div class="cell ' in path.read_text()]
    assert sorted(have) == PAGES


def words(text: str) -> list[str]:
    return NUMBER.sub(" # ", text).split()


def numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in NUMBER.findall(text)]


def same(built: str, live: str) -> bool:
    pairs = list(zip(numbers(built), numbers(live), strict=False))
    return words(built) == words(live) and all(
        math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-8) or (math.isnan(a) and math.isnan(b))
        for a, b in pairs
    )


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
@pytest.mark.parametrize("docname", PAGES)
def test_cells_print_what_the_build_printed(page, published: str, errors, docname: str) -> None:
    page.goto(f"{published}/{docname}.html")
    built = page.evaluate(BUILT)
    page.evaluate(RUN_ALL)
    page.wait_for_function(ENDED, timeout=120_000)
    live = page.evaluate(LIVE)
    assert errors == []
    wrong = []
    for number, (before, after) in enumerate(zip(built, live, strict=True), start=1):
        if after["missing"]:
            continue
        assert after["error"] == ""
        assert after["figures"] == after["drawn"]
        # The author has marked what is a platform's: rounding errors of its exponential function,
        # versions, a count of steps where rounding decides. It is only asked to run and to print.
        if after["platform"]:
            assert after["text"]
        elif not same(before, after["text"]):
            wrong.append((number, before, after["text"]))
    assert wrong == []
