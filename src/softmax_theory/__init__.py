r"""Reference functions for softmax classification with cross-entropy.

The logits :math:`\\mathbf{z}` are real scores, one per class; the softmax function
:math:`\\varsigma` turns them into the probabilities :math:`\\mathbf{y} = \\varsigma(\\mathbf{z})`;
the cross-entropy :math:`\\xi` compares these with a target :math:`\\mathbf{t}`.

Conventions that hold throughout:

- ``z`` has the classes on one axis, the last unless ``axis`` says otherwise; all other axes count
  samples.
- A target ``t`` is an integer label from 0 to C - 1 or a row of C probabilities.
- float16, float32, float64 and longdouble come back in their own type (those narrower than float64
  are computed in float64); integers and booleans are taken as float64; anything else is a
  ``ValueError``.
- nan propagates, a logit of minus infinity is a class of probability zero, a result beyond the
  largest float is infinite, and none of these warns.
- Arguments are never written to.

The error bounds in the Notes of the functions are in ulp, units in the last place: the distance of
neighbouring floats at the exact value, or at another number that the bound names, where the exact
value passes through zero. Some are in machine epsilons, 1.2e-7 in float32 and 2.2e-16 in float64.
The arguments count as exact, whatever rounding they have behind them. The bounds rest on
measurements against values with 80 and more digits; the tests hold them for many families of
arguments, which is no proof. `softmax_theory.testing` measures other functions in the same way, and
`softmax_theory.dask` has what is larger than one machine.
"""

from softmax_theory.calibration import brier_score, reliability
from softmax_theory.cross_entropy import (
    cross_entropy,
    cross_entropy_gradient,
    cross_entropy_hessian,
)
from softmax_theory.distributions import entropy, kl_divergence, likelihood, one_hot
from softmax_theory.jacobian import softmax_jacobian, softmax_jvp, softmax_vjp
from softmax_theory.linear import LinearSoftmax
from softmax_theory.linear_cross_entropy import linear_cross_entropy
from softmax_theory.logistic import (
    binary_cross_entropy,
    binary_cross_entropy_gradient,
    log_logistic,
    logistic,
    logistic_derivative,
)
from softmax_theory.running import LogSumExp
from softmax_theory.sampling import sample
from softmax_theory.separation import SeparationWarning
from softmax_theory.softmax import log_softmax, logsumexp, softmax
from softmax_theory.temperature import fit_temperature

__version__ = "0.1.0"

__all__ = [
    "LinearSoftmax",
    "LogSumExp",
    "SeparationWarning",
    "binary_cross_entropy",
    "binary_cross_entropy_gradient",
    "brier_score",
    "cross_entropy",
    "cross_entropy_gradient",
    "cross_entropy_hessian",
    "entropy",
    "fit_temperature",
    "kl_divergence",
    "likelihood",
    "linear_cross_entropy",
    "log_logistic",
    "log_softmax",
    "logistic",
    "logistic_derivative",
    "logsumexp",
    "one_hot",
    "reliability",
    "sample",
    "softmax",
    "softmax_jacobian",
    "softmax_jvp",
    "softmax_vjp",
]
