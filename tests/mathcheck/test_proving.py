"""What is proved for every size is true, and what is false or true only sometimes is not proved."""

from pathlib import Path

from proofs import holds, last_reading, proof, text_of

from mathcheck.book import check_text
from mathcheck.checking.equation import Reading, read
from mathcheck.contents import read_book, reading_order
from mathcheck.expressions import Limit, walk
from mathcheck.mutation import in_context
from mathcheck.proving import proved
from mathcheck.proving.show import shown_condition

ROOT = Path(__file__).parents[2]
SYMBOLS = r"""
C : size 1..5 : - : a number of classes
m : size 1..3 : - : a number of rows
i, j, k, c : index C : - : classes
a, b : index m : - : rows
o : index 0:C : - : classes from zero
l : label C : - : a class
\kappa : index 3 : - : one of three
\iota : index 0:3 : - : one of three, from zero
u, v, x : real : - : real numbers
s, r : positive : - : positive numbers
h : unit : - : a number between zero and one
B : binary : - : zero or one
d : integer -1..3 : - : a whole number
\mathbf{z}, \mathbf{f} : real[C] : - : vectors
\mathbf{g} : real[0:C] : - : a vector from zero
\mathbf{w} : real[3] : - : a vector of three
\mathbf{e} : positive[C] : - : positive numbers
\mathbf{y} : simplex[C] : - : probabilities
\mathbf{t} : onehot[C] : - : a class
\mathbf{T} : onehot[m; C] : - : classes
\mathbf{Y} : simplex[m; C] : - : probabilities in rows
\mathbf{P} : simplex[m, C] : - : a joint table
\mathbf{M} : real[C, C] : - : a matrix
\mathbf{S} : spd[C] : - : a symmetrical matrix
\mathbf{b} : binary[C] : - : zeros and ones
\mathcal{S} : set C : - : some classes
\mathbf{1} : ones[C] : - : ones
\delta : kronecker : - : the Kronecker delta
F, G : function : - : functions
a_0, \mathbf{q} : name : - : names
"""

# Each is false, or not defined, at some of the values that the table allows.
FALSE = {
    "an entry of its own class": r"t_1 t_c = 0",
    "a square without its sign": r"(x^2)^{1/2} = x",
    "a logarithm of a square": r"\log(x^2) = 2 \log(x)",
    "an exponential of a logarithm": r"e^{\log(x)} = x",
    "an index that small sizes lack": r"z_3 - z_3 = 0",
    "an index that a size of two lacks": r"z_3 = z_3 \text{ if } C = 2",
    "a size that the table excludes": r"C = 0 \text{ if } C = 0",
    "a sum that small sizes lack": r"t_1 + t_2 = 1",
    "an excluded class that small sizes lack": r"\sum_{j \neq 2} z_j = \sum_j z_j - z_2",
    "a quotient of deltas": r"\frac{\delta_{ij}}{\delta_{ij}} = 1",
    "a quotient of deltas in a sum": r"\sum_j \frac{\delta_{ij}}{\delta_{ij}} = 1",
    "a quotient of zeros and ones": r"\frac{B}{B} = 1",
    "a quotient of zeros and ones in a sum": r"\sum_j \frac{b_j}{b_j} = C",
    "a difference that vanishes once in a sum": r"\sum_j \frac{z_j - z_i}{z_j - z_i} = C",
    "a sum over a set that may be empty": r"\sum_{c \in \mathcal{S}} e_c > 0",
    "a sum of others that may be empty": r"\sum_{j \neq c} e_j > 0 \text{ for all } c",
    "the only class": r"y_c < 1",
    "what is missing of the only class": r"s (1 - y_c) > 0",
    "two probabilities of one class": r"y_i + y_j \leq 1",
    "what is missing of zero or one": r"s (1 - B) > 0",
    "a strict bound by one term": r"\sum_i e_i > e_1",
    "two terms that may be one": r"\sum_k e_k \geq e_i + e_j",
    "a square that may vanish": r"z_i^2 > 0",
    "a factor that may be zero": r"h B > 0",
    "a factor that may be one": r"1 - h B > s",
    "a factor of any sign": r"h x \leq x",
    "a quotient of any sign": r"\frac{(x - u)^2}{x} \geq 0",
    "an absolute value that may vanish": r"|x| > 0",
    "the absolute value of a number of any sign": r"|x| = x",
    "a factorial of a real number": r"x! > 0",
    "a factorial of what may be negative": r"d! > 0",
    "a column of rows that sum to one": r"\sum_a Y_{ai} = 1",
    "a row of a joint table": r"\sum_i P_{ai} = 1",
    "two rows of one class": r"\sum_i T_{ai} T_{bi} = 1",
    "rows of one class": r"T_{ai} T_{bi} = \delta_{ab} T_{ai}",
    "a power of zero": r"0^B = 0",
    "a root of what may be negative": r"\sqrt{x} \sqrt{x} = x",
    "a transposed factor": r"\sum_i\sum_j M_{ij} z_j = \sum_i\sum_j M_{ji} z_j",
    "a row and a column": r"\mathbf{z}^\top = \mathbf{z}",
    "numbers from zero and from one": r"z_i = g_o \text{ if } i = o",
    "numbers from zero and from one of three": r"\kappa = 1 \text{ if } \kappa = \iota",
    "classes that differ": r"z_i = z_j \text{ if } i \neq j",
    "classes that may be equal": r"z_i = z_j \text{ if } i = j \text{ or } \delta_{ij} = 0",
    "all other classes": r"\delta_{ij} = 1 \text{ unless } i = j",
    "a class that is not excluded": r"t_i = 0 \text{ if } t_k = 1",
    "a value where there is none": r"\left. \frac{u}{u} \right|_{u=0} = 1",
    "values put in one after the other": r"\left. (u - x) \right|_{u=x, x=u} = 0",
    "a derivative of an entry by another": r"\frac{\partial z_i}{\partial z_j} = 1",
    "a derivative of a sum times its first factor": (
        r"\frac{\partial}{\partial z_i} \sum_j z_j z_i = C z_i"
    ),
    "a product of arrays between numbers": r"u \circ x = u x",
    "a range that starts below the index": r"z_i = z_i + 0 \quad \text{for } i = 0, \ldots, C",
    "a derivative of an absolute value": r"\frac{\partial |x|}{\partial x} = 1",
}
# The same after definitions: pairs of them and of what they define.
FALSE_AFTER = {
    "softmax between different classes": (
        r"\frac{\partial q_1}{\partial z_j} = -q_1 q_j",
        (r"q_c = \frac{e^{z_c}}{\sum_{k=1}^C e^{z_k}}", r"q_c"),
    ),
    "a parameter that is given another name's value": (
        r"F(x) = 2x + 1",
        (r"F(u) = \frac{\partial}{\partial u} (u^2 + x)", r"F(u)"),
    ),
    "an argument that does not move": (
        r"F(u) = 2u",
        (r"F(x) = \frac{\partial}{\partial u} (u x)", r"F(x)"),
    ),
    "an array of an argument that does not move": (
        r"F(\mathbf{z}) = 2 \sum_c z_c",
        (r"F(\mathbf{f}) = \sum_i \frac{\partial}{\partial z_i} \sum_k f_k z_k", r"F(\mathbf{f})"),
    ),
    "an argument of another size": (
        r"F(\mathbf{z}) = \sum_c z_c",
        (r"F(\mathbf{w}) = \sum_\kappa w_\kappa", r"F(\mathbf{w})"),
    ),
    "an entry that small sizes lack": (r"q_2 = z_2^2", (r"q_i = z_i^2", r"q_i")),
    "a value of a name": (r"\left. (a_0 + x) \right|_{a_0 = 1} = 2", (r"a_0 = x", r"a_0")),
    "a bound index of a definition": (
        r"\sum_j z_j a_0 = \sum_j z_j^3",
        (r"a_0 = \sum_j z_j^2", r"a_0"),
    ),
}


def test_nothing_false_is_proved() -> None:
    for name, equation in FALSE.items():
        reading = last_reading(text_of(SYMBOLS, equation))
        assert proved(reading) is None, name
        assert not holds(reading), name


def test_nothing_false_is_proved_after_definitions() -> None:
    for name, (equation, definition) in FALSE_AFTER.items():
        reading = last_reading(text_of(SYMBOLS, equation, (definition,)))
        assert proved(reading) is None, name
        assert not holds(reading), name


# What each proof is said to rely on stands behind it.
TRUE = {
    r"\sum_c z_c = z_1 + z_2 \text{ if } C = 2": (),
    r"\sum_{j \neq i} z_j = \sum_j z_j - z_i": (),
    r"\frac{x}{x} = 1": (r"x \neq 0",),
    r"0 \cdot \frac{1}{x} = 0": (r"x \neq 0",),
    r"\sum_j \frac{z_j}{z_j} = C": (r"z_{i} \neq 0",),
    r"\log(s^2) = 2 \log(s)": (),
    r"e^{\delta_{ij}} = 1 + \delta_{ij} (e - 1)": (),
    r"\sum_j \log(1 + \delta_{ij}) = \log(2)": (),
    r"\sum_a \sum_b T_{ai} T_{bi} = \left(\sum_a T_{ai}\right)^2": (),
    r"z_i = z_k \text{ if } i = j \text{ and } j = k": (),
    r"t_i = \delta_{ik} \text{ if } t_k = 1": (),
    r"\delta_{ij} = 0 \text{ unless } i = j": (),
    r"\kappa (\kappa - 1) (\kappa - 2) (\kappa - 3) = 0": (),
    r"\sum_\kappa \kappa = 6": (),
    r"i = 1 \text{ if } i = 1": (),
    r"\left. (u - x) \right|_{u=x, x=u} = x - u": (),
    r"\left. s^2 \right|_{s=3} = 9": (),
    r"\sum_i (z_i - x)^2 y_i \geq 0": (),
    r"\sum_i e_i \geq e_1": (),
    r"\frac{s}{s + r} < 1": (),
    r"y_c \leq 1": (),
    r"\sum_c z_c \sum_a T_{ac} = \sum_a \sum_c T_{ac} z_c": (),
    r"B \leq 1": (),
    r"y_1 (1 - y_c) + y_c > 0": (),
}


def test_what_is_true_is_proved_with_what_it_relies_on() -> None:
    for equation, conditions in TRUE.items():
        reading = last_reading(text_of(SYMBOLS, equation))
        found = proved(reading)
        assert found is not None, equation
        assert sorted(map(shown_condition, found.conditions)) == sorted(conditions), equation
        assert holds(reading), equation


def test_a_set_that_may_be_empty_is_a_condition() -> None:
    quotient = r"\frac{\sum_{c \in \mathcal{S}} y_c}{\sum_{c \in \mathcal{S}} y_c}"
    found = proof(SYMBOLS, f"{quotient} = 1")
    assert found is not None
    [condition] = map(shown_condition, found.conditions)
    assert condition == r"\sum_{i} [i \in \mathcal{S}] \, y_{i} \neq 0"


def test_a_proof_is_a_grade_and_stands_in_the_verdict() -> None:
    [checked] = check_text(text_of(SYMBOLS, r"\sum_j \frac{y_j}{s} = \frac{1}{s}"))
    result = checked.result
    assert (result.status, result.grade, result.proved, result.where) == (
        ("checked", "proved", ("C",), ())
    )


def test_a_reading_with_a_problem_is_never_proved() -> None:
    repaired = r"\sum_j a_0 = C a_0"
    reading = last_reading(text_of(SYMBOLS, repaired, ((r"a_0 = \sum_j z_j^2", r"a_0"),)))
    assert reading.problems
    assert proved(reading) is None


def test_a_proof_says_for_which_sizes_it_holds() -> None:
    found = proof(SYMBOLS, r"\sum_a \sum_i Y_{ai} = m")
    assert found is not None
    assert found.sizes == ("C", "m")
    fixed = proof(SYMBOLS, r"\sum_c z_c = z_1 + z_2 \text{ if } C = 2")
    assert fixed is not None
    assert fixed.sizes == ()


# Displayed identities of the book that are not proved, and what that would take.
UNPROVED = {
    "merge-largest": "the largest of two lists as the larger of their largest numbers",
}


def test_nearly_all_displayed_identities_of_the_book_are_proved() -> None:
    documents = read_book(reading_order(ROOT / "book" / "index.md"))
    unproved, number = set(), 0
    for equation, place in in_context(documents, "softmax_theory", 0):
        if not equation.display or equation.options.given:
            continue
        reading = read(equation.text, equation.options, place)
        if not is_identity(reading):
            continue
        number += 1
        if not proved(reading):
            unproved.add(equation.label)
    assert unproved == UNPROVED.keys()
    assert len(unproved) <= number / 10


def is_identity(reading: Reading) -> bool:
    """Return whether an equation claims equalities alone, and none of a limit."""
    nodes = [node for ready in reading.prepared for node in walk(ready.chain)]
    signs = [
        sign
        for ready in reading.prepared
        for relation, sign in enumerate(ready.chain.signs)
        if relation not in ready.defining
    ]
    return set(signs) == {"="} and not any(isinstance(node, Limit) for node in nodes)
