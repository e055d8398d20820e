// The figure on digits: three results that can lose them, by the formula, with the largest logit
// subtracted, and exact.
import { start, total } from "./figure.js";

const DIGITS = 15; // of the sixteen of a float, so that a result that is rounded well is all right
const QUANTITIES = [
  ["output", "output of the smallest logit"],
  ["loss", "loss of the largest logit"],
  ["derivative", "derivative of that loss, its output less one"],
];
const METHODS = [["formula", "by the formula"], ["shifted", "shifted"], ["exact", "exact"]];

// Of each size, each exact value as the sum of two floats.
const exactValues = JSON.parse(document.querySelector("#digits-controls script").textContent);

function byFormula(z) {
  const exponentials = z.map(Math.exp);
  const y = exponentials.map((term) => term / total(exponentials));
  return { output: y[2], loss: -Math.log(y[0]), derivative: y[0] - 1 };
}

function shifted(z) {
  const exponentials = z.map((logit) => Math.exp(logit - z[0]));
  const sum = total(exponentials);
  return { output: exponentials[2] / sum, loss: Math.log(sum), derivative: exponentials[0] / sum - 1 };
}

/** Return how many digits of a result are right: up to half a unit of the last of them. */
function rightDigits(result, [value, rest]) {
  const error = Math.abs((result - value - rest) / value);
  const digits = Math.floor(-Math.log10(2 * error));
  return Number.isNaN(digits) ? 0 : Math.min(Math.max(digits, 0), DIGITS);
}

/** Return the results of each method for the logits of a state, and how many digits are right. */
export function numbers({ size, offset }) {
  const z = [size + offset, size / 2 + offset, offset];
  const exact = exactValues[size];
  const methods = { formula: byFormula(z), shifted: shifted(z) };
  const right = Object.fromEntries(Object.entries(methods).map(([method, results]) =>
    [method, Object.fromEntries(QUANTITIES.map(([name]) => [name, rightDigits(results[name], exact[name])]))]
  ));
  const values = Object.fromEntries(QUANTITIES.map(([name]) => [name, exact[name][0]]));
  return { z, ...methods, exact: values, right };
}

/** Return a number with the digits behind the first right ones marked; a sign or dot is no digit. */
function marked(number, right) {
  if (!Number.isFinite(number) || number === 0) {
    return right === DIGITS ? String(number) : `<tspan class="wrong">${number}</tspan>`;
  }
  const [digits, exponent] = number.toExponential(DIGITS - 1).split("e");
  const sign = number < 0 ? 1 : 0;
  const before = right === 0 ? sign : sign + right + (right > 1 ? 1 : 0);
  const wrong = digits.slice(before);
  return `${digits.slice(0, before)}${wrong && `<tspan class="wrong">${wrong}</tspan>`}e${exponent}`;
}

function draw(state) {
  const all = numbers(state);
  const lines = QUANTITIES.map(([name, title], block) => {
    const results = METHODS.map(([method, words], line) => {
      const y = 76 + 96 * block + 22 * line;
      const right = all.right[method]?.[name] ?? DIGITS;
      return `<text x="16" y="${y}">${words}</text>
        <text class="number" x="170" y="${y}" data-name="${method}-${name}">${marked(all[method][name], right)}</text>`;
    });
    return `<text class="title" x="0" y="${52 + 96 * block}">${title}</text>${results.join("")}`;
  });
  return `<text x="0" y="20"><tspan class="symbol">z</tspan> = ${all.z.join(", ")}</text>${lines.join("")}`;
}

function sentence(state) {
  const { z, right } = numbers(state);
  return `For the logits ${z.join(", ")} the loss has ${right.formula.loss} of ${DIGITS} digits right by the formula and ${right.shifted.loss} with the largest logit subtracted.`;
}

start("digits", { draw, sentence });
