"""Offer each chapter as a zip of its notebook, the files that it reads and the project's wheel."""

import ast
import hashlib
import os
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import nbformat
from docutils import nodes
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_cache import get_cache
from notebooks import as_notebook, written
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.typing import ExtensionMetadata

INSTALLING = """\
# Installs the module of the book from the file beside this notebook, and what the chapters import.
%pip install --quiet --disable-pip-version-check "./{wheel}[notebooks]\""""


def numbers(env: BuildEnvironment, docname: str, doctree: nodes.document) -> dict[str, str]:
    """Return the numbers that the page shows, by the ids of what they are given to."""
    sections = env.toc_secnumbers.get(docname, {})
    [top, *_] = doctree.findall(nodes.section)
    given = {name.removeprefix("#") or top["ids"][0]: n for name, n in sections.items()}
    for kind in env.toc_fignumbers.get(docname, {}).values():
        given |= kind
    return {name: ".".join(map(str, n)) for name, n in given.items()}


def folder_of_notebooks(app: Sphinx) -> Path:
    """Return where the notebooks wait for the end of the build."""
    return Path(app.outdir).parent / "notebooks"


def is_chapter(app: Sphinx, docname: str) -> bool:
    """Return whether the page has cells that are executed."""
    return "kernelspec" in app.env.metadata.get(docname, {})


def write_notebook(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the notebook of a chapter, executed."""
    if app.builder.format != "html" or not is_chapter(app, docname):
        return
    # MyST-NB writes the notebook without its outputs where they come from the cache.
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb"
    cache = get_cache(app.config.nb_execution_cache_path)
    _, notebook = cache.merge_match_into_notebook(nbformat.read(executed, as_version=4))
    base = app.config.html_baseurl
    address = f"{base.rstrip('/')}/{app.builder.get_target_uri(docname)}" if base else ""
    pieces = written(doctree, numbers(app.env, docname, doctree), address)
    target = folder_of_notebooks(app) / f"{docname}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(as_notebook(pieces, notebook), target)


def parsed(notebook: nbformat.NotebookNode) -> list[ast.AST]:
    """Return the nodes of the Python code of a notebook, its magic commands as calls."""
    python = TransformerManager().transform_cell
    cells = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    return list(chain.from_iterable(ast.walk(ast.parse(python(source))) for source in cells))


def imported(notebook: nbformat.NotebookNode) -> set[str]:
    """Return the names of the modules that a notebook imports."""
    found = parsed(notebook)
    plain = {alias.name for node in found if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in found if isinstance(node, ast.ImportFrom)}


def files_read(notebook: nbformat.NotebookNode, folder: Path) -> set[Path]:
    """Return the files that the code names or imports, as seen from the notebook's folder.

    matplotlib reads the file `matplotlibrc` of the folder by itself.
    """
    strings = {node.value for node in parsed(notebook) if isinstance(node, ast.Constant)}
    names = {value for value in strings if isinstance(value, str) and value}
    modules = imported(notebook)
    names |= {f"{name}.py" for name in modules}
    if any(name.split(".")[0] == "matplotlib" for name in modules):
        names.add("matplotlibrc")
    # os.path takes any string for a question; pathlib refuses long ones.
    return {(folder / name).resolve() for name in names if os.path.isfile(folder / name)}  # noqa: PTH113


def wheel(root: Path, folder: Path) -> Path:
    """Return the wheel of the project in `root`, which is built if what it is made of changed."""
    source = [path for path in root.glob("src/**/*") if path.is_file() and path.suffix != ".pyc"]
    parts = sorted([*source, *root.glob("LICENSE*"), root / "README.md", root / "pyproject.toml"])
    digest = hashlib.sha256(b"".join(str(p).encode() + p.read_bytes() for p in parts)).hexdigest()
    target = folder / digest[:16]
    if not target.exists():
        shutil.rmtree(folder, ignore_errors=True)
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
        if done.returncode:
            raise ExtensionError(f"the wheel of {root} can't be built: {done.stderr}")
    [built] = target.glob("*.whl")
    return built


def packed(notebook: Path, folder: Path, built: Path) -> dict[str, bytes]:
    """Return the files of a download, by their names in it.

    `folder` is where the notebook's cells were run: from there the files lie as they do here.
    """
    content = nbformat.read(notebook, as_version=4)
    read = files_read(content, folder)
    installing = nbformat.v4.new_code_cell(INSTALLING.format(wheel=built.name), id="install")
    content.cells.insert(0, installing)
    files = {path: path.read_bytes() for path in read}
    files[folder / notebook.name] = nbformat.writes(content).encode()
    files[folder / built.name] = built.read_bytes()
    top = Path(os.path.commonpath([path.parent for path in files]))
    return {
        (notebook.stem / path.relative_to(top)).as_posix(): files[path] for path in sorted(files)
    }


def write_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Write the zip of each chapter."""
    if exception or app.builder.format != "html":
        return
    built = wheel(Path(app.confdir), Path(app.outdir).parent / "wheel")
    for docname in filter(lambda name: is_chapter(app, name), app.env.found_docs):
        notebook = folder_of_notebooks(app) / f"{docname}.ipynb"
        folder = Path(app.srcdir, docname).resolve().parent
        target = Path(app.outdir, "_downloads", f"{docname}.zip")
        target.parent.mkdir(parents=True, exist_ok=True)
        with ZipFile(target, "w") as archive:
            for name, data in packed(notebook, folder, built).items():
                # Of no particular date, so that equal content is an equal zip.
                entry = ZipInfo(name)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, data, ZIP_DEFLATED)


def offer_download(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object
) -> None:
    """Put the zip of a chapter first in the menu of the download button."""
    if doctree is None or not is_chapter(app, pagename):
        return
    for button in context["header_buttons"]:
        if button["label"] == "download-buttons":
            button["buttons"].insert(
                0,
                {
                    "type": "link",
                    "url": context["pathto"](f"_downloads/{pagename}.zip", 1),
                    "text": "Notebook (.zip)",
                    "tooltip": "Download the notebook with all that it needs",
                    "icon": "fas fa-file-zipper",
                    "label": "download-notebook-button",
                },
            )


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the steps."""
    app.connect("doctree-resolved", write_notebook, priority=900)  # when all others are done
    app.connect("html-page-context", offer_download, priority=900)  # after the theme
    app.connect("build-finished", write_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
