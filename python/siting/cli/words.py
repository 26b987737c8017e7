"""How the demonstrations put figures."""

from __future__ import annotations

import os
from pathlib import Path


def percent(share: float, decimals: int) -> str:
    """A share in percent."""
    return f"{100 * share:.{decimals}f} %"


def time(seconds: float) -> str:
    """A time, in milliseconds where it is short."""
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{1000 * seconds:.1f} ms"


def shown(path: Path) -> str:
    """A path, from here where it lies below."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
