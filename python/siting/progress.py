"""Progress of a running solve.

A function that is given as `progress=` receives a `Progress` now and then:

>>> import siting
>>> travel = siting.TravelMatrix.from_dense([[1.0]])
>>> seen = []
>>> solution = siting.MaxCover(travel, weights=[30], p=1).solve(progress=seen.append)
>>> seen[0].phase, seen[-1].incumbent
('heuristic', 30.0)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from siting._optional import need
from siting._siting import Progress
from siting.errors import InputError

__all__ = ["Progress", "ProgressCallback"]

ProgressCallback = Callable[[Progress], Any]


def bar(
    progress: bool | ProgressCallback, name: str
) -> tuple[ProgressCallback | None, Callable[[], None]]:
    """The function that receives progress, and the one that ends its display."""
    if progress is False or progress is None:
        return None, lambda: None
    if progress is True:
        display = _Bar(name)
        return display.update, display.close
    if not callable(progress):
        raise InputError(
            f"progress is {progress!r}: True, False or a function is expected", "progress"
        )
    return progress, lambda: None


class _Bar:
    """One line on the terminal or in the notebook: best plan, bound, gap."""

    def __init__(self, name: str) -> None:
        tqdm = need("tqdm.auto", "progress=True", "progress").tqdm
        self._line = tqdm(desc=name, bar_format="{desc} [{elapsed}]", leave=True)
        self._name = name

    def update(self, progress: Progress) -> None:
        parts = [f"{self._name} {progress.phase}"]
        if progress.incumbent is not None:
            parts.append(f"best {progress.incumbent:,.6g}")
        if progress.bound is not None:
            parts.append(f"bound {progress.bound:,.6g}")
        if progress.gap is not None:
            parts.append(f"gap {progress.gap:.2%}")
        self._line.set_description_str(", ".join(parts))

    def close(self) -> None:
        self._line.close()
