"""What is true holds, what is false fails for its reason, what has no one reading is refused."""

import pytest

from mathcheck.book import check_text
from mathcheck.report import Result

TABLE = r"""```{symbols}
C : size 2..4 : C : classes
n : size 2..3 : - : samples
D : size 2..3 : - : features
c, d, i, j : index C : - : a class
k : index n : - : a sample
x, z, s : real : - : numbers
a, b : positive : - : positive numbers
u : unit : - : between 0 and 1
N : integer 1..6 : - : a whole number
t : label C : - : the observed class
\mathbf{z} : real[C] : z : logits
\mathbf{v}, \mathbf{w} : real[C] : - : vectors
\mathbf{t} : onehot[C] : - : a target
\mathbf{p} : simplex[C] : - : a distribution
\mathbf{q} : simplex[n, C] : - : a joint table
\mathbf{X} : real[n, C] : - : features
\mathbf{y}, h : name : - : outputs
\Sigma : spd[C] : - : a covariance
\mathbf{A} : real[C, C] : - : a matrix
\mathbf{V} : orthogonal[C] : - : a rotation
I : identity[C] : - : the unit matrix
\delta : kronecker : - : Kronecker's delta
A, B : variable \mathbf{q} : - : random variables
f, g, F : function : - : functions
S : set C : - : some classes
```
"""


DEFINITIONS = {
    r"\mathbf{y}": r"\mathbf{y} = \frac{\exp(\mathbf{z})}{\sum_{d=1}^{C} e^{z_d}}",
    "f(x)": r"f(x) = x^3 \sin(x)",
    r"F(x \mid s, a^2)": (
        r"F(x \mid s, a^2) = \frac{1}{a \sqrt{2 \pi}} \exp\left(-\frac{(x - s)^2}{2 a^2}\right)"
    ),
    r"g(\mathbf{z})": r"g(\mathbf{z}) = \mathbf{z}^\top \mathbf{A} \mathbf{z}",
}


def equation(text: str, **options: str) -> str:
    lines = [f":{name}: {value}" for name, value in options.items()]
    return "\n".join(["```{math}", *lines, text, "```", ""])


HEAD = TABLE + "".join(equation(text, defines=name) for name, text in DEFINITIONS.items())


def verdict(text: str, **options: str) -> Result:
    """Return the verdict on an equation after the table and the definitions."""
    *before, last = check_text(HEAD + equation(text, **options))
    assert [one.result.status for one in before] == ["defines"] * len(DEFINITIONS)
    return last.result


TRUE = [
    r"(a + b)^2 = a^2 + 2 a b + b^2",
    r"(10^{60} + x) - 10^{60} = x",
    r"\log(e^{20 a} + e^{20 b}) = 20 a + \log(1 + e^{20 (b - a)})",
    r"I_C \mathbf{v} = \mathbf{v}",
    r"P(B \geq 2) = \sum_{c=2}^{C} P(B = c)",
    r"P(B \geq 2) \leq \frac{\mathbb{E}[B]}{2}",
    r"P(A = k \mid B > 1) = \frac{\sum_{c=2}^{C} P(A = k, B = c)}{\sum_{c=2}^{C} P(B = c)}",
    r"\Sigma^{1/2} \Sigma^{-1/2} = I",
    r"(\Sigma^{-1})^\top = \Sigma^{-\top}",
    r"\cosh^2 x - \sinh^2(x) = 1",
    r"\sin x \cos x = \frac{1}{2} \sin(2 x)",
    r"\log a \log b = \log(b) \log(a)",
    r"e^x = \sum_{k=0}^{\infty} \frac{x^k}{k!}",
    r"\sum_{k=0}^{\infty} \left(\frac{u}{2}\right)^k = \frac{2}{2 - u}",
    r"\cos(x) = \sum_{k=0}^{\infty} \frac{(-1)^k x^{2 k}}{(2 k)!}",
    r"\int_0^1 x^{a - 1} (1 - x)^{b - 1} \, dx = \frac{\Gamma(a) \Gamma(b)}{\Gamma(a + b)}",
    r"F(x \mid s, a^2) = F(x \mid s, a^2 + 0)",
    r"F(x \mid s, b) = \frac{1}{\sqrt{2 \pi b}} e^{-(x - s)^2 / (2 b)}",
    r"\max(z_1, \ldots, z_C) = \max_c z_c",
    r"\operatorname{diag}(z_1, \ldots, z_C) \mathbf{v} = \mathbf{z} \odot \mathbf{v}",
    r"\operatorname{diag}(a, b) (x, s) = (a x, b s)^\top",
    r"\mathbf{z} = [z_1, \ldots, z_C]",
    r"\mathbf{z} = (z_1, z_2, \ldots, z_C)^\top",
    r"\mathbf{z}^\top = \begin{bmatrix} z_1 & \cdots & z_C \end{bmatrix}",
    r"(z_1, \ldots, z_C)^\top \mathbf{v} = \sum_c z_c v_c",
    r"[\mathbf{v}, \mathbf{w}]^\top \mathbf{z} = (\mathbf{v}^\top \mathbf{z}, \mathbf{w}^\top \mathbf{z})^\top",
    r"\begin{bmatrix} \mathbf{v}^\top \\ \mathbf{w}^\top \end{bmatrix} = [\mathbf{v}, \mathbf{w}]^\top",
    r"\sqrt{a} \sqrt{b} = \sqrt{a b}",
    r"\sqrt[3]{a^3} = a",
    r"\frac{1}{a} + \frac1b = \frac{a + b}{a b}",
    r"\log(a b) = \log a + \log b",
    r"\ln(a^b) = b \log(a)",
    r"\log_2(8) = 3",
    r"\sin(x)^2 + \cos(x)^2 = 1",
    r"\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}",
    r"\left| x y_1 \right| = |x| \, y_1",
    r"\sum_{c=1}^{C} y_c = 1",
    r"\sum_c y_c = 1",
    r"\sum_{j \neq i} y_j = 1 - y_i",
    r"\sum_{j \neq i}^{C} y_j = 1 - y_i",
    r"\sum_{i < j} v_i v_j = \frac{1}{2} \sum_i \sum_{j \neq i} v_i v_j",
    r"\sum_{c \in S} v_c = \sum_c v_c \mathbb{1}(c \in S)",
    r"\prod_{c=1}^{C} e^{z_c} = \exp\left(\sum_{c=1}^{C} z_c\right)",
    r"\sum_{i=1}^{N} i = \frac{N (N + 1)}{2} \quad \text{for } N > 0",
    r"z_1 + \cdots + z_C = \sum_{c=1}^C z_c",
    r"\sum_{c \in \{d : d \neq i\}} y_c = 1 - y_i",
    r"\sum_{c \in \{d \mid z_d > z_i\}} y_c = \sum_c y_c \mathbb{1}(z_c > z_i)",
    r"z_{\argmax_c z_c} = \max_{c \in \{1, \ldots, C\}} z_c",
    r"\max_c z_c = \max(\mathbf{z})",
    r"z_{\operatorname{argmax}_c z_c} = \max_c z_c",
    r"\max(x, 0) = \frac{x + |x|}{2}",
    r"\begin{cases} x, & \text{if } x > 0 \\ -x & \text{otherwise} \end{cases} = |x|",
    r"\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_j)",
    r"{\partial y_i}/{\partial z_j} = y_i (\delta_{ij} - y_j)",
    r"\partial_{z_j} y_i = y_i (\delta_{ij} - y_j)",
    r"\frac{\partial \mathbf{y}}{\partial \mathbf{z}} = \operatorname{diag}(\mathbf{y}) - \mathbf{y} \mathbf{y}^\top",
    r"\frac{\partial^2 y_i}{\partial z_j \partial z_i} = \frac{\partial^2 y_i}{\partial z_i \partial z_j}",
    r"\nabla_{\mathbf{z}} g(\mathbf{z}) = (\mathbf{A} + \mathbf{A}^\top) \mathbf{z}",
    r"\nabla_{\mathbf{z}} g = (\mathbf{A} + \mathbf{A}^\top) \mathbf{z}",
    r"\nabla^2_{\mathbf{z}} g(\mathbf{z}) = \mathbf{A} + \mathbf{A}^T",
    r"f'(x) = 3 x^2 \sin(x) + x^3 \cos(x)",
    r"f''(x) = \frac{d^2 f(x)}{d x^2} = \frac{d}{dx} f'(x)",
    r"\left. \frac{d f(x)}{d x} \right|_{x = 0} = 0",
    r"\lim_{x \to 0} \frac{\sin(x)}{x} = 1",
    r"\lim_{x \to \infty} \left(1 + \frac{a}{x}\right)^x = e^a",
    r"\lim_{x \to 0^+} x \log(x) = 0",
    r"\int_{-\infty}^{\infty} e^{-x^2} dx = \sqrt{\pi}",
    r"\int_0^\infty x e^{-a x} \, dx = \frac{1}{a^2}",
    r"\int_0^1 x^2 \, \mathrm{d}x = \frac{1}{3}",
    r"\Gamma(a + 1) = a \Gamma(a)",
    r"\binom{5}{2} = \frac{5!}{2! \, 3!} = 10",
    r"\mathrm{B}(a, b) = \frac{\Gamma(a) \Gamma(b)}{\Gamma(a + b)}",
    r"\operatorname{erf}(x) = \frac{2}{\sqrt{\pi}} \int_0^x e^{-s^2} ds",
    r"\lfloor 2.5 \rfloor = 2",
    r"\mathbf{v}^\top \mathbf{w} = \sum_c v_c w_c = \langle \mathbf{v}, \mathbf{w} \rangle",
    r"\mathbf{v} \cdot \mathbf{w} = \mathbf{w}^\top \mathbf{v}",
    r"\|\mathbf{v}\|^2 = \mathbf{v}^\top \mathbf{v}",
    r"\lVert \mathbf{v} \rVert_1 = \sum_c |v_c|",
    r"(\mathbf{v} \odot \mathbf{w})_c = v_c w_c",
    r"(\mathbf{v} \mathbf{w}^\top)_{ij} = v_i w_j",
    r"\Sigma \Sigma^{-1} = I",
    r"\mathbf{V}^\top \mathbf{V} = I",
    r"|\Sigma^{-1}| = \frac{1}{\det(\Sigma)}",
    r"\operatorname{tr}(\Sigma \mathbf{A}) = \operatorname{tr}(\mathbf{A} \Sigma)",
    r"\mathbf{v}^\top \Sigma \mathbf{v} > 0 \quad \text{if } \mathbf{v} \neq 0",
    r"\begin{bmatrix} a & b \\ x & z \end{bmatrix}^{-1} = \frac{1}{a z - b x} \begin{bmatrix} z & -b \\ -x & a \end{bmatrix}",
    r"\begin{bmatrix} z_1 \\ \vdots \\ z_C \end{bmatrix} = \mathbf{z}",
    r"\begin{pmatrix} A_{11} & \cdots & A_{1C} \\ \vdots & \ddots & \vdots \\ A_{C1} & \cdots & A_{CC} \end{pmatrix} = \mathbf{A}",
    r"\mathbb{E}_{c \sim \mathbf{p}}[v_c] = \sum_c p_c v_c",
    r"\operatorname{Var}(A) = \mathbb{E}[A^2] - \mathbb{E}[A]^2",
    r"\operatorname{Cov}(A, B) = \mathbb{E}[A B] - \mathbb{E}[A] \mathbb{E}[B]",
    r"P(A \mid B) = \frac{P(B \mid A) P(A)}{P(B)}",
    r"P(A = k) = \sum_c P(A = k, B = c)",
    r"\mathbf{x}_k^\top \mathbf{z} = \sum_c x_{kc} z_c",
    r"\mathbf{x}^{(k)} = \mathbf{x}_k",
    r"p_t = \sum_c p_c \delta_{ct}",
    r"y_c \in (0, 1)",
    r"\mathbf{A} \in \mathbb{R}^{C \times C}",
    r"\log(2) \approx 0.693",
    r"y_c \propto e^{z_c}",
    r"0 \leq u < 1",
    r"x \neq x + 1",
    r"\begin{aligned} (a - b)^2 &= a^2 - 2 a b + b^2 \\ &= (b - a)^2 \end{aligned}",
    r"\frac{\partial y_i}{\partial z_j} = -y_i y_j \quad \text{if } i \neq j",
    r"\text{if } i = j: \frac{\partial y_i}{\partial z_j} = y_i (1 - y_i)",
    r"y_c = \frac{e^{z_c}}{\sum_d e^{z_d}} \quad \text{for } c = 1, \ldots, C",
    r"y_c > 0 \quad \forall c \in \{1, \ldots, C\}",
    r"[i = j] = \delta_{ij}",
]


@pytest.mark.parametrize("text", TRUE)
def test_what_is_true_holds(text: str) -> None:
    result = verdict(text)
    assert result.status == "checked", result.message
    assert result.comparisons > 0


FALSE = [
    (r"(a + b)^2 = a^2 + 2 a b - b^2", "= does not hold"),
    (r"\log(a b) = \log(a) - \log(b)", "= does not hold"),
    (r"e^x = \sum_{k=1}^{\infty} \frac{x^k}{k!}", "= does not hold"),
    (
        r"\log F(x \mid s, a^2) = -\log(a^2 \sqrt{2 \pi}) - \frac{(x - s)^2}{2 a^2}",
        "= does not hold",
    ),
    (r"P(B > 2) = \sum_{c=2}^{C} P(B = c)", "= does not hold"),
    (r"\Sigma^{1/2} = \frac{1}{2} \Sigma", "= does not hold"),
    (r"\int_{-\infty}^{\infty} x^2 F(x \mid s, a^2) \, dx = a^2", "= does not hold"),
    (r"\int_{-\infty}^{\infty} x F(x \mid s, a^2) \, dx = a s", "= does not hold"),
    (r"\int_{0}^{\infty} (x + 1) e^{-x} \, dx = 3", "= does not hold"),
    (r"\lim_{N \to \infty} \frac{N + x}{N} = x", r"\lim_{N \to \infty} \frac{N + x}{N}  =  1"),
    (r"\lim_{x \to 0} \left( \frac{1}{x} + 2 - \frac{1}{x} \right) = 1", "= does not hold"),
    (r"\log(e^{20 a} + e^{20 b}) - 20 \max(a, b) = 1", "= does not hold"),
    (r"(10^{60} + x) - 10^{60} = x + 1", "= does not hold"),
    (r"-\log(a) = \log(a)", "the two sides differ by the sign alone"),
    (r"a^2 = \frac{1}{2} a a", "the right side is the left times 0.5"),
    (r"\frac{\partial y_i}{\partial z_j} = y_i (1 - y_j)", "= does not hold"),
    (r"a b = b a = a + b", "the second = does not hold"),
    (r"\sum_{i=c}^{C} z_c = \sum_{c=1}^{C} z_c", "binds i, which does not occur in it; read as c"),
    (r"\frac{e^{z_i}}{\sum_i e^{z_j}} = y_i", "binds i, which does not occur in it; read as j"),
    (r"x = x + v_c", "the index c is free on the right side alone"),
    (r"x = x \quad \text{for } c = 1 \cdots C", "on c, which does not occur"),
    (r"x^2 = a \quad \text{if } x^2 < 0", "vacuous"),
    (r"u < u^2", "< does not hold"),
    (r"y_c \in (0, \frac{1}{2})", "not in"),
    (r"\log(2) \approx 0.694", "does not hold"),
    (r"\lim_{x \to 0} \frac{1 - \cos(x)}{x^2} = 1", "times 2"),
    (r"\int_0^1 x^2 dx = \frac{1}{2}", "times 1.5"),
    (r"\mathbf{v} \mathbf{w}^\top = \mathbf{w} \mathbf{v}^\top", "= does not hold"),
]


@pytest.mark.parametrize(("text", "words"), FALSE)
def test_what_is_false_fails_for_its_reason(text: str, words: str) -> None:
    result = verdict(text)
    assert result.status == "failed"
    assert words in result.message


REFUSED = [
    (r"\log a (1 - b) = 0", r"write \log(…)"),
    (r"\log^2 a = 1", r"write"),
    (r"I_n \mathbf{v} = \mathbf{v}", r"I is declared with the size C, not n"),
    (r"\sin^2 x a = 1", r"write \sin(…)"),
    (r"a \leftarrow a + x", r"claims nothing that has a value"),
    (r"\sum_{N=1}^{\infty} \frac{1}{N} = a", r"has not settled after"),
    (r"1/2 a = b", "two readings before a"),
    (r"\sum v_c = 1", r"without an index"),
    (r"q = 1", "q is not in the symbol table"),
    (r"\mathbf{v} + 1 = \mathbf{v}", "a vector of"),
    (r"\mathbf{v} \mathbf{w} = 1", "two vectors side by side have no product"),
    (r"\nabla g = 0", r"write \nabla_{\mathbf{z}}"),
    (r"x = \pm a", "two readings"),
    (r"a = {b", "an opening brace without a closing one"),
    (r"\frac{a} = b", r"\frac lacks an argument"),
    (r"f(x, a) = x", "f is not defined for these arguments"),
    (r"x = \sqrt{-2}", "numbers from 0"),
    (r"x_c = 1", "the number of indices of x fits no array"),
    (r"x_{kc} = v_k", "counts to n, and this place to C"),
    (r"c \in C", "C is a number, not a set"),
    (r"\sum_{i=1}^{10^9} v_1 i = x", "more than"),
    (r"9^{9^{9^{9^9}}} = x", "beyond"),
    (r"\operatorname{foo}(x) = 1", "the operator foo is neither built in nor in the symbol table"),
    (r"a = b \quad \text{wherever nice}", "no condition"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_has_no_one_reading_is_refused(text: str, words: str) -> None:
    result = verdict(text)
    assert result.status == "refused", result.message
    assert words in result.message
    assert "\n" not in result.message


def test_the_same_text_gives_the_same_report() -> None:
    text = r"\frac{\partial y_i}{\partial z_j} = y_i (1 - y_j)"
    assert verdict(text) == verdict(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # The sides are equal there, which no digits show.
        (r"[\log_2 a > 3] = [a \geq 8]", "at a = 8, whether a number is 0 is not decided"),
        (r"-u \log u - (1 - u) \log(1 - u) < \log 2", "at u = 0.5, whether the sides of < differ"),
    ],
)
def test_what_no_digits_decide_is_refused_with_the_sample(text: str, words: str) -> None:
    assert verdict(text).status == "refused"
    assert words in verdict(text).message


@pytest.mark.parametrize(
    "text", [r"[e^x > e^z] = [x > z]", r"[\tanh x < 1] = 1", r"\log(1 + e^x) > x"]
)
def test_what_is_equal_by_its_operands_and_what_differs_far_out_is_checked(text: str) -> None:
    assert verdict(text).status == "checked"


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        # The first border is the root of 2, which no sample meets.
        (r"[x^2 < 2] = 1 - [x^2 \geq 2]", "sampled"),
        (r"\lfloor -x^2 \rfloor = -\lceil x^2 \rceil", "sampled"),
        (r"\max(x, z) = \frac{x + z + |x - z|}{2}", "digits"),
        # Beside x the six values of N are gone through, but not with each t and each one-hot t.
        (r"\cos(2 N t) = 1 - 2 \sin^2(N t)", "digits"),
        (r"\cos(2 N x) = 1 - 2 \sin^2(N x)", "digits"),
        (r"\cos(2 N t t_c x) = 1 - 2 \sin^2(N t t_c x)", "sampled"),
    ],
)
def test_what_is_met_at_no_sample_is_not_called_equal_to_some_digits(text: str, grade: str) -> None:
    assert verdict(text).grade == grade


def test_a_circular_definition_is_refused() -> None:
    result = verdict("h_c = h_c + 1", defines="h_c")
    assert result.status == "refused"
    assert "circular" in result.message


def test_a_sample_counts_where_the_conditions_are_met() -> None:
    """Most draws of N miss the condition; one that meets it has up to four values of c."""
    met = verdict("z_c^N = z_c^6", where="N = 6").points
    assert 0 < met < verdict("z_c^N = z_c z_c^{N - 1}").points
