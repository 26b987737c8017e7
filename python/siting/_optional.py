"""Packages that siting uses when they are there."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from siting.errors import MissingDependencyError


def need(module: str, purpose: str, extra: str) -> Any:
    """Imports an optional module, or tells how to install it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingDependencyError(
            f'{purpose} needs {package}, which cannot be imported: pip install "siting[{extra}]"',
            name=package,
        ) from error


def have(module: str) -> Any:
    """Imports an optional module; `None` where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


def is_a(value: object, module: str, *names: str) -> bool:
    """Whether a value is of a class of an optional module, without importing it."""
    # A module that nobody has imported cannot have made the value.
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, tuple(getattr(loaded, name) for name in names))
