"""The options of a solve on their way to the core."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from siting._numbers import number, whole
from siting.errors import InputError
from siting.progress import bar

if TYPE_CHECKING:
    from siting._siting import _Options

T = TypeVar("T")


def run(
    solve: Callable[[_Options, Any], T],
    title: str,
    *,
    time_limit: Any,
    backend: Any,
    threads: Any,
    memory_limit: Any,
    gap: Any = 0.0,
    method: Any = "auto",
    seed: Any = 0,
    progress: Any = False,
) -> T:
    """Solves with options of the right types and where to tell progress; `title` names the line of progress."""
    options: _Options = {
        "time_limit": None if time_limit is None else number("time_limit", time_limit),
        "gap": number("gap", gap),
        "method": name("method", method),
        "backend": name("backend", backend),
        "threads": None if threads is None else whole("threads", threads),
        "seed": whole("seed", seed),
        "memory_limit": None
        if memory_limit is None
        else whole("memory_limit", memory_limit, "a number of bytes"),
    }
    callback, finish = bar(progress, title)
    try:
        return solve(options, callback)
    finally:
        finish()


def name(argument: str, value: object) -> str:
    """A name in quotes."""
    if not isinstance(value, str):
        raise InputError(f"{argument} is {value!r}: a name in quotes is expected", argument)
    return value
