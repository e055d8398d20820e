"""Newton's method for the weights of a linear layer, in coordinates that suit the samples.

The rows of a design are the samples, shifted and scaled, with a one for the bias at the end; the
coefficients of a class, its weights in these coordinates and its bias, are a row as long.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from softmax_theory._arrays import FloatArray
from softmax_theory.cross_entropy import cross_entropy_gradient
from softmax_theory.softmax import softmax

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """Samples whose features have mean 0 and a largest size of 1, so that none drowns another."""

    rows: Floats
    mean: Floats
    scale: Floats
    penalty: Floats

    @classmethod
    @np.errstate(all="ignore")
    def of(cls, X: FloatArray, l2: float) -> Self:
        """Return the design of the samples; the penalty on its coefficients is at most 1."""
        samples = X.astype(np.float64, copy=False)
        mean = samples.mean(axis=0)
        scale = np.maximum(np.abs(samples - mean).max(axis=0), np.sqrt(l2))
        scale[scale == 0] = 1  # a feature that is constant, without a penalty
        rows = np.column_stack([(samples - mean) / scale, np.ones(len(samples))])
        return cls(rows, mean, scale, np.append(l2 / scale**2, 0))

    @np.errstate(all="ignore")
    def coefficients(self, W: FloatArray, b: FloatArray) -> Floats:
        """Return the coefficients that give the same logits as the weights and biases."""
        return np.column_stack([W * self.scale, b + W @ self.mean]).astype(np.float64)

    @np.errstate(all="ignore")
    def weights(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """Return the weights and biases that give the same logits as the coefficients."""
        W = coefficients[:, :-1] / self.scale
        return W, coefficients[:, -1] - W @ self.mean


@np.errstate(all="ignore")
def weight_hessian(rows: FloatArray, y: FloatArray) -> FloatArray:
    r"""Return the second derivatives of the mean cross-entropy in the coefficients.

    Those in the coefficients of the classes i and j are the block :math:`\frac{1}{n} \sum_k
    y_{ki} (\delta_{ij} - y_{kj}) \mathbf{x}_k \mathbf{x}_k^\top`. As :math:`1 - y_{ki} = \sum_{j
    \neq i} y_{kj}`, the block of a class with itself is added up from those with the others, which
    keeps the digits that 1 - y loses where y is close to one.
    """
    (n, n_classes), n_columns = y.shape, rows.shape[1]
    hessian = np.zeros((n_classes, n_columns, n_classes, n_columns), dtype=rows.dtype)
    for i in range(n_classes):
        for j in range(i):
            block = (rows * (y[:, i] * y[:, j])[:, np.newaxis]).T @ rows
            hessian[i, :, j, :] = hessian[j, :, i, :] = -block
            hessian[i, :, i, :] += block
            hessian[j, :, j, :] += block
    return hessian / hessian.dtype.type(n)


@dataclass(frozen=True)
class NewtonStep:
    """The minimum of the quadratic with the loss's derivatives, as seen from the coefficients."""

    step: Floats
    # The largest derivative, in absolute value.
    slope: float
    # By how much the whole step moves each logit, less the mean over the outputs.
    shifts: Floats

    @property
    def damped(self) -> Floats:
        r"""Return the part of the step that surely does not raise the loss.

        At the part u of the way, the third derivative is at most :math:`\rho` times the second,
        with the largest shift :math:`\rho`: it is the third central moment of the moves of the
        logits under the outputs, the second their variance, and their mean only grows on the way.
        So the loss is at most :math:`L - u \delta^2 + \delta^2 (e^{\rho u} - \rho u - 1) / \rho^2`
        with the decrease :math:`\delta^2` of the slope, which is least at
        :math:`u = \log(1 + \rho) / \rho` (Bach, Electronic Journal of Statistics 4, 384-414, 2010,
        with a smaller :math:`\rho`).
        """
        rise = self.shifts.max()
        return self.step * (np.log1p(rise) / rise) if rise > 0 else self.step

    @property
    def proves_overlap(self) -> bool:
        """Tell whether the step shows that some finite coefficients are best.

        To first order it multiplies each output by one plus its shift. The first-order outputs
        have the right moments, those of the targets, by the equation for the step; and if all are
        positive, the loss falls for ever in no direction. Half of the room is left to rounding.
        """
        return bool(self.shifts.min() > -1 / 2)


@np.errstate(all="ignore")
def newton_step(design: Design, coefficients: Floats, t: FloatArray) -> NewtonStep:
    """Return the step of Newton's method, the shortest where the Hessian is singular."""
    rows, penalty = design.rows, design.penalty
    z = rows @ coefficients.T
    y, differences = softmax(z), cross_entropy_gradient(z, t, reduction="sum")
    gradient: Floats = differences.T @ rows / len(rows) + penalty * coefficients
    size = gradient.size
    hessian = weight_hessian(rows, y).reshape(size, size)
    hessian[np.diag_indices(size)] += np.tile(penalty, len(coefficients))
    if not (np.isfinite(hessian).all() and np.isfinite(gradient).all()):
        return NewtonStep(np.zeros_like(coefficients), np.inf, np.zeros_like(z))
    solution = np.linalg.lstsq(hessian, -gradient.ravel(), rcond=None)[0]
    step = np.asarray(solution, dtype=np.float64).reshape(coefficients.shape)
    moves = rows @ step.T
    shifts = moves - (y * moves).sum(axis=1, keepdims=True)
    return NewtonStep(step, float(np.abs(gradient).max()), shifts)
