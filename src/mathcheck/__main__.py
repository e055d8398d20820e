"""The command line: check MyST files without building anything.

`python -m mathcheck FILE_OR_FOLDER…` exits with 0 if all equations hold, with 1 if one does not,
and with 2 if it can't be run.
"""

import argparse
import ast
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mathcheck.book import Checked, book_of, check_book, read_book
from mathcheck.checking.equation import read
from mathcheck.explain import explained
from mathcheck.latex import Refusal
from mathcheck.mutation import fates, in_context, table
from mathcheck.report import STATUSES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit status."""
    options = parse(arguments)
    if options.explain:
        return explain(options.paths)
    paths = [Path(p) for p in options.paths]
    missing = [str(p) for p in paths if not p.exists()]
    if missing:
        print(f"mathcheck: {', '.join(missing)}: no such file or folder", file=sys.stderr)
        return 2
    module = options.module if options.module is not None else module_of(paths[0])
    checked: list[Checked] = []
    for path in paths:
        files, only = book_of(path)
        documents = read_book(files, {f: os.path.relpath(f) for f in files})
        try:
            if options.mutate:
                found = list(fates(documents, module, options.seed))
                print(table([f for f in found if f.equation.file in names_of(only)]))
                return 0 if all(f.verdict != "hole" for f in found) else 1
            checked.extend(check_book(documents, module, only=only, seed=options.seed))
        except ImportError as error:
            print(f"mathcheck: the module {module}: {error}", file=sys.stderr)
            return 2
    if options.json:
        print(json.dumps([as_json(c) for c in checked], indent=1, ensure_ascii=False))
    else:
        print_report(checked)
    return 0 if all(c.result.passed for c in checked) else 1


def names_of(files: set[Path]) -> set[str]:
    """Return what files are called in reports."""
    return {os.path.relpath(file) for file in files}


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
    parser.add_argument("--seed", type=int, default=0, help="of the samples; 0 if not given")
    parser.add_argument(
        "--module",
        help="whose public names :python: may use; if not given, mathcheck_module of conf.py",
    )
    return parser.parse_args(arguments)


def module_of(path: Path) -> str:
    """Return the setting `mathcheck_module` of the nearest conf.py, which is not run."""
    start = path.resolve()
    for folder in [start, *start.parents] if start.is_dir() else start.parents:
        configuration = folder / "conf.py"
        if not configuration.exists():
            continue
        for node in ast.parse(configuration.read_text(encoding="utf-8")).body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Constant)
                and any(
                    isinstance(t, ast.Name) and t.id == "mathcheck_module" for t in node.targets
                )
            ):
                return str(node.value.value)
        break
    return ""


def explain(arguments: Sequence[str]) -> int:
    """Print how each side of an equation is read."""
    if len(arguments) != 2 or not Path(arguments[0]).exists():
        print("mathcheck: --explain needs a FILE and the LABEL of an equation", file=sys.stderr)
        return 2
    path, label = Path(arguments[0]), arguments[1]
    files, only = book_of(path)
    documents = read_book(files, {f: os.path.relpath(f) for f in files})
    module = module_of(path)
    for equation, place in in_context(documents, module, 0):
        if equation.name == label and Path(equation.file).resolve() in only:
            try:
                reading = read(equation.text, equation.options, place)
            except Refusal as refusal:
                print(f"{label}: {refusal.message}")
                return 1
            print("\n".join(explained(reading)))
            return 0
    print(f"mathcheck: {path} has no equation {label}", file=sys.stderr)
    return 2


def print_report(checked: Sequence[Checked]) -> None:
    """Print what is wrong, and how many equations have which status."""
    for one in checked:
        if not one.result.passed:
            for line, message in one.messages:
                print(f"{one.equation.file}:{line}: [mathcheck] {message}")
    counts = Counter(one.result.status for one in checked)
    listed = ", ".join(f"{counts[s]} {s}" for s in STATUSES if counts[s])
    print(f"{len(checked)} equations: {listed or 'nothing to check'}")


def as_json(one: Checked) -> dict[str, object]:
    """Return the object for one equation."""
    result = one.result
    return {
        "file": one.equation.file,
        "line": one.equation.line,
        "label": one.equation.name,
        "status": result.status,
        "comparisons": result.comparisons,
        "python": result.python or None,
        "largest_difference": result.largest_difference,
        "seconds": round(one.seconds, 4),
        "message": result.message or None,
    }


if __name__ == "__main__":
    sys.exit(main())
