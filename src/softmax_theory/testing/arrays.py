"""Arrays of other libraries, on the way into a function and out of it.

Nothing is imported that the function's own library has not imported.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

Convert = Callable[[NDArray[Any]], Any]
MODULES = {"numpy": "numpy", "torch": "torch", "jax": "jax.numpy"}


def library_of(function: Callable[..., Any]) -> str:
    """Return the library whose arrays a function takes, by the module that it comes from."""
    module = getattr(function, "__module__", None) or ""
    top = module.split(".")[0]
    if top in ("torch", "jax", "jaxlib", "optax", "flax"):
        return "torch" if top == "torch" else "jax"
    # Built-in functions of PyTorch name no module.
    return "torch" if type(function).__module__.startswith("torch") else "numpy"


def converter(arrays: str | Any) -> Convert:
    """Return what makes an array of another library from one of NumPy.

    Parameters
    ----------
    arrays : str or module
        "numpy", "torch", "jax", or a module that follows the array API standard.
    """
    named = isinstance(arrays, str) and arrays in MODULES
    module = import_module(MODULES[arrays]) if named else arrays
    if not hasattr(module, "asarray"):
        raise ValueError(
            f"arrays: got {arrays!r}; expected one of {', '.join(MODULES)}, "
            "or a module with `asarray`"
        )
    # PyTorch takes no array that is read-only or reversed, so it gets a copy.
    of_torch = arrays == "torch"
    return lambda array: module.asarray(np.array(array) if of_torch else array)


def to_numpy(result: Any) -> NDArray[Any]:
    """Return a result as an array of NumPy."""
    if hasattr(result, "detach"):
        result = result.detach().cpu()
        if str(result.dtype) == "torch.bfloat16":
            result = result.float()
        return np.asarray(result.numpy())
    return np.asarray(result)
