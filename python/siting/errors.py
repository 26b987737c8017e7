"""The exceptions of siting; all derive from `SitingError`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


class SitingError(Exception):
    """Whatever siting raises on its own account.

    Examples:
        >>> import siting
        >>> try:
        ...     siting.synthetic_town(0)
        ... except siting.SitingError as error:
        ...     print(type(error).__name__)
        InputError
    """


class InputError(SitingError, ValueError):
    """Wrong input: the message names the argument, the position and id, the value, and the way out.

    Attributes:
        argument: Name of the argument at fault, where one is.
        position: Position of the value in that argument, counted from 0, where there is one.

    Examples:
        >>> import siting
        >>> try:
        ...     siting.TravelMatrix.from_dense([[3.0, -1.0]])
        ... except siting.InputError as error:
        ...     print(error.argument, error.position)
        costs 1
    """

    def __init__(
        self, message: str = "", argument: str | None = None, position: int | None = None
    ) -> None:
        super().__init__(message)
        self.argument = argument
        self.position = position


class InfeasibleError(SitingError):
    """No plan obeys every rule.

    Attributes:
        reasons: One mapping for each reason. Its `"kind"` is the name of the reason ("unreachable",
            "sites-too-few", "budget-too-small", ...); the other entries are its figures, such as
            `"smallest"`, the smallest value that would do, or `"first"`, the first ids concerned.

    Examples:
        >>> import numpy, siting
        >>> travel = siting.TravelMatrix.from_dense(numpy.array([[1.0, numpy.inf], [numpy.inf, 1.0]]))
        >>> try:
        ...     siting.PMedian(travel, weights=1, p=1).solve()
        ... except siting.InfeasibleError as error:
        ...     print(error.reasons[0]["kind"], error.reasons[0]["smallest"])
        sites-too-few 2
    """

    def __init__(self, message: str = "", reasons: str | Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        entries = json.loads(reasons) if isinstance(reasons, str) else reasons
        self.reasons: list[dict[str, Any]] = [_reason(entry) for entry in entries]


class NoSolutionError(SitingError):
    """No plan was found, which does not say that there is none: a limit came first, or the heuristic found none.

    The example of `SitingError` shows how to catch one.

    Attributes:
        limit: Which limit: "time", "memory" or "interrupt"; None for the heuristic.
    """

    def __init__(self, message: str = "", limit: str | None = None) -> None:
        super().__init__(message)
        self.limit = limit


class SolverError(SitingError):
    """The solver failed: a defect of the solver or of its use, not of the data.

    The example of `SitingError` shows how to catch one.
    """


class UnverifiedError(SitingError):
    """A solution does not agree with the data of its model; the `check` of a model has an example."""


class MissingDependencyError(SitingError, ImportError):
    """An optional package is not installed; the message tells how to get it.

    The example of `SitingError` shows how to catch one.
    """


def _reason(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Flattens {"sites-too-few": {"p": 1}} to {"kind": "sites-too-few", "p": 1}."""
    if "kind" in entry:
        return dict(entry)
    ((kind, figures),) = entry.items()
    return {"kind": kind, **figures}


class DatumWarning(UserWarning):
    """Two layers seem to be in different datums; `siting.datum.warn_if_mixed` has an example."""
