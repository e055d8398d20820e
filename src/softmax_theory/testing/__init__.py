"""The conformance kit: whether a softmax, a log-sum-exp or a loss is what it claims to be.

`conformance` tries any callable, of NumPy, PyTorch, JAX or another array library, on logits that
such functions get wrong, and compares it with exact values. ``python -m softmax_theory.testing``
does so from a shell. It needs mpmath: ``pip install "softmax-theory[testing]"``.
"""

from softmax_theory.testing.conformance import conformance
from softmax_theory.testing.families import FAMILIES, sample
from softmax_theory.testing.report import Check, ConformanceError, Report
from softmax_theory.testing.subject import CLAIMS

__all__ = ["CLAIMS", "FAMILIES", "Check", "ConformanceError", "Report", "conformance", "sample"]
