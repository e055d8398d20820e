"""The table of operations: no cell is empty, no spelling has two meanings, rank is one record."""

import pytest

from mathcheck.book import check_text
from mathcheck.expressions import Operation
from mathcheck.latex import read_items
from mathcheck.operations import SPELLED, TABLE, Record, spelled
from mathcheck.operations.record import COMPOSED, FORMS, REFUSED, RULES
from mathcheck.reading import read_expression
from mathcheck.symbols import Table, entries, parse_symbols

# Operations that take no arrays of their own and are not printed as a name of their own.
UNSPELLED = {"kronecker"}


@pytest.mark.parametrize("record", TABLE.values(), ids=list(TABLE))
def test_no_cell_of_a_record_is_empty(record: Record) -> None:
    assert record.spellings or record.name in UNSPELLED
    assert record.said
    assert record.domain
    assert record.exact in RULES
    assert record.form in FORMS
    assert record.arity is None or record.arity > 0
    assert callable(record.value)
    assert callable(record.slope) or record.slope in (COMPOSED, REFUSED)
    assert record.mutation == "-" or record.mutation in TABLE


def test_a_spelling_has_one_meaning() -> None:
    assert sum(len(record.spellings) for record in TABLE.values()) == len(SPELLED)
    assert spelled(r"\ln") is spelled(r"\log") is TABLE["log"]
    assert spelled(r"\operatorname{foo}") is None


NAMED = [
    (spelling, record.name, record.arity)
    for spelling, record in SPELLED.items()
    if record.form in ("function", "trigonometric")
]


@pytest.mark.parametrize(("spelling", "name", "arity"), NAMED)
def test_a_function_is_read_by_its_record_alone(spelling: str, name: str, arity: int) -> None:
    table = Table({}).extended(entries(parse_symbols(["x : real : - : x"]), Table({})))
    latex = f"{spelling}({', '.join('x' * arity)})"
    tree = read_expression(read_items(latex), table, len(latex))
    assert isinstance(tree, Operation)
    assert tree.name == name


TABLED = r"""
```{{symbols}}
n : size 2..4 : - : n
i, j : index n : - : i
\mathbf{{A}}, \mathbf{{B}} : real[n, n] : - : A
\mathbf{{u}} : real[n] : - : u
x : real : - : x
```

```{{math}}
{text}
```
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\lVert \mathbf{A} \rVert_\infty = \max_i \sum_j |A_{ij}|", "checked"),
        (r"\lVert \mathbf{A} \rVert_\infty = \max_i \max_j |A_{ij}|", "failed"),
        (r"\lVert \mathbf{A} \rVert_1 = \max_j \sum_i |A_{ij}|", "checked"),
        (r"\lVert \mathbf{u} \rVert_\infty = \max_i |u_i|", "checked"),
        (r"\lVert \mathbf{u} \rVert_1 = \sum_i |u_i|", "checked"),
        (r"\langle \mathbf{A}, \mathbf{A} \rangle = \lVert \mathbf{A} \rVert_F^2", "checked"),
        (r"\langle \mathbf{A}, \mathbf{A} \rangle = \mathbf{A} \mathbf{A}", "refused"),
        (r"\langle \mathbf{A}, \mathbf{u} \rangle = x", "refused"),
        (r"\lVert \mathbf{A} \rVert_2 = x", "refused"),
        (
            r"\operatorname{rank}(\mathbf{A}^\top \mathbf{A}) = \operatorname{rank}(\mathbf{A})",
            "checked",
        ),
        (r"\operatorname{rank}(\mathbf{A}) = n", "failed"),
    ],
)
def test_norms_inner_products_and_ranks_of_matrices(text: str, expected: str) -> None:
    assert check_text(TABLED.format(text=text))[-1].result.status == expected


def test_the_rank_of_functions_decides_nothing() -> None:
    text = r"\operatorname{rank}(\mathbf{A}^\top) = \operatorname{rank}(\mathbf{A})"
    [transposed] = check_text(TABLED.format(text=text))
    assert transposed.result.status == "checked"
    assert transposed.result.grade != "exact"


def test_ranks_differ_where_matrices_have_no_inverse() -> None:
    product, reverse = r"\mathbf{A} \mathbf{B}", r"\mathbf{B} \mathbf{A}"
    text = rf"\operatorname{{rank}}({product}) = \operatorname{{rank}}({reverse})"
    [turned] = check_text(TABLED.format(text=text))
    assert turned.result.status == "failed"
