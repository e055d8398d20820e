"""The text of a file, or why it has none."""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

# No chapter is larger. What stands together takes a time that may grow with its square.
LARGEST = 2_000_000
LONGEST = 100_000
KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}


@dataclass(frozen=True)
class Unreadable(Exception):  # noqa: N818, it says what the file is
    """A file that has no text, with the line at which it ends to be one."""

    message: str
    line: int = 1

    def __str__(self) -> str:
        return self.message


def text_of(path: Path) -> str:
    """Return the text of a file, without a byte-order mark, each line ended by a line feed.

    Raises
    ------
    Unreadable
        If it is no regular file, is too large, is not to be opened, or is no text in UTF-8.
    """
    try:
        # A device or a pipe is not opened: that alone may wait for ever.
        status = os.stat(path)  # noqa: PTH116, Path.stat raises ValueError on a NUL in 3.11
        if not stat.S_ISREG(status.st_mode):
            kind = KINDS.get(stat.S_IFMT(status.st_mode), "no regular file")
            raise Unreadable(f"this is {kind}; expected a text file")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Unreadable(f"it can't be opened: {reason}") from error
    if len(content) > LARGEST:
        size = max(status.st_size, len(content))
        raise Unreadable(f"it has {size:,} bytes; expected at most {LARGEST:,}")
    return decoded(content)


def decoded(content: bytes) -> str:
    """Return the text that bytes in UTF-8 stand for."""
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise Unreadable("a NUL byte; expected text in UTF-8", line)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = f"0x{content[error.start]:02x}"
        raise Unreadable(f"the byte {byte} is not UTF-8; save the file in UTF-8", line) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for block in re.finditer(r"(?:.+\n?)+", text):
        if len(block[0]) > LONGEST:
            line = text.count("\n", 0, block.start()) + 1
            size = f"{len(block[0]):,} characters without a blank line"
            raise Unreadable(f"{size}; expected at most {LONGEST:,}", line)
    return text
