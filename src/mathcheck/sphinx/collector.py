"""The check of the book, and what it changes in the pages."""

import json
import os
from collections.abc import Mapping, Set
from dataclasses import asdict
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.errors import ConfigError
from sphinx.util import logging

from mathcheck.answers import Answers, remembered
from mathcheck.answers import answers as answers_of
from mathcheck.book import Checked, check_book
from mathcheck.contents import book
from mathcheck.modules import ModuleProblem, module_namespace
from mathcheck.sphinx.directives import Breakable, Count, EquationList
from mathcheck.sphinx.functions import labels_of
from mathcheck.sphinx.marks import place_marks
from mathcheck.sphinx.state import Page, formulas, place_of, state

logger = logging.getLogger(__name__)


def check(app: Sphinx) -> None:
    """Check all equations before the pages are read, and warn of those that do not hold."""
    known = state(app.env)
    # The command at a mark is given from where conf.py is.
    known.folder = os.path.relpath(app.srcdir, app.confdir)
    known.latest, known.latest_answers = {}, {}
    try:
        module_namespace(app.config.mathcheck_module)
    except ModuleProblem as problem:
        raise ConfigError(f"mathcheck_module: {problem}") from problem
    source = Path(app.srcdir)
    root = source / f"{app.config.root_doc}.md"
    if not app.config.mathcheck_check or not os.path.lexists(root):
        return
    memory = Path(app.doctreedir) / "mathcheck.json"
    passed = recalled(memory)
    memory_of_answers = Path(app.doctreedir) / "mathcheck-answers.json"
    answered, answers = recalled(memory_of_answers), dict[str, Any]()
    documents = book(root, lambda path: name_of(path, source))
    for one in check_book(documents, app.config.mathcheck_module, passed=passed):
        docname = name_of(one.document, source).removesuffix(".md")
        known.latest.setdefault(docname, {})[place_of(one.equation)] = (one.equation, one.result)
        if app.builder.format == "html" and one.equation.display and one.result.passed:
            page = known.latest_answers.setdefault(docname, {})
            page[place_of(one.equation)] = answers_to(one, answered, answers)
        if not one.result.passed:
            for line, message in one.messages:
                place = f"{source / one.equation.file}:{line}"
                logger.warning(message, type="mathcheck", location=place)
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps(passed), encoding="utf-8")
    memory_of_answers.write_text(json.dumps(answers), encoding="utf-8")


def answers_to(one: Checked, before: Mapping[str, Any], now: dict[str, Any]) -> Answers:
    """Return what an equation answers, from an earlier build where nothing has changed."""
    if one.reading is None:
        return Answers()
    now[one.key] = before.get(one.key) or asdict(answers_of(one.reading))
    return remembered(now[one.key])


def name_of(path: Path, source: Path) -> str:
    """Return what a file is called in reports."""
    return Path(os.path.relpath(path, source)).as_posix()


def recalled(memory: Path) -> dict[str, Any]:
    """Return the verdicts of equations that passed in an earlier build."""
    try:
        loaded = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


class Collector(EnvironmentCollector):
    """Places the marks, and has the pages written anew whose verdicts or links changed."""

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page that is read anew or is gone."""
        state(env).pages.pop(docname, None)

    def merge_other(
        self, app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment
    ) -> None:
        """Take over what a parallel reader found."""
        read = state(other).pages
        state(env).pages.update({name: read[name] for name in docnames if name in read})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Note what a page has, and place its marks."""
        settle_labels(app.env, doctree)
        for place, formula in formulas(doctree, str(app.srcdir)):
            formula["place"] = place
        place_marks(doctree)
        blocks = doctree.findall(nodes.math_block)
        functions = tuple(block["functions"] for block in blocks if "functions" in block)
        counts = any(any(doctree.findall(kind)) for kind in (EquationList, Count, Breakable))
        state(app.env).pages[app.env.docname] = Page(functions, counts)

    def get_updated_docs(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Return the pages to be written anew because verdicts or links to functions changed."""
        known = state(env)
        changed = different(known.verdicts, known.latest)
        changed |= different(known.answers, known.latest_answers)
        known.verdicts, known.latest = known.latest, {}
        known.answers, known.latest_answers = known.latest_answers, {}
        if changed:
            changed |= {name for name, page in known.pages.items() if page.counts}
        labels = labels_of(known.pages[name] for name in sorted(known.pages))
        if labels != known.listed:
            known.listed = labels
            prefix = f"{app.config.mathcheck_module}."
            objects = env.domains.python_domain.objects.items()
            changed |= {entry.docname for name, entry in objects if name.startswith(prefix)}
        return sorted(changed & env.found_docs)


def different(before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    """Return the pages of which something is not what it was."""
    return {name for name in {*before, *now} if before.get(name) != now.get(name)}


def settle_labels(env: BuildEnvironment, document: nodes.document) -> None:
    """Give the amsmath blocks of a page labels by their order; MyST draws them at random."""
    known = env.domains.math_domain.equations
    blocks = [n for n in document.findall(nodes.math_block) if "amsmath" in n["classes"]]
    for number, block in enumerate((b for b in blocks if b.get("label")), start=1):
        old, new = block["label"], f"{env.docname.replace('/', '-')}-amsmath-{number}"
        known[new] = known.pop(old)
        block["label"] = new
        places = {nodes.make_id(f"equation-{old}"): nodes.make_id(f"equation-{new}")}
        # The target before a block hands its place on to it.
        for node in (block, *document.findall(nodes.target)):
            node["ids"] = [places.get(place, place) for place in node["ids"]]
