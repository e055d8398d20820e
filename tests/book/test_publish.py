"""What is made of the built pages for the published site."""

import base64
import hashlib

import publish
import pytest
from availability import missing
from policy import content_security_policy, without_name

AVAILABLE = {"numpy", "softmax_theory", "mathcheck"}


def test_a_cell_that_imports_what_is_not_there_says_what() -> None:
    assert missing(["import numba.core"], AVAILABLE) == ["numba"]
    assert missing(["from numba import njit"], AVAILABLE) == ["numba"]
    assert missing(["import numpy as np\nnp.ones(3)"], AVAILABLE) == [""]


def test_a_module_of_the_book_may_need_what_is_not_there() -> None:
    assert missing(["import softmax_theory.dask"], AVAILABLE)[0] in {"dask", "functools"}
    import sys

    assert missing(["import softmax_theory.dask"], AVAILABLE | set(sys.stdlib_module_names)) == [
        "dask"
    ]


def test_a_cell_needs_what_the_cells_need_whose_names_it_reads() -> None:
    cells = ["import dask.array as da", "x = da.ones(3)", "y = 1", "print(x, y)", "x = 2", "x"]
    assert missing(cells, AVAILABLE) == ["dask", "dask", "", "dask", "", ""]


def test_the_modules_beside_the_chapters_are_there() -> None:
    assert publish.book_files(publish.ROOT)["book/table.py"] == publish.ROOT / "book" / "table.py"


PAGE = """<head></head><body><script>DOCUMENTATION_OPTIONS.pagename = 'a';</script>
<script src="a.js"></script><script>one()</script><style>p {}</style>
<button onclick="print()">Print</button>
<div class="cell docutils container"></div>
<div class="cell tag_x docutils container"></div></body>"""


def sha(code: str) -> str:
    return base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()


def test_the_policy_allows_what_the_pages_contain_and_no_more() -> None:
    policy = content_security_policy([without_name(PAGE)])
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src "))
    assert scripts.split() == [
        "script-src",
        "'self'",
        "'wasm-unsafe-eval'",
        f"'sha256-{sha('one()')}'",
        "'unsafe-hashes'",
        f"'sha256-{sha('print()')}'",
    ]
    assert f"style-src 'self' 'sha256-{sha('p {}')}'" in policy
    drawn = content_security_policy([], ["<svg><style>line {}</style></svg>"])
    assert f"'sha256-{sha('line {}')}'" in drawn
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy


def test_a_page_with_cells_gets_the_script_and_what_its_cells_miss() -> None:
    page = publish.with_cells(PAGE, ["", "dask"])
    assert '<div class="cell docutils container">' in page
    assert '<div data-missing="dask" class="cell tag_x docutils container">' in page
    assert page.count("live/cells.js") == 1


def test_a_page_with_other_cells_than_its_notebook_is_an_error() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        publish.with_cells(PAGE, [""])


def test_what_is_loaded_before_a_click_is_small() -> None:
    folder = publish.ROOT / "book" / "_static" / "live"
    assert sum((folder / name).stat().st_size for name in ("cells.js", "live.css")) <= 5000
