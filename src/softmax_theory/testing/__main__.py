"""The command line: `python -m softmax_theory.testing log_softmax scipy.special:log_softmax`."""

import argparse
import ast
import pkgutil
import sys
from collections.abc import Callable, Sequence
from typing import Any

from softmax_theory.testing.conformance import conformance
from softmax_theory.testing.options import OPTIONAL
from softmax_theory.testing.subject import CLAIMS


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a report; return 0 if the function conforms, 1 if not, 2 if it could not be run."""
    options = parser().parse_args(arguments)
    try:
        report = conformance(
            options.claim,
            loaded(options.function),
            arrays=options.arrays,
            keywords=dict(keyword(text) for text in options.keyword),
            dtypes=options.dtype,
            classes=options.classes,
            supports=options.supports,
            blocks=options.blocks,
            tolerance=options.tolerance,
        )
    except (ImportError, AttributeError, ValueError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(report.to_json() if options.json else report)
    return 0 if report.passed else 1


def parser() -> argparse.ArgumentParser:
    """Return what reads the arguments."""
    result = argparse.ArgumentParser("python -m softmax_theory.testing", description=__doc__)
    result.add_argument("claim", choices=sorted(CLAIMS), help="what the function claims to be")
    result.add_argument("function", help="where it is: MODULE:FUNCTION")
    result.add_argument("--arrays", help="numpy, torch or jax; by default as the module suggests")
    result.add_argument("--keyword", action="append", default=[], metavar="NAME=VALUE")
    result.add_argument("--dtype", nargs="+", default=["float32", "float64"])
    result.add_argument("--classes", nargs="+", type=int, default=[2, 10, 1000])
    result.add_argument("--supports", nargs="+", default=[], choices=OPTIONAL)
    result.add_argument("--blocks", action="store_true", help="the function takes `cuts`")
    result.add_argument("--tolerance", type=float, default=4.0, help="in ulp")
    result.add_argument("--json", action="store_true")
    return result


def loaded(place: str) -> Callable[..., Any]:
    """Return the function at MODULE:FUNCTION.

    Raises
    ------
    ValueError
        If the text has no colon.
    """
    if ":" not in place:
        raise ValueError(f"got {place!r}; expected MODULE:FUNCTION, as scipy.special:log_softmax")
    function: Callable[..., Any] = pkgutil.resolve_name(place)
    return function


def keyword(text: str) -> tuple[str, Any]:
    """Return the name and value of NAME=VALUE; the value is Python, or else a text."""
    name, _, value = text.partition("=")
    try:
        return name, ast.literal_eval(value)
    except (SyntaxError, ValueError):
        return name, value


if __name__ == "__main__":
    sys.exit(main())
