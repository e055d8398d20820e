"""What a figure to move shows, on its own page and in its chapter."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

from softmax_theory import (
    LinearSoftmax,
    cross_entropy,
    cross_entropy_gradient,
    one_hot,
    softmax,
    softmax_vjp,
)
from softmax_theory.testing import exact

axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = pytest.mark.browser

State = dict[str, Any]
CONTROLS = """() => [...document.querySelectorAll(".figure-controls :is(input, select)")].map(
  (control) => control.options
    ? { name: control.name, options: [...control.options].map((option) => option.value) }
    : { name: control.name, low: +control.min, high: +control.max, step: +control.step,
        start: control.valueAsNumber })"""
NUMBERS = """async ({ name, states }) => {
  const { numbers } = await import(`/_static/figures/${name}.js`);
  return states.map(numbers);
}"""
# Each state is set by the controls; of a bar that is drawn both sides count, of a text its words.
DRAWN = """(states) => {
  const form = document.querySelector(".figure-controls");
  return states.map((state) => {
    for (const [name, value] of Object.entries(state)) form.elements[name].value = value;
    form.dispatchEvent(new Event("input"));
    const drawn = [...document.querySelectorAll(".figure-drawing [data-name]")];
    return Object.fromEntries(drawn.map((one) => [one.dataset.name,
      one.width ? [one.width.baseVal.value, one.height.baseVal.value] : one.textContent]));
  });
}"""


@dataclass(frozen=True)
class Figure:
    """A figure, the chapter that it stands in, and what its numbers and its drawing should be."""

    name: str
    chapter: str
    numbers: Callable[[State], dict[str, Any]]
    drawn: Callable[[State, dict[str, Any]], dict[str, Any]]


def softmax_numbers(state: State) -> dict[str, Any]:
    z = np.array([state["z1"], state["z2"], state["z3"]]) + state["a"]
    exponentials = np.exp(z / state["tau"])
    y = softmax(z / state["tau"])
    return {"z": z, "exponentials": exponentials, "sum": exponentials.sum(), "y": y}


def softmax_drawn(_: State, numbers: dict[str, Any]) -> dict[str, Any]:
    """Return the widths of the bars: 5 units for a logit of one, 76 for a share of one."""
    bars = {f"z{c}": (5 * abs(z), 20) for c, z in enumerate(numbers["z"], 1)}
    for c, y in enumerate(numbers["y"], 1):
        bars |= {f"{name}{c}": (76 * y, 20) for name in ("e", "share", "y")}
    return bars


def squared_error(z: np.ndarray, t: np.ndarray) -> float:
    return ((softmax(z) - t) ** 2).sum() / 2


def squared_error_gradient(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    return softmax_vjp(z, softmax(z) - t)


LOSSES = {
    "crossEntropy": (cross_entropy, cross_entropy_gradient),
    "squared": (squared_error, squared_error_gradient),
}


def difference_numbers(state: State) -> dict[str, Any]:
    t = one_hot(int(state["target"]) - 1, 3)
    numbers = {}
    for name, (loss, gradient) in LOSSES.items():
        z = np.array([state["z1"], state["z2"], state["z3"]], dtype=float)
        for _ in range(int(state["steps"])):
            z = z - state["eta"] * gradient(z, t)
        numbers |= {f"{name}.z": z, f"{name}.y": softmax(z), f"{name}.t": t}
        numbers |= {f"{name}.gradient": gradient(z, t), f"{name}.loss": loss(z, t)}
    return numbers


def difference_drawn(_: State, numbers: dict[str, Any]) -> dict[str, Any]:
    """Return the heights of the bars, 110 units for one."""
    return {
        f"{name}-{bar}{c}": (20, 110 * abs(height))
        for name in LOSSES
        for bar, key in (("output", "y"), ("target", "t"), ("derivative", "gradient"))
        for c, height in enumerate(numbers[f"{name}.{key}"], 1)
    }


def trained(state: State) -> tuple[LinearSoftmax, np.ndarray, np.ndarray]:
    """Return the classifier of a state, the scaled petals of the flowers, and their species."""
    iris = load_iris()
    X = iris.data[:, 2:]
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    model = LinearSoftmax.zeros(n_features=2, n_classes=3, l2=float(state["l2"]))
    method: dict[str, Any] = {"method": "newton"}
    if state["method"] == "descent":
        method = {"learning_rate": float(state["eta"])}
    if state["step"] > 0:
        model.fit(X, iris.target, n_steps=int(state["step"]), tolerance=0, **method)
    return model, X, iris.target


def training_numbers(state: State) -> dict[str, Any]:
    model, X, t = trained(state)
    return {
        "W": np.column_stack([model.W, model.b]),
        "loss": model.loss(X, t),
        "right": (model.predict(X) == t).sum(),
        "own": model.predict_proba(X)[np.arange(len(t)), t],
    }


def training_drawn(state: State, numbers: dict[str, Any]) -> dict[str, Any]:
    loss = float(numbers["loss"])
    return {
        "step": f"{state['step']:.0f}",
        "right": str(numbers["right"]),
        "loss": f"{loss:.4f}" if loss < 1000 else f"{loss:.2e}".replace("e+0", "e+"),
    }


def digits_logits(state: State) -> np.ndarray:
    return state["size"] * np.array([1, 0.5, 0]) + state["offset"]


@np.errstate(all="ignore")
def digits_numbers(state: State) -> dict[str, Any]:
    """Return what float64 makes of the formula, with and without the largest logit subtracted."""
    z = digits_logits(state)
    numbers = {"z": z}
    for name, exponentials in (("formula", np.exp(z)), ("shifted", np.exp(z - z[0]))):
        y = exponentials / exponentials.sum()
        numbers |= {f"{name}.output": y[2], f"{name}.derivative": y[0] - 1}
    numbers |= {"formula.loss": -np.log(np.exp(z)[0] / np.exp(z).sum())}
    return numbers | {"shifted.loss": np.log(np.exp(z - z[0]).sum())}


def digits_drawn(_: State, numbers: dict[str, Any]) -> dict[str, Any]:
    z = numbers["z"]
    values = {
        "output": softmax(z)[2],
        "loss": cross_entropy(z, 0),
        "derivative": cross_entropy_gradient(z, 0)[0],
    }
    return {f"exact-{name}": float(value) for name, value in values.items()}


FIGURES = [
    Figure("softmax", "softmax.html", softmax_numbers, softmax_drawn),
    Figure("difference", "cross-entropy-derivative.html", difference_numbers, difference_drawn),
    Figure("training", "classifier.html", training_numbers, training_drawn),
    Figure("digits", "accuracy.html", digits_numbers, digits_drawn),
]


@pytest.fixture(params=FIGURES, ids=lambda figure: figure.name)
def figure(request) -> Figure:
    return request.param


def states_of(page) -> list[State]:
    """Return both ends of every control, the others at their starts, and a hundred states."""
    controls = page.evaluate(CONTROLS)
    start = {c["name"]: c["start"] if "start" in c else c["options"][0] for c in controls}
    ends = [
        start | {c["name"]: end}
        for c in controls
        for end in c.get("options", [c.get("low"), c.get("high")])
    ]
    random = np.random.default_rng(0)

    def between(control: dict[str, Any]) -> float | str:
        if "options" in control:
            return str(random.choice(control["options"]))
        steps = round((control["high"] - control["low"]) / control["step"])
        return round(control["low"] + control["step"] * int(random.integers(steps + 1)), 6)

    return [*ends, *({c["name"]: between(c) for c in controls} for _ in range(100))]


def test_a_figure_shows_the_numbers_of_the_module(page, address: str, figure: Figure) -> None:
    page.goto(f"{address}/figures/{figure.name}.html")
    page.locator(".figure-drawing").wait_for()
    states = states_of(page)
    assert len(states) > 100
    numbers = page.evaluate(NUMBERS, {"name": figure.name, "states": states})
    drawn = page.evaluate(DRAWN, states)
    for state, one, shown in zip(states, numbers, drawn, strict=True):
        correct = figure.numbers(state)
        for name, wanted in correct.items():
            got = np.asarray(reduce(getitem, name.split("."), one), dtype=float)
            np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12, err_msg=f"{state}")
        for name, wanted in figure.drawn(state, correct).items():
            if isinstance(wanted, str):
                assert shown[name] == wanted, state
            elif isinstance(wanted, float):
                # Drawn with 15 digits.
                assert abs(float(shown[name]) / wanted - 1) < 6e-15, state
            else:
                np.testing.assert_allclose(shown[name], wanted, atol=1e-3, err_msg=f"{state}")


def test_the_digits_behind_the_first_wrong_one_are_marked(page, address: str) -> None:
    """A result is right to so many digits if it is within half a unit of the last of them."""
    page.goto(f"{address}/figures/digits.html")
    page.locator(".figure-drawing").wait_for()
    states = states_of(page)
    drawn = page.evaluate(DRAWN.replace("one.textContent", "one.innerHTML"), states)
    kept = set()
    for state, shown in zip(states, drawn, strict=True):
        z = digits_logits(state)[np.newaxis]
        values = {
            "output": exact.softmax(z).value[0, 2],
            "loss": exact.cross_entropy(z, [0]).value[0],
            "derivative": exact.cross_entropy_gradient(z, [0]).value[0, 0],
        }
        for name, wanted in values.items():
            for method in ("formula", "shifted"):
                text = shown[f"{method}-{name}"]
                result = float(re.sub("<[^>]*>", "", text).replace("Infinity", "inf"))
                right = sum(map(str.isdigit, re.split("[<e]", text)[0]))
                kept.add(right)
                error = abs(result / wanted - 1)
                # A result of 15 digits is drawn to half a unit of the last.
                assert right == 0 or error <= 0.5 * 10.0**-right + 6e-15, (state, name, text)
                assert right == 15 or not error < 0.5 * 10.0 ** -(right + 1) - 6e-15, (state, text)
    assert {0, 7, 12, 15} <= kept


def state(page) -> State:
    return page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.figure-controls :is(input, select)')]"
        ".map(control => [control.name, control.value]))"
    )


def test_the_address_holds_the_state_and_bad_values_are_ignored(page, address: str) -> None:
    page.goto(f"{address}/figures/softmax.html?z1=3&z2=99&z3=&tau=nan&a=0x1&other=kept#x")
    page.locator(".figure-drawing").wait_for()
    start = {"z1": "3", "z2": "2", "z3": "0.5", "a": "1", "tau": "1"}
    assert state(page) == start
    page.locator("[name=z2]").fill("-4")
    page.wait_for_url("**/softmax.html?z1=3&z2=-4&a=1&other=kept#x")
    page.reload()
    page.locator(".figure-drawing").wait_for()
    assert state(page) == start | {"z2": "-4"}
    page.locator(".figure-controls button").click()
    page.wait_for_url("**/softmax.html?other=kept#x")
    assert state(page) == {"z1": "1", "z2": "2", "z3": "0.5", "a": "0", "tau": "1"}


def test_a_screen_reader_hears_one_sentence_when_the_controls_rest(
    page, address: str, figure: Figure
) -> None:
    page.goto(f"{address}/figures/{figure.name}.html")
    page.locator(".figure-drawing").wait_for()
    live = page.locator("article :is(output, [aria-live], [role=status], [role=alert])")
    assert live.count() == 1
    page.evaluate("""() => {
      window.sentences = [];
      const live = document.querySelector(".figure-controls output");
      const note = () => sentences.push(live.textContent);
      new MutationObserver(note).observe(live, { childList: true });
      const slider = document.querySelector(".figure-controls input");
      for (const part of [0.2, 0.4, 0.6, 0.8, 1]) {
        slider.value = +slider.min + part * (slider.max - slider.min);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }""")
    page.wait_for_timeout(800)
    [sentence] = page.evaluate("sentences")
    assert sentence.endswith(".")
    assert len(sentence.split()) > 5


def logits(page) -> np.ndarray:
    return np.array([float(state(page)[name]) for name in ("z1", "z2", "z3")])


def test_the_point_on_the_simplex_moves_the_logits(page, address: str) -> None:
    page.goto(f"{address}/figures/softmax.html")
    handle = page.locator(".handle")
    handle.focus()
    page.keyboard.press("ArrowRight")
    np.testing.assert_allclose(logits(page), [0.95, 2.05, 0.5])
    page.keyboard.press("Shift+ArrowUp")
    np.testing.assert_allclose(logits(page), [0.45, 1.55, 1.5])
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 20, steps=4)
    page.mouse.up()
    after = handle.bounding_box()
    # A logit has steps of 0.05, so the point follows the pointer to a few pixels.
    assert abs(after["x"] - box["x"] + 60) < 5
    assert abs(after["y"] - box["y"] + 20) < 5
    assert abs(logits(page).sum() - 3.5) < 0.11
    page.mouse.move(x, y)
    assert handle.bounding_box() == after


# Playwright can't touch the screen of this Firefox.
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_the_point_follows_a_finger(browser, address: str) -> None:
    with browser.new_page(viewport={"width": 390, "height": 800}, has_touch=True) as page:
        page.goto(f"{address}/figures/softmax.html")
        box = page.locator(".handle").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        session = page.context.new_cdp_session(page)
        for kind, points in [
            ("touchStart", [{"x": x, "y": y}]),
            *(("touchMove", [{"x": x - step, "y": y}]) for step in (10, 20, 40)),
            ("touchEnd", []),
        ]:
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            page.evaluate("new Promise(requestAnimationFrame)")
        assert abs(page.locator(".handle").bounding_box()["x"] - box["x"] + 40) < 5
        assert logits(page)[0] > 1


@pytest.mark.parametrize("theme", ["light", "dark"], indirect=True)
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_axe_finds_no_violation_in_a_figure(page, address: str, figure: Figure, theme) -> None:
    page.goto(f"{address}/figures/{figure.name}.html")
    page.locator(".figure-drawing").wait_for()
    results = axe.Axe().run(page, context="article")
    assert {
        violation["id"]: violation["nodes"] for violation in results.response["violations"]
    } == {}


@pytest.mark.parametrize("scripts", [False], indirect=True)
def test_without_a_script_a_figure_is_a_picture(page, address: str, figure: Figure) -> None:
    page.goto(f"{address}/{figure.chapter}")
    assert page.locator(f"#fig-{figure.name} img").is_visible()
    assert not page.locator(".figure-controls").is_visible()


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_a_figure_has_the_colours_of_the_book(page, address: str, site) -> None:
    """Also after the build has left out the rules that no page names."""
    style = (site.parents[1] / "book" / "matplotlibrc").read_text("utf-8")
    wanted = re.findall("'([0-9a-f]{6})'", style)[:3]
    for figure in FIGURES[:3]:
        page.goto(f"{address}/figures/{figure.name}.html")
        page.locator(".figure-drawing").wait_for()
        coloured = page.locator(".figure-drawing [class^=colour]")
        fills = coloured.evaluate_all("all => all.map((one) => getComputedStyle(one).fill)")
        shown = {"".join(f"{int(part):02x}" for part in re.findall(r"\d+", fill)) for fill in fills}
        assert shown == set(wanted)


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_a_cell_that_is_run_shows_its_picture_until_the_controls_move(page, address: str) -> None:
    page.goto(f"{address}/softmax.html#fig-softmax")
    drawing, slider = page.locator("#fig-softmax svg"), page.locator("[name=z1]")
    drawing.wait_for()
    page.evaluate("""() => {
      const picture = document.querySelector("#fig-softmax img");
      picture.replaceWith(Object.assign(new Image(), { src: picture.src, alt: "drawn anew" }));
    }""")
    assert page.get_by_alt_text("drawn anew").is_visible()
    assert not drawing.is_visible()
    slider.fill("3")
    assert drawing.is_visible()
    assert not page.get_by_alt_text("drawn anew").is_visible()
    # What is reset is written as HTML.
    output = page.locator(".cell_output:has(#fig-softmax)")
    output.evaluate("box => { box.innerHTML = box.innerHTML }")
    slider.fill("-5")
    width = page.locator("#fig-softmax [data-name=z1]").evaluate("bar => bar.width.baseVal.value")
    assert width == pytest.approx(25)
    page.locator(".handle").press("ArrowRight")
    assert slider.input_value() == "-5"
    assert page.locator("[name=z2]").input_value() == "2.05"


# This Firefox can't be told to print.
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_paper_shows_the_picture(page, address: str, figure: Figure) -> None:
    page.goto(f"{address}/{figure.chapter}#fig-{figure.name}")
    picture, drawing = (page.locator(f"#fig-{figure.name} {part}") for part in ("img", "svg"))
    drawing.wait_for()
    assert not picture.is_visible()
    page.emulate_media(media="print")
    assert picture.is_visible()
    assert not drawing.is_visible()
    assert not page.locator(".figure-controls").is_visible()


PLACES = """() => [...document.querySelectorAll("article :is(figure, form, h2)")].map((one) => {
  const { top, height } = one.getBoundingClientRect();
  return [top + scrollY, height];
})"""


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_shifts_when_a_figure_begins_to_move(
    page, address, figure: Figure, width, lay_out
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    held = []
    page.route(f"**/figures/{figure.name}.js", lambda route: held.append(route))
    page.goto(f"{address}/{figure.chapter}", wait_until="commit")
    page.locator(f"#{figure.name}-controls").scroll_into_view_if_needed()
    lay_out(page)
    page.evaluate("document.fonts.ready")
    before = page.evaluate(PLACES)
    held[0].continue_()
    page.locator(f"#fig-{figure.name} svg").wait_for()
    assert page.evaluate(PLACES) == before
