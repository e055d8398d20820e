"""What the tests of the prover share: equations in a text, and whether they are proved."""

from pathlib import Path

from mathcheck.checking.compare import tallied
from mathcheck.checking.equation import Reading, read
from mathcheck.checking.tally import Tally
from mathcheck.documents import document_of
from mathcheck.mutation import in_context
from mathcheck.proving import Proof, proved
from mathcheck.values.scope import CRASHES


def text_of(symbols: str, equation: str, definitions: tuple[tuple[str, str], ...] = ()) -> str:
    """Return a MyST text: symbols, pairs of a definition and what it defines, an equation."""
    parts = [f"```{{symbols}}\n{symbols.strip()}\n```"]
    parts += [f"```{{math}}\n:defines: {name}\n{body}\n```" for body, name in definitions]
    return "\n\n".join([*parts, f"```{{math}}\n{equation}\n```", ""])


def last_reading(text: str) -> Reading:
    """Return the reading of the last equation of a MyST text."""
    equation, place = in_context([document_of(text, Path("text.md"), "text.md")], "", 0)[-1]
    return read(equation.text, equation.options, place)


def proof(symbols: str, equation: str, *definitions: tuple[str, str]) -> Proof | None:
    """Return the proof of an equation after definitions, if there is one."""
    return proved(last_reading(text_of(symbols, equation, definitions)))


def holds(reading: Reading) -> bool:
    """Return whether an equation holds at all samples; one without a value does not."""
    try:
        tally = tallied(reading, Tally(brief=True))
    except CRASHES:
        return False
    compared = all(tally.hits.get(pair) for pair in reading.relations)
    return compared and not (tally.wrong or reading.problems)
