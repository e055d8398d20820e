"""The operations that equations are made of: one record for each, grouped in files by family."""

from mathcheck.operations import arrays, elementary, extremes, numbers, signs, special
from mathcheck.operations.record import Record

TABLE: dict[str, Record] = {
    record.name: record
    for family in (signs, elementary, special, numbers, extremes, arrays)
    for record in family.RECORDS
}
SPELLED: dict[str, Record] = {
    spelling: record for record in TABLE.values() for spelling in record.spellings
}


def spelled(latex: str) -> Record | None:
    r"""Return the operation that is spelled so.

    Examples
    --------
    >>> spelled(r"\operatorname{tr}").name
    'trace'
    >>> spelled(r"\operatorname{rank}").said
    'rank'
    """
    return SPELLED.get(latex)


__all__ = ["SPELLED", "TABLE", "Record", "spelled"]
