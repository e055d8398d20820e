"""A verdict belongs to the equation at its place, wherever in a page or a book that is."""

from io import StringIO
from pathlib import Path

import pytest
from lxml import html
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from mathcheck.sphinx.state import formulas, state

# MyST 5 asks the environment for the application where a file is included.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinx.environment.BuildEnvironment.app'")
CONF = """
extensions = ["mathcheck.sphinx"]
myst_enable_extensions = ["amsmath", "deflist", "dollarmath", "colon_fence"]
exclude_patterns = ["part.md"]
html_theme = "basic"
"""
TABLE = "# Notation\n\n```{symbols}\nx, y : real : - : numbers\n```\n"
# Each formula has a text of its own, which says where it stands.
EVERYWHERE = r"""# Everywhere $x_t$

A paragraph with $x_{p1}$ and
a second line with $x_{p2}$, $x_{p3}$ and {math}`x_{p4}`.

$$
x_{d1}
$$

```{math}
:label: first

x_{d2}
```

```{math} x_{d3}
```

- An item with $x_{l1}$
- and one

  $$x_{d4}$$ (second)

  ```{math}
  :class: wide
  x_{d5}
  ```

> A quotation with $x_{q1}$
>
> $$
> x_{d6}
> $$

| $x_{c1}$ | $x_{c2}$ |
|---|---|
| $x_{c3}$ | $x_{c4}$ |

```{figure} picture.png
:name: figure

A caption with $x_{f1}$

A legend with $x_{f2}$

$$x_{f3}$$
```

A footnote[^1], and $$x_{p5}$$ in a paragraph.

[^1]: The note with $x_{n1}$

    $$x_{n2}$$

:::::{admonition} A title with $x_{a1}$
:class: note

A text with $x_{a2}$

```{math}
x_{a3}
```
$$x_{a4}$$

::::{note}
A line with $x_{a5}$

$$x_{a6}$$
::::
:::::

::: box
A box with $x_{v1}$
:::

```{note} A text that begins with $x_{b1}$
and goes on with $x_{b2}$
```

```{include} part.md
:start-line: 2
```

\begin{align}
x_{m1}
\end{align}

A term with $x_{e1}$
: A definition with $x_{e2}$

  $$x_{e3}$$

::::{note}
```{math}
:label: third
x_{z1}
```

:::{list-table} A title with $x_{t1}$
* - $x_{t2}$
  - $x_{t3}$
* - $x_{t4}$
  - $$x_{t5}$$
:::
::::
"""
PART = """Not this: $x_{i0}$


Included: $x_{i1}$

$$
x_{i2}
$$
"""


@pytest.fixture
def book(tmp_path: Path):
    (tmp_path / "conf.py").write_text(CONF, encoding="utf-8")
    (tmp_path / "notation.md").write_text(TABLE, encoding="utf-8")
    (tmp_path / "part.md").write_text(PART, encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"")

    def build(parallel: int = 1, **chapters: str) -> tuple[Sphinx, str]:
        for name, text in chapters.items():
            (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
        contents = "\n".join(["notation", *chapters])
        index = f"# Book\n\n```{{toctree}}\n{contents}\n```\n\n{{count}}`all`\n"
        if not (tmp_path / "index.md").exists() or (tmp_path / "index.md").read_text() != index:
            (tmp_path / "index.md").write_text(index, encoding="utf-8")
        warnings = StringIO()
        with docutils_namespace():
            app = Sphinx(
                tmp_path,
                tmp_path,
                tmp_path / "out",
                tmp_path / "doctrees",
                "html",
                status=None,
                warning=warnings,
                parallel=parallel,
            )
            app.build()
        return app, warnings.getvalue()

    return build


def marks(app: Sphinx, name: str) -> list[tuple[str, str]]:
    """Return the verdicts on the displayed equations of a page, with their LaTeX."""
    page = html.parse(Path(app.outdir) / f"{name}.html")
    return [
        (mark.get("class").removeprefix("mathcheck "), mark.xpath("string(.//pre)").strip())
        for mark in page.xpath("//details[starts-with(@class, 'mathcheck')]")
    ]


def test_the_reader_and_sphinx_agree_on_the_place_of_every_formula(book) -> None:
    app, _ = book(everywhere=EVERYWHERE)
    tree = app.env.get_doctree("everywhere")
    printed = {place: node.astext().strip() for place, node in formulas(tree, str(app.srcdir))}
    verdicts = state(app.env).verdicts["everywhere"]
    assert {place: equation.text.strip() for place, (equation, _) in verdicts.items()} == printed
    assert len(printed) == EVERYWHERE.count("x_") + PART.count("x_") - 1


def test_each_mark_stands_at_its_own_equation(book) -> None:
    app, _ = book(everywhere=EVERYWHERE)
    page = html.parse(Path(app.outdir) / "everywhere.html")
    blocks = page.xpath("//div[contains(@class, 'math')][not(ancestor::details)]")
    assert len(blocks) == 16
    for block in blocks:
        mark = block.xpath("following-sibling::*[1]//details//pre")
        assert len(mark) == 1
        assert mark[0].text_content().strip() in block.text_content()


REAL = "```{symbols}\na : real : - : a number\n```\n\n"
POSITIVE = REAL.replace("real", "positive")
CLAIM = "$$\n\\sqrt{a^2} = a\n$$\n"


def test_equal_formulas_have_the_verdicts_of_their_own_tables(book) -> None:
    app, warnings = book(one=f"# One\n\n{REAL}{CLAIM}", two=f"# Two\n\n{POSITIVE}{CLAIM}")
    assert [kind for kind, _ in marks(app, "one")] == ["failed"]
    assert [kind for kind, _ in marks(app, "two")] != ["failed"]
    assert warnings.count("[mathcheck]") == 1
    app, _ = book(one=f"# One\n\n{POSITIVE}{CLAIM}\n{REAL.replace('a :', 'b :')}{CLAIM}")
    assert len(marks(app, "one")) == 2


def test_equal_formulas_of_a_page_have_the_verdicts_of_their_own_options(book) -> None:
    claim = "> ```{math}\n> :where: a : positive\n> \\sqrt{a^2} = a\n> ```\n\n"
    app, _ = book(one=f"# One\n\n{REAL}{claim}{CLAIM}")
    assert [kind == "failed" for kind, _ in marks(app, "one")] == [False, True]


DEFINITION = "# One\n\n```{math}\n:defines: f(x)\nf(x) = x^2\n```\n"
USE = "# Two\n\n$$\nf(3) = 9\n$$\n"


def test_a_chapter_that_changes_is_judged_anew_in_those_after_it(book, tmp_path: Path) -> None:
    (tmp_path / "notation.md").write_text(TABLE.replace("x, y", "f : function : - : f\nx, y"))
    app, warnings = book(one=DEFINITION, two=USE)
    assert warnings == ""
    app, warnings = book(one=DEFINITION.replace("x^2", "x^3"), two=USE)
    assert "two.md:4: WARNING: two:3: = does not hold" in warnings
    assert [kind for kind, _ in marks(app, "two")] == ["failed"]
    app, warnings = book(one=DEFINITION, two=USE)
    assert warnings == ""
    assert [kind for kind, _ in marks(app, "two")] != ["failed"]


def test_a_change_of_the_notation_is_seen_in_every_page(book, tmp_path: Path) -> None:
    page = "# One\n\n$$\n\\sqrt{x^2} = x\n$$\n"
    app, _ = book(one=page, two=page.replace("One", "Two"))
    assert [marks(app, name)[0][0] for name in ("one", "two")] == ["failed", "failed"]
    (tmp_path / "notation.md").write_text(TABLE.replace("real", "positive"), encoding="utf-8")
    app, warnings = book(one=page, two=page.replace("One", "Two"))
    assert warnings == ""
    assert "failed" not in [marks(app, name)[0][0] for name in ("one", "two")]


def test_a_chapter_that_is_removed_takes_its_verdicts_along(book, tmp_path: Path) -> None:
    page = "# One\n\n$$\nx = y\n$$\n"
    app, warnings = book(one=page, two="# Two\n\n$$x + y = y + x$$\n")
    assert "one.md:4" in warnings
    (tmp_path / "one.md").unlink()
    app, warnings = book(two="# Two\n\n$$x + y = y + x$$\n")
    assert warnings == ""
    assert set(state(app.env).verdicts) == {"two"}
    index = html.parse(Path(app.outdir) / "index.html").xpath("//section/p")
    assert index[-1].text_content() == "1"


def test_several_readers_find_the_same(book, tmp_path: Path) -> None:
    pages = {f"page{n}": f"# Page\n\n$$\nx + {n} = {n} + x\n$$\n\n$x = x$\n" for n in range(8)}
    app, warnings = book(parallel=2, **pages)
    assert warnings == ""
    assert [marks(app, name)[0][1] for name in pages] == [f"x + {n} = {n} + x" for n in range(8)]
    assert set(state(app.env).pages) == {"index", "notation", *pages}
    app, warnings = book(parallel=2, **pages)
    assert warnings == ""


def test_what_can_not_be_read_is_a_warning_at_its_line(book) -> None:
    _, warnings = book(one="# One\n\n```{math}\n:wheer: y = 1\nx = x\n```\n")
    assert "one.md:4: WARNING: math: unknown option 'wheer'; expected one of" in warnings


def test_a_module_that_fails_ends_the_build_with_its_reason(book, tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(CONF + "mathcheck_module = 'no_such_module'\n")
    with pytest.raises(Exception, match="mathcheck_module: the module 'no_such_module' can't be"):
        book(one="# One\n")
