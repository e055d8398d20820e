"""The command line: check MyST files without building anything.

`python -m mathcheck FILE_OR_FOLDER…` exits with 0 if all equations hold, with 1 if one does not,
and with 2 if a file, the configuration or the module can't be read.
"""

import argparse
import ast
import json
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from mathcheck.book import Checked, check_book
from mathcheck.checking.equation import Reading, read
from mathcheck.contents import SUFFIX, absolute, documents_of
from mathcheck.documents import Document
from mathcheck.explain import explained
from mathcheck.files import Unreadable, text_of
from mathcheck.latex import Refusal
from mathcheck.modules import ModuleProblem, module_namespace
from mathcheck.mutation import fates, in_context, table
from mathcheck.proving import proved
from mathcheck.proving.show import shown_condition, shown_proof
from mathcheck.wording import totals

LARGEST_SEED = 2**64 - 1


class CannotRun(Exception):  # noqa: N818, it is the end of a run
    """What keeps the command from being run at all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit status."""
    options = parse(arguments)
    try:
        return explain(options) if options.explain else report(options)
    except (CannotRun, ModuleProblem) as problem:
        print(f"mathcheck: {problem}", file=sys.stderr)
        return 2


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m mathcheck", description="Check the equations of MyST files."
    )
    parser.add_argument("paths", nargs="+", metavar="FILE_OR_FOLDER")
    parser.add_argument(
        "--explain",
        action="store_true",
        help="FILE LABEL: print how each side of an equation is read",
    )
    parser.add_argument("--json", action="store_true", help="print one object for each equation")
    parser.add_argument(
        "--mutate", action="store_true", help="change one token at a time, list what is unnoticed"
    )
    parser.add_argument("--seed", type=seed, default=0, help="of the samples; 0 if not given")
    parser.add_argument(
        "--module",
        help="whose public names :python: may use; if not given, mathcheck_module of conf.py",
    )
    return parser.parse_args(arguments)


def seed(text: str) -> int:
    """Return the number that the samples depend on."""
    if not (text.isascii() and text.isdigit() and len(text) <= 20 and int(text) <= LARGEST_SEED):
        shown = text if len(text) <= 20 else f"{text[:20]}…"
        raise argparse.ArgumentTypeError(
            f"got {shown!r}; expected a whole number from 0 to {LARGEST_SEED}"
        )
    return int(text)


def report(options: argparse.Namespace) -> int:
    """Check what the paths name, print what was found, and return the exit status."""
    loaded = [load(path) for path in options.paths]
    module = module_for(options)
    checked: list[Checked] = []
    unread = False
    for documents, only in loaded:
        broken = [problem for d in documents if d.unread for problem in d.problems]
        unread = unread or bool(broken)
        if options.mutate:
            if broken:
                raise CannotRun(f"{broken[0].file}: {broken[0].message}")
            files = {os.path.relpath(file) for file in only}
            all_fates = list(fates(documents, module, options.seed))
            print(table([fate for fate in all_fates if fate.equation.file in files]))
            return 0 if all(fate.verdict != "hole" for fate in all_fates) else 1
        processes = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
        found = check_book(documents, module, only=only, seed=options.seed, processes=processes)
        checked.extend(found)
    if options.json:
        print(json.dumps([as_json(one) for one in checked], indent=1, ensure_ascii=False))
    else:
        print_report(checked)
    if unread:
        return 2
    return 0 if all(one.result.passed for one in checked) else 1


def load(name: str) -> tuple[list[Document], set[Path]]:
    """Return what is read for a path, and the files that are checked."""
    path = Path(name)
    if not name or not os.path.lexists(name):
        raise CannotRun(f"{name or repr(name)}: no such file or folder")
    if not path.is_dir() and path.suffix != SUFFIX:
        raise CannotRun(f"{path}: expected a file in MyST, whose name ends in {SUFFIX}")
    documents, only = documents_of(path, os.path.relpath)
    if not documents:
        raise CannotRun(f"{path}: the folder has no file whose name ends in {SUFFIX}")
    return documents, only


def module_for(options: argparse.Namespace) -> str:
    """Return the name of the module whose functions the equations name, which can be imported."""
    module: str = module_of(Path(options.paths[0])) if options.module is None else options.module
    module_namespace(module)
    return module


def module_of(path: Path) -> str:
    """Return the setting `mathcheck_module` of the nearest conf.py, which is not run."""
    start = absolute(path)
    for folder in [start, *start.parents]:
        configuration = folder / "conf.py"
        if os.path.lexists(configuration):
            return setting(configuration)
    return ""


def setting(configuration: Path) -> str:
    """Return the last value that a conf.py gives to `mathcheck_module`.

    Raises
    ------
    CannotRun
        If it is not written in Python; `--module` makes it unneeded.
    """
    try:
        statements = ast.parse(text_of(configuration)).body
    except (Unreadable, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or getattr(error, "line", 1)
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise CannotRun(
            f"{os.path.relpath(configuration)}:{line}: {reason}; mend it, or give --module"
        ) from error
    named = [
        statement.value
        for statement in statements
        if isinstance(statement, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == "mathcheck_module" for t in statement.targets)
    ]
    value = named[-1] if named else None
    return str(value.value) if isinstance(value, ast.Constant) else ""


def explain(options: argparse.Namespace) -> int:
    """Print how each side of an equation is read."""
    if len(options.paths) != 2:
        raise CannotRun("--explain needs a FILE and the LABEL of an equation")
    path, label = options.paths
    documents, only = load(path)
    files = {os.path.relpath(file) for file in only}
    for equation, place in in_context(documents, module_for(options), options.seed):
        if equation.name == label and equation.file in files:
            try:
                reading = read(equation.text, equation.options, place)
            except Refusal as refusal:
                print(f"{label}: {refusal.message}")
                return 1
            print("\n".join([*explained(reading), *proof_lines(reading)]))
            return 0
    raise CannotRun(f"{path} has no equation {label}")


def proof_lines(reading: Reading) -> list[str]:
    """Return the proof of an equation, line by line, or the fact that there is none."""
    proof = proved(reading)
    if proof is None:
        return ["no proof for every size"]
    where = [f"       where {shown_condition(condition)}" for condition in proof.conditions]
    steps = [f"{which:6} {form}" for which, form in shown_proof(proof, reading)]
    return [f"proved, by {', '.join(proof.rules)}", *where, *steps]


def print_report(checked: Sequence[Checked]) -> None:
    """Print what is wrong, and how many equations have which status."""
    for one in checked:
        if not one.result.passed:
            for line, message in one.messages:
                print(f"{one.equation.file}:{line}: [mathcheck] {message}")
    print(totals([one.result for one in checked]))


def as_json(one: Checked) -> dict[str, object]:
    """Return the object for one equation."""
    equation, result = one.equation, one.result
    return {
        "file": equation.file,
        "line": equation.line,
        "label": equation.name,
        "display": equation.display,
        "status": result.status,
        "grade": result.grade,
        "comparisons": result.comparisons,
        "python": result.python or None,
        "largest_difference": result.largest_difference,
        "seconds": round(one.seconds, 4),
        "message": result.message or None,
    }


if __name__ == "__main__":
    # The names of files may hold bytes that are no text.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main())
