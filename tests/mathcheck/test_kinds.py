"""Each type of a symbol table: how it is written, and what is drawn."""

import itertools
import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import pytest

from mathcheck.book import check_text
from mathcheck.kinds import KINDS, SCALES, Kind, Sizes
from mathcheck.samples import everything, generator, stream
from mathcheck.symbols import Table, entries, parse_symbols, parse_type

ALL_SCALES = (0, 1, -1, 3, -3, *SCALES)
SIZES = {"C": 3, "n": 2, "D": 4}
WRITTEN = [
    "size 2..5",
    "index C",
    "index 0:C",
    "label C",
    "label 0:C[n]",
    "integer -3..9",
    "integer 0..1[n, C]",
    "binary",
    "binary[C]",
    "real",
    "real[0:n, C, D]",
    "positive",
    "positive[C, C]",
    "unit",
    "unit[D]",
    "simplex[C]",
    "simplex[n, C]",
    "simplex[n; C]",
    "simplex[1]",
    "onehot[C]",
    "onehot[n; C]",
    "spd[D]",
    "orthogonal[D]",
    "ones[n, C]",
    "identity[C]",
    "kronecker",
    "set C",
    r"variable \mathbf{p}",
    "function",
    "name",
    "opaque",
]
SAMPLED = [text for text in WRITTEN if parse_type(text).sampled]


def determinant(matrix: np.ndarray) -> Any:
    if len(matrix) == 1:
        return matrix[0, 0]
    minors = (np.delete(matrix[1:], c, axis=1) for c in range(len(matrix)))
    return sum((-1) ** c * matrix[0, c] * determinant(m) for c, m in enumerate(minors))


def verdicts(table: str, *equations: str) -> list[str]:
    """Return the verdicts on equations below a symbol table, as they stand in a book."""
    parts = [f"```{{symbols}}\n{table}\n```"]
    parts += [f"```{{math}}\n{equation}\n```" for equation in equations]
    return [checked.result.status for checked in check_text("\n\n".join(parts))]


def numbers(value: Any) -> list[Any]:
    return list(value.ravel()) if isinstance(value, np.ndarray) else [value]


def is_simplex(kind: Kind, value: np.ndarray) -> bool:
    sums = value.sum(axis=1) if kind.rows else [value.sum()]
    return all(s == 1 for s in sums) and all(p > 0 for p in value.ravel())


def is_onehot(kind: Kind, value: np.ndarray) -> bool:
    return set(value.ravel()) <= {0, 1} and bool(np.all(value.sum(axis=-1) == 1))


def is_definite(kind: Kind, value: np.ndarray) -> bool:
    minors = (determinant(value[:k, :k]) for k in range(1, len(value) + 1))
    return bool(np.all(value == value.T)) and all(minor > 0 for minor in minors)


def is_orthogonal(kind: Kind, value: np.ndarray) -> bool:
    return bool(np.all(value @ value.T == np.eye(len(value), dtype=int)))


MEMBERSHIP = {
    "real": lambda kind, value: True,
    "positive": lambda kind, value: all(x > 0 for x in numbers(value)),
    "unit": lambda kind, value: all(0 < x < 1 for x in numbers(value)),
    "simplex": is_simplex,
    "onehot": is_onehot,
    "spd": is_definite,
    "orthogonal": is_orthogonal,
    "set": lambda kind, value: value <= set(range(1, 4)),
}


def belongs(kind: Kind, value: Any) -> bool:
    """Return whether a value is exact, and of the type."""
    if isinstance(value, frozenset):
        return all(isinstance(x, int) for x in value) and MEMBERSHIP["set"](kind, value)
    if np.shape(value) != kind.lengths(SIZES):
        return False
    if not all(isinstance(x, int | Fraction) for x in numbers(value)):
        return False
    whole = kind.numbers(SIZES)
    if whole is not None:
        return all(isinstance(x, int) and x in whole for x in numbers(value))
    return MEMBERSHIP[kind.kind](kind, value)


@pytest.mark.parametrize("text", WRITTEN)
def test_a_type_is_read_as_it_is_printed(text: str) -> None:
    kind = parse_type(text)
    assert str(kind) == text
    assert parse_type(str(kind)) == kind


def test_the_example_of_each_type_is_read_and_its_values_are_described() -> None:
    for word, kind in KINDS.items():
        assert parse_type(kind.example).kind == word
        assert kind.described


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("reel[C]", "is none of the types"),
        ("real[", "is none of the types"),
        ("size 5..2", "needs bounds"),
        ("size C", "needs bounds"),
        ("size 2..40", "is no size"),
        ("index", "needs a name after it, as in index C"),
        ("real C", "ends there"),
        ("simplex", "has 0 sizes in brackets; expected 1 to 2"),
        ("spd[C, C]", "has 2 sizes in brackets; expected 1"),
        ("index C[n]", "has 1 sizes in brackets; expected no"),
        ("real[n; C]", "has rows"),
        ("real[]", "sizes in brackets"),
        ("real[n,]", "an empty size"),
        ("real[90]", "has the size 90"),
    ],
)
def test_the_message_for_a_wrong_type_says_why_and_lists_all(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r"the type .*; the types are ") as caught:
        parse_type(text)
    assert reason in str(caught.value)
    assert all(kind.example in str(caught.value) for kind in KINDS.values())


@pytest.mark.parametrize("text", SAMPLED)
def test_values_are_exact_and_of_their_type(text: str) -> None:
    kind = parse_type(text)
    for seed in range(20):
        source = random.Random(seed)
        for scale in ALL_SCALES:
            value = kind.draw(SIZES, source, scale)
            assert belongs(kind, value), value
            assert belongs(kind, kind.moved(value, SIZES, source, Fraction(1, 8)))
        for attempt in range(24):
            assert belongs(kind, kind.rounded(SIZES, source, attempt))
    for corner in kind.corners(SIZES):
        assert belongs(kind, corner), corner


@pytest.mark.parametrize("text", SAMPLED)
def test_there_are_as_many_corners_at_all_sizes(text: str) -> None:
    kind = parse_type(text)
    counts = {len(kind.corners({"C": c, "n": c, "D": c})) for c in (1, 2, 5)}
    assert counts == {len(kind.corners(SIZES))} != {0}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("binary", 2),
        ("binary[C]", 8),
        ("label C", 3),
        ("label 0:C[n]", 9),
        ("integer -3..9", 13),
        ("onehot[C]", 3),
        ("onehot[n; C]", 9),
        ("set C", 8),
        ("index C", 3),
        ("size 2..5", 4),
    ],
)
def test_all_values_of_a_finite_type_are_its_members(text: str, count: int) -> None:
    kind = parse_type(text)
    members = kind.members(SIZES)
    assert members is not None
    found = list(members)
    assert all(belongs(kind, value) for value in found)
    assert len({tuple(numbers(v)) if not isinstance(v, frozenset) else v for v in found}) == count
    assert len(found) == count


def test_types_without_end_have_no_members() -> None:
    finite = {"binary", "label", "integer", "onehot", "set"}
    assert {t for t in SAMPLED if parse_type(t).members(SIZES) is not None} == {
        t for t in SAMPLED if parse_type(t).kind in finite
    }


@pytest.mark.parametrize("text", ["real", "real[C]", "positive", "unit", "simplex[C]"])
def test_code_gets_the_numbers_at_which_the_equation_is_evaluated(text: str) -> None:
    kind = parse_type(text)
    for seed in range(20):
        for scale in ALL_SCALES:
            value = kind.draw(SIZES, random.Random(seed), scale)
            given = kind.python(value)
            assert [Fraction(x) for x in np.ravel(given)] == numbers(value)


def test_matrices_have_small_and_large_eigenvalues_and_either_determinant() -> None:
    definite, orthogonal = parse_type("spd[D]"), parse_type("orthogonal[D]")
    source = random.Random(0)
    eigenvalues = np.array(
        [
            np.linalg.eigvalsh(definite.python(definite.draw(SIZES, source, scale)))
            for scale in ALL_SCALES * 5
        ]
    )
    assert eigenvalues.min() < 1e-3 < 1e3 < eigenvalues.max()
    assert (eigenvalues[:, -1] / eigenvalues[:, 0]).max() > 1e4
    drawn = [orthogonal.draw(SIZES, source) for _ in range(12)]
    assert {determinant(matrix) for matrix in drawn} == {1, -1}


def test_a_new_type_is_one_class() -> None:
    @dataclass(frozen=True)
    class Graph(Kind):
        """The adjacency matrix of a simple graph."""

        kind: ClassVar[str] = "graph"
        example: ClassVar[str] = "graph[n]"
        brackets: ClassVar[tuple[int, int]] = (1, 1)
        square: ClassVar[bool] = True
        sampled: ClassVar[bool] = True
        described: ClassVar[str] = "the adjacency matrix of a simple graph: any"

        def draw(self, sizes: Sizes, source: random.Random, scale: int = 0) -> Any:
            half = np.triu([[source.randint(0, 1) for _ in row] for row in np.eye(sizes["n"])], 1)
            return (half + half.T).astype(int).astype(object)

    try:
        statuses = verdicts(
            "n : size 2..4 : - : n\ni, j : index n : - : i\nA : graph[n] : - : a graph",
            "A^\\top = A",
            "A_{ii} = 0",
            r"(A^2)_{ii} = \sum_{j=1}^{n} A_{ij}",
            "A_{ij} = 0",
        )
    finally:
        del KINDS["graph"]
    assert statuses == ["checked", "checked", "checked", "failed"]
    with pytest.raises(ValueError, match="none of the types"):
        parse_type("graph[n]")


# --- the stream ---


def table_of(*rows: str) -> Table:
    return Table({}).extended(entries(parse_symbols(rows), Table({})))


def first_values(table: Table, seed: int, count: int, **options: Any) -> list[dict[str, Any]]:
    keys = [key for key, entry in table.entries.items() if entry.type.sampled]
    combinations = [{key: 3 for key, entry in table.entries.items() if entry.type.kind == "size"}]
    samples = stream(keys, combinations, table, generator("", seed), **options)
    return [dict(sample.values) for sample in itertools.islice(samples, count)]


# What the first samples are at twenty seeds.
FIRST = [
    first_values(
        table_of(
            "C : size 2..4 : - : classes",
            "x, y : real : - : numbers",
            "v : real[C] : - : a vector",
            "p : simplex[C] : - : a distribution",
            "u : unit : - : a number",
            "S : spd[C] : - : a matrix",
            "A : set C : - : a set",
        ),
        seed,
        44,
    )
    for seed in range(20)
]


@pytest.mark.parametrize(
    "wanted",
    [
        lambda s: abs(s["x"]) > 300,
        lambda s: 0 < abs(s["x"]) < Fraction(1, 200),
        lambda s: s["x"] == 0,
        lambda s: s["x"] != 0 and s["x"] % 1 == 0,
        lambda s: s["x"] % 1 == Fraction(1, 2),
        lambda s: s["x"] > 3,
        lambda s: s["x"] < -3,
        lambda s: s["x"] == s["y"] != 0,
        lambda s: abs(s["x"]) > 50 and abs(s["y"]) > 50,
        lambda s: abs(s["x"]) > 10 * abs(s["y"]),
        lambda s: sorted(s["v"])[-1] == sorted(s["v"])[-2],
        lambda s: 0 in s["v"],
        lambda s: max(s["p"]) > Fraction(999, 1000),
        lambda s: len(set(s["p"])) == 1,
        lambda s: min(s["p"]) < Fraction(1, 10**5),
        lambda s: s["u"] < Fraction(1, 1000),
        lambda s: s["u"] > 1 - Fraction(1, 1000),
        lambda s: np.trace(s["S"]) < 3,
        lambda s: np.trace(s["S"]) > 300,
        lambda s: bool(np.all(s["S"] == np.eye(3, dtype=int))),
        lambda s: not s["A"],
        lambda s: len(s["A"]) == 3,
    ],
)
def test_the_first_samples_of_a_stream_meet_what_is_rare(wanted: Any) -> None:
    assert not [seed for seed, samples in enumerate(FIRST) if not any(map(wanted, samples))]


def test_a_stream_begins_in_general_position_and_keeps_to_the_scales_given() -> None:
    table = table_of("x, y : real : - : numbers")
    for seed in range(20):
        for sample in first_values(table, seed, 3):
            assert all(abs(value) <= 3 for value in sample.values())
        assert len({value for s in first_values(table, seed, 3) for value in s.values()}) == 6
        for sample in first_values(table, seed, 100, scales=(3, -3)):
            assert all(abs(value) <= 24 for value in sample.values())


def test_all_sizes_meet_all_strata() -> None:
    table = table_of("C : size 2..5 : - : classes", "x : real[C] : - : numbers")
    combinations = [{"C": size} for size in range(2, 6)]
    samples = itertools.islice(stream(["x"], combinations, table, generator("", 0)), 100)
    assert {(s.values["C"], s.stratum) for s in samples} >= set(
        itertools.product(range(2, 6), ("scaled", "corner", "tied", "round", "mixed"))
    )


def test_everything_is_tried_where_it_is_finite_and_not_too_much() -> None:
    table = table_of(
        "C : size 2..5 : - : classes", "t : label C : - : a class", "b : binary[C] : - : bits"
    )
    every = everything(["t", "b"], {"C": 3}, table, 24)
    assert every is not None
    assert len({(s["t"], *s["b"]) for s in every}) == 24
    assert everything(["t", "b"], {"C": 3}, table, 23) is None
    assert (
        everything(["t"], {"C": 3}, table_of("C : size 2..5 : - : c", "t : real : - : r"), 99)
        is None
    )


@pytest.mark.parametrize("text", ["simplex[C]", "simplex[n, C]", "simplex[n; C]", "spd[D]"])
def test_a_number_that_is_moved_leaves_a_value_of_the_type(text: str) -> None:
    kind = parse_type(text)
    value = kind.draw(SIZES, generator(text, 0))
    place = (0,) * value.ndim
    number = value[place] * Fraction(8, 7)
    moved = kind.placed(value, place, number)
    assert moved is not None
    assert moved[place] == number
    assert value[place] == number * Fraction(7, 8)
    if kind.symmetric:
        assert (moved == moved.T).all()
        assert all(determinant(moved[:k, :k]) > 0 for k in range(1, len(moved) + 1))
    else:
        assert (moved > 0).all()
        assert (moved.sum(axis=-1) == 1).all() if kind.rows else moved.sum() == 1
    assert kind.placed(value, place, Fraction(-1)) is None


def test_a_probability_that_is_moved_leaves_the_others_in_proportion() -> None:
    thirds = np.array([Fraction(1, 6), Fraction(1, 3), Fraction(1, 2)], dtype=object)
    moved = parse_type("simplex[C]").placed(thirds, (2,), Fraction(1, 4))
    assert moved.tolist() == [Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)]


def test_a_probability_that_is_still_does_not_share_the_rest() -> None:
    thirds = np.array([Fraction(1, 6), Fraction(1, 3), Fraction(1, 2)], dtype=object)
    kind = parse_type("simplex[C]")
    moved = kind.placed(thirds, (2,), Fraction(1, 4), (0,))
    assert moved.tolist() == [Fraction(1, 6), Fraction(7, 12), Fraction(1, 4)]
    assert kind.placed(thirds, (2,), Fraction(6, 7), (0,)) is None
    rows = np.array([thirds, thirds], dtype=object)
    moved = parse_type("simplex[n; C]").placed(rows, (1, 2), Fraction(1, 4), (0, 0))
    assert moved.tolist() == [thirds.tolist(), [Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)]]


def test_a_probability_that_is_the_only_one_is_not_moved() -> None:
    one = np.array([Fraction(1)], dtype=object)
    assert parse_type("simplex[1]").placed(one, (0,), Fraction(1, 2)) is None


def test_an_entry_across_the_diagonal_is_not_moved_beyond_what_is_definite() -> None:
    unit = np.array([[1, 0], [0, 1]], dtype=object)
    assert parse_type("spd[2]").placed(unit, (0, 1), Fraction(1)) is None
    assert parse_type("spd[2]").placed(unit, (0, 1), Fraction(9, 10)).tolist() == [
        [1, Fraction(9, 10)],
        [Fraction(9, 10), 1],
    ]


@pytest.mark.parametrize("text", ["label C", "binary", "onehot[C]", "orthogonal[D]", "set C"])
def test_a_number_of_a_value_that_is_all_or_nothing_is_not_moved(text: str) -> None:
    kind = parse_type(text)
    value = kind.draw(SIZES, generator(text, 0))
    assert kind.placed(value, (0,) * np.ndim(value), Fraction(1)) is None
