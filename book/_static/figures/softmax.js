// The figure on the softmax function: logits, their exponentials, the outputs, and the simplex.
import { COLOURS, softmax, start, stateOf, total } from "./figure.js";

const CORNERS = [[160, 392], [360, 392], [260, 219]];
const [SHARES, OUTPUTS] = [270, 380]; // where the bars of a column begin
const [TRACK, ROW] = [76, 34];

/** Return the numbers of a state: shifted logits, exponentials, their sum, and the outputs. */
export function numbers({ z1, z2, z3, a, tau }) {
  const z = [z1 + a, z2 + a, z3 + a];
  const exponentials = z.map((logit) => Math.exp(logit / tau));
  return { z, exponentials, sum: total(exponentials), y: softmax(z.map((logit) => logit / tau)) };
}

/** Return where the outputs lie on the simplex. */
const point = (y) => [0, 1].map((axis) => total(y.map((share, c) => share * CORNERS[c][axis])));

/** Return the logits of a place in the drawing, with the mean of those before. */
export function logitsAt([x, height], { z1, z2, z3, tau }) {
  const third = (CORNERS[0][1] - height) / (CORNERS[0][1] - CORNERS[2][1]);
  const second = (x - CORNERS[0][0]) / (CORNERS[1][0] - CORNERS[0][0]) - third / 2;
  const logarithms = [1 - second - third, second, third].map((share) => Math.log(Math.max(share, 1e-3)));
  return logarithms.map((one) => tau * (one - total(logarithms) / 3) + (z1 + z2 + z3) / 3);
}

const bar = (name, c, x, width, row = c) =>
  `<rect class="${COLOURS[c]}" data-name="${name}" x="${x}" y="${30 + ROW * row}" width="${width}" height="20"/>`;
const text = (x, row, words, anchor = "end") =>
  `<text x="${x}" y="${46 + ROW * row}" text-anchor="${anchor}">${words}</text>`;

function bars({ z, exponentials, sum, y }) {
  const before = y.map((_, c) => total(y.slice(0, c)));
  const rows = z.map((logit, c) => [
    text(8, c, c + 1),
    bar(`z${c + 1}`, c, 68 + 5 * Math.min(logit, 0), 5 * Math.abs(logit)),
    text(168, c, logit.toFixed(2)),
    text(262, c, exponentials[c].toPrecision(4)),
    `<rect class="track" x="${SHARES}" y="${30 + ROW * c}" width="${TRACK}" height="20"/>`,
    bar(`e${c + 1}`, c, SHARES, TRACK * exponentials[c] / sum),
    bar(`share${c + 1}`, c, SHARES + TRACK * before[c], TRACK * y[c], 3),
    `<rect class="track" x="${OUTPUTS}" y="${30 + ROW * c}" width="${TRACK}" height="20"/>`,
    bar(`y${c + 1}`, c, OUTPUTS, TRACK * y[c]),
    text(520, c, y[c].toFixed(4)),
  ]);
  return rows.flat().join("") + text(262, 3, `Σ = ${sum.toPrecision(4)}`);
}

function simplex(state) {
  const temperatures = Array.from({ length: 32 }, (_, step) => 0.25 * 2 ** (step / 7.75));
  const path = temperatures.map((tau) => point(numbers({ ...state, tau }).y).map((at) => at.toFixed(1)));
  return `<polygon class="line" points="${CORNERS.join(" ")}"/>
    <polyline class="faint line" points="${path.join(" ")}"/>` +
    [["end", -8, 0], ["start", 8, 0], ["middle", 0, -14]].map(([anchor, x, y], c) =>
      `<text x="${CORNERS[c][0] + x}" y="${CORNERS[c][1] + y + 6}" text-anchor="${anchor}"><tspan class="${COLOURS[c]}">■</tspan> class ${c + 1}</text>`
    ).join("");
}

const draw = (state) => `
  <text x="68" y="18" text-anchor="middle"><tspan class="symbol">z + a</tspan></text>
  <text x="262" y="18" text-anchor="end"><tspan class="symbol">e<tspan dy="-6" font-size="13">(z + a) / τ</tspan></tspan></text>
  <text x="${SHARES + TRACK / 2}" y="18" text-anchor="middle">÷ Σ</text>
  <text x="${OUTPUTS + TRACK / 2}" y="18" text-anchor="middle"><tspan class="symbol">y</tspan></text>
  <path class="line" d="M68 26v98"/>
  ${bars(numbers(state))}${simplex(state)}`;

function sentence(state) {
  const { y } = numbers(state);
  const [first, second, third] = y.map((share) => share.toFixed(2));
  const likeliest = y.indexOf(Math.max(...y));
  return `Class ${likeliest + 1} is the most probable; the outputs are ${first}, ${second} and ${third}.`;
}

function setLogits(form, z) {
  z.forEach((logit, c) => (form.elements[`z${c + 1}`].value = logit));
  form.dispatchEvent(new Event("input"));
}

/** Let the point be dragged. On a part of a drawing Chromium does not heed touch-action. */
function dragged(handle, form, svg) {
  handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    setLogits(form, logitsAt([x, y], stateOf(form)));
  });
}

const MOVES = { ArrowRight: [-1, 1, 0], ArrowLeft: [1, -1, 0], ArrowUp: [-1, -1, 2], ArrowDown: [1, 1, -2] };

/** Let the arrow keys move the logits; steps of the outputs would vanish near the sides. */
function moved(handle, form) {
  handle.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const { z1, z2, z3 } = stateOf(form);
    const step = event.shiftKey ? 0.5 : 0.05;
    setLogits(form, [z1, z2, z3].map((logit, c) => logit + step * move[c]));
  });
}

/** Add the point on the simplex, which sets the logits. */
function extend(form, svg) {
  svg.insertAdjacentHTML(
    "beforeend",
    `<circle class="handle" r="12" tabindex="0" role="slider" aria-roledescription="point on the simplex"
      aria-label="Outputs" aria-valuemin="0" aria-valuemax="1"/>`
  );
  const handle = svg.lastChild;
  const place = () => {
    const { y } = numbers(stateOf(form));
    const [x, height] = point(y);
    handle.setAttribute("cx", x);
    handle.setAttribute("cy", height);
    handle.setAttribute("aria-valuenow", y[0].toFixed(2));
    handle.setAttribute("aria-valuetext", y.map((share, c) => `class ${c + 1}: ${share.toFixed(2)}`).join(", "));
  };
  form.addEventListener("input", place);
  place();
  dragged(handle, form, svg);
  moved(handle, form);
}

start("softmax", { draw, sentence, extend });
