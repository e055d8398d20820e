"""What the project promises as a whole: its arrows, its package, its README."""

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def imported(package: str, *apart: str) -> set[str]:
    """Return the top-level names of the modules that a package imports, some files set apart."""
    names = set()
    folder = ROOT / "src" / package
    for path in folder.rglob("*.py"):
        if path.relative_to(folder).parts[0] in apart:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").split(".")[0])
    return names - set(sys.stdlib_module_names)


def test_the_reference_module_needs_numpy_alone() -> None:
    own = {"numpy", "softmax_theory"}
    assert imported("softmax_theory", "testing", "dask.py") == own
    assert imported("softmax_theory", "dask.py") == {*own, "mpmath"}
    assert imported("softmax_theory", "testing") == {*own, "dask"}
    code = "import sys, softmax_theory; print(sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout
    assert not {b"mpmath", b"dask", b"scipy"} & {w.strip(b"[]' ,") for w in loaded.split()}


def test_mathcheck_knows_nothing_of_softmax() -> None:
    assert "softmax_theory" not in imported("mathcheck")
    text = "".join(p.read_text("utf-8") for p in (ROOT / "src" / "mathcheck").rglob("*.py"))
    assert "softmax" not in text.lower()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--quiet", "--wheel-dir", str(folder), str(ROOT)], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as file:
        yield file


def test_the_package_installs_with_numpy_alone_and_is_typed(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert {"softmax_theory/__init__.py", "softmax_theory/py.typed"} <= set(names)
    metadata = wheel.read(next(n for n in names if n.endswith("METADATA"))).decode()
    needed = [
        line
        for line in metadata.splitlines()
        if line.startswith("Requires-Dist:") and "extra ==" not in line
    ]
    assert needed == ["Requires-Dist: numpy>=2.0"]


def test_the_lock_pins_and_hashes_everything_and_names_no_registry() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert len(requirements) > 50
    assert all("==" in r and "--hash=sha256:" in r for r in requirements)
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_the_code_in_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), flags=re.S)
    assert len(blocks) == 1
    exec(blocks[0], {})
    assert capsys.readouterr().out.startswith("[[0.665")


def test_make_alone_lists_every_target() -> None:
    listing = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = {
        "html",
        "site",
        "test",
        "test-browser",
        "test-slow",
        "test-site",
        "mutants",
        "serve",
        "clean",
        "bench",
        "lint",
        "lock",
    }
    assert targets <= {line.split()[1] for line in listing.splitlines() if line.startswith("make ")}
