"""Square roots of positive definite matrices, with a bound of the error."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from mpmath import libmp

from mathcheck.numbers.arrays import array, inverse
from mathcheck.numbers.balls import Ball, Rational, logarithm
from mathcheck.numbers.precision import Undefined, working

GUARD = 20


def symmetric_root(matrix: np.ndarray, exponent: Rational) -> np.ndarray:
    """Return the power 1/2 or -1/2 of a symmetric positive definite matrix of rational numbers.

    For such X and Y, X² - Y² = X (X - Y) + (X - Y) Y, so X differs from the root Y of a matrix A
    by at most |X² - A| / λ, with λ the smallest eigenvalue of X (in the norm of Frobenius).
    """
    if not all(isinstance(x, Rational) for x in matrix.ravel()):
        raise Undefined("the root of a matrix of numbers that are rounded, or differentiated")
    if any(matrix[place] != matrix[place[::-1]] for place in np.ndindex(matrix.shape)):
        raise Undefined("the root of a matrix that is not symmetric")
    context = mpmath.MPContext()
    context.dps = working.digits + GUARD
    rows = [[context.mpf(x.numerator) / x.denominator for x in row] for row in matrix]
    values, vectors = context.eigsy(context.matrix(rows))
    smallest = min(values)
    if smallest <= 0:
        raise Undefined("the root of a matrix that is not positive definite")
    basis = array(vectors.tolist())
    near = (basis * array([context.sqrt(value) for value in values])) @ basis.T
    exact = np.vectorize(rational, otypes=[object])((near + near.T) / 2)
    residual = sum(x * x for x in (exact @ exact - matrix).ravel())
    # Half of the smallest eigenvalue is left to the rounding of its computation.
    error = logarithm(residual) / 2 + 1e-3 - logarithm(rational(context.sqrt(smallest))) + 1
    root = array([[enclosed(x, error) for x in row] for row in exact])
    return root if exponent > 0 else inverse(root)


def rational(x: Any) -> Fraction:
    """Return a binary number of mpmath as a fraction."""
    sign, above, exponent, _ = x._mpf_
    return Fraction(int(above) * (-1) ** int(sign)) * Fraction(2) ** int(exponent)


def enclosed(x: Fraction, error: float) -> Ball:
    """Return the ball of a given radius about a dyadic number."""
    return Ball(libmp.from_rational(x.numerator, x.denominator, 10**6, "n"), error)
