"""Each rule of a proof is true with its side condition, and isn't applied without it."""

import re
from pathlib import Path

import pytest
from proofs import holds, last_reading, proof, text_of

import mathcheck.proving
from mathcheck.proving import proved
from mathcheck.proving.rules import Rule, rules

RULES = rules()
NAMED = re.compile(r'\.by\(((?:"[^"]+"(?:, )?)+)\)')


def recorded() -> set[str]:
    """Return the names of rules that the code records."""
    files = Path(mathcheck.proving.__file__).parent.glob("*.py")
    texts = [file.read_text(encoding="utf-8") for file in files]
    return {
        name
        for text in texts
        for names in NAMED.findall(text)
        for name in re.findall(r'"([^"]+)"', names)
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_proves_its_equation_which_holds(rule: Rule) -> None:
    reading = last_reading(text_of(rule.symbols, rule.equation))
    found = proved(reading)
    assert found is not None
    assert rule.name in found.rules
    assert found.conditions == frozenset()
    assert holds(reading)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_without_its_condition_nothing_is_proved(rule: Rule) -> None:
    assert rule.unmet.keys() in ({"symbols"}, {"equation"})
    row = {"symbols": rule.symbols, "equation": rule.equation, **rule.unmet}
    assert proof(row["symbols"], row["equation"]) is None


def test_each_rule_that_the_code_records_has_a_row_and_each_row_is_recorded() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert recorded() == set(names)
