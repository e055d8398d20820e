"""The descent to the least loss of a linear layer, whatever the steps are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import FloatArray
from softmax_theory._newton import Design, newton_step
from softmax_theory.cross_entropy import cross_entropy, cross_entropy_gradient

Pair = tuple[FloatArray, FloatArray]  # of weights and biases, or of what is added to them
Move = Callable[[Pair, Pair], Pair]  # from the weights and biases and the derivatives


@np.errstate(all="ignore")
def linear_logits(X: FloatArray, W: FloatArray, b: FloatArray) -> FloatArray:
    """Return the logits of a linear layer, a row for each sample."""
    return np.asarray(X @ W.T + b)


@dataclass(frozen=True)
class Objective:
    """The mean cross-entropy of samples plus the penalty, as a function of the weights."""

    X: FloatArray
    t: ArrayLike
    l2: float

    @np.errstate(all="ignore")
    def loss(self, W: FloatArray, b: FloatArray) -> np.floating[Any]:
        """Return the loss."""
        penalty = self.l2 / 2 * (W**2).sum()
        total: np.floating[Any] = cross_entropy(linear_logits(self.X, W, b), self.t) + penalty
        return total

    @np.errstate(all="ignore")
    def gradient(self, W: FloatArray, b: FloatArray) -> Pair:
        """Return the derivatives in the weights and in the biases."""
        # One row y_k - t_k per sample.
        differences = cross_entropy_gradient(linear_logits(self.X, W, b), self.t, reduction="sum")
        n = differences.dtype.type(len(self.X))
        return differences.T @ self.X / n + self.l2 * W, differences.sum(axis=0) / n

    @np.errstate(all="ignore")
    def lipschitz_constant(self) -> float:
        """Return a bound on the eigenvalues of the Hessian, anywhere."""
        extended = np.column_stack([self.X, np.ones(len(self.X), dtype=self.X.dtype)])
        return float(np.linalg.norm(extended, ord=2) ** 2 / (2 * len(self.X)) + self.l2)


@dataclass(frozen=True)
class Descent:
    """Where a descent has arrived, and the losses on the way, that of the start included."""

    weights: Pair
    losses: NDArray[np.float64]
    converged: bool


def gradient_move(rate: float) -> Move:
    """Return the step of gradient descent."""
    return lambda weights, slopes: (-rate * slopes[0], -rate * slopes[1])


def newton_move(design: Design, t: FloatArray) -> Move:
    """Return the step of Newton's method, without a common shift of the biases."""

    def move(weights: Pair, slopes: Pair) -> Pair:
        step = newton_step(design, design.coefficients(*weights), t).damped
        W, b = design.weights(step)
        return W.astype(slopes[0].dtype), (b - b.mean()).astype(slopes[1].dtype)

    return move


def descend(
    objective: Objective,
    weights: Pair,
    move: Move,
    *,
    most_steps: int,
    tolerance: float,
    stop_at_rounding: bool,
) -> Descent:
    """Move until no derivative is above the tolerance, or, if asked to, until nothing falls."""
    losses, sizes = [objective.loss(*weights)], []
    while True:
        slopes = objective.gradient(*weights)
        sizes.append(max(np.abs(slopes[0]).max(), np.abs(slopes[1]).max()))
        converged = bool(sizes[-1] <= tolerance)
        falls = len(sizes) == 1 or losses[-1] < losses[-2] or sizes[-1] < sizes[-2]
        if converged or len(losses) > most_steps or (stop_at_rounding and not falls):
            return Descent(weights, np.array(losses, dtype=np.float64), converged)
        with np.errstate(all="ignore"):  # a learning rate that is too large overflows
            moves = move(weights, slopes)
            weights = weights[0] + moves[0], weights[1] + moves[1]
        losses.append(objective.loss(*weights))
