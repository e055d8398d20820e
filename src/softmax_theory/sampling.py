r"""Classes drawn at random, with the probabilities of the softmax function."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_theory._arrays import check_distributions, classes_last, logits

__all__ = ["sample"]

# So many numbers are drawn at once, 8 MiB of them.
AT_ONCE = 1 << 20


def sample(
    z: ArrayLike,
    rng: "np.random.Generator | int",
    *,
    size: int | tuple[int, ...] = (),
    axis: int = -1,
) -> NDArray[np.intp]:
    r"""Return classes drawn at random, with the probabilities that the softmax function gives them.

    .. math:: \operatorname{argmax}_{c} (z_c + g_c)

    with independent :math:`g_c` from the standard Gumbel distribution is the class :math:`c` with
    the probability :math:`\varsigma(\mathbf{z})_c` [1]_.

    Parameters
    ----------
    z : array_like
        Logits, real, of any shape with at least one axis, with at least one class.
    rng : numpy.random.Generator or int
        Where the random numbers come from: a generator, or the seed of a new one.
    size : int or tuple of int, optional
        How many classes to draw for each sample; one by default.
    axis : int, optional
        The axis of the classes; the last by default.

    Returns
    -------
    numpy.ndarray or scalar
        Integer labels from 0 to C - 1: of the shape of `z` without `axis`, with `size` before it.

    Raises
    ------
    ValueError
        If `z` is not an array of real numbers, or has no axis or no class; if the logits of a
        sample have no softmax function; if `rng` is neither a generator nor a seed; if `size` has
        something else than integers that are not negative; if `axis` is not an axis of `z`.

    See Also
    --------
    softmax : The probabilities.
    softmax_theory.testing.sample : Something else: logits of a family, to try functions on.

    Notes
    -----
    The noise is added to the logits less the largest one, so they may be of any size. A class with
    the logit minus infinity is never drawn. The noise is a function of a random number with 53
    bits, and lies between -3.7 and 36.8; so the probabilities of the draws are those of the softmax
    function to about :math:`10^{-15} C`, and a class that is less probable than 1e-16 may never be
    drawn.

    References
    ----------
    .. [1] C. J. Maddison, D. Tarlow and T. Minka, "A* sampling", Advances in Neural Information
       Processing Systems 27, 3086-3094, 2014. arXiv:1411.0030

    Examples
    --------
    >>> import numpy as np
    >>> from softmax_theory import sample
    >>> drawn = sample([0.0, np.log(3.0), -np.inf], np.random.default_rng(0), size=10_000)
    >>> np.bincount(drawn) / 10_000
    array([0.2481, 0.7519])
    """
    array, position = logits(z, axis)
    random, shape = as_generator(rng), as_shape(size)
    rows = classes_last(array, position)
    check_distributions(rows)
    with np.errstate(all="ignore"):
        below_largest = rows - rows.max(axis=-1, keepdims=True)
    draws = np.empty((int(np.prod(shape)), *rows.shape[:-1]), np.intp)
    step = max(1, AT_ONCE // max(1, rows.size))
    for first in range(0, len(draws), step):
        part = draws[first : first + step]
        noise = random.gumbel(size=(len(part), *rows.shape))
        np.argmax(below_largest + noise, axis=-1, out=part)
    return draws.reshape((*shape, *rows.shape[:-1]))[()]


def as_generator(rng: "np.random.Generator | int") -> "np.random.Generator":
    """Return the generator that was given, or a new one with the seed that was."""
    if not (isinstance(rng, np.random.Generator) or is_natural(rng)):
        raise ValueError(
            f"rng: got {rng!r}; expected a numpy.random.Generator, or an integer that is not "
            "negative for its seed"
        )
    return np.random.default_rng(rng)


def as_shape(size: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape that was asked for, once it is known to be one."""
    lengths = size if isinstance(size, tuple) else (size,)
    if not all(map(is_natural, lengths)):
        raise ValueError(
            f"size: got {size!r}; expected an integer that is not negative, or a tuple of some"
        )
    return lengths


def is_natural(value: Any) -> bool:
    """Tell whether this is an integer that is not negative."""
    integer = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return bool(integer and value >= 0)
