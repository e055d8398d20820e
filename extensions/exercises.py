"""Exercises that ask for code: a start to fill in, a solution, and tests that tell them apart.

The content of the directive `answer` are the start, the solution and the tests, with a line
`# solution` and a line `# tests` between them. It shows the start; `answer-solution` with the same
name shows the solution. The build stops if the solution fails a test or the start passes all.
"""

import html
import re
from warnings import catch_warnings, simplefilter

from answers import results
from docutils import nodes
from notebooks import Page, Piece, blocks
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator


class Answer(nodes.container):
    """The start of an answer, which the reader fills in and has tested."""


class AnswerDirective(SphinxDirective):
    """The start of an answer; its solution and its tests."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Test the solution and the start, and return the start."""
        name, text = self.arguments[0], "\n".join(self.content)
        parts = re.split(r"(?m)^# (?:solution|tests)\n", text)
        if len(parts) != 3:
            raise self.error(
                f"the answer {name!r} has {len(parts)} parts; expected a start, '# solution', "
                "the solution, '# tests' and the tests"
            )
        start, solution, tests = (part.strip("\n") for part in parts)
        if problem := what_is_wrong(start, solution, tests):
            raise self.error(f"the answer {name!r}: {problem}")
        # The solution follows in the same file.
        self.env.temp_data.setdefault("answers", {})[name] = solution
        return [Answer("", code(start), tests=tests)]


def what_is_wrong(start: str, solution: str, tests: str) -> str:
    """Return how a solution fails its tests, or that its start does not, or nothing."""
    with catch_warnings():
        simplefilter("ignore")  # A start may be wrong in ways that NumPy warns of.
        of_solution, of_start = results(solution, tests), results(start, tests)
    wrong = [one for one in of_solution if not one.get("passed")]
    if wrong or not of_solution:
        return f"the solution fails: {wrong[0] if wrong else 'there are no tests'}"
    if all(one.get("passed") for one in of_start):
        return "the start passes all tests"
    return ""


class SolutionDirective(SphinxDirective):
    """The solution of an answer."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the code of the solution."""
        name = self.arguments[0]
        solutions = self.env.temp_data.get("answers", {})
        if name not in solutions:
            raise self.error(f"there is no answer {name!r} before this in the file")
        return [code(solutions[name])]


def code(text: str) -> nodes.literal_block:
    """Return a block of Python."""
    return nodes.literal_block(text, text, language="python")


def visit_answer(translator: HTML5Translator, node: Answer) -> None:
    """Open an answer; the script of the published site finds the tests in it."""
    # docutils would put the lines of an attribute into one.
    tests = html.escape(node["tests"]).replace("\n", "&#10;")
    translator.body.append(f'<div class="answer" data-tests="{tests}">\n')


def depart_answer(translator: HTML5Translator, node: Answer) -> None:
    """Close the answer."""
    translator.body.append("</div>\n")


@blocks.register
def in_notebook(node: Answer, page: Page) -> list[Piece]:
    """Return the start, and the tests to run after it."""
    return [f"```python\n{part}\n```" for part in (node.astext(), f"# Tests\n{node['tests']}")]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives and the node."""
    app.add_node(Answer, html=(visit_answer, depart_answer))
    app.add_directive("answer", AnswerDirective)
    app.add_directive("answer-solution", SolutionDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
