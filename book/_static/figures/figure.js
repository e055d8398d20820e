// What the figures to move share. The state of a figure is what the native controls of its form
// say; it is kept in the address, and all that is drawn follows from it.

// Written out, because the build leaves out the rules for classes that no page or script names.
export const COLOURS = ["colour-1", "colour-2", "colour-3"];

export const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

/** The largest logit is subtracted, so that no exponential overflows. */
export function logsumexp(z) {
  const largest = Math.max(...z);
  return largest + Math.log(total(z.map((logit) => Math.exp(logit - largest))));
}

export function softmax(z) {
  const normaliser = logsumexp(z);
  return z.map((logit) => Math.exp(logit - normaliser));
}

const controlsOf = (form) => [...form.querySelectorAll("input, select")];
const defaultOf = (control) =>
  control.options ? [...control.options].find((option) => option.defaultSelected).value : control.defaultValue;
const allows = (control, text) =>
  control.options
    ? [...control.options].some((option) => option.value === text)
    : text.trim() !== "" && Number(text) >= Number(control.min) && Number(text) <= Number(control.max);

/** Return the state: the number of each slider and the word of each choice, by their names. */
export const stateOf = (form) =>
  Object.fromEntries(
    controlsOf(form).map((control) => [control.name, control.options ? control.value : control.valueAsNumber])
  );

/** Set the controls as the address says, but to no value that they don't have. */
export function readAddress(form) {
  const values = new URLSearchParams(location.search);
  for (const control of controlsOf(form)) {
    const text = values.get(control.name);
    if (text !== null && allows(control, text)) control.value = control.options ? text : Number(text);
  }
}

/** Keep in the address what differs from the defaults, and leave the rest of it alone. */
export function writeAddress(form) {
  const address = new URL(location);
  for (const control of controlsOf(form)) {
    if (control.value === defaultOf(control)) address.searchParams.delete(control.name);
    else address.searchParams.set(control.name, control.value);
  }
  history.replaceState(history.state, "", address);
}

/** Lay a drawing over the still picture, or an empty one, which keeps its place and is printed. */
function drawingOver(name, form) {
  const box = document.createElement("div");
  box.className = "figure-drawing";
  box.innerHTML = `<svg viewBox="0 0 ${form.dataset.size}" role="group"><g></g></svg>`;
  const svg = box.firstChild;
  svg.setAttribute("aria-label", form.getAttribute("aria-label"));
  const picture = document.querySelector(`#fig-${name} :is(img, .empty)`);
  // A cell that was reset brings back a copy of the drawing, which nothing moves.
  (picture.closest(".figure-drawing") ?? picture).replaceWith(box);
  box.prepend(picture);
  return svg;
}

/** Show the number of each slider beside it. */
function showValues(form) {
  for (const control of controlsOf(form).filter((one) => one.type === "range")) {
    const decimals = (control.step.split(".")[1] ?? "").length;
    control.parentElement.dataset.value = control.valueAsNumber.toFixed(decimals);
  }
}

/** Call `redraw` when the controls change, and keep and say what they mean once they rest. */
function follow(form, redraw, sentence) {
  let rest;
  form.addEventListener("input", () => {
    redraw();
    clearTimeout(rest);
    rest = setTimeout(() => {
      writeAddress(form);
      form.querySelector("output").textContent = sentence(stateOf(form));
    }, 500);
  });
  // The controls have their defaults only after the event.
  form.addEventListener("reset", () => setTimeout(() => form.dispatchEvent(new Event("input"))));
  form.addEventListener("submit", (event) => event.preventDefault());
}

/**
 * Make a figure move, as soon as it is two screens away. `draw` returns the drawing of a state as
 * SVG, and `sentence` says in words what it shows, for the screen reader, once the controls rest.
 * `extend` may add to the drawing what is more than a picture.
 */
export function start(name, { draw, sentence, extend = () => {} }) {
  const form = document.getElementById(`${name}-controls`);
  let svg;
  const redraw = () => {
    if (!svg?.isConnected) {
      svg = drawingOver(name, form);
      extend(form, svg);
    }
    // A picture that the reader's own run of the cell has drawn covers the drawing until now.
    svg.previousElementSibling?.classList.add("covered");
    svg.firstChild.innerHTML = draw(stateOf(form));
    showValues(form);
  };
  const begin = ([entry], observer) => {
    if (!entry.isIntersecting) return;
    observer.disconnect();
    readAddress(form);
    redraw();
    follow(form, redraw, sentence);
  };
  new IntersectionObserver(begin, { rootMargin: "200%" }).observe(form);
}
