"""All of what is quantified is tried: indices, finite symbols, borders, far points, ranges."""

import pytest

from mathcheck.book import check_text

TABLE = r"""```{symbols}
x, y, a, b : real : - : numbers
r : positive : - : a positive number
n : size 2..5 : - : a size
i, j, k, m : index 5 : - : indices
c : index n : - : an index
K : integer 0..9 : - : a whole number
\mathbf{h} : onehot[12] : - : one-hot
\mathbf{x} : real[n] : - : a vector
\delta : kronecker : - : Kronecker's delta
```
"""


def verdict(latex: str) -> tuple[str, str]:
    inline = latex if latex.startswith("$") else f"```{{math}}\n{latex}\n```"
    [checked] = check_text(f"{TABLE}{inline}\n")
    return checked.result.status, checked.result.message


@pytest.mark.parametrize(
    "latex",
    [
        r"x_c = x_c + 0 \quad \text{for } c = 2, \ldots, n",
        r"|x^2 - y^2| = |x + y| |x - y|",
        r"x^2 + y^2 \geq 2 x y",
        r"x^2 = y^2 \quad \text{if } x = y",
        r"|x| = \begin{cases} x & \text{if } x \geq 0 \\ -x & \text{if } x < 0 \end{cases}",
        r"\begin{aligned} |x| &= x && \text{if } x>0 \\ &= -x && \text{if } x \leq 0 \end{aligned}",
        r"\sum_{k=1}^{12} h_k = 1",
        r"\frac{x}{x} = 1",
    ],
)
def test_what_is_true_holds(latex: str) -> None:
    assert verdict(latex) == ("checked", "")


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"2^c \geq 2 \quad \text{for } c = 0, \ldots, n", "c is to run from 0 to 2"),
        (r"c \leq n \quad \text{for } c = 1, \ldots, n + 3", "c is to run from 1 to 5"),
        (r"c \leq n \quad \forall c \in \{1, \ldots, n + 1\}", "c is to run from 1 to 3"),
        (r"c \leq n \quad \text{for } 0 \leq c \leq n", "c is to run from 0 to 2"),
        (r"|x^2 - y^2| \leq 600 |x - y|", "does not hold"),
        (r"h_1 = 0", "does not hold"),
        (r"\delta_{ij} \delta_{jk} \delta_{km} = 0", "does not hold"),
        (r"\delta_{ij} \delta_{km} = \delta_{ij} \delta_{km} \delta_{ik}", "does not hold"),
        (r"x^2 = y \quad \text{if } x = y", "does not hold"),
        (r"[x + y > 3] = 1 - [x + y < 3]", "does not hold"),
        (
            r"|x| = \begin{cases} x & \text{if } x > 3 \\ |x| & \text{if } x < 3 \end{cases}",
            "no case holds",
        ),
        (
            r"|r| = \begin{cases} r & \text{if } r > 0 \\ 7 & \text{if } r < 0 \end{cases}",
            "this row of cases was met at no sample",
        ),
        (
            r"\begin{aligned} |x| &= x && \text{if } x>0 \\ &= x && \text{if } x<0 \end{aligned}",
            "does not hold",
        ),
        ("$K + 1 = K$", "holds for no values"),
        (r"(a + b)^2 = a^2 + 2 a b - b^2", "the minus sign before b^2 is read as plus"),
        (r"a b^2 = a b", "the right side lacks the factor b"),
        (r"a b + x = a b", "the right side lacks the term x"),
    ],
)
def test_what_is_false_is_noticed(latex: str, words: str) -> None:
    status, message = verdict(latex)
    assert status in ("failed", "refused")
    assert words in message
