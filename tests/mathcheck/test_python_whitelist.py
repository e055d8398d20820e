"""The code beside an equation can do no more than call the module's functions."""

import pytest

from mathcheck.book import check_text

TABLE = r"""```{symbols}
C : size 2..3 : - : classes
i, j : index C : - : a class
\mathbf{v} : real[C] : v : a vector
\mathbf{A} : real[C, C] : A : a matrix
```
"""


def status(code: str, latex: str = r"v_i = v_i + 0") -> tuple[str, str]:
    equation = f"```{{math}}\n:label: one\n:python: {code}\n{latex}\n```\n"
    [checked] = check_text(TABLE + equation, "numpy")
    return checked.result.status, checked.result.message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("().__class__.__base__.__subclasses__()", "__subclasses__, which is not public"),
        ("[v for v in (1, 2)]", "which is not evaluated"),
        ("(lambda: v)()", "which is not evaluated"),
        ("f'{v}'", "which is not evaluated"),
        ("(x := v)", "which is not evaluated"),
        ("v if v else v", "which is not evaluated"),
        ("maximum(*[v, v])", "which is not evaluated"),
        ("maximum(**v)", "which are not evaluated"),
        ("v << 9", "the operator LShift"),
        ("v * 9**9**9", "too large"),
        ("[0] * 10", "arithmetic with a list"),
        ("('%9d' % 1)", "arithmetic with a str"),
        ("('{0}').format(v)", "attribute of a str"),
        ("v.tofile('x')", "an array has no tofile here"),
        ("linalg.linalg", "attribute of a module"),
    ],
)
def test_other_syntax_is_refused(code: str, message: str) -> None:
    verdict, said = status(code)
    assert verdict in ("failed", "refused")
    assert message in said


@pytest.mark.parametrize(
    ("code", "latex"),
    [
        ("v[:] + 0 * 2**3", r"v_i = v_i + 0"),
        ("-(-v)", r"v_i = v_i + 0"),
        ("A.T[:, :] @ j, i", r"A_{ij} = A_{ij} + 0"),
        ("A.dot(v)", r"\sum_j A_{ij} v_j = (\mathbf{A} \mathbf{v})_i"),
        ("maximum(v, 0) * (v > 0)", r"\max(v_i, 0) = \max(0, v_i)"),
    ],
)
def test_calls_arithmetic_and_indices_are_evaluated(code: str, latex: str) -> None:
    assert status(code, latex) == ("checked", "")


def test_functions_of_numpy_need_no_module() -> None:
    equation = "```{math}\n:python: exp(2 * v)\n(e^{v_i})^2 = e^{v_i} e^{v_i}\n```\n"
    [right] = check_text(TABLE + equation)
    assert right.result.status == "checked"
    [wrong] = check_text(TABLE + equation.replace("exp(2 *", "exp(3 *"))
    assert "exp(3 * v) differs from the left side" in wrong.result.message
