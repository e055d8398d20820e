"""Each downloaded notebook runs from its zip alone; `make test-slow` builds the site first."""

import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ZIPS = sorted((ROOT / "_build" / "html" / "_downloads").glob("*.zip"))


def run(*command: str | Path, **options: object) -> None:
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The versions are those of the lock, so that a failure comes from a change in the book."""
    lock = (ROOT / "requirements.txt").read_text()
    pins = re.findall(r"(?m)^[\w.-]+==[^\s;\\]+(?: ; [^\\\n]+)?", lock)
    assert len(pins) == lock.count("==") - lock.count(" == ")
    constraints = tmp_path_factory.mktemp("versions") / "constraints.txt"
    constraints.write_text("\n".join(pins))
    return {**os.environ, "PIP_CONSTRAINT": str(constraints)}


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory, variables: dict[str, str]) -> Path:
    """An environment with what runs notebooks and, at first, nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder)
    run(folder / "bin" / "pip", "install", "ipykernel", "nbclient", env=variables)
    return folder / "bin" / "jupyter"


def test_every_chapter_with_cells_is_there() -> None:
    sources = (ROOT / "book").glob("*.md")
    chapters = {path.stem for path in sources if "{code-cell}" in path.read_text("utf-8")}
    assert {path.stem for path in ZIPS} == chapters


@pytest.mark.parametrize("download", ZIPS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_its_zip_alone(
    download: Path, tmp_path: Path, jupyter: Path, variables: dict[str, str]
) -> None:
    with ZipFile(download) as archive:
        archive.extractall(tmp_path)
    [notebook] = tmp_path.rglob("*.ipynb")
    run(jupyter, "execute", "--inplace", notebook, cwd=notebook.parent, env=variables)
    code = [c for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert [o for cell in code for o in cell.outputs if o.output_type == "error"] == []
