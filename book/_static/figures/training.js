// The figure on training: the steps of gradient descent and of Newton's method, from weights of
// zero, with what they make of the plane of the two features.
import { COLOURS, logsumexp, softmax, start, total } from "./figure.js";

const MOST_STEPS = 100;
const [LOW, HIGH, SIDE] = [-2, 2.2, 300]; // the part of the plane that is shown, and its size
const [LEFT, BOTTOM] = [20, 320];

const flowers = JSON.parse(document.querySelector("#training-controls script").textContent);
const species = flowers.map((flower) => flower[2]);
const scaled = [0, 1].map((feature) => {
  const column = flowers.map((flower) => flower[feature]);
  const mean = total(column) / column.length;
  const deviation = Math.sqrt(total(column.map((value) => (value - mean) ** 2)) / column.length);
  return column.map((value) => (value - mean) / deviation);
});
const X = flowers.map((_, k) => [scaled[0][k], scaled[1][k], 1]); // a feature of one for the bias

const dot = (one, other) => total(one.map((value, place) => value * other[place]));
const logits = (W) => X.map((x) => W.map((row) => dot(row, x)));
const outputs = (W) => logits(W).map(softmax);
const penalties = (l2) => [l2, l2, 0];

function lossAt(W, l2) {
  const surprises = logits(W).map((z, k) => logsumexp(z) - z[species[k]]);
  return total(surprises) / X.length + total(W.map(([first, second]) => first ** 2 + second ** 2)) * l2 / 2;
}

function gradient(W, Y, l2) {
  return W.map((row, c) => row.map((weight, r) => {
    const terms = Y.map((y, k) => (y[c] - Number(species[k] === c)) * X[k][r]);
    return total(terms) / X.length + penalties(l2)[r] * weight;
  }));
}

/** Return the second derivatives; a common shift of the biases gets some, so that it is not taken. */
function hessian(Y, l2) {
  const pairs = [0, 1, 2].flatMap((c) => [0, 1, 2].map((r) => [c, r]));
  return pairs.map(([i, r]) => pairs.map(([j, s]) => {
    const terms = Y.map((y, k) => y[i] * (Number(i === j) - y[j]) * X[k][r] * X[k][s]);
    const penalty = i === j && r === s ? penalties(l2)[r] : 0;
    return total(terms) / X.length + penalty + Number(r === 2 && s === 2);
  }));
}

/** Solve linear equations with a positive definite matrix, by elimination. */
function solve(matrix, right) {
  const rows = matrix.map((row, place) => [...row, right[place]]);
  rows.forEach((pivot, place) => {
    rows.forEach((row, other) => {
      if (other === place) return;
      const factor = row[place] / pivot[place];
      pivot.forEach((value, column) => (row[column] -= factor * value));
    });
  });
  return rows.map((row, place) => row.at(-1) / row[place]);
}

/** Return the step of Newton's method, shortened as the chapter says. */
function newtonStep(W, l2) {
  const Y = outputs(W);
  const flat = solve(hessian(Y, l2), gradient(W, Y, l2).flat().map((slope) => -slope));
  const step = [0, 3, 6].map((from) => flat.slice(from, from + 3));
  const rises = X.flatMap((x, k) => {
    const moves = step.map((row) => dot(row, x));
    return moves.map((move) => move - dot(moves, Y[k]));
  });
  const rho = Math.max(...rises);
  return step.map((row) => row.map((move) => (rho > 0 ? (move * Math.log1p(rho)) / rho : move)));
}

const descentStep = (W, l2, eta) =>
  gradient(W, outputs(W), l2).map((row) => row.map((slope) => -eta * slope));

const paths = new Map();
/** Return the weights, with the bias as the last of each row, and the losses after 0, 1, … steps. */
function path(method, eta, l2) {
  const key = [method, method === "newton" || eta, l2].join();
  if (!paths.has(key)) {
    const weights = [[[0, 0, 0], [0, 0, 0], [0, 0, 0]]];
    let size = Infinity;
    // A path ends early where nothing moves any more.
    while (weights.length <= MOST_STEPS && size > 1e-13) {
      const W = weights.at(-1);
      const step = method === "newton" ? newtonStep(W, l2) : descentStep(W, l2, eta);
      weights.push(W.map((row, c) => row.map((weight, r) => weight + step[c][r])));
      size = Math.max(...step.flat().map(Math.abs));
    }
    paths.set(key, { weights, losses: weights.map((W) => lossAt(W, l2)) });
  }
  return paths.get(key);
}

/** Return the numbers of a state: weights with biases, the loss, and what the flowers are given. */
export function numbers({ method, eta, l2, step }) {
  const { weights, losses } = path(method, Number(eta), Number(l2));
  const place = Math.min(step, weights.length - 1);
  const Y = outputs(weights[place]);
  const right = Y.filter((y, k) => y.indexOf(Math.max(...y)) === species[k]).length;
  return { W: weights[place], loss: losses[place], right, own: Y.map((y, k) => y[species[k]]) };
}

const across = (x) => LEFT + ((x - LOW) / (HIGH - LOW)) * SIDE;
const up = (x) => BOTTOM - ((x - LOW) / (HIGH - LOW)) * SIDE;

const rounded = (points) => points.map((point) => point.map((at) => at.toFixed(2))).join(" ");

/** Return the part of a polygon where a linear function is not negative. */
const clip = (polygon, row) =>
  polygon.flatMap((corner, place) => {
    const next = polygon[(place + 1) % polygon.length];
    const [here, there] = [corner, next].map(([x, y]) => dot(row, [x, y, 1]));
    const crossing = corner.map((value, axis) => value + ((next[axis] - value) * here) / (here - there));
    return [...(here >= 0 ? [corner] : []), ...(here * there < 0 ? [crossing] : [])];
  });

function regions(W) {
  const plane = [[LOW, LOW], [HIGH, LOW], [HIGH, HIGH], [LOW, HIGH]];
  return W.map((row, c) => {
    const others = W.filter((_, other) => other !== c);
    const part = others.reduce((polygon, other) => clip(polygon, row.map((w, r) => w - other[r])), plane);
    return `<polygon class="${COLOURS[c]} region" points="${rounded(part.map(([x, y]) => [across(x), up(y)]))}"/>`;
  });
}

const SPECIES = ["setosa", "versicolor", "virginica"];
const SIGNS = ["●", "■", "▲"];
const SHAPES = ["m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", "m-4 -4h8v8h-8z", "m0 -5l5 9h-10z"];
const flower = ([x, y], k, own) =>
  `<path class="${COLOURS[species[k]]} flower" data-name="flower${k}" fill-opacity="${own.toFixed(4)}" d="M${across(x).toFixed(1)} ${up(y).toFixed(1)}${SHAPES[species[k]]}"/>`;

const [CURVE, FLOOR, HIGHEST] = [350, 320, 1.2];
const curvePoint = (loss, step) => [CURVE + 1.6 * step, FLOOR - 120 * Math.min(loss / HIGHEST, 1)];

function curves({ eta, l2, step }, loss) {
  const lines = ["descent", "newton"].map((one) => {
    const { losses } = path(one, Number(eta), Number(l2));
    const points = [...losses.map(curvePoint), curvePoint(losses.at(-1), MOST_STEPS)];
    return `<polyline class="${one === "newton" ? "faint " : ""}line" points="${rounded(points)}"/>`;
  });
  const [x, y] = curvePoint(loss, step);
  return `${lines.join("")}<path class="axis line" d="M${CURVE} ${FLOOR - 125}V${FLOOR}h165"/>
    <circle class="marker" cx="${x}" cy="${y}" r="5"/>
    <text x="${CURVE}" y="${FLOOR + 20}">0</text><text x="515" y="${FLOOR + 20}" text-anchor="end">100 steps</text>
    <text x="515" y="${FLOOR - 106}" text-anchor="end">loss</text>
    <text x="${CURVE - 6}" y="${FLOOR - 95}" text-anchor="end">1</text>`;
}

const NAMES = { descent: "gradient descent", newton: "Newton’s method" };

const legend = SPECIES.map((name, c) => `<tspan class="${COLOURS[c]}">${SIGNS[c]}</tspan> ${name}`);

function draw(state) {
  const { W, loss, right, own } = numbers(state);
  const lines = [
    NAMES[state.method],
    `after <tspan data-name="step">${state.step}</tspan> steps`,
    `loss <tspan data-name="loss">${loss < 1000 ? loss.toFixed(4) : loss.toExponential(2)}</tspan>`,
    `<tspan data-name="right">${right}</tspan> of ${X.length} right`,
  ];
  return `${regions(W).join("")}${X.map((x, k) => flower(x, k, own[k])).join("")}
    <text x="${LEFT + SIDE / 2}" y="${BOTTOM + 20}" text-anchor="middle">petal length, standardised</text>
    <text transform="translate(12 170) rotate(-90)" text-anchor="middle">petal width, standardised</text>
    ${[...lines, ...legend].map((words, place) => `<text x="${CURVE}" y="${34 + 22 * place}">${words}</text>`).join("")}
    ${curves(state, loss)}`;
}

function sentence(state) {
  const { loss, right } = numbers(state);
  return `After ${state.step} steps of ${NAMES[state.method]} the loss is ${loss.toFixed(4)} and ${right} of ${X.length} flowers are right.`;
}

start("training", { draw, sentence });
