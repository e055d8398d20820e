"""The Sphinx extension, on a small book about means."""

import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from lxml import html
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

CONF = """
extensions = ["myst_parser", "mathcheck.sphinx"]
mathcheck_module = "statistics"
myst_enable_extensions = ["amsmath", "dollarmath"]
math_numfig = False
"""
SYMBOLS = r"""# Notation

```{symbols}
n        : size 2..4 : - : how many
i        : index n   : - : one of them
x        : real[n]   : x : the values
\bar{x}  : name      : - : their mean
```
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
    (tmp_path / "notation.md").write_text(SYMBOLS, encoding="utf-8")
    (tmp_path / "list.md").write_text("# List\n\n```{equations}\n```\n", encoding="utf-8")

    def run(chapter: str) -> tuple[Path, str]:
        text = "# Means\n\n```{toctree}\nnotation\nmeans\nfunctions\nlist\n```\n"
        (tmp_path / "index.md").write_text(text, encoding="utf-8")
        (tmp_path / "means.md").write_text(f"# The mean\n\n{chapter}", encoding="utf-8")
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
    return "\n".join(
        [
            "```{math}",
            r":defines: \bar{x}",
            *options,
            r"\bar{x} = \frac{1}{n} \sum_{i=1}^n x_i",
            "```",
        ]
    )


def test_an_equation_and_its_function_lead_to_each_other(build) -> None:
    out, warnings = build(equation(":label: average", ":python: mean(x) + 0"))
    assert warnings == ""
    line = html.parse(out / "means.html").xpath("//div[contains(@class, 'equation-code')]/p")[0]
    assert line.text_content().strip() == "In code: mean(x) + 0"
    assert line.xpath(".//a/@href") == ["functions.html#statistics.mean"]
    entry = html.parse(out / "functions.html").xpath("//p[@class='implements']")[0]
    assert entry.text_content() == "Implements equation (1)"
    assert entry.xpath(".//a/@href") == ["means.html#equation-average"]


def test_a_module_without_a_list_of_its_public_names_has_those_without_an_underscore(
    build, tmp_path: Path
) -> None:
    (tmp_path / "conf.py").write_text(CONF.replace("statistics", "bisect"), encoding="utf-8")
    _, warnings = build(equation(":label: average", ":python: average(x)"))
    assert ":python: average(x) uses average; expected" in warnings


def test_the_condition_of_a_proof_is_a_formula_in_the_list(build) -> None:
    out, warnings = build(r"$\frac{x_i^2}{x_i} = x_i$")
    assert warnings == ""
    verdict = html.parse(out / "list.html").xpath("//span[contains(@class, 'verdict')]")[0]
    assert verdict.text == "Proved for every n, where "
    assert [part.text for part in verdict] == [r"\(x_{i} \neq 0\)"]


def test_the_page_of_functions_follows_the_equations(build) -> None:
    build("Nothing yet.\n")
    out, _ = build(equation(":label: average", ":python: mean(x)"))
    assert html.parse(out / "functions.html").xpath("//p[@class='implements']")
    out, _ = build("Nothing any more.\n")
    assert not html.parse(out / "functions.html").xpath("//p[@class='implements']")


@pytest.mark.parametrize(
    ("options", "line", "message"),
    [
        ([":label: a", ":python: average(x)"], 7, ":python: average(x) uses average; expected"),
        (
            [":label: a", ":python: mean(x)", ":no-code: none"],
            7,
            "an equation has code or a reason why it has none, not both",
        ),
        ([":python: mean(x)"], 3, "'mean(x)' has no :label: beside it"),
    ],
)
def test_a_wrong_option_is_named_at_its_line(
    build, options: list[str], line: int, message: str
) -> None:
    _, warnings = build(equation(*options))
    assert message in warnings
    assert f"means.md:{line}" in warnings


def test_the_list_says_why_an_equation_has_no_code(build) -> None:
    out, warnings = build(equation(":label: a", ":no-code: it is short"))
    assert warnings == ""
    assert "No code: it is short" in html.parse(out / "list.html").getroot().text_content()


def test_a_symbol_table_is_printed_and_a_wrong_row_is_named(build) -> None:
    out, warnings = build("```{symbols}\n\\bar{x} : real : - : the mean of $x$\n```\n")
    assert warnings == ""
    cells = html.parse(out / "means.html").xpath("//table//td")
    assert [cell.text_content().strip() for cell in cells][1:3] == ["real", "-"]
    _, warnings = build("```{symbols}\nx : real : the values\n```\n")
    assert "symbols, line 1: got 'x : real : the values'; expected symbol : type" in warnings


FALSE = (
    equation(":label: average")
    + r"""

```{math}
:label: wrong
\sum_{i=1}^n x_i = -n \bar{x}
```

The values differ from their mean by {unchecked}`x_i = \bar{x}`, with {given}`x_i = 0`.
"""
)


def test_what_does_not_hold_is_a_warning_at_its_line_on_every_build(build) -> None:
    for _ in range(2):
        _, warnings = build(FALSE)
        assert "means.md:11: WARNING: wrong: = does not hold" in warnings
        assert "the two sides differ by the sign alone" in warnings
        assert warnings.count("[mathcheck]") == 1
    _, warnings = build(FALSE.replace("-n", "n"))
    assert warnings == ""


def listed(page: html.HtmlElement) -> list[str]:
    verdicts = page.xpath(
        "//div[contains(@class, 'equation-entry')]//span[@class[starts-with(., 'verdict')]]"
    )
    return [verdict.text_content() for verdict in verdicts]


def test_a_mark_and_the_list_say_what_was_found(build) -> None:
    out, _ = build(FALSE.replace("-n", "n"))
    marks = html.parse(out / "means.html").xpath("//details[contains(@class, 'mathcheck')]")
    assert [mark.get("class") for mark in marks] == ["mathcheck defines", "mathcheck proved"]
    assert "comparisons at" in marks[1].text_content()
    assert "python -m mathcheck means.md" in marks[1].text_content()
    assert marks[1].xpath("string(.//pre)").strip() == r"\sum_{i=1}^n x_i = n \bar{x}"
    page = html.parse(out / "list.html")
    assert [words.split(":")[0].split(" at ")[0] for words in listed(page)] == [
        *("Definition", "Proved for every n", "Not checked"),
    ]
    counts = page.xpath("//section/p")[0].text_content()
    assert counts == (
        "4 equations, those in the text included: 1 checked (1 proved for every size), "
        "1 definition, 1 read, 1 not checked."
    )
    out, _ = build(FALSE)
    assert listed(html.parse(out / "list.html"))[:2] == ["Definition", "Does not hold"]


COUNTED = (
    FALSE.replace("-n", "n")
    + """
{count}`all` in all, {count}`displayed` displayed, {count}`checked` checked, {count}`proved` proved,
{count}`sampled` sampled.
"""
)


def counted(page: Path) -> str:
    return html.parse(page).xpath("//p[contains(., 'in all')]")[0].text_content()


def test_a_text_counts_the_equations_of_all_pages(build) -> None:
    out, warnings = build(COUNTED)
    assert warnings == ""
    assert (
        counted(out / "means.html") == "4 in all, 2 displayed, 1 checked, 1 proved,\nnone sampled."
    )
    out, _ = build(COUNTED + "\n" + r"Also $\sum_{i=1}^n (x_i + 1) = n + \sum_{i=1}^n x_i$.")
    assert (
        counted(out / "means.html") == "5 in all, 2 displayed, 2 checked, 2 proved,\nnone sampled."
    )


def test_a_count_of_nothing_is_an_error_that_names_what_there_is(build) -> None:
    _, warnings = build("There are {count}`checkde` equations.\n")
    assert "count: got 'checkde'; expected one of checked, defines, read" in warnings


def test_a_proof_names_its_sizes_in_the_list(build) -> None:
    out, _ = build(r"$\sum_{i=1}^n (x_i + 1) = n + \sum_{i=1}^n x_i$")
    assert listed(html.parse(out / "list.html")) == ["Proved for every n"]


def test_parallel_reading_finds_the_same(tmp_path: Path, build) -> None:
    _, alone = build(FALSE)
    warnings = StringIO()
    with docutils_namespace():
        app = Sphinx(
            tmp_path,
            tmp_path,
            tmp_path / "other",
            tmp_path / "other-trees",
            "html",
            status=None,
            warning=warnings,
            parallel=2,
        )
        app.build()
    assert [w for w in warnings.getvalue().splitlines() if "mathcheck" in w] == [
        w for w in alone.splitlines() if "mathcheck" in w
    ]


def test_amsmath_and_dollars_are_checked_and_the_pages_are_the_same_each_time(build) -> None:
    text = (
        "\\begin{align}\nx_i &= x_i + 0 \\\\\n &= 2 x_i\n\\end{align}\n\n$$x_i = -x_i$$ (minus)\n"
    )
    pages = []
    for _ in range(2):
        out, warnings = build(text)
        assert "means.md:5: WARNING: means:3: the second = does not hold" in warnings
        assert "WARNING: minus: = does not hold" in warnings
        pages.append((out / "means.html").read_text(encoding="utf-8"))
        (out / "means.html").unlink()
        shutil.rmtree(out.parent / "doctrees")
    assert 'id="equation-means-amsmath-1"' in pages[0]
    assert pages[0] == pages[1]


def test_dollars_and_amsmath_have_a_mark_of_their_own(build) -> None:
    text = (
        "$$x_i = x_i$$\n\n> In a quotation\n>\n> $$\n> x_i\n> $$\n\n"
        "\\begin{align}\nx_i &= x_i + 0\n\\end{align}\n\n$$x_i = x_i$$\n"
    )
    out, warnings = build(text + "\nIn the text, $x_i + 1 = 1 + x_i$.\n")
    assert warnings == ""
    marks = html.parse(out / "means.html").xpath("//details/@class")
    assert [m.split()[1] for m in marks] == ["proved", "read", "proved", "proved"]
    page = html.parse(out / "list.html")
    entries = page.xpath("//div[contains(@class, 'equation-entry')]")
    assert len(entries) == 5
    assert [entry.xpath(".//p/a/@href")[0].split("#")[0] for entry in entries] == ["means.html"] * 5
    places = {a.split("#")[1] for a in page.xpath("//div/p/a/@href") if a.startswith("means.html#")}
    assert len(places) == 5
    assert places <= set(html.parse(out / "means.html").xpath("//@id"))


SUM = "```{math}\n:label: sum\n\\sum_{i=1}^{n} (x_i - \\bar{x}) = 0\n```\n"


def answers_in(out: Path) -> dict:
    text = (out / "_static" / "equations" / "means.js").read_text(encoding="utf-8")
    return json.loads(text.partition("] = ")[2].rstrip(";\n"))


def test_a_mark_shows_numbers_and_names_the_file_with_more(build) -> None:
    out, warnings = build(f"{equation(':label: average', ':python: mean(x)')}\n\n{SUM}")
    assert warnings == ""
    for mark in html.parse(out / "means.html").xpath("//details[@data-answers]"):
        page, _, key = mark.get("data-answers").partition("#")
        answers = answers_in(out)[key]
        assert page == "means"
        assert mark.xpath("string(.//*[@class='sample'])") == answers["samples"][0]
        assert len(answers["samples"]) == 20
        fragment = html.fromstring(answers["html"])
        assert len(fragment.xpath(".//details[@class='slip']//*[@class='finding']")) >= 3
        assert "the values" in fragment.xpath("string(.//dl[@class='letters'])")


def test_a_text_shows_an_equation_with_slips(build) -> None:
    chapter = f"{equation()}\n\n{SUM}\n```{{breakable}} sum\n:changes: 2\n```\n"
    out, warnings = build(chapter)
    assert warnings == ""
    [box] = html.parse(out / "means.html").xpath("//div[contains(@class, 'breakable')]")
    assert len(box.xpath("./details[@class='slip']")) == 2
    assert box.xpath("string(.//*[@class='sample'])").startswith(
        "left = right = 0 at n\N{NO-BREAK SPACE}="
    )
    _, warnings = build(chapter.replace("{breakable} sum", "{breakable} product"))
    assert "no equation product" in warnings
    assert "means.md" in warnings


def test_a_proved_equation_answers_with_its_proof(build) -> None:
    out, _ = build(f"{equation(':label: average', ':python: mean(x)')}\n\n{SUM}")
    proofs = [
        html.fromstring(a["html"]).xpath("//details[@class='proof']")
        for a in answers_in(out).values()
    ]
    [[proof]] = filter(None, proofs)
    [step] = proof.xpath(".//div[contains(@class, 'step')]")
    assert step.text_content().split() == ["=:", "\\[0\\]"]
    # This book has no page that lists the rules.
    assert proof.xpath("string(./p[last()])").startswith("Besides arithmetic it takes these")
    assert proof.xpath(".//a") == []


def test_answers_are_remembered_while_nothing_changes(build, tmp_path: Path) -> None:
    build(f"{equation()}\n\n{SUM}")
    memory = tmp_path / "doctrees" / "mathcheck-answers.json"
    before = memory.read_text(encoding="utf-8")
    memory.write_text(before.replace('left = right = 0"', 'from memory"'), encoding="utf-8")
    out, _ = build(f"{equation()}\n\n{SUM}\nMore text.\n")
    assert "from memory" in (out / "means.html").read_text(encoding="utf-8")
    out, _ = build(f"{equation()}\n\n{SUM.replace('(x_i', '(2 x_i - x_i')}")
    assert "from memory" not in (out / "means.html").read_text(encoding="utf-8")
