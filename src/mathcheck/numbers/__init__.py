"""The numbers of the checker: rationals, balls with a bound of the error, derivatives, arrays.

A number is an `int` or a `Fraction` where it is rational, and then it is exact; a `Ball` where it
is not; a `Dual` where it is differentiated; an `Exact` where symbols stand for themselves.
"""
