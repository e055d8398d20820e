"""The Sphinx extension: it checks the equations of a MyST book while the book is built.

`symbols` prints a symbol table. `math` takes `:defines:`, `:python:`, `:where:` and
`:unchecked:`; the roles `given`, `defines` and `unchecked` do the same for inline mathematics.
An equation that does not hold is a warning at its line, on every build. Each displayed equation
gets a mark that says what was compared and holds its LaTeX, `equations` lists them all with the
inline claims, the role `count` prints how many there are of a kind, and a function lists those that
it implements.
"""

import html
import importlib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.directives.patches import MathDirective
from sphinx.environment import BuildEnvironment
from sphinx.ext.viewcode import viewcode_anchor
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.typing import ExtensionMetadata

from mathcheck.book import check_book, module_namespace, read_book, reading_order
from mathcheck.documents import Equation as Printed
from mathcheck.report import Result
from mathcheck.symbols import parse_symbols
from mathcheck.wording import TOTALS, WORDS, counted, counts, explained, summary

logger = logging.getLogger(__name__)
NAME = re.compile(r"[A-Za-z_]\w*")
HEADINGS = ("Symbol", "Type", "In Python", "Meaning")


class Mark(nodes.General, nodes.Element):
    """The mark at an equation, filled in when the page is written."""


class EquationList(nodes.General, nodes.Element):
    """The list of all equations, filled in when the page is written."""


class Count(nodes.Inline, nodes.Element):
    """A number of equations, filled in when the page is written."""


def public_names(module: str) -> set[str]:
    """Return the public names of a module."""
    return set(module_namespace(module)[0])


def equations(env: BuildEnvironment) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Return, for each page, the labels of its equations with the functions that they name."""
    if not hasattr(env, "mathcheck_equations"):
        env.mathcheck_equations = {}  # type: ignore[attr-defined]
    return env.mathcheck_equations  # type: ignore[attr-defined, no-any-return]


def verdicts(env: BuildEnvironment) -> dict[str, list[tuple[Printed, Result]]]:
    """Return, for each page, its equations with their verdicts, in the order of the text."""
    if not hasattr(env, "mathcheck_verdicts"):
        env.mathcheck_verdicts = {}  # type: ignore[attr-defined]
    return env.mathcheck_verdicts  # type: ignore[attr-defined, no-any-return]


def lists(env: BuildEnvironment) -> set[str]:
    """Return the pages that list or count the equations of all pages."""
    if not hasattr(env, "mathcheck_lists"):
        env.mathcheck_lists = set()  # type: ignore[attr-defined]
    return env.mathcheck_lists  # type: ignore[attr-defined, no-any-return]


def link(domain: str, kind: str, target: str, text: str, docname: str) -> addnodes.pending_xref:
    """Return a reference that Sphinx resolves, or warns of."""
    return addnodes.pending_xref(
        "",
        nodes.literal("", text) if domain == "py" else nodes.inline("", text),
        refdomain=domain,
        reftype=kind,
        reftarget=target,
        refdoc=docname,
        refwarn=True,
        refexplicit=False,
    )


class Symbols(SphinxDirective):
    """A symbol table."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the table that the reader sees."""
        try:
            symbols = parse_symbols(list(self.content))
        except ValueError as error:
            raise self.error(f"symbols, {error}") from error
        table, group = nodes.table(classes=["symbols"]), nodes.tgroup(cols=len(HEADINGS))
        table += group
        group.extend(nodes.colspec(colwidth=1) for _ in HEADINGS)
        head, body = nodes.thead(), nodes.tbody()
        group.extend([head, body])
        head += row([[nodes.Text(heading)] for heading in HEADINGS])
        for symbol in symbols:
            meaning, messages = self.parse_inline(symbol.meaning, lineno=self.lineno)
            body += row(
                [
                    [nodes.math(symbol.latex, symbol.latex)],
                    [nodes.literal("", symbol.type)],
                    [nodes.literal("", symbol.python) if symbol.python else nodes.Text("-")],
                    [*meaning, *messages],
                ]
            )
        return [table]


class Equation(MathDirective):
    """A displayed equation, with the expression that implements it and its mark."""

    option_spec: ClassVar[dict[str, Any]] = {
        **MathDirective.option_spec,
        "defines": directives.unchanged_required,
        "python": directives.unchanged_required,
        "where": directives.unchanged_required,
        "unchecked": directives.unchanged_required,
        "sharp": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Return the equation, and the code under it."""
        result = super().run()
        label = self.options.get("label", self.options.get("name"))
        expression = self.options.get("python")
        if expression:
            code = self.code(expression, label)
            result.append(nodes.container("", code, classes=["equation-code"]))
        return result

    def code(self, expression: str, label: str | None) -> nodes.paragraph:
        """Return the line that shows the expression, with a link at each function."""
        named = functions_in(expression, self.config.mathcheck_module)
        if not named:
            raise self.error(
                f":python: {expression!r} names no function; expected a public name of "
                f"{self.config.mathcheck_module}"
            )
        if not label:
            raise self.error(f":python: {expression!r} has no :label: beside it")
        equations(self.env).setdefault(self.env.docname, []).append((label, named))
        line = nodes.paragraph("", "In code: ")
        for part in re.split(r"([A-Za-z_]\w*)", expression):
            if part in named:
                target = f"{self.config.mathcheck_module}.{part}"
                line += link("py", "obj", target, part, self.env.docname)
            elif part:
                line += nodes.literal("", part)
        return line


class ListOfEquations(SphinxDirective):
    """The place of the list of all equations."""

    def run(self) -> list[nodes.Node]:
        """Return the place."""
        return [EquationList()]


class Formula(SphinxRole):
    """Inline mathematics, of which the name of the role says how it is meant."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the mathematics, its backslashes as they were written."""
        latex = self.rawtext.split("`")[1] if "`" in self.rawtext else self.text
        return [nodes.math(self.rawtext, latex)], []


class CountOfEquations(SphinxRole):
    """The place of a number of equations, by their status or a total."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the place."""
        known = (*WORDS, *TOTALS)
        if self.text in known:
            return [Count(text=self.text)], []
        message = f"count: got {self.text!r}; expected one of {', '.join(known)}"
        return [], [self.inliner.reporter.error(message, line=self.lineno)]


class ShowVerdicts(SphinxPostTransform):
    """Fill in the marks, the list of equations, and the counts."""

    default_priority = 4  # before the references are resolved

    def run(self, **kwargs: Any) -> None:
        """Replace the places by what was found."""
        found = [(e, r) for e, r in verdicts(self.env).get(self.env.docname, ()) if e.display]
        for mark in list(self.document.findall(Mark)):
            same = [pair for pair in found if words_of(pair[0].text) == mark["text"]]
            # The same text may stand twice on a page; the marks come in the order of the text.
            if same:
                found.remove(same[0])
            mark.replace_self(self.marked(*same[0]) if same else [])
        for place in list(self.document.findall(EquationList)):
            place.replace_self(self.listed())
        for number in list(self.document.findall(Count)):
            number.replace_self(nodes.Text(str(counts(verdicts(self.env))[number["text"]])))

    def marked(self, equation: Printed, result: Result) -> list[nodes.Node]:
        """Return the mark of a verdict, which opens to say more."""
        file = self.env.doc2path(self.env.docname, base=False)
        source = Path(getattr(self.env, "mathcheck_folder", "."), file).as_posix()
        command = nodes.literal("", f"python -m mathcheck {source}")
        head = html.escape(WORDS.get(result.status, result.status))
        content: list[nodes.Node] = [nodes.paragraph("", explained(result))]
        functions = self.functions(equation.options.python)
        if functions:
            content.append(nodes.paragraph("", "Functions: ", *functions))
        content.append(nodes.paragraph("", "To repeat it: ", command))
        latex = equation.text.strip()
        content.append(nodes.paragraph("", "In LaTeX:"))
        content.append(nodes.literal_block(latex, latex, language="latex"))
        opening = f'<details class="mathcheck {result.status}"><summary>{head}</summary>'
        return [
            nodes.raw("", opening, format="html"),
            *content,
            nodes.raw("", "</details>", format="html"),
        ]

    def functions(self, expression: str) -> list[nodes.Node]:
        """Return links to the functions of an expression and, if it has a page, to their source."""
        module, docname = self.config.mathcheck_module, self.env.docname
        # Kept by sphinx.ext.viewcode, which makes these pages.
        pages = getattr(self.env, "_viewcode_modules", {})
        found: list[nodes.Node] = []
        for name in functions_in(expression, module):
            found.append(nodes.Text(", " if found else ""))
            found.append(link("py", "obj", f"{module}.{name}", name, docname))
            home = getattr(importlib.import_module(module), name).__module__
            if pages.get(home) and name in pages[home][1]:
                place = f"_modules/{home.replace('.', '/')}"
                found.append(viewcode_anchor(reftarget=place, refid=name, refdoc=docname))
        return found

    def listed(self) -> list[nodes.Node]:
        """Return the counts, and the table of what is displayed or claimed."""
        headings = ("Equation", "Verdict", "Chapter")
        table, group = nodes.table(classes=["equations"]), nodes.tgroup(cols=len(headings))
        table += group
        group.extend(nodes.colspec(colwidth=1) for _ in headings)
        head, body = nodes.thead(), nodes.tbody()
        group.extend([head, body])
        head += row([[nodes.Text(heading)] for heading in headings])
        for docname, found in verdicts(self.env).items():
            title = self.env.titles[docname].astext()
            for equation, result in found:
                if equation.display or result.status != "read":
                    chapter = link("std", "doc", f"/{docname}", title, self.env.docname)
                    body += row([[self.named(equation)], [nodes.Text(summary(result))], [chapter]])
        return [nodes.paragraph("", counted(verdicts(self.env))), table]

    def named(self, equation: Printed) -> nodes.Node:
        """Return a link to an equation, or where it has no label the equation itself."""
        if equation.label:
            return link("math", "eq", equation.label, equation.label, self.env.docname)
        return nodes.math(equation.text, equation.text)


def functions_in(expression: str, module: str) -> tuple[str, ...]:
    """Return the public functions of a module that an expression names, each once."""
    public = public_names(module)
    return tuple(dict.fromkeys(name for name in NAME.findall(expression) if name in public))


def words_of(latex: str) -> str:
    """Return LaTeX with one blank between its words, whatever the lines."""
    return " ".join(latex.split())


def place_marks(app: Sphinx, document: nodes.document) -> None:
    """Put a place for a mark after each displayed equation, beside its code."""
    for block in list(document.findall(nodes.math_block)):
        mark = Mark(text=words_of(block.astext()))
        after = block.next_node(descend=False, siblings=True)
        if isinstance(after, nodes.container) and "equation-code" in after["classes"]:
            after.append(mark)
        else:
            place = block.parent.index(block) + 1
            block.parent.insert(place, nodes.container("", mark, classes=["equation-code"]))


def row(cells: Sequence[Sequence[nodes.Node]]) -> nodes.row:
    """Return a row of a table."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


class ListEquations(SphinxPostTransform):
    """Add to a function's entry the equations that it implements."""

    default_priority = 5  # before the references are resolved

    def run(self, **kwargs: Any) -> None:
        """Add one line to each function that an equation names."""
        module = self.config.mathcheck_module
        labels: dict[str, list[str]] = {}
        for _, page in sorted(equations(self.env).items()):
            for label, named in page:
                for name in named:
                    labels.setdefault(f"{module}.{name}", []).append(label)
        for description in self.document.findall(addnodes.desc):
            ids = [i for part in description.findall(addnodes.desc_signature) for i in part["ids"]]
            found = labels.get(ids[0], []) if ids else []
            if not found:
                continue
            line = nodes.paragraph("", "Implements equation ", classes=["implements"])
            for position, label in enumerate(found):
                if position:
                    line += nodes.Text(", ")
                line += link("math", "eq", label, label, self.env.docname)
            description[-1].append(line)  # type: ignore[attr-defined]


def check(app: Sphinx) -> None:
    """Check all equations, and warn of those that do not hold."""
    if not app.config.mathcheck_check:
        return
    source = Path(app.srcdir)
    # The command at a mark is given from where conf.py is.
    app.env.mathcheck_folder = os.path.relpath(source, app.confdir)  # type: ignore[attr-defined]
    root = source / f"{app.config.root_doc}.md"
    if not root.exists():
        return
    files = reading_order(root)
    names = {path: path.relative_to(source.resolve()).as_posix() for path in files}
    memory = Path(app.doctreedir) / "mathcheck.json"
    passed = recalled(memory)
    found: dict[str, list[tuple[Printed, Result]]] = {}
    for one in check_book(read_book(files, names), app.config.mathcheck_module, passed=passed):
        docname = one.equation.file.removesuffix(".md")
        found.setdefault(docname, []).append((one.equation, one.result))
        if not one.result.passed:
            for line, message in one.messages:
                logger.warning(message, type="mathcheck", location=(docname, line))
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps(passed), encoding="utf-8")
    app.mathcheck_found = found  # type: ignore[attr-defined]


def recalled(memory: Path) -> dict[str, Any]:
    """Return the verdicts of equations that passed in an earlier build."""
    try:
        loaded = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the equations of a page that is read anew."""
    equations(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Take over what a parallel reader found."""
    equations(env).update({n: e for n, e in equations(other).items() if n in docnames})
    lists(env).update(lists(other) & docnames)


def pages_to_write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to be written anew because verdicts or the links to functions changed."""
    before, now = verdicts(env), getattr(app, "mathcheck_found", {})
    changed = {n for n in {*before, *now} if before.get(n) != now.get(n)} & env.found_docs
    env.mathcheck_verdicts = now  # type: ignore[attr-defined]
    if changed:
        changed |= lists(env) & env.found_docs
    listed = repr(sorted(equations(env).items()))
    if getattr(env, "mathcheck_listed", None) != listed:
        env.mathcheck_listed = listed  # type: ignore[attr-defined]
        prefix = f"{app.config.mathcheck_module}."
        objects = env.domains.python_domain.objects.items()
        changed |= {entry.docname for name, entry in objects if name.startswith(prefix)}
    return sorted(changed)


def settle_labels(app: Sphinx, document: nodes.document) -> None:
    """Give the amsmath blocks of a page labels by their order; MyST draws them at random."""
    known = app.env.domains.math_domain.equations
    blocks = [n for n in document.findall(nodes.math_block) if "amsmath" in n["classes"]]
    for number, block in enumerate((b for b in blocks if b.get("label")), start=1):
        old, new = block["label"], f"{app.env.docname.replace('/', '-')}-amsmath-{number}"
        known[new] = known.pop(old)
        block["label"] = new
        places = {nodes.make_id(f"equation-{old}"): nodes.make_id(f"equation-{new}")}
        # The target before a block hands its place on to it.
        for node in (block, *document.findall(nodes.target)):
            node["ids"] = [places.get(place, place) for place in node["ids"]]


def note_lists(app: Sphinx, document: nodes.document) -> None:
    """Remember the pages that list or count the equations."""
    if any(document.findall(EquationList)) or any(document.findall(Count)):
        lists(app.env).add(app.env.docname)


def read_dollars(app: Sphinx, config: Config) -> None:
    """Let MyST read dollars and amsmath, where the book says nothing of its extensions."""
    if not config.myst_enable_extensions:
        config.myst_enable_extensions = {"amsmath", "dollarmath"}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives, the roles and the check; without another MyST parser, MyST too."""
    if not {"myst_parser", "myst_nb"} & set(app.config.extensions):
        app.setup_extension("myst_parser")
        # Before MyST looks at its settings.
        app.connect("config-inited", read_dollars, priority=100)
    app.add_config_value("mathcheck_module", "", "env", [str])
    app.add_config_value("mathcheck_check", True, "env", [bool])
    app.add_node(Mark)
    app.add_node(EquationList)
    app.add_node(Count)
    app.add_directive("symbols", Symbols)
    app.add_directive("math", Equation, override=True)
    app.add_directive("equations", ListOfEquations)
    for role in ("given", "defines", "unchecked"):
        app.add_role(role, Formula())
    app.add_role("count", CountOfEquations())
    app.add_post_transform(ShowVerdicts)
    app.add_post_transform(ListEquations)
    app.connect("builder-inited", check)
    app.connect("doctree-read", settle_labels)
    app.connect("doctree-read", place_marks)
    app.connect("doctree-read", note_lists)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", pages_to_write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
