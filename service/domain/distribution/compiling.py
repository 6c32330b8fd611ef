"""The one place where code becomes machine code: with numba it is compiled, without it runs as it is written.

Both give the same bytes: all arithmetic is in whole numbers of 64 bits. numba is an extra of the worker; a web process
that only routes and explains neither has nor needs it.
"""

import os
import tempfile
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

CACHE = "NUMBA_CACHE_DIR"
COMPILES = find_spec("numba") is not None


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled on its first call where numba is installed; it releases the interpreter's lock then."""
    if COMPILES:
        _find_cache()
        compiling: Callable[..., Any] = import_module("numba").njit(cache=True, nogil=True)(function)
        return compiling

    @wraps(function)
    def plain(*arguments: Any) -> Any:
        with np.errstate(over="ignore"):  # hashes wrap around on purpose
            return function(*arguments)

    return plain


def _find_cache() -> None:
    """A folder for machine code: the environment's, beside the source, in the home, or else a new private one."""
    usual = (Path(__file__).parent, Path.home())
    if CACHE not in os.environ and not any(os.access(folder, os.W_OK) for folder in usual):
        os.environ[CACHE] = tempfile.mkdtemp(prefix="evenhand-")
