// The figure on the derivative of the loss: outputs, target and derivative, and the way downhill,
// for the cross-entropy and for half the squared distance beside it.
import { COLOURS, logsumexp, softmax, start, total } from "./figure.js";

const [ZERO, ONE] = [158, 110]; // where the bars begin, and how long a bar of one is
const NAMES = ["output", "target", "derivative"];
const LOSSES = [["crossEntropy", "cross-entropy"], ["squared", "squared error"]];

const crossEntropy = {
  loss: (z, t) => logsumexp(z) - total(z.map((logit, c) => t[c] * logit)),
  gradient: (z, t) => softmax(z).map((y, c) => y - t[c]),
};
const squared = {
  loss: (z, t) => total(softmax(z).map((y, c) => (y - t[c]) ** 2)) / 2,
  gradient: (z, t) => {
    const y = softmax(z);
    const mean = total(y.map((share, c) => share * (share - t[c])));
    return y.map((share, c) => share * (share - t[c] - mean));
  },
};

/** Return where some steps against the derivative of a loss lead. */
function descend({ loss, gradient }, { z1, z2, z3, target, eta, steps }) {
  const t = [1, 2, 3].map((c) => Number(c === Number(target)));
  let z = [z1, z2, z3];
  for (let step = 0; step < steps; step++) {
    const slopes = gradient(z, t);
    z = z.map((logit, c) => logit - eta * slopes[c]);
  }
  return { z, y: softmax(z), t, gradient: gradient(z, t), loss: loss(z, t) };
}

/** Return the numbers of a state for both losses. */
export const numbers = (state) => ({
  crossEntropy: descend(crossEntropy, state),
  squared: descend(squared, state),
});

function panel(key, title, x, { z, y, t, gradient, loss }) {
  const bars = [y, t, gradient].map((heights, kind) =>
    heights.map((height, c) =>
      `<rect class="${COLOURS[kind]}" data-name="${key}-${NAMES[kind]}${c + 1}" width="20" x="${x + 24 + 74 * c + 21 * kind}"
        y="${ZERO - ONE * Math.max(height, 0)}" height="${ONE * Math.abs(height)}"/>`
    ).join("")
  );
  const classes = [1, 2, 3].map((c) => `<text x="${x + 55 + 74 * (c - 1)}" y="288" text-anchor="middle">${c}</text>`);
  return `<text x="${x + 128}" y="18" text-anchor="middle">${title}: ${loss.toFixed(4)}</text>
    <path class="faint line" d="M${x + 20} ${ZERO - ONE}h220M${x + 20} ${ZERO + ONE}h220"/>
    ${bars.join("")}<path class="line" d="M${x + 20} ${ZERO}h220"/>${classes.join("")}
    <text x="${x + 128}" y="310" text-anchor="middle"><tspan class="symbol">z</tspan> = ${z.map((logit) => logit.toFixed(2)).join(", ")}</text>`;
}

const draw = (state) => {
  const both = numbers(state);
  const axis = [1, 0, -1].map((value) => `<text x="14" y="${ZERO - ONE * value + 5}" text-anchor="end">${String(value).replace("-", "−")}</text>`);
  const legend = NAMES.map((name, kind) =>
    `<text x="${100 + 120 * kind}" y="340"><tspan class="${COLOURS[kind]}">■</tspan> ${name}</text>`
  );
  return LOSSES.map(([key, title], place) => panel(key, title, 264 * place, both[key])).join("") + axis.join("") + legend.join("");
};

function sentence(state) {
  const { crossEntropy, squared } = numbers(state);
  const [first, second] = [crossEntropy, squared].map(({ y }) => y[state.target - 1].toFixed(2));
  return `After ${state.steps} steps the output of the target, class ${state.target}, is ${first} with the cross-entropy and ${second} with the squared error.`;
}

start("difference", { draw, sentence });
