"""Declared names with what belongs to them: indices of arrays, arguments of functions."""

from collections.abc import Sequence
from dataclasses import replace

from mathcheck.expressions import Argument, Call, Component, FunctionName, Node, Operation, Symbol
from mathcheck.latex import Refusal, canonical
from mathcheck.reading import names
from mathcheck.reading.core import expression, indices, node_of, postfixed, reads_name, whole
from mathcheck.reading.cursor import Cursor, Script, split
from mathcheck.reading.names import Terminal, upper_index
from mathcheck.reading.relations import indicated
from mathcheck.symbols import Table, guessed_dimensions, plain

# --- arrays ---


@reads_name("array")
def array(cursor: Cursor, name: Terminal) -> Node:
    """Read a name with its indices, if it has any."""
    below: Script | None = None
    above: Script | None = None
    scripts = list(name.scripts)
    while scripts:
        if scripts[0].sign == "_" and below is None:
            below = scripts.pop(0)
        elif upper_index(scripts[0]) is not None and above is None:
            above = scripts.pop(0)
        else:
            break
    if below or above:
        node = component(cursor, name, below, above)
    else:
        node = bare(cursor, name, bracket=not scripts)
    return postfixed(cursor, node, scripts, name.start)


def component(cursor: Cursor, name: Terminal, below: Script | None, above: Script | None) -> Node:
    """Return entries of the array that a name with these indices means."""
    table, key = cursor.table, name.key
    upper = (whole(cursor, upper_index(above) or (), above.end),) if above else ()
    choices = []
    for candidate in candidates(key, table):
        known = table.dimensions(candidate)
        dimensions = guessed_dimensions(candidate) if known is None else known
        wanted = None if dimensions is None else dimensions - len(upper)
        if wanted is None or wanted >= 0:
            found = upper + (indices(cursor, below, wanted) if below else ())
            if fits(found, dimensions, key, candidate):
                choices.append((candidate, found))
    exact = [c for c in choices if table.dimensions(c[0]) in (None, len(c[1]))]
    if not choices:
        raise unfitting(name, below or above, table)
    chosen, places = (exact or choices)[0]
    base = Symbol(chosen, start=name.start, end=(below or above or name).start)
    sizes = [isinstance(i, Symbol) and table.type(i.key).dimension for i in places]
    if table.kind(chosen) in ("identity", "ones") and all(sizes):
        # I_D is the matrix of that size, not its row D.
        return sized(base, places, cursor)
    return Component(base, places, start=name.start, end=cursor.before)


def fits(found: Sequence[Node], dimensions: int | None, key: str, candidate: str) -> bool:
    """Return whether an array may have so many indices."""
    if dimensions is None or len(found) == dimensions:
        return True
    # What is set in bold as a whole has rows in bold, and only full entries without.
    full = plain(candidate) != candidate and plain(key) == key
    return len(found) < dimensions and not full


def unfitting(name: Terminal, script: Script | None, table: Table) -> Refusal:
    """Return the refusal of indices that no array has."""
    start = script.start if script else name.start
    arrays = candidates(name.key, table)
    if arrays:
        counted = " or ".join(f"{a} has {counted_indices(a, table)}" for a in arrays)
        return Refusal(f"the number of indices of {name.key} fits no array; {counted}", start)
    if name.kind:
        return Refusal(f"{name.key} is declared as {name.kind} and has no index", start)
    return Refusal(f"{name.key} is not in the symbol table", name.start)


def counted_indices(key: str, table: Table) -> str:
    """Return in words how many indices an array has."""
    known = table.dimensions(key)
    return str(known) if known is not None else f"{guessed_dimensions(key)}, by its print"


def candidates(key: str, table: Table) -> list[str]:
    """Return the arrays that a name with an index may mean, the likeliest first.

    Bold with an index is a row of the capital's matrix, where the table has one. A letter stands
    for the entries of its bold, then for those of the bold capital; but a letter with a row of
    its own and no bold stands for nothing else.
    """
    own = [key] if table.type(key).shape or table.type(key).defined else []
    others = table.arrays.get(key, [])
    if plain(key) != key:
        return others or own
    bold = [other for other in others if plain(other) == key]
    capital = [other for other in others if other not in bold]
    if own and not table.type(key).defined:
        return [*own, *bold]
    return [*bold, *capital, *own] if bold or not own else own


def sized(base: Symbol, sizes: Sequence[Node], cursor: Cursor) -> Node:
    """Return an identity or a vector of ones of which the size is written as an index."""
    shape = cursor.table.entries[base.key].type.shape
    for size in sizes:
        if isinstance(size, Symbol) and size.key not in {part.size for part in shape}:
            raise Refusal(
                f"{base.key} is declared with the size {shape[0].size}, not {size.key}", size.start
            )
    return replace(base, end=cursor.before)


def bare(cursor: Cursor, name: Terminal, *, bracket: bool) -> Node:
    """Return a name without indices; those in a bracket, `p(x)`, are those of an array."""
    table, key = cursor.table, name.key
    if key not in table:
        raise Refusal(f"{key} is not in the symbol table without an index", name.start)
    node = Symbol(key, start=name.start, end=cursor.before)
    dimensions = table.dimensions(key)
    if not (bracket and dimensions and cursor.next_is("(") and indices_follow(cursor)):
        return node
    start = cursor.position
    inner = cursor.bracket()
    places = tuple(whole(inner, part, inner.end) for part in split(inner.items, ","))
    if len(places) > dimensions:
        raise Refusal(f"{key} has {dimensions} indices, not {len(places)}", start)
    return Component(node, places, start=name.start, end=cursor.before)


def indices_follow(cursor: Cursor) -> bool:
    """Return whether the bracket at the place holds nothing but names of indices."""
    behind = replace(cursor, at=cursor.at + 1)
    for part in split(behind.items[behind.at : behind.closing_place((")",))], ","):
        inner = cursor.inside(part, cursor.end)
        name = names.terminal(inner)
        if name is None or name.end < len(part) or not cursor.table.type(name.key).counts_to:
            return False
    return True


@reads_name("ones")
def ones(cursor: Cursor, name: Terminal) -> Node:
    """Read a vector of ones; with a condition the same sign is an indicator."""
    return indicated(cursor, name.scripts, name.start) or node_of(array(cursor, name))


@reads_name("kronecker")
def kronecker(cursor: Cursor, name: Terminal) -> Node:
    """Read Kronecker's delta with its two indices."""
    start, scripts = name.start, name.scripts
    if not scripts or scripts[0].sign != "_":
        function = FunctionName(name.key, start=start, end=cursor.before)
        return postfixed(cursor, function, scripts, start)
    pair = indices(cursor, scripts[0], 2)
    if len(pair) != 2:
        raise Refusal(f"{name.key} has two indices, not {len(pair)}", start)
    node = Operation("kronecker", pair, start=start, end=scripts[0].end)
    return postfixed(cursor, node, scripts[1:], start)


# --- functions ---


@reads_name("function")
def call(cursor: Cursor, name: Terminal) -> Node:
    """Read a function with its arguments; lower indices before the bracket are arguments too."""
    arguments: list[Argument] = []
    primes, scripts = 0, list(name.scripts)
    while scripts:
        script = scripts[0]
        if script.sign == "_":
            arguments.extend(script_arguments("_", indices(cursor, script)))
        elif order := primed(script):
            primes += order
        elif (above := upper_index(script)) is not None:
            arguments.extend(script_arguments("^", (whole(cursor, above, script.end),)))
        elif arguments and not cursor.next_is("("):
            break
        else:
            written = canonical(script.items)
            raise Refusal(
                f"{name.key}^{written} has two readings; write {name.key}(…)^{written}",
                script.start,
            )
        scripts.pop(0)
    if cursor.next_is("(") or (cursor.next_is("[") and not arguments):
        arguments.extend(bracketed_arguments(cursor))
    elif not arguments:
        return FunctionName(name.key, start=name.start, end=cursor.before)
    end = scripts[0].start if scripts else cursor.before
    node = Call(name.key, tuple(arguments), primes, start=name.start, end=end)
    return postfixed(cursor, node, scripts, name.start)


def primed(script: Script) -> int:
    r"""Return how many primes a script is: `'`, `^\prime`, `^{\prime\prime}`, or none."""
    if script.sign == "'":
        return 1
    primes = len(script.items)
    return primes if canonical(script.items) == r"\prime" * primes else 0


def script_arguments(sign: str, found: Sequence[Node]) -> list[Argument]:
    """Return indices as arguments of a function."""
    return [Argument(sign, "", node, start=node.start, end=node.end) for node in found]


SEPARATING = {"|": r"\mid", r"\parallel": r"\|"}


def bracketed_arguments(cursor: Cursor) -> list[Argument]:
    """Read the arguments of a function in brackets."""
    inner = cursor.bracket(bars=False)
    found, separator = [], ""
    while True:
        found.append(argument(inner, separator))
        sign = inner.accept(",", ";", "|", r"\mid", r"\|", r"\parallel", ":", r"\cap")
        if not sign:
            inner.complete()
            return found
        separator = SEPARATING.get(sign, sign)


def argument(cursor: Cursor, separator: str) -> Argument:
    """Read one argument; what stands before an `=` is matched as it is written."""
    start, first = cursor.position, cursor.at
    value = expression(cursor)
    if cursor.accept("="):
        literal = canonical(cursor.items[first : cursor.at - 1])
        value = expression(cursor)
        return Argument(separator, literal, value, start=start, end=cursor.before)
    if isinstance(value, Symbol) and cursor.table.kind(value.key) == "opaque":
        return Argument(separator, value.key, None, start=start, end=cursor.before)
    return Argument(separator, "", value, start=start, end=cursor.before)
