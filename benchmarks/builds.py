"""Time the book's build: cold, with the check of the equations left out, unchanged, one chapter.

The three are taken in turn, several times, in a copy of the project, so that the ratios hold even
where the machine's speed drifts.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 3
CHAPTER = Path("book/softmax.md")


def build(project: Path, *options: str) -> float:
    """Build the book and return the seconds that it took."""
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", *options]
    command += ["-c", ".", "book", "_build/html"]
    start = time.perf_counter()
    subprocess.run(command, cwd=project, check=True)
    return time.perf_counter() - start


def measure(project: Path, round_number: int) -> dict[str, float]:
    """Return the seconds of one cold, one unchanged and one one-chapter build."""
    shutil.rmtree(project / "_build", ignore_errors=True)
    unchecked = build(project, "-D", "mathcheck_check=0")
    shutil.rmtree(project / "_build", ignore_errors=True)
    seconds = {"cold": build(project), "unchecked": unchecked, "unchanged": build(project)}
    before, after = "z = np.array(", f"z = {round_number} * 0 + np.array("
    text = (ROOT / CHAPTER).read_text(encoding="utf-8")
    assert before in text
    (project / CHAPTER).write_text(text.replace(before, after), encoding="utf-8")
    return {**seconds, "one chapter": build(project)}


def main() -> None:
    """Print the medians, and the medians of the ratios to the cold build of the same round."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        ignored = shutil.ignore_patterns(".venv", "_build", ".git", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, project, ignore=ignored)
        rounds = [measure(project, number) for number in range(1, ROUNDS + 1)]
    print(f"median of {ROUNDS} rounds{'seconds':>16}{'of cold':>10}")
    for name in rounds[0]:
        seconds = statistics.median(r[name] for r in rounds)
        ratio = statistics.median(r[name] / r["cold"] for r in rounds)
        print(f"{name:18}{seconds:>16.1f}{ratio:>10.2f}")


if __name__ == "__main__":
    main()
