"""The module whose functions an author's equations name."""

import hashlib
import importlib
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class ModuleProblem(Exception):  # noqa: N818, it says what the module is
    """A module that can't be used, and why."""


def module_namespace(module: str) -> tuple[Mapping[str, Any], str]:
    """Return the public names of a module, and a digest of its source.

    Raises
    ------
    ModuleProblem
        If it can't be imported, whatever it raises, or lacks a name that its `__all__` lists.
    """
    if not module:
        return {}, ""
    try:
        loaded = importlib.import_module(module)
        names = getattr(loaded, "__all__", [n for n in vars(loaded) if not n.startswith("_")])
        public = {name: getattr(loaded, name) for name in names}
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise ModuleProblem(f"the module {module!r} can't be used: {reason}") from error
    return public, digest_of(sources(loaded))


def sources(module: Any) -> list[Path]:
    """Return the files of a module; one that is built in has none."""
    try:
        source = Path(inspect.getfile(module))
    except TypeError:
        return []
    return sorted(source.parent.glob("*.py")) if source.name == "__init__.py" else [source]


def digest_of(files: Sequence[Path]) -> str:
    """Return a digest of the contents of files."""
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()
