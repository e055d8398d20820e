"""The documents of a book in reading order, and what they get wrong together."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mathcheck.documents import Chapter, Document, Equation, Problem, read_document

# The file whose symbol table holds in all others.
NOTATION = "notation"
SUFFIX = ".md"
# Entries of a table of contents that name no file.
PAGES = frozenset(["self", "genindex", "modindex", "search"])

Naming = Callable[[Path], str]


def absolute(path: Path) -> Path:
    """Return the whole path, without dots; links stay, for reports call a file by its own name."""
    return Path(os.path.abspath(path))  # noqa: PTH100, Path.absolute leaves the dots


def place_of(chapter: Chapter, path: Path, root: Path) -> Path:
    """Return the path that an entry of a table of contents in a file names."""
    folder = root if chapter.name.startswith("/") else path.parent
    return absolute(folder / chapter.name.lstrip("/"))


def targets(chapter: Chapter, path: Path, root: Path) -> list[Path]:
    """Return the files that an entry names, if there are any."""
    named = place_of(chapter, path, root)
    if not chapter.name.endswith(SUFFIX):
        named = named.with_name(f"{named.name}{SUFFIX}")
    if chapter.pattern:
        return sorted(set(named.parent.glob(named.name)) - {path})
    return [named] if os.path.lexists(named) else []


def is_elsewhere(chapter: Chapter, path: Path, root: Path) -> bool:
    """Return whether an entry is for others: an address, or a page that is not in MyST."""
    if "://" in chapter.name or chapter.name in PAGES:
        return True
    named = place_of(chapter, path, root)
    try:
        return any(file.suffix != SUFFIX for file in named.parent.glob(f"{named.name}*"))
    except OSError:
        return False


def missing(document: Document, root: Path) -> Iterator[Problem]:
    """Yield the entries of tables of contents that name no file."""
    for chapter in document.chapters:
        known = targets(chapter, document.path, root) or is_elsewhere(chapter, document.path, root)
        if not known:
            message = f"there is no file {chapter.name!r}"
            yield Problem(chapter.file, chapter.line, "toctree", message)


def together(documents: Sequence[Document], root: Path) -> list[Document]:
    """Return the documents with the problems that show when they are read together."""
    first: dict[str, Equation] = {}
    result = []
    for document in documents:
        problems = [*document.problems, *missing(document, root)]
        for part in document.parts:
            if isinstance(part, Equation) and part.label:
                other = first.setdefault(part.label, part)
                if other is not part:
                    message = f"the label stands at {other.file}:{other.opens} already"
                    problems.append(Problem(part.file, part.opens, part.label, message))
        result.append(replace(document, problems=tuple(problems)))
    return result


def walk(root: Path, naming: Naming) -> list[Document]:
    """Return the documents that tables of contents name from a file on, the notation first."""
    documents: dict[Path, Document] = {}
    waiting = [root]
    while waiting:
        path = waiting.pop()
        if path in documents:
            continue
        documents[path] = read_document(path, naming(path))
        named = [t for c in documents[path].chapters for t in targets(c, path, root.parent)]
        waiting.extend(reversed(named))
    return sorted(documents.values(), key=lambda document: document.path.stem != NOTATION)


def book(root: Path, naming: Naming = str) -> list[Document]:
    """Return the documents of a book in the order of its tables of contents, its notation first.

    Parameters
    ----------
    root : Path
        The first file; files that no table of contents names are left out.
    naming : callable
        What a file is called in reports.
    """
    root = absolute(root)
    return together(walk(root, naming), root.parent)


def documents_of(path: Path, naming: Naming = str) -> tuple[list[Document], set[Path]]:
    """Return all that is read for a file or folder, and the files of it that are checked.

    A file in a book is read after all that comes before it there. A folder without `index.md`
    is read in the order of the file names.
    """
    path = absolute(path)
    if path.is_dir():
        documents = in_folder(path, naming)
        return together(documents, path), {document.path for document in documents}
    nearest = (folder / f"index{SUFFIX}" for folder in path.parents)
    index = next((file for file in nearest if os.path.lexists(file)), path)
    documents = walk(index, naming)
    place = next((n for n, d in enumerate(documents) if d.path == path), None)
    if place is None:
        return together([read_document(path, naming(path))], path.parent), {path}
    return together(documents[: place + 1], index.parent), {path}


def in_folder(folder: Path, naming: Naming) -> list[Document]:
    """Return the documents of a folder: of its book, and all others that none includes."""
    index = folder / f"index{SUFFIX}"
    documents = walk(index, naming) if os.path.lexists(index) else []
    read = {document.path for document in documents}
    others = [read_document(f, naming(f)) for f in files_in(folder) if f not in read]
    included = {file for document in (*documents, *others) for file in document.included}
    return [*documents, *(document for document in others if document.path not in included)]


def files_in(folder: Path) -> Iterator[Path]:
    """Yield what a folder holds for the book, by name; hidden and generated folders are not read.

    Folders that can't be opened are among it, for nothing says what they hold.
    """
    closed: list[Path] = []
    found: list[Path] = []
    for place, folders, files in os.walk(folder, onerror=lambda e: closed.append(Path(e.filename))):
        found.extend(Path(place, name) for name in (*files, *folders) if name.endswith(SUFFIX))
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
    yield from sorted({*found, *closed})


def reading_order(root: Path) -> list[Path]:
    """Return the files of a book in the order of its tables of contents, its notation first."""
    return [document.path for document in walk(absolute(root), str)]


def book_of(path: Path) -> tuple[list[Path], set[Path]]:
    """Return the files that are read for a file or folder, and those that are checked."""
    documents, only = documents_of(path)
    return [document.path for document in documents], only


def read_book(files: Sequence[Path], names: Mapping[Path, str] | None = None) -> list[Document]:
    """Return the documents of files, called in reports as `names` says."""
    root = Path(os.path.commonpath([absolute(file).parent for file in files]))
    return together([read_document(path, (names or {}).get(path)) for path in files], root)
