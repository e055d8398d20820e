"""The Sphinx extension: it checks the equations of a MyST book while the book is built.

`symbols` prints a symbol table. `math` takes `:defines:`, `:python:`, `:no-code:`, `:where:`,
`:sharp:` and `:unchecked:`; the roles `given`, `defines` and `unchecked` do the same for inline
mathematics.
An equation that does not hold is a warning at its line, on every build. Each displayed equation
gets a mark that says what was compared and holds its numbers and its LaTeX; a file for each page
has more to answer, for a script to load. `breakable` shows an equation with changes that break it,
`equations` lists them all with the inline claims, the role `count` prints how many there are of a
kind, and a function lists those that it implements.
"""

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.typing import ExtensionMetadata

from mathcheck.sphinx import directives
from mathcheck.sphinx.answering import write_answers
from mathcheck.sphinx.breaking import ShowBreakable
from mathcheck.sphinx.collector import Collector, check
from mathcheck.sphinx.functions import ListEquations
from mathcheck.sphinx.listing import ShowList, resolve
from mathcheck.sphinx.marks import Mark, ShowVerdicts


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
    for place in (Mark, directives.EquationList, directives.Count, directives.Breakable):
        app.add_node(place)
    app.add_directive("symbols", directives.Symbols)
    app.add_directive("math", directives.Equation, override=True)
    app.add_directive("equations", directives.ListOfEquations)
    app.add_directive("breakable", directives.BreakableEquation)
    for role in ("given", "defines", "unchecked"):
        app.add_role(role, directives.Formula())
    app.add_role("count", directives.CountOfEquations())
    for transform in (ShowVerdicts, ShowBreakable, ShowList, ListEquations):
        app.add_post_transform(transform)
    app.connect("builder-inited", check)
    app.connect("missing-reference", resolve)
    app.connect("doctree-resolved", write_answers)
    app.add_env_collector(Collector)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 3}
