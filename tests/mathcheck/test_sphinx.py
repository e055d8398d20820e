"""The Sphinx extension, on a small book about means."""

from io import StringIO
from pathlib import Path

import pytest
from lxml import html
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

CONF = """
extensions = ["myst_parser", "mathcheck.sphinx"]
mathcheck_module = "statistics"
myst_enable_extensions = ["dollarmath"]
math_numfig = False
"""
FUNCTIONS = """# Functions

```{py:function} statistics.mean(data)
The mean.
```
"""


@pytest.fixture
def build(tmp_path: Path):
    (tmp_path / "conf.py").write_text(CONF, encoding="utf-8")
    (tmp_path / "functions.md").write_text(FUNCTIONS, encoding="utf-8")

    def run(chapter: str) -> tuple[Path, str]:
        text = f"# Means\n\n```{{toctree}}\nfunctions\n```\n\n{chapter}"
        (tmp_path / "index.md").write_text(text, encoding="utf-8")
        out, warnings = tmp_path / "out", StringIO()
        with docutils_namespace():
            app = Sphinx(
                tmp_path,
                tmp_path,
                out,
                tmp_path / "doctrees",
                "html",
                status=None,
                warning=warnings,
            )
            app.build()
        return out, warnings.getvalue()

    return run


def equation(*options: str) -> str:
    return "\n".join(["```{math}", *options, r"\bar{x} = \frac{1}{n} \sum_{i=1}^n x_i", "```"])


def test_an_equation_and_its_function_lead_to_each_other(build) -> None:
    out, warnings = build(equation(":label: average", ":python: mean(x) + 0"))
    assert warnings == ""
    line = html.parse(out / "index.html").xpath("//div[contains(@class, 'equation-code')]")[0]
    assert line.text_content().strip() == "In code: mean(x) + 0"
    assert line.xpath(".//a/@href") == ["functions.html#statistics.mean"]
    entry = html.parse(out / "functions.html").xpath("//p[@class='implements']")[0]
    assert entry.text_content() == "Implements equation (1)"
    assert entry.xpath(".//a/@href") == ["index.html#equation-average"]


def test_the_page_of_functions_follows_the_equations(build) -> None:
    build("Nothing yet.\n")
    out, _ = build(equation(":label: average", ":python: mean(x)"))
    assert html.parse(out / "functions.html").xpath("//p[@class='implements']")
    out, _ = build("Nothing any more.\n")
    assert not html.parse(out / "functions.html").xpath("//p[@class='implements']")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([":label: a", ":python: average(x)"], "'average(x)' names no function; expected a public"),
        ([":python: mean(x)"], "'mean(x)' has no :label: beside it"),
    ],
)
def test_a_wrong_option_is_named_at_its_line(build, options: list[str], message: str) -> None:
    _, warnings = build(equation(*options))
    assert message in warnings
    assert "index.md:7" in warnings


def test_a_symbol_table_is_printed_and_a_wrong_row_is_named(build) -> None:
    out, warnings = build("```{symbols}\n\\bar{x} : real : - : the mean of $x$\n```\n")
    assert warnings == ""
    cells = html.parse(out / "index.html").xpath("//table//td")
    assert [cell.text_content().strip() for cell in cells][1:3] == ["real", "-"]
    _, warnings = build("```{symbols}\nx : real : the values\n```\n")
    assert "symbols, line 1: got 'x : real : the values'; expected symbol : type" in warnings
