r"""Multinomial logistic regression: the softmax function of a linear layer.

The logits of the sample :math:`\mathbf{x}` are :math:`\mathbf{z} = \mathbf{W} \mathbf{x} +
\mathbf{b}`, and the weights are found by gradient descent on the cross-entropy, or by Newton's
method.
"""

import warnings
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import FloatArray, as_floats, check_entries
from softmax_theory._descent import Objective, descend, gradient_move, linear_logits, newton_move
from softmax_theory._newton import Design, weight_hessian
from softmax_theory._numbers import as_integer, as_nonnegative
from softmax_theory._targets import target_rows
from softmax_theory.separation import SeparationWarning, are_separable, separates
from softmax_theory.softmax import softmax

__all__ = ["LinearSoftmax"]

Method = Literal["gradient descent", "newton"]

SEPARABLE = (
    "the classes can be separated, wholly or in part, and there is no penalty, so no finite "
    "weights are best; expected l2 > 0, or other data"
)
# The penalty is on the weights alone.
WITHOUT_SAMPLE = "class {} has no sample, so no finite bias is best; expected samples of each class"

MOST_CHECKED = 1000  # weights and biases: with more, Newton's steps are dear beside the others


def _is_newton(method: str, learning_rate: float | None) -> bool:
    if not (isinstance(method, str) and method in ("gradient descent", "newton")):
        raise ValueError(f'method: got {method!r}; expected "gradient descent" or "newton"')
    if method == "newton" and learning_rate is not None:
        raise ValueError(
            f"learning_rate: got {learning_rate!r}; expected None, as Newton's method has none"
        )
    return method == "newton"


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
        :math:`\frac{\lambda}{2} \sum_{c,r} w_{cr}^2`; zero by default. The biases are free.

    Attributes
    ----------
    W, b : numpy.ndarray
        The weights and biases: those given, then those found by :meth:`fit`. At least float32.
    l2 : float
        The strength of the penalty.
    loss_curve : numpy.ndarray
        The loss before the first step of the last :meth:`fit`, as entry 0, and after each of its
        steps; empty before.
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
        self.l2 = as_nonnegative(l2, "l2")
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
        shape = as_integer(n_classes, "n_classes"), as_integer(n_features, "n_features")
        return cls(np.zeros(shape), np.zeros(shape[0]), l2=l2)

    def __repr__(self) -> str:
        n_classes, n_features = self.W.shape
        return f"<LinearSoftmax: {n_features} features, {n_classes} classes, l2={self.l2:g}>"

    def loss(self, X: ArrayLike, t: ArrayLike) -> np.floating[Any]:
        r"""Return the mean cross-entropy of the samples, plus the penalty.

        .. math::
            \frac{1}{n} \sum_{k=1}^{n} \xi(\mathbf{t}_k, \mathbf{W} \mathbf{x}_k + \mathbf{b})
            + \frac{\lambda}{2} \sum_{c=1}^{C} \sum_{r=1}^{D} w_{cr}^2

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
        return Objective(self._samples(X), t, self.l2).loss(self.W, self.b)

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
        return Objective(self._samples(X), t, self.l2).gradient(self.W, self.b)

    def hessian(self, X: ArrayLike) -> FloatArray:
        r"""Return the second derivatives of the loss in the weights and the biases.

        .. math::
            \begin{aligned}
            \frac{\partial^2 L}{\partial w_{ir} \partial w_{js}} = {}
            & \frac{1}{n} \sum_{k=1}^{n} y_{ki} (\delta_{ij} - y_{kj}) x_{kr} x_{ks} \\
            & + \lambda \delta_{ij} \delta_{rs}
            \end{aligned}

        Parameters
        ----------
        X : array_like
            Samples, real, of shape (n, D). The targets are not in these derivatives.

        Returns
        -------
        numpy.ndarray
            Of shape (C, D + 1, C, D + 1), with the class and the feature of either weight; the
            last feature is the constant 1 of the bias, which has no penalty. nan without a sample.

        Raises
        ------
        ValueError
            If `X` is not an array of real numbers of that shape.
        """
        samples = self._samples(X)
        rows = np.column_stack([samples, np.ones(len(samples), dtype=samples.dtype)])
        hessian = weight_hessian(rows, softmax(self._logits(samples)))
        n_classes, n_features = self.W.shape
        for c in range(n_classes):
            hessian[c, :n_features, c, :n_features] += self.l2 * np.eye(n_features)
        return hessian

    def fit(
        self,
        X: ArrayLike,
        t: ArrayLike,
        *,
        method: Method = "gradient descent",
        learning_rate: float | None = None,
        n_steps: int = 20_000,
        tolerance: float = 1e-8,
    ) -> Self:
        r"""Find the weights and biases, by gradient descent or by Newton's method.

        It goes on from the present weights, until no derivative is larger than the tolerance or
        the steps are used up; the attributes ``converged`` and ``loss_curve`` tell.

        Parameters
        ----------
        X : array_like
            Samples, real, of shape (n, D), at least one. With features of similar scale gradient
            descent converges fastest; Newton's method is indifferent to their scale.
        t : array_like
            Integer labels of shape (n,) or probabilities of shape (n, C).
        method : {"gradient descent", "newton"}, optional
            Newton's method, also called iteratively reweighted least squares, needs some ten
            steps, and for each a matrix of :math:`P^2` numbers, with :math:`P = C (D + 1)`, and
            :math:`O(n P^2 + P^3)` operations: it is for P up to a few thousand. A step of gradient
            descent takes :math:`O(n P)`.
        learning_rate : float, optional
            The step of gradient descent, as a multiple of the gradient; by default the safe one of
            the Notes. Newton's method has none.
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
            a target or has a nan; if `method` is neither of the two; if `learning_rate` or
            `tolerance` is negative or not finite, or Newton's method is given a `learning_rate`;
            if `n_steps` is not an integer that is at least 1.

        Warns
        -----
        SeparationWarning
            If a class has no sample, so that its bias would fall for ever; or if there is no
            penalty and the data are separable, completely or quasi-completely, so that no finite
            weights are best. The proof of the latter, up to rounding, is a direction in which the
            loss falls for ever, so that other data give no such warning. It is the weights that
            were found, if they predict all labels, or is sought by up to 100 steps of Newton's
            method from weights of zero; gradient descent with more than 1000 weights and biases
            saves these steps.

        Notes
        -----
        The default learning rate is :math:`\frac{1}{L}` with

        .. math:: L = \frac{1}{2} \lambda_{\max}(\tilde{\mathbf{X}}^\top \tilde{\mathbf{X}} / n)
            + \lambda

        where :math:`\tilde{\mathbf{X}}` is :math:`\mathbf{X}` with a column of ones for the bias
        and :math:`\lambda_{\max}` the largest eigenvalue. The Hessian of the cross-entropy in the
        logits has no eigenvalue above 1/2 [1]_, so that of the loss in the weights has none above
        L, and but for rounding no step of this length increases the loss.

        The step of Newton's method goes to the minimum of the quadratic that has the derivatives
        of the loss. Where the Hessian is singular, as it is along a common shift of all biases, it
        is the shortest such step for features of mean 0 and largest size 1, which doesn't shift
        the biases together. It is shortened to the part

        .. math::
            \begin{aligned}
            u &= \frac{\log(1 + \rho)}{\rho} \\
            \rho &= \max_{k,c} \left(m_{kc} - \sum_{j=1}^{C} y_{kj} m_{kj}\right)
            \end{aligned}

        where :math:`m_{kc}` is its effect on a logit, so that but for rounding it never increases
        the loss [2]_, and :math:`u \to 1` at the end. The method also ends, not converged, with a
        step that lowers neither the loss nor the largest derivative, since then rounding has been
        reached. It is best begun at weights of zero: where outputs are confident and wrong, the
        Hessian vanishes, and the steps say little.

        References
        ----------
        .. [1] D. Böhning, "Multinomial logistic regression algorithm", Annals of the Institute of
           Statistical Mathematics 44(1), 197-200, 1992. doi:10.1007/BF00048682
        .. [2] F. Bach, "Self-concordant analysis for logistic regression", Electronic Journal of
           Statistics 4, 384-414, 2010. doi:10.1214/09-EJS521
        """
        samples = self._samples(X)
        if len(samples) == 0 or not np.isfinite(samples).all():
            raise ValueError(
                f"X: got {'a nan or an infinity' if len(samples) else 'no sample'}; "
                "expected at least one sample of finite numbers"
            )
        rows = target_rows(t, self._logits(samples), axis=1)
        if np.isnan(rows).any():
            raise ValueError("t: got a nan; expected probabilities")
        objective = Objective(samples, rows, self.l2)
        if _is_newton(method, learning_rate):
            move = newton_move(Design.of(samples, self.l2), rows)
        elif learning_rate is None:
            move = gradient_move(1 / objective.lipschitz_constant())
        else:
            move = gradient_move(as_nonnegative(learning_rate, "learning_rate"))
        found = descend(
            objective,
            (self.W, self.b),
            move,
            most_steps=as_integer(n_steps, "n_steps"),
            tolerance=as_nonnegative(tolerance, "tolerance"),
            stop_at_rounding=method == "newton",
        )
        (self.W, self.b), self.loss_curve = found.weights, found.losses
        self.converged = found.converged
        if reason := self._why_none_is_best(samples, rows, method):
            warnings.warn(reason, SeparationWarning, stacklevel=2)
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
        message = "X: sample {index[0]} has a logit that is nan; expected no nan in X, W or b"
        check_entries(np.isnan(z), z, message)
        return np.asarray(z.argmax(axis=1))

    def _why_none_is_best(self, X: FloatArray, t: FloatArray, method: Method) -> str:
        """Return why no finite weights and biases are best, or nothing if some are."""
        missing = ~t.any(axis=0)
        if missing.any():
            return WITHOUT_SAMPLE.format(int(np.argmax(missing)))
        design = Design.of(X, self.l2)
        searched = method == "newton" or self.W.size + self.b.size <= MOST_CHECKED
        separable = self.l2 == 0 and (
            separates(design.coefficients(self.W, self.b), design.rows, t)
            or (searched and are_separable(design, t))
        )
        return SEPARABLE if separable else ""

    def _logits(self, X: FloatArray) -> FloatArray:
        return linear_logits(X, self.W, self.b)

    def _samples(self, X: ArrayLike) -> FloatArray:
        samples = as_floats(X, "X")
        if samples.ndim != 2 or samples.shape[1] != self.W.shape[1]:
            raise ValueError(
                f"X: got shape {samples.shape}; expected (n, {self.W.shape[1]}), one row per sample"
            )
        return single_at_least(samples)
