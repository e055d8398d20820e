"""A book of another subject: least squares, the Gaussian, Bayes' rule, a network of two layers."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from mathcheck.book import book_of, check_book, read_book

BOOK = Path(__file__).parent / "other_book"
ROOT = Path(__file__).parents[2]


def test_it_holds_and_a_lost_sign_does_not(tmp_path: Path) -> None:
    files, _ = book_of(BOOK)
    checked = list(check_book(read_book(files)))
    assert [c.result.message for c in checked if not c.result.passed] == []
    assert {c.equation.label for c in checked if c.result.status == "checked"} >= {
        *("normal-equations", "least", "density-integral", "score", "maximum", "bayes"),
        *("chain-rule", "first-layer-matrix"),
    }
    text = (BOOK / "gaussian.md").read_text(encoding="utf-8")
    wrong = read_book(files)
    (tmp_path / "gaussian.md").write_text(
        text.replace(r"= -\frac{n}{2} \log", r"= \frac{n}{2} \log")
    )
    place = next(k for k, d in enumerate(wrong) if d.path.name == "gaussian.md")
    wrong[place : place + 1] = read_book([tmp_path / "gaussian.md"])
    failed = [c for c in check_book(wrong) if not c.result.passed]
    assert [c.equation.label for c in failed] == ["log-likelihood"]
    assert "it holds if" in failed[0].result.message


@pytest.mark.slow
def test_it_builds_from_an_installed_wheel_in_an_empty_environment(tmp_path: Path) -> None:
    """As an author would: the extra, one line in `conf.py`, and the chapters."""

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=clean)

    wheel = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet"]
    assert run(*wheel, "--wheel-dir", "wheels", str(ROOT)).returncode == 0
    venv.create(tmp_path / "empty", with_pip=True)
    python = str(tmp_path / "empty" / "bin" / "python")
    built = next((tmp_path / "wheels").glob("*.whl"))
    locked = ["--constraint", str(constraints(tmp_path))]
    installed = run(python, "-m", "pip", "install", "--quiet", *locked, f"{built}[mathcheck]")
    assert installed.returncode == 0, installed.stderr
    sphinx = run(python, "-m", "sphinx", "-W", "-n", "-q", str(BOOK), "site", "-d", "trees")
    assert sphinx.returncode == 0, sphinx.stderr
    assert "comparisons at" in (tmp_path / "site" / "network.html").read_text(encoding="utf-8")
    assert "normal-equations" in (tmp_path / "site" / "equations.html").read_text(encoding="utf-8")
    checked = run(python, "-m", "mathcheck", str(BOOK))
    assert checked.returncode == 0, checked.stdout
    # Where it is installed, mpmath takes its whole numbers from gmpy2.
    assert run(python, "-m", "pip", "install", "--quiet", "gmpy2==2.3.2").returncode == 0
    again = run(python, "-m", "mathcheck", str(BOOK))
    assert (again.returncode, again.stdout) == (0, checked.stdout)


def constraints(folder: Path) -> Path:
    """Return the versions of the lock, without hashes, for the wheel has none."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line.rstrip(" \\") for line in lines if "==" in line and not line.startswith(" ")]
    path = folder / "constraints.txt"
    path.write_text("\n".join(pinned), encoding="utf-8")
    return path
