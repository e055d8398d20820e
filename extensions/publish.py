"""Make the folder that is published: the built pages, and beside them Python for their cells.

Run as `python extensions/publish.py _build/html _build/site SOURCE`, where SOURCE says where the
files of Pyodide come from; see `runtime`.
"""

import argparse
import hashlib
import html
import importlib.metadata
import json
import platform
import re
import shutil
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import availability
import playground
import policy
import runtime
from ink import DARK_STYLE

from mathcheck.contents import book

ROOT = Path(__file__).parents[1]
# Of the packages that the cells import, those that are the same Python everywhere.
SHARED = ("markdown-it-py", "mdit-py-plugins", "mdurl", "myst-parser")
# Of which a page names the versions, and how.
NAMED = {
    "numpy": "NumPy",
    "matplotlib": "matplotlib",
    "scipy": "SciPy",
    "scikit-learn": "scikit-learn",
}
# The tag of a cell that starts another process, which a browser has not.
PROCESSES = "needs-processes"
CELL = re.compile(r'<div class="cell (?=[^"]*docutils container">)')
SCRIPT = '<script defer src="_static/live/cells.js"></script>\n'
PLAYGROUND = '<script type="module" src="_static/live/playground.js"></script>\n'
STYLE = '<link rel="stylesheet" href="_static/live/live.css">\n'
# The number of an equation, behind its label, and the title of a page.
NUMBER = re.compile(
    r'<div class="math" id="equation-([^"]+)">.*?<span class="eqno">(\([^)]*\))', re.DOTALL
)
TITLE = re.compile(r"<title>(.*?)(?: &#8212;.*)?</title>", re.DOTALL)
MODULE = "softmax_theory"


def own_modules(root: Path) -> list[Path]:
    """Return the modules that lie beside the chapters."""
    return sorted(root.glob("book/*.py"))


def book_files(root: Path) -> dict[str, Path]:
    """Return the code and the data that cells use, by their paths in the reader's browser.

    The data lies as it does here, because cells name it from the folder of the chapters.
    """
    files = {
        f"code/{path.relative_to(root / 'src')}": path
        for path in sorted(root.glob("src/**/*"))
        if path.is_file() and path.suffix in {".py", ".toml", ".json"}
    }
    for name in ("live.py", "judging.py", "answers.py"):
        files[f"code/{name}"] = root / "extensions" / name
    for package in SHARED:
        for file in importlib.metadata.files(package) or []:
            if file.suffix == ".py" or "licenses" in file.parts:
                files[f"code/{file}"] = Path(str(file.locate()))
    data = [root / "book" / "matplotlibrc", *own_modules(root)]
    data += sorted(root.glob("benchmarks/results/*.json"))
    return files | {path.relative_to(root).as_posix(): path for path in data}


def write_archive(files: dict[str, Path], folder: Path) -> Path:
    """Write the files as a zip that is named after its content, so that it may be cached."""
    draft = folder / "book.zip"
    with ZipFile(draft, "w") as archive:
        for name, path in files.items():
            archive.writestr(ZipInfo(name), path.read_bytes(), ZIP_DEFLATED)
    digest = hashlib.sha256(draft.read_bytes()).hexdigest()[:12]
    return draft.rename(folder / f"book-{digest}.zip")


def versions() -> str:
    """Return the sentence that says how the reader's Python differs from the build's."""
    lock = runtime.packages()
    here = ", ".join(f"{shown} {lock[name]['version']}" for name, shown in NAMED.items())
    there = ", ".join(
        f"{shown} {importlib.metadata.version(name)}" for name, shown in NAMED.items()
    )
    python = json.loads(runtime.LOCK.read_text(encoding="utf-8"))["info"]["python"]
    return (
        f"Cells run in this page with Python {python}, {here}. What is printed in the book was "
        f"computed with Python {platform.python_version()}, {there}, so last digits may differ."
    )


def with_playground(page: str) -> str:
    """Return the page of the playground with its script."""
    return page.replace("</head>", STYLE + "</head>").replace("</body>", PLAYGROUND + "</body>")


def with_cells(page: str, missing: list[str]) -> str:
    """Return a page with the script for its cells, which are told what they miss."""
    count = len(CELL.findall(page))
    if count != len(missing):
        raise ValueError(f"a page has {count} cells, and its notebook {len(missing)}")
    cells = iter(missing)

    def told(match: re.Match[str]) -> str:
        name = next(cells)
        return f'<div data-missing="{name}" class="cell ' if name else match[0]

    page = CELL.sub(told, page)
    return page.replace("</head>", STYLE + "</head>").replace("</body>", SCRIPT + "</body>")


def missing_on(docname: str, executed: Path) -> list[str]:
    """Return for each cell of a page the module that it misses, or nothing."""
    notebook = executed / f"{docname}.ipynb"
    if not notebook.exists():
        return []
    cells = [
        cell
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    sources = ["".join(cell["source"]) for cell in cells]
    shipped = {name for package in runtime.packages().values() for name in package["imports"]}
    beside = {path.stem for path in own_modules(ROOT)}
    available = {*sys.stdlib_module_names, *shipped, *availability.OWN, *beside}
    absent = availability.missing(sources, available)
    return [
        name or ("processes of its own" if PROCESSES in cell["metadata"].get("tags", []) else "")
        for name, cell in zip(absent, cells, strict=True)
    ]


def write_pages(built: Path, site: Path) -> None:
    """Copy the built site, and finish its pages."""
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(built, site, ignore=shutil.ignore_patterns(".doctrees", ".buildinfo*"))
    pages = {}
    for path in sorted(site.rglob("*.html")):
        page = policy.without_name(path.read_text(encoding="utf-8"))
        if CELL.search(page):
            page = with_cells(page, missing_on(path.stem, built.parent / "jupyter_execute"))
        if 'id="playground-form"' in page:
            page = with_playground(page)
        pages[path] = page
    pictures = [path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.svg"))]
    allowed = policy.content_security_policy(list(pages.values()), pictures)
    for path, page in pages.items():
        path.write_text(policy.with_policy(page, allowed), encoding="utf-8")
    rule = f"/*\n  Content-Security-Policy: {allowed}\n"
    (site / "_headers").write_text(rule, encoding="utf-8")


def write_equations(site: Path) -> list[tuple[str, str]]:
    """Write what the playground opens, a file for each chapter; return their names and titles."""
    folder = site / "_static" / "live" / "equations"
    folder.mkdir()
    chapters: dict[str, list[dict[str, object]]] = {}
    documents = book(ROOT / "book" / "index.md")
    for document, equation in playground.opened(documents, MODULE):
        chapters.setdefault(document.path.stem, []).append(equation)
    errata = playground.errata(ROOT / "book" / "errata.md", MODULE)
    titles = []
    for name, equations in {**chapters, "errata": errata}.items():
        page = (site / f"{name}.html").read_text(encoding="utf-8")
        numbers = dict(NUMBER.findall(page))
        for equation in equations:
            label = equation["label"]
            equation.setdefault("title", f"{numbers.get(label, '')} {label}".strip())
        (folder / f"{name}.json").write_text(json.dumps(equations), encoding="utf-8")
        titles.append((name, html.unescape(TITLE.search(page)[1])))
    return titles


def write_python(source: str, cache: Path, site: Path) -> None:
    """Put the runtime beside the pages, and say in one file where its parts are."""
    folder = site / "_static" / f"pyodide-{runtime.VERSION}"
    folder.mkdir()
    files = runtime.fetch(source, cache)
    for path in files:
        shutil.copy2(path, folder)
    shutil.copy2(runtime.LOCK, folder)
    live = site / "_static" / "live"
    archive = write_archive(book_files(ROOT), live)
    manifest = {
        "runtime": f"../{folder.name}/",
        "book": archive.name,
        "sizes": {path.name: path.stat().st_size for path in files},
        "versions": versions(),
        "dark": DARK_STYLE,
        "chapters": write_equations(site),
    }
    (live / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def main() -> None:
    """Read the arguments, and make the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("html", type=Path, help="the built site")
    parser.add_argument("site", type=Path, help="the folder to make")
    parser.add_argument("source", help="an address, or a requirement of pip, for Pyodide's files")
    given = parser.parse_args()
    write_pages(given.html, given.site)
    try:
        write_python(given.source, given.html.parent / "pyodide", given.site)
    except ValueError as error:
        sys.exit(f"make site: {error}")
    print(f"Publish {given.site.resolve()}")


if __name__ == "__main__":
    main()
