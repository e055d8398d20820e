"""What a record of a benchmark says of the machine that made it."""

import datetime
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def processor() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python and of the packages that are installed."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def written(name: str, **record: Any) -> None:
    """Write a record with the date and the machine."""
    RESULTS.mkdir(exist_ok=True)
    whole = {"date": datetime.date.today().isoformat(), "processor": processor(), **record}
    text = json.dumps(whole, indent=1)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def verdict(value: float, target: float, *, less: bool = False) -> str:
    """Return in words whether a figure meets its target."""
    if value <= target if less else value >= target:
        return "meets it"
    return f"misses it by {abs(value / target - 1):.0%}"
