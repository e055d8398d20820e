r"""Multinomial logistic regression: the softmax function of a linear layer.

The logits of the sample :math:`\mathbf{x}` are :math:`\mathbf{z} = \mathbf{W} \mathbf{x} +
\mathbf{b}`, and the weights are found by gradient descent on the cross-entropy.
"""

import math
import operator
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import FloatArray, as_floats, target_rows
from softmax_theory.cross_entropy import cross_entropy, cross_entropy_gradient
from softmax_theory.softmax import softmax

__all__ = ["LinearSoftmax"]


def _positive_integer(value: int, name: str) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool):
        raise ValueError(f"{name}: got {value!r}; expected an integer that is at least 1")
    return number


def _nonnegative(value: float, name: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf or isinstance(value, str):
        raise ValueError(f"{name}: got {value!r}; expected a finite number that is not negative")
    return number


def single_at_least(array: FloatArray) -> FloatArray:
    """Return an array in its own type, but at least in float32, in which products keep digits."""
    return array.astype(np.result_type(array.dtype, np.float32), copy=False)


class LinearSoftmax:
    r"""Multinomial logistic regression with a penalty on the squared weights.

    .. math:: \mathbf{y} = \varsigma(\mathbf{W} \mathbf{x} + \mathbf{b})

    Parameters
    ----------
    W : array_like
        Weights, real, of shape (C, D): one row per class, one column per feature.
    b : array_like
        Biases, real, of shape (C,).
    l2 : float, optional
        The strength :math:`\lambda \ge 0` of the penalty
        :math:`\frac{\lambda}{2} \sum_{c,d} W_{cd}^2`; zero by default. The biases are free.

    Attributes
    ----------
    W, b : numpy.ndarray
        The weights and biases: those given, then those found by :meth:`fit`. At least float32.
    l2 : float
        The strength of the penalty.
    loss_curve : numpy.ndarray
        The loss at the start of the last :meth:`fit` and after each of its steps; empty before.
    converged : bool
        Whether the last :meth:`fit` reached its tolerance; false before.

    Raises
    ------
    ValueError
        If `W` or `b` is not an array of real numbers of such a shape, or `l2` is negative or not
        finite.

    See Also
    --------
    cross_entropy : The loss.

    Notes
    -----
    The objective is that of ``sklearn.linear_model.LogisticRegression``, divided by the number of
    samples n: its ``C`` is :math:`\frac{1}{n \lambda}`.

    Examples
    --------
    >>> from softmax_theory import LinearSoftmax
    >>> X = [[-2.0], [-1.0], [1.0], [2.0]]
    >>> t = [0, 0, 1, 1]
    >>> model = LinearSoftmax.zeros(1, 2, l2=0.1).fit(X, t)
    >>> model.W.round(3)
    array([[-0.924],
           [ 0.924]])
    >>> model.predict([[-3.0], [0.5]])
    array([0, 1])
    >>> model.predict_proba([[0.5]]).round(3)
    array([[0.284, 0.716]])
    """

    def __init__(self, W: ArrayLike, b: ArrayLike, *, l2: float = 0.0) -> None:
        weights, biases = as_floats(W, "W"), as_floats(b, "b")
        if weights.ndim != 2 or 0 in weights.shape:
            raise ValueError(
                f"W: got shape {weights.shape}; expected (C, D), with at least one class and "
                "one feature"
            )
        if biases.shape != weights.shape[:1]:
            raise ValueError(
                f"b: got shape {biases.shape}; expected {weights.shape[:1]}, one per row of W"
            )
        self.W: FloatArray = single_at_least(weights).copy()
        self.b: FloatArray = single_at_least(biases).copy()
        self.l2 = _nonnegative(l2, "l2")
        self.loss_curve: NDArray[np.float64] = np.empty(0)
        self.converged = False

    @classmethod
    def zeros(cls, n_features: int, n_classes: int, *, l2: float = 0.0) -> Self:
        """Return a model whose weights and biases are zero, the usual start of :meth:`fit`.

        Parameters
        ----------
        n_features, n_classes : int
            The numbers of features D and of classes C.
        l2 : float, optional
            The strength of the penalty.

        Returns
        -------
        LinearSoftmax
            The model; it gives all classes the same probability.

        Raises
        ------
        ValueError
            If a number is not an integer that is at least 1, or `l2` is negative or not finite.
        """
        rows = _positive_integer(n_classes, "n_classes")
        columns = _positive_integer(n_features, "n_features")
        return cls(np.zeros((rows, columns)), np.zeros(rows), l2=l2)

    def __repr__(self) -> str:
        n_classes, n_features = self.W.shape
        return f"<LinearSoftmax: {n_features} features, {n_classes} classes, l2={self.l2:g}>"

    def loss(self, X: ArrayLike, t: ArrayLike) -> np.floating[Any]:
        r"""Return the mean cross-entropy of the samples, plus the penalty.

        .. math::
            \frac{1}{n} \sum_{k=1}^{n} \xi(\mathbf{t}_k, \mathbf{W} \mathbf{x}_k + \mathbf{b})
            + \frac{\lambda}{2} \sum_{c,d} W_{cd}^2

        Parameters
        ----------
        X : array_like
            Samples, real, of shape (n, D).
        t : array_like
            Integer labels of shape (n,) or probabilities of shape (n, C), as in
            :func:`cross_entropy`.

        Returns
        -------
        scalar
            The loss; nan without a sample.

        Raises
        ------
        ValueError
            If `X` is not an array of real numbers of that shape, or `t` is not a target.
        """
        return self._loss(self._samples(X), t)

    def gradient(self, X: ArrayLike, t: ArrayLike) -> tuple[FloatArray, FloatArray]:
        r"""Return the derivatives of the loss with respect to the weights and the biases.

        .. math::
            \frac{1}{n} (\mathbf{Y} - \mathbf{T})^\top \mathbf{X} + \lambda \mathbf{W},
            \qquad
            \frac{1}{n} \sum_{k=1}^{n} (\mathbf{y}_k - \mathbf{t}_k)

        Parameters
        ----------
        X : array_like
            Samples, real, of shape (n, D).
        t : array_like
            Integer labels of shape (n,) or probabilities of shape (n, C).

        Returns
        -------
        dW : numpy.ndarray
            Derivatives with respect to the weights, of shape (C, D).
        db : numpy.ndarray
            Derivatives with respect to the biases, of shape (C,).

        Raises
        ------
        ValueError
            If `X` is not an array of real numbers of that shape, or `t` is not a target.
        """
        return self._gradient(self._samples(X), t)

    def fit(
        self,
        X: ArrayLike,
        t: ArrayLike,
        *,
        learning_rate: float | None = None,
        n_steps: int = 20_000,
        tolerance: float = 1e-8,
    ) -> Self:
        r"""Find the weights and biases by gradient descent on all samples at once.

        It goes on from the present weights, until no derivative is larger than the tolerance or
        the steps are used up; the attributes ``converged`` and ``loss_curve`` tell.

        Parameters
        ----------
        X : array_like
            Samples, real, of shape (n, D), at least one. Features of similar scale converge
            fastest.
        t : array_like
            Integer labels of shape (n,) or probabilities of shape (n, C).
        learning_rate : float, optional
            The step, as a multiple of the gradient; by default the safe one of the Notes.
        n_steps : int, optional
            The largest number of steps.
        tolerance : float, optional
            The largest derivative, in absolute value, that counts as zero.

        Returns
        -------
        LinearSoftmax
            The model itself.

        Raises
        ------
        ValueError
            If `X` is not an array of finite numbers of that shape, or has no sample; if `t` is not
            a target; if `learning_rate` or `tolerance` is negative or not finite; if `n_steps` is
            not an integer that is at least 1.

        Notes
        -----
        The default learning rate is :math:`\frac{1}{L}` with

        .. math:: L = \frac{1}{2} \lambda_{\max}(\tilde{\mathbf{X}}^\top \tilde{\mathbf{X}} / n)
            + \lambda

        where :math:`\tilde{\mathbf{X}}` is :math:`\mathbf{X}` with a column of ones for the bias
        and :math:`\lambda_{\max}` the largest eigenvalue. The Hessian of the cross-entropy in the
        logits has no eigenvalue above 1/2 [1]_, so that of the loss in the weights has none above
        L, and but for rounding no step of this length increases the loss.

        References
        ----------
        .. [1] D. Böhning, "Multinomial logistic regression algorithm", Annals of the Institute of
           Statistical Mathematics 44(1), 197-200, 1992. doi:10.1007/BF00048682
        """
        samples = self._samples(X)
        if len(samples) == 0 or not np.isfinite(samples).all():
            raise ValueError(
                f"X: got {'a nan or an infinity' if len(samples) else 'no sample'}; "
                "expected at least one sample of finite numbers"
            )
        rows = target_rows(t, self._logits(samples), axis=1)
        steps = _positive_integer(n_steps, "n_steps")
        limit = _nonnegative(tolerance, "tolerance")
        rate = (
            1 / self._lipschitz_constant(samples)
            if learning_rate is None
            else _nonnegative(learning_rate, "learning_rate")
        )
        losses = [self._loss(samples, rows)]
        for step in range(steps + 1):
            dW, db = self._gradient(samples, rows)
            self.converged = bool(max(np.abs(dW).max(), np.abs(db).max()) <= limit)
            if self.converged or step == steps:
                break
            with np.errstate(all="ignore"):  # a learning rate that is too large overflows
                self.W, self.b = self.W - rate * dW, self.b - rate * db
            losses.append(self._loss(samples, rows))
        self.loss_curve = np.array(losses, dtype=np.float64)
        return self

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return the probabilities of the classes.

        Parameters
        ----------
        X : array_like
            Samples, real, of shape (n, D).

        Returns
        -------
        numpy.ndarray
            Probabilities, of shape (n, C); every row sums to one.

        Raises
        ------
        ValueError
            If `X` is not an array of real numbers of that shape.
        """
        return softmax(self._logits(self._samples(X)))

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """Return the most probable classes; of equally probable ones the first.

        Parameters
        ----------
        X : array_like
            Samples, real, of shape (n, D).

        Returns
        -------
        numpy.ndarray
            Integer labels from 0 to C - 1, of shape (n,).

        Raises
        ------
        ValueError
            If `X` is not an array of real numbers of that shape, or has a sample with a nan
            logit, for which no class is the most probable.
        """
        z = self._logits(self._samples(X))
        undecided = np.isnan(z).any(axis=1)
        if undecided.any():
            raise ValueError(
                f"X: sample {int(np.argmax(undecided))} has a logit that is nan; "
                "expected samples and weights without nan"
            )
        classes: NDArray[np.intp] = np.argmax(z, axis=1)
        return classes

    def _samples(self, X: ArrayLike) -> FloatArray:
        samples = as_floats(X, "X")
        if samples.ndim != 2 or samples.shape[1] != self.W.shape[1]:
            raise ValueError(
                f"X: got shape {samples.shape}; expected (n, {self.W.shape[1]}), one row per sample"
            )
        return single_at_least(samples)

    def _logits(self, X: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            return np.asarray(X @ self.W.T + self.b)

    def _loss(self, X: FloatArray, t: ArrayLike) -> np.floating[Any]:
        with np.errstate(all="ignore"):
            penalty = self.l2 / 2 * (self.W**2).sum()
            total: np.floating[Any] = cross_entropy(self._logits(X), t) + penalty
            return total

    def _gradient(self, X: FloatArray, t: ArrayLike) -> tuple[FloatArray, FloatArray]:
        with np.errstate(all="ignore"):
            # One row y_k - t_k per sample.
            differences = cross_entropy_gradient(self._logits(X), t, reduction="sum")
            n = differences.dtype.type(len(X))
            return differences.T @ X / n + self.l2 * self.W, differences.sum(axis=0) / n

    def _lipschitz_constant(self, X: FloatArray) -> float:
        extended = np.column_stack([X, np.ones(len(X), dtype=X.dtype)])
        with np.errstate(all="ignore"):
            return float(np.linalg.norm(extended, ord=2) ** 2 / (2 * len(X)) + self.l2)
