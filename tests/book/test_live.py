"""How a cell runs in the reader's browser, tried in the Python of the build."""

import warnings

import live
import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "NAMESPACE", {"__name__": "__main__"})


def run(source: str, name: str = "cell 1") -> tuple[list[tuple[str, str]], str]:
    shown: list[tuple[str, str]] = []
    error = live.run(source, name, lambda kind, data: shown.append((kind, data)))
    return shown, error


def test_the_value_of_a_last_expression_is_shown() -> None:
    assert run("a = [1, 2]\na") == ([("text", "[1, 2]")], "")
    assert run("a;") == ([], "")
    assert run("a = 3") == ([], "")
    assert run("None") == ([], "")
    assert run("") == ([], "")


def test_a_table_is_shown_as_one() -> None:
    shown, error = run("from table import table\ntable({'a': 0.5}, 'name', 'number')")
    assert error == ""
    [(kind, data)] = shown
    assert kind == "html"
    assert "<td>0.5000</td>" in data


def test_a_later_cell_has_the_names_of_an_earlier_one() -> None:
    run("def double(x):\n    return 2 * x")
    assert run("double(4)", "cell 2") == ([("text", "8")], "")


def test_an_error_shows_the_lines_of_cells_alone() -> None:
    run("import json\ndef read(text):\n    return json.loads(text)")
    _, error = run("x = 1\nread('{')", "cell 2")
    assert 'File "cell 2", line 2' in error
    assert "read('{')" in error
    assert 'File "cell 1", line 3' in error
    assert "return json.loads(text)" in error
    assert "json.decoder.JSONDecodeError: Expecting property name" in error
    assert ".py" not in error


def test_a_cause_is_shown_without_inner_lines_too() -> None:
    read = "import json\ntry:\n    json.loads('{')\n"
    _, error = run(f"{read}except ValueError as cause:\n    raise KeyError(1) from cause")
    assert "direct cause" in error
    assert error.count('File "cell 1"') == 2
    assert ".py" not in error


def test_what_is_no_python_is_shown_with_its_line() -> None:
    _, error = run("a = 1\nb = (")
    assert 'File "cell 1", line 2' in error
    assert "SyntaxError: '(' was never closed" in error


def test_leaving_python_is_an_error_of_the_cell() -> None:
    assert run("import sys\nsys.exit(3)")[1].endswith("SystemExit: 3\n")


def test_what_a_cell_says_to_the_notebook_is_left_out() -> None:
    assert run('%config InlineBackend.figure_formats = {"svg"}\n1 + 1') == ([("text", "2")], "")


def test_figures_are_shown_in_their_order_and_closed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plt.switch_backend("agg")
    source = (
        "import matplotlib.pyplot as plt\nfor n in range(2):\n    plt.figure()\n    plt.plot([n]);"
    )
    shown, error = run(source)
    assert error == ""
    assert [kind for kind, _ in shown] == ["figure", "figure"]
    assert all("<svg" in data for _, data in shown)
    assert plt.get_fignums() == []


def test_a_figure_of_a_cell_that_fails_is_closed() -> None:
    run("import matplotlib.pyplot as plt\nplt.figure()\n1 / 0")
    assert plt.get_fignums() == []
