"""Stands in, in tests alone, for the functions of openrelik-worker-common that the worker calls.

The real package is used where it is installed. Written from its documentation: same names, same results.
"""
