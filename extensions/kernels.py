"""Reach the kernels that execute the cells by sockets in a folder, which no other user can read.

Jupyter's default is ports of the machine, without encryption, of which each kernel warns.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import zmq
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from myst_nb.core.execute import cache
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata
from traitlets.config import Config


def execute(notebook: NotebookNode, **options: Any) -> ExecutionResult:
    """Execute a notebook as jupyter-cache does, in a kernel with sockets of its own."""
    with TemporaryDirectory() as folder:
        connection = Path(folder) / "kernel.json"
        # The sockets are named after the file: `kernel-ipc-1` to `kernel-ipc-5`.
        length = len(str(connection.with_name("kernel-ipc-1")))
        transport = "ipc" if length <= zmq.IPC_PATH_MAX_LEN else "tcp"
        manager = {"transport": transport, "connection_file": str(connection)}
        return single_nb_execution(notebook, config=Config(KernelManager=manager), **options)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Let MyST-NB execute this way, for which it has no setting."""
    cache.single_nb_execution = execute
    return {"parallel_read_safe": True, "parallel_write_safe": True}
