"""Does an equation hold? Both sides of every relation are evaluated at samples and compared."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mathcheck import samples
from mathcheck.arithmetic import DIGITS, Row, Undefined, bare, context, divide, shape
from mathcheck.definitions import Definitions, define
from mathcheck.evaluate import Scope, Shared, belongs, evaluate, flat, holds, index_range
from mathcheck.exact import NotExact, converted
from mathcheck.expressions import (
    Case,
    ForAll,
    Node,
    Number,
    Range,
    Relation,
    SetOf,
    Symbol,
    walk,
)
from mathcheck.indices import (
    Problem,
    bind_sums,
    certain_indices,
    check_sums,
    free_indices,
    unbound_on_the_right,
)
from mathcheck.latex import Refusal, read_items
from mathcheck.python import Code, PythonError, compile_expression, python_value
from mathcheck.reader import Reader, Statement, is_condition, read_statements
from mathcheck.report import Result
from mathcheck.symbols import SAMPLED, Entry, Table, name_key, parse_type, plain

POINTS = 8
ATTEMPTS = 200
# Of the values of the free indices, at most so many are tried at one point.
ASSIGNMENTS = 16
# Two sides are equal if they differ by less than this part of the larger, or of one: of the 50
# digits, 12 are left to rounding. Where larger numbers are added on the way, there are more digits.
TOLERANCE = context.mpf(10) ** -(DIGITS - 12)
LARGE = context.mpf(10) ** 6
MOST_DIGITS = 1000
# Limits and integrals are approximated; see `evaluate.SETTLED`.
ROUGH = context.mpf(10) ** -13
PYTHON_TOLERANCE = 1e-11
# A sharp bound comes as near as this at one of so many points.
NEARLY = context.mpf(10) ** -3
SHARP_POINTS = 30
# The symbols that an exact decision can have, and the largest sum of sizes.
EXACT_KINDS = frozenset({"real", "positive", "unit", "simplex", "onehot", "binary", "label"})
EXACT_SIZE = 4
# The sides of an approximate equality agree to this part.
APPROXIMATE = context.mpf(1) / 20
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
SIGNS = {
    "!=": r"\neq",
    "<=": r"\leq",
    ">=": r"\geq",
    "~": r"\approx",
    "propto": r"\propto",
    "in": r"\in",
    "notin": r"\notin",
}


@dataclass(frozen=True)
class Options:
    """What an author says beside an equation."""

    defines: str = ""
    python: str = ""
    where: str = ""
    inline: bool = False
    given: bool = False
    sharp: bool = False


@dataclass(frozen=True)
class Context:
    """What holds at a place of a book: the symbols, the definitions, the code."""

    table: Table = field(default_factory=lambda: Table({}))
    definitions: Definitions = field(default_factory=Definitions)
    namespace: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    exact: bool = True


@dataclass(frozen=True)
class Prepared:
    """A statement with its sums bound, its conditions, and which relations define."""

    chain: Relation
    conditions: tuple[tuple[Node, ...], ...]
    defining: frozenset[int]
    free: tuple[str, ...]


@dataclass
class Tally:
    """What was compared; a brief one stops at the first failure."""

    brief: bool = False

    comparisons: int = 0
    worst: float = 0.0
    # The samples, by their numbers, at which the conditions of a relation were met.
    hits: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    failures: dict[tuple[int, int], Failure] = field(default_factory=dict)
    approximate: bool = False
    python_problem: str = ""
    seen: list[Mapping[str, Any]] = field(default_factory=list)

    def hit(self, pair: tuple[int, int]) -> None:
        """Note that the conditions of a relation are met at the present sample."""
        self.hits.setdefault(pair, set()).add(len(self.seen))

    @property
    def points(self) -> int:
        """Return at how many samples the conditions of a relation were met."""
        return len(set().union(*self.hits.values()))


@dataclass(frozen=True)
class Failure:
    """A relation that does not hold at a sample."""

    left: Any
    right: Any
    values: Mapping[str, Any]
    assignment: Mapping[str, int]


@dataclass(frozen=True)
class Reading:
    """An equation that was read, ready to be evaluated; `after` is what holds after it."""

    text: str
    options: Options
    place: Context
    after: Context
    prepared: tuple[Prepared, ...]
    extra: tuple[Node, ...]
    problems: tuple[Problem, ...]
    condition: bool

    @property
    def relations(self) -> list[tuple[int, int]]:
        """Return the places of all relations: the statement and the number in its chain."""
        return [(n, r) for n, p in enumerate(self.prepared) for r in range(len(p.chain.signs))]


def read(text: str, options: Options, place: Context) -> Reading:
    """Read an equation by the symbols and definitions that hold before it.

    Raises
    ------
    Refusal
        If it has no reading, or more than one.
    """
    items = read_items(text)
    table, extra = narrowed(options.where, place.table)
    inside = replace(place, table=table)
    statements = read_statements(items, table, len(text))
    condition = options.inline and is_bare_condition(statements, table)
    definitions, defining = (
        (place.definitions, frozenset())
        if condition
        else defined(statements, options.defines, inside)
    )
    prepared, problems = [], []
    for number, statement in enumerate(statements):
        mine = frozenset(side for n, side in defining if n == number)
        ready, found = prepare(statement, mine, extra, table)
        prepared.append(ready)
        problems.extend(found)
    return Reading(
        text,
        options,
        replace(inside, definitions=definitions),
        replace(place, definitions=definitions),
        tuple(prepared),
        extra,
        tuple(dict.fromkeys(problems)),
        condition,
    )


def check(text: str, options: Options, place: Context) -> tuple[Result, Context]:
    """Check one equation, and return what holds after it.

    Parameters
    ----------
    text : str
        The equation in LaTeX.
    options : Options
        What it defines, the code that implements it, what is narrowed.
    place : Context
        The symbols and definitions that hold before it.

    Returns
    -------
    result : Result
        The verdict; a text without a meaning is `refused`, nothing is raised.
    after : Context
        The context with what the equation defines.
    """
    try:
        reading = read(text, options, place)
    except Refusal as refusal:
        return Result("refused", refusal.message, position=refusal.position), place
    except RecursionError:
        return Result("refused", "the equation is nested too deeply"), place
    return judged(reading), reading.after


def judged(reading: Reading) -> Result:
    """Return the verdict on an equation that was read; nothing is raised."""
    if reading.condition or reading.options.given or not reading.relations:
        return Result("read")
    try:
        return verdict(reading)
    except Refusal as refusal:
        return stopped(reading, refusal.message, refusal.position)
    except (Undefined, ArithmeticError) as error:
        return stopped(reading, f"undefined: {error}", None)
    except RecursionError:
        return stopped(reading, "the equation is nested too deeply", None)


def names_used(reading: Reading) -> frozenset[str]:
    """Return all symbols and definitions on which the verdict on an equation depends."""
    place = reading.place
    found = set(sampled_keys(reading.prepared, (), place))
    for ready in reading.prepared:
        for node in (ready.chain, *(c for group in ready.conditions for c in group)):
            found |= place.definitions.reach(node)
    entries = place.table.entries
    if reading.options.python:
        found |= {key for key, entry in entries.items() if entry.python}
    found |= samples.needed_sizes([key for key in found if key in entries], place.table)
    return frozenset(found)


def stopped(reading: Reading, message: str, position: int | None) -> Result:
    """Return the verdict on an equation that can't be evaluated, with what was wrong before."""
    found = [*((p.message, p.position) for p in reading.problems), (message, position)]
    text = "\n".join(m for m, _ in found)
    return Result("refused", text, position=found[0][1], problems=tuple(found))


def stands(
    text: str, options: Options, place: Context, only: tuple[int, int] | None = None
) -> bool:
    """Return whether an equation, or one relation of it, passes; without a report."""
    try:
        return passes(read(text, options, place), only)
    except (Refusal, Undefined, ArithmeticError, RecursionError):
        return False


def passes(reading: Reading, only: tuple[int, int] | None) -> bool:
    """Return whether a reading, or one relation of it, holds at all samples."""
    if not reading.relations or (reading.problems and only is None):
        return False
    tally = tallied(reading, brief=only is None)
    if only is not None:
        return only not in tally.failures and bool(tally.hits.get(only))
    if tally.failures or tally.python_problem or vacuous(reading, tally):
        return False
    return not loose(reading)


def same_values(one: Reading, other: Reading, points: int) -> bool:
    """Return whether all sides of two readings have the same values at many points."""
    if len(one.prepared) != len(other.prepared):
        return False
    pairs = []
    for first, second in zip(one.prepared, other.prepared, strict=True):
        if first.chain.signs != second.chain.signs or first.conditions != second.conditions:
            return False
        group = tuple(dict.fromkeys(c for group in first.conditions for c in group))
        free = tuple(sorted({*first.free, *second.free}))
        for a, b in zip(first.chain.sides, second.chain.sides, strict=True):
            if isinstance(a, SetOf):
                if a != b:
                    return False
                continue
            chain = Relation((a, b), ("=",))
            pairs.append(Prepared(chain, (group,), frozenset(), free))
    both = replace(one, prepared=tuple(pairs), options=replace(one.options, python=""))
    try:
        tally = tallied(both, brief=True, points=points)
    except (Refusal, Undefined, ArithmeticError, RecursionError):
        return False
    return not tally.failures


def is_bare_condition(statements: Sequence[Statement], table: Table) -> bool:
    """Return whether inline mathematics is a relation among indices and numbers alone."""
    return all(
        is_condition(s.chain, table) if s.chain.signs else any(s.conditions) for s in statements
    ) and any(s.chain.signs or any(s.conditions) for s in statements)


def split_options(text: str) -> list[str]:
    """Return the parts between semicolons outside of brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(letter, 0)
        if letter == ";" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def narrowed(where: str, table: Table) -> tuple[Table, tuple[Node, ...]]:
    """Return the table and the conditions that an equation's `:where:` adds."""
    conditions: list[Node] = []
    entries = []
    for part in filter(None, split_options(where)):
        name, colon, kind = part.partition(" : ")
        if colon:
            key = name_key(read_items(name))
            if key not in table:
                raise Refusal(f":where: {key} is not in the symbol table")
            try:
                narrower = parse_type(kind)
            except ValueError as error:
                raise Refusal(f":where: {error}") from error
            entries.append(Entry(key, narrower, table.entries[key].python))
            continue
        items = read_items(part)
        reader = Reader(items, table, end=len(part))
        try:
            conditions.extend(reader.conditions())
            if reader.at < len(items):
                raise Refusal(f"{reader.found()} can't follow")
        except Refusal as refusal:
            raise Refusal(f":where: {part}: {refusal.message}") from refusal
    return table.extended(entries), tuple(conditions)


def defined(
    statements: Sequence[Statement], names: str, place: Context
) -> tuple[Definitions, frozenset[tuple[int, int]]]:
    """Return the definitions that an equation adds, and the relations that make them."""
    definitions = place.definitions
    defining = set()
    for text in filter(None, split_options(names)):
        items = read_items(text)
        reader = Reader(items, place.table, end=len(text))
        wanted = reader.complete(reader.expression)
        found = None
        for number, statement in enumerate(statements):
            for side, node in enumerate(statement.chain.sides[:-1]):
                if node == wanted and found is None and statement.chain.signs[side] == "=":
                    found = (number, side)
        if found is None:
            raise Refusal(
                f":defines: {text} is not a side of the equation with a definition to its right"
            )
        number, side = found
        chain = statements[number].chain
        body = prepared_body(chain.sides[side + 1], chain.sides[side], place.table)
        definitions = definitions.added(define(wanted, body, place.table))
        defining.add(found)
    return definitions, frozenset(defining)


def prepared_body(body: Node, left: Node, table: Table) -> Node:
    """Return the body of a definition with its sums bound, and repaired where they are wrong."""
    outer = certain_indices(left, table)
    bound = bind_sums(body, outer, table)
    changed, _ = check_sums(bound, outer, frozenset(), table)
    return changed


def tallied(reading: Reading, *, brief: bool = False, points: int = POINTS) -> Tally:
    """Evaluate and compare all relations of an equation at samples."""
    code = code_of(reading)
    tally = Tally(brief)
    keys = sampled_keys(reading.prepared, code.names if code else (), reading.place)
    for values in sample_points(reading, keys, points, tally):
        scope = Scope(shared(reading.place), values)
        compare_all(reading.prepared, scope, tally)
        if code and not tally.python_problem:
            tally.python_problem = compare_python(
                reading.prepared[0], code, scope, tally, reading.place
            )
        tally.seen.append(values)
        if brief and (tally.failures or tally.python_problem):
            break
    return tally


def exact_sizes(reading: Reading) -> tuple[str, ...]:
    """Return the sizes for which all claims are decided exactly: the sides are one function.

    Real symbols are indeterminates then, and every choice of a class, every value of a free index
    is tried. Nothing is returned if an equation is not of this kind.
    """
    table = reading.place.table
    claims = [
        sign
        for ready in reading.prepared
        for relation, sign in enumerate(ready.chain.signs)
        if relation not in ready.defining
    ]
    keys = sampled_keys(reading.prepared, (), reading.place)
    sampled = sorted(key for key in keys if table.kind(key) in SAMPLED)
    if not claims or set(claims) != {"="} or not set(map(table.kind, sampled)) <= EXACT_KINDS:
        return ()
    decided: list[Mapping[str, int]] = []
    try:
        for given in fitting_sizes(reading, keys):
            if sum(given.values()) > EXACT_SIZE:
                continue
            for values in samples.exact_values(sampled, given, table):
                scope = Scope(shared(reading.place), {**given, **values})
                same = all(same_function(ready, scope) for ready in reading.prepared)
                # The value of a limit or an integral is settled at some points, not derived.
                if not same or scope.shared.approximate:
                    return ()
            decided.append(given)
    except (NotExact, Refusal, Undefined, ArithmeticError, TypeError):
        return ()
    return tuple(listed_sizes(decided))


def listed_sizes(decided: Sequence[Mapping[str, int]]) -> list[str]:
    """Return sizes in words: `C = 2, 3, 4`, or all of them one by one if there are several."""
    names = sorted({key for given in decided for key in given})
    if not decided or not names:
        return ["all values"] if decided else []
    if len(names) == 1:
        return [f"{plain(names[0])} = {', '.join(str(given[names[0]]) for given in decided)}"]
    return [", ".join(f"{plain(k)} = {given[k]}" for k in names) for given in decided]


def same_function(ready: Prepared, scope: Scope) -> bool:
    """Return whether the neighbours in a chain are the same exact function."""
    for values in itertools.product(*(list(index_range(key, scope)) for key in ready.free)):
        inner = scope.child(dict(zip(ready.free, values, strict=True)))
        for relation in range(len(ready.chain.signs)):
            if relation in ready.defining or not all(
                holds(c, inner) for c in ready.conditions[relation]
            ):
                continue
            sides = ready.chain.sides[relation : relation + 2]
            left, right = (evaluate(side, inner) for side in sides)
            for a, b in paired(left, right, sides):
                one, other = converted(bare(a)), converted(bare(b))
                if one is None or other is None or one != other:
                    return False
    return True


def vacuous(reading: Reading, tally: Tally) -> list[Problem]:
    """Return a problem for each equation of which a relation was never compared."""
    found = []
    for number, ready in enumerate(reading.prepared):
        for relation, side in enumerate(ready.chain.sides[:-1]):
            defines = relation in ready.defining and not reading.options.python
            if not defines and not tally.hits.get((number, relation)):
                found.append(Problem("vacuous: no sample meets the conditions", side.start))
                break
    return found


def loose(reading: Reading) -> list[Problem]:
    """Return a problem for each bound that is claimed to be sharp and is never nearly attained.

    The samples lie far from the origin, where bounds of functions are attained.
    """
    if not reading.options.sharp:
        return []
    table = reading.place.table
    source = samples.generator(reading.text, reading.place.seed + 2)
    keys = sampled_keys(reading.prepared, (), reading.place)
    sampled = sorted(key for key in keys if table.kind(key) in SAMPLED)
    combinations = fitting_sizes(reading, keys)
    gaps: dict[tuple[int, int], Any] = {}
    for attempt in range(SHARP_POINTS):
        given = combinations[attempt % len(combinations)]
        values = {
            key: samples.random_value(table.entries[key].type, given, source, wide=True)
            for key in sampled
        }
        scope = Scope(shared(reading.place), {**given, **values})
        for number, ready in enumerate(reading.prepared):
            for assignment in assignments(ready, scope):
                inner = scope.child(assignment)
                sides = [flat(evaluate(side, inner)) for side in ready.chain.sides]
                for relation, (a, b) in enumerate(itertools.pairwise(sides)):
                    gap = min(abs(bare(x) - bare(y)) for x, y in itertools.product(a, b))
                    key = (number, relation)
                    gaps[key] = min(gaps.get(key, gap), gap)
    return [
        Problem(
            f"the bound is not sharp: the sides come no nearer than {shown(gap)}",
            reading.prepared[number].chain.sides[relation + 1].start,
        )
        for (number, relation), gap in sorted(gaps.items())
        if gap > NEARLY
    ]


def verdict(reading: Reading) -> Result:
    """Compare all relations of an equation, and say what is wrong."""
    tally = tallied(reading)
    problems = [*reading.problems, *vacuous(reading, tally), *loose(reading)]
    messages: list[tuple[str, int | None]] = [
        (p.message, p.position) for p in dict.fromkeys(problems)
    ]
    for (number, relation), failure in sorted(tally.failures.items()):
        smallest = smallest_failure(reading, number, relation) or failure
        messages.append(
            (
                failure_message(reading, number, relation, smallest, tally.seen),
                reading.prepared[number].chain.sides[relation + 1].start,
            )
        )
    if tally.python_problem:
        messages.append((tally.python_problem, None))
    claims = len(reading.relations) - sum(len(p.defining) for p in reading.prepared)
    holds_something = claims or reading.options.python
    status = "failed" if messages else "checked" if holds_something else "defines"
    return Result(
        status,
        "\n".join(m for m, _ in messages),
        tally.comparisons,
        tally.points,
        digits_compared(tally) if claims else 0,
        reading.options.python,
        tally.worst,
        messages[0][1] if messages else None,
        tuple(messages),
        tuple(sorted(tally.failures)),
        exact_sizes(reading) if status == "checked" and reading.place.exact else (),
    )


def digits_compared(tally: Tally) -> int:
    """Return to how many digits the sides were compared."""
    return 13 if tally.approximate else DIGITS - 12


def code_of(reading: Reading) -> Code | None:
    """Return the code of an equation; of two symbols with one Python name it means its own."""
    options = reading.options
    if not options.python:
        return None
    narrower = {n.partition(" : ")[0].strip() for n in split_options(options.where) if " : " in n}
    own = sampled_keys(reading.prepared, (), reading.place)
    return compile_expression(
        options.python, reading.place, lambda key: (key in narrower, key in own)
    )


def shared(place: Context) -> Shared:
    """Return what the scopes of one sample share."""
    return Shared(place.table, place.definitions)


def prepare(
    statement: Statement, defining: frozenset[int], extra: tuple[Node, ...], table: Table
) -> tuple[Prepared, list[Problem]]:
    """Bind the sums of a statement, and find what is wrong with its indices."""
    sides = statement.chain.sides
    conditions = [c for group in statement.conditions for c in group] + list(extra)
    quantified = frozenset(c.variable for c in conditions if isinstance(c, Range))
    for condition in conditions:
        related_to = condition.condition if isinstance(condition, ForAll) else condition
        quantified |= free_indices(related_to, table)
    for condition in conditions:
        if isinstance(condition, ForAll):
            for qualifier in condition.qualifiers:
                quantified -= leftmost(qualifier)
    outside: frozenset[str] = frozenset()
    for node in (*sides, *conditions):
        outside |= free_indices(node, table)
    groups = [
        tuple(bind_sums(c, outside, table) for c in (*group, *extra))
        for group in statement.conditions
    ]
    problems: list[Problem] = []
    bound = []
    taken = certain_indices(sides[0], table) | quantified
    for side in sides:
        changed, found = check_sums(bind_sums(side, outside, table), taken, frozenset(), table)
        bound.append(changed)
        problems.extend(found)
    problems.extend(unbound_on_the_right(bound, quantified, table))
    free: frozenset[str] = frozenset()
    for side in bound:
        free |= free_indices(side, table)
    idle: set[Node] = set()
    for condition in conditions:
        if (
            isinstance(condition, Range)
            and condition.variable not in free
            and (not mentioned(condition.variable, conditions, condition))
        ):
            idle.add(condition)
            problems.append(
                Problem(
                    f"the condition is on {condition.variable}, which does not occur in the "
                    "equation",
                    condition.start,
                )
            )
        elif not isinstance(condition, Range):
            free |= free_indices(condition, table) & quantified
    chain = replace(statement.chain, sides=tuple(bound))
    kept = tuple(tuple(c for c in group if c not in idle) for group in groups)
    return Prepared(chain, kept, defining, tuple(sorted(free))), problems


def leftmost(qualifier: Node) -> frozenset[str]:
    r"""Return the index over which a condition is quantified: `d` in `for all d \neq m`."""
    if isinstance(qualifier, Range):
        return frozenset({qualifier.variable})
    first = qualifier.sides[0] if isinstance(qualifier, Relation) else qualifier
    return frozenset({first.key}) if isinstance(first, Symbol) else frozenset()


def mentioned(key: str, conditions: Iterable[Node], but: Node) -> bool:
    """Return whether another condition mentions a name."""
    return any(
        isinstance(n, Symbol) and n.key == key for c in conditions if c is not but for n in walk(c)
    )


# --- samples ---


def sampled_keys(
    prepared: Sequence[Prepared], python_names: Iterable[str], place: Context
) -> frozenset[str]:
    """Return the symbols that need a value."""
    found: set[str] = set(python_names)
    for ready in prepared:
        for node in (ready.chain, *(c for group in ready.conditions for c in group)):
            found |= place.definitions.reach(node)
    for key in list(found):
        found |= place.definitions.dependencies(key)
    table = place.table
    for key in list(found):
        if table.kind(key) == "variable":
            found |= place.definitions.dependencies(
                name_key(read_items(table.entries[key].type.size))
            )
    return frozenset(key for key in found if key in table)


def sample_points(
    reading: Reading, keys: frozenset[str], points: int, tally: Tally
) -> Iterator[dict[str, Any]]:
    """Yield samples until every relation was compared at enough of them."""
    table = reading.place.table
    source = samples.generator(reading.text, reading.place.seed)
    sampled = {key for key in keys if table.kind(key) in SAMPLED}
    combinations = fitting_sizes(reading, keys)
    wanted = points if sampled else len(combinations)
    for attempt in range(points + ATTEMPTS if sampled else len(combinations)):
        given = combinations[attempt % len(combinations)]
        yield {**given, **samples.random_values(sampled, given, table, source)}
        enough = all(len(tally.hits.get(pair, ())) >= min(wanted, 4) for pair in reading.relations)
        if attempt + 1 >= wanted and enough:
            break
    for key, value in cases_of_equality(reading):
        given = combinations[0]
        values = {**given, **samples.random_values(sampled, given, table, source)}
        values[key] = evaluate(value, Scope(shared(reading.place), values))
        yield values


def cases_of_equality(reading: Reading) -> list[tuple[str, Node]]:
    """Return the numbers and values of cases such as `t = 0`, which no random sample meets."""
    table = reading.place.table
    found: list[tuple[str, Node]] = []
    cases = [n for p in reading.prepared for n in walk(p.chain) if isinstance(n, Case)]
    for condition in (c for case in cases for c in case.conditions):
        if not isinstance(condition, Relation) or condition.signs != ("=",):
            continue
        left, right = condition.sides
        number = isinstance(left, Symbol) and table.kind(left.key) in ("real", "positive", "unit")
        if number and not free_indices(right, table):
            found.append((left.key, right))  # type: ignore[attr-defined]
    return found


def fitting_sizes(reading: Reading, keys: frozenset[str]) -> list[dict[str, int]]:
    """Return the sizes that the conditions on sizes alone allow."""
    table = reading.place.table
    combinations = samples.sizes(samples.needed_sizes(keys, table), table)
    groups = [group for p in reading.prepared for group in p.conditions]
    conditions = [
        c
        for c in dict.fromkeys((*reading.extra, *(c for group in groups for c in group)))
        if isinstance(c, Relation)
        and all(table.kind(key) == "size" for key in reading.place.definitions.reach(c))
    ]
    return [
        given
        for given in combinations
        if all(holds(c, Scope(shared(reading.place), given)) for c in conditions)
    ] or combinations


def assignments(ready: Prepared, scope: Scope) -> list[dict[str, int]]:
    """Return values of the free indices, all of them if they are few."""
    ranges = [list(index_range(key, scope)) for key in ready.free]
    total = [dict(zip(ready.free, values, strict=True)) for values in itertools.product(*ranges)]
    meeting = [
        a
        for a in total
        if not ready.conditions
        or any(all(holds(c, scope.child(a)) for c in group) for group in ready.conditions)
    ]
    if len(meeting) <= ASSIGNMENTS:
        return meeting
    # Evenly spread, the first and the last among them: with diagonal and other entries.
    step = (len(meeting) - 1) / (ASSIGNMENTS - 1)
    return [meeting[round(k * step)] for k in range(ASSIGNMENTS)]


# --- comparison ---


def compare_all(prepared: Sequence[Prepared], scope: Scope, tally: Tally) -> None:
    """Compare the sides of all relations at one sample."""
    for number, ready in enumerate(prepared):
        for assignment in assignments(ready, scope):
            inner = scope.child(assignment) if assignment else scope
            compare_chain(ready, number, inner, assignment, tally)
        for relation, sign in enumerate(ready.chain.signs):
            if sign == "propto":
                compare_proportional(ready, number, relation, scope, tally)


def compare_chain(
    ready: Prepared, number: int, scope: Scope, assignment: Mapping[str, int], tally: Tally
) -> None:
    """Compare neighbours in a chain."""
    chain = ready.chain
    values: dict[int, Any] = {}

    def side(at: int) -> Any:
        if at not in values:
            try:
                values[at] = evaluate(chain.sides[at], scope)
            except Undefined as undefined:
                where = describe(scope.values, scope, assignment)
                raise Refusal(
                    f"undefined: {undefined}, at {where}", chain.sides[at].start
                ) from None
        return values[at]

    for relation, sign in enumerate(chain.signs):
        if not all(holds(c, scope) for c in ready.conditions[relation]) or sign == "propto":
            continue
        pair = (number, relation)
        tally.hit(pair)
        if relation in ready.defining:
            continue
        left = side(relation)
        if sign in ("in", "notin"):
            right: Any = None
            good = belongs(left, chain.sides[relation + 1], scope) == (sign == "in")
        else:
            right = side(relation + 1)
            sides = chain.sides[relation : relation + 2]
            if scope.shared.largest > LARGE and not scope.shared.approximate:
                left, right = with_more_digits(sides, scope)
            good = agree(left, right, sign, sides, scope, tally)
        tally.comparisons += 1
        if not good and pair not in tally.failures:
            tally.failures[pair] = Failure(left, right, dict(scope.values), dict(assignment))
    tally.approximate |= scope.shared.approximate


def with_more_digits(sides: Sequence[Node], scope: Scope) -> list[Any]:
    """Return the values of sides, with so many digits that large numbers may cancel in them."""
    size = int(context.log10(scope.shared.largest)) + 1
    if size > MOST_DIGITS:
        raise Refusal(f"numbers of {size} digits on the way", sides[0].start)
    with context.workdps(DIGITS + size):
        # Nothing that was kept with fewer digits may be used.
        fresh = Scope(scope.shared, dict(scope.values))
        return [evaluate(side, fresh) for side in sides]


def agree(
    left: Any, right: Any, sign: str, sides: Sequence[Node], scope: Scope, tally: Tally
) -> bool:
    """Return whether a relation holds between two values."""
    pairs = paired(left, right, sides)
    if sign == "!=":
        return any(not near(a, b, scope, tally) for a, b in pairs)
    return all(related(a, b, sign, sides, scope, tally) for a, b in pairs)


def paired(left: Any, right: Any, sides: Sequence[Node]) -> list[tuple[Any, Any]]:
    """Return the entries of two values side by side; the number 0 fits every shape."""
    first, second = (
        [context.zero] * 0 if isinstance(n, Number) and n.value == 0 else flat(v)
        for n, v in zip(sides, (left, right), strict=True)
    )
    if not first and not second:
        return [(context.zero, context.zero)]
    if not first:
        return [(context.zero, b) for b in second]
    if not second:
        return [(a, context.zero) for a in first]
    if shape(left) != shape(right):
        raise Refusal(f"{shape(left)} is compared with {shape(right)}", sides[1].start)
    return list(zip(first, second, strict=True))


def near(a: Any, b: Any, scope: Scope, tally: Tally) -> bool:
    """Return whether two numbers are equal up to rounding."""
    a, b = bare(a), bare(b)
    difference = abs(a - b)
    scale = max(abs(a), abs(b), context.one)
    if scope.shared.approximate:
        scale = max(scale, scope.shared.largest)
    tally.worst = max(tally.worst, float(difference / scale))
    return bool(difference <= (ROUGH if scope.shared.approximate else TOLERANCE) * scale)


def related(a: Any, b: Any, sign: str, sides: Sequence[Node], scope: Scope, tally: Tally) -> bool:
    """Return whether a relation holds between two numbers."""
    a, b = bare(a), bare(b)
    if sign == "~":
        return close(a, b, sides)
    equal = near(a, b, scope, Tally() if sign != "=" else tally)
    if sign == "=":
        return equal
    if isinstance(a, context.mpc) or isinstance(b, context.mpc):
        raise Refusal("an order of complex numbers", sides[1].start)
    if sign in ("<", ">"):
        return not equal and bool(a < b if sign == "<" else a > b)
    return equal or bool(a < b if sign == "<=" else a > b)


def close(a: Any, b: Any, sides: Sequence[Node]) -> bool:
    """Return whether two numbers agree to the printed digits, or to one part in twenty."""
    for side in sides:
        if isinstance(side, Number) and side.decimals:
            return bool(abs(a - b) <= context.mpf(10) ** -side.decimals * context.mpf("0.5001"))
    return bool(abs(a - b) <= APPROXIMATE * max(abs(a), abs(b)))


def compare_proportional(
    ready: Prepared, number: int, relation: int, scope: Scope, tally: Tally
) -> None:
    """Compare the ratios of two sides for all values of the first index, the others fixed."""
    left, right = ready.chain.sides[relation : relation + 2]
    varying = [key for key in order_of(left) if key in ready.free][:1]
    if not varying:
        raise Refusal(r"\propto without a free index on its left side", left.start)
    others = [key for key in ready.free if key not in varying]
    for fixed in itertools.product(*(list(index_range(k, scope)) for k in others)):
        ratios = []
        for value in index_range(varying[0], scope):
            own = {**dict(zip(others, fixed, strict=True)), varying[0]: value}
            inner = scope.child(own)
            if not all(holds(c, inner) for c in ready.conditions[relation]):
                continue
            ratios.append((divide(evaluate(left, inner), evaluate(right, inner)), inner, own))
        for ratio, inner, own in ratios[1:]:
            pair = (number, relation)
            tally.hit(pair)
            tally.comparisons += 1
            if not near(ratio, ratios[0][0], inner, tally) and pair not in tally.failures:
                tally.failures[pair] = Failure(ratios[0][0], ratio, dict(inner.values), own)


def order_of(node: Node) -> list[str]:
    """Return the symbols of a side in the order in which they stand."""
    found = sorted(
        ((n.start, n.key) for n in walk(node) if isinstance(n, Symbol)), key=lambda p: p[0]
    )
    return list(dict.fromkeys(key for _, key in found))


# --- code ---


def compare_python(ready: Prepared, code: Code, scope: Scope, tally: Tally, place: Context) -> str:
    """Compare the left side with the code; return what is wrong."""
    left = ready.chain.sides[0]
    free = tuple(key for key in order_of(left) if key in free_indices(left, place.table))
    order = code.indices or free
    if not set(order) <= set(free):
        return (
            f":python: {code.text} is indexed by {', '.join(order)}; expected free indices of "
            f"the left side, which has {', '.join(free) or 'none'}"
        )
    try:
        computed = python_value(code, scope)
    except PythonError as error:
        return str(error)
    conditions = ready.conditions[0] if ready.conditions else ()
    for assignment in assignments(ready, scope):
        inner = scope.child(assignment)
        if not all(holds(c, inner) for c in conditions):
            continue
        value = evaluate(left, inner)
        exact = np.array([float(bare(x)) for x in flat(value)])
        firsts = [place.table.entries[key].type.first for key in order]
        index = tuple(assignment[key] - first for key, first in zip(order, firsts, strict=True))
        try:
            part = np.asarray(computed, dtype=np.float64)[index]
        except (IndexError, TypeError, ValueError) as error:
            return f":python: {code.text} can't be indexed by {', '.join(order)}: {error}"
        expected = value.entries.shape if isinstance(value, Row) else np.shape(value)
        if np.shape(part) != expected:
            return (
                f":python: {code.text} has the shape {np.shape(computed)}; the left side is "
                f"{shape(value)}" + (f" for each {', '.join(order)}" if order else "")
            )
        tally.comparisons += 1
        scale = max(float(np.max(np.abs(exact), initial=0.0)), float(scope.shared.largest))
        difference = float(np.max(np.abs(np.ravel(part) - exact), initial=0.0))
        if not difference <= PYTHON_TOLERANCE * scale:
            worst = int(np.argmax(np.abs(np.ravel(part) - exact)))
            return (
                f":python: {code.text} differs from the left side\n"
                f"    the equation: {exact[worst]:.6g}\n"
                f"    the code:     {np.ravel(part)[worst]:.6g}\n"
                f"    at {describe(scope.values, scope, assignment)}"
            )
    return ""


# --- messages ---


def smallest_failure(reading: Reading, number: int, relation: int) -> Failure | None:
    """Return the simplest counterexample: the smallest sizes, the roundest numbers."""
    table = reading.place.table
    source = samples.generator(reading.text, reading.place.seed + 1)
    keys = sampled_keys(reading.prepared, (), reading.place)
    sampled = {key for key in keys if table.kind(key) in SAMPLED}
    for given in fitting_sizes(reading, keys)[:3]:
        for values in samples.round_values(sampled, given, table, source):
            tally = Tally()
            scope = Scope(shared(reading.place), {**given, **values})
            try:
                compare_all([reading.prepared[number]], scope, tally)
            except (Refusal, Undefined):
                continue
            if (0, relation) in tally.failures:
                return tally.failures[0, relation]
    return None


def failure_message(
    reading: Reading,
    number: int,
    relation: int,
    failure: Failure,
    seen: Sequence[Mapping[str, Any]],
) -> str:
    """Return the message for a relation that does not hold."""
    text, prepared, place = reading.text, reading.prepared, reading.place
    ready = prepared[number]
    chain = ready.chain
    sign = chain.signs[relation]
    printed = SIGNS.get(sign, sign)
    left, right = chain.sides[relation], chain.sides[relation + 1]
    same = [k for k, s in enumerate(chain.signs) if s == sign]
    which = f"the {ORDINALS[same.index(relation) % 8]} {printed}" if len(same) > 1 else printed
    if len(prepared) > 1:
        which += f" of the {ORDINALS[number % 8]} equation"
    spelled = [" ".join(text[n.start : n.end].split()) for n in (left, right)]
    width = max(len(s) for s in spelled)
    lines = [f"{which} does not hold"]
    if isinstance(right, SetOf) or failure.right is None:
        lines.append(f"    {spelled[0]}  =  {shown(failure.left)}, not in {spelled[1]}")
    elif sign == "propto":
        lines.append(f"    the ratio is {shown(failure.left)} and {shown(failure.right)}")
    else:
        for name, value in zip(spelled, (failure.left, failure.right), strict=True):
            lines.append(f"    {name:{width}}  =  {shown(value)}")
    scope = Scope(shared(place), failure.values)
    lines.append(f"    at {describe(failure.values, scope, failure.assignment)}")
    cause = likely_cause(ready, relation, seen, place)
    if cause:
        lines.append(f"    {cause}")
    return "\n".join(lines)


def likely_cause(
    ready: Prepared, relation: int, seen: Sequence[Mapping[str, Any]], place: Context
) -> str:
    """Return in what the two sides differ, if it is the same at all samples."""
    if ready.chain.signs[relation] != "=":
        return ""
    ratios, differences = [], []
    for values in seen[:POINTS]:
        scope = Scope(shared(place), values)
        for assignment in assignments(ready, scope)[:4]:
            inner = scope.child(assignment)
            if not all(holds(c, inner) for c in ready.conditions[relation]):
                continue
            try:
                pair = [
                    flat(evaluate(s, inner)) for s in ready.chain.sides[relation : relation + 2]
                ]
            except (Refusal, Undefined):
                return ""
            for a, b in zip(*pair, strict=False):
                differences.append(bare(b) - bare(a))
                if bare(a) != 0:
                    ratios.append(bare(b) / bare(a))
    if ratios and steady(ratios) and (len(ratios) > 1 or simple(ratios[0])):
        if abs(ratios[0] + 1) < TOLERANCE:
            return "the two sides differ by the sign alone"
        if ratios[0] == 0 or abs(ratios[0] - 1) < TOLERANCE:
            return ""
        return f"the right side is the left times {shown(ratios[0])}"
    if len(differences) > 1 and steady(differences):
        return f"the right side is the left plus {shown(differences[0])}"
    return ""


def simple(value: Any) -> bool:
    """Return whether a number is a fraction of small whole numbers."""
    return any(abs(value * k - context.nint(value * k)) < ROUGH for k in range(1, 13))


def steady(numbers: Sequence[Any]) -> bool:
    """Return whether all numbers are equal."""
    return all(abs(n - numbers[0]) <= TOLERANCE * max(1, abs(numbers[0])) for n in numbers)


def shown(value: Any) -> str:
    """Return a value with four digits."""
    if isinstance(value, frozenset):
        return "{" + ", ".join(map(str, sorted(value))) + "}"
    if isinstance(value, Row):
        return shown(value.entries)
    if isinstance(value, np.ndarray):
        return "[" + ", ".join(shown(entry) for entry in value) + "]"
    if isinstance(value, int):
        return str(value)
    number = bare(value)
    if isinstance(number, context.mpc):
        return str(context.nstr(number, 4))
    if number == context.floor(number) and abs(number) < 10**6:
        return str(int(number))
    return str(context.nstr(number, 4))


def describe(values: Mapping[str, Any], scope: Scope, assignment: Mapping[str, int]) -> str:
    """Return the values at a sample, sizes first."""
    table = scope.shared.table
    parts = []
    for key in sorted(values, key=lambda k: (rank(k, table), k)):
        if key in assignment or key not in table:
            continue
        name = table.entries[key].python or plain(key)
        parts.append(f"{name} = {shown(values[key])}")
    parts.extend(f"{key} = {value}" for key, value in sorted(assignment.items()))
    return ", ".join(parts) or "every point"


def rank(key: str, table: Table) -> int:
    """Return the place of a symbol in the description of a sample."""
    return 0 if table.kind(key) == "size" else 1
