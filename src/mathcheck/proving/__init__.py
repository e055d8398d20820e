"""Equations that hold for every number of classes, proved by normal forms."""

from mathcheck.proving.prove import Proof, proved

__all__ = ["Proof", "proved"]
