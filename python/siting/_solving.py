"""The options of a solve on their way to the core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from siting._numbers import number, whole
from siting.errors import InputError
from siting.progress import bar

T = TypeVar("T")


def run(
    solve: Callable[..., T],
    title: str,
    *,
    time_limit: Any,
    gap: Any,
    method: Any,
    backend: Any,
    threads: Any,
    seed: Any,
    memory_limit: Any,
    progress: Any,
    warm_start: Any,
) -> T:
    """Solves with options of the right types; `title` names the line of progress."""
    callback, finish = bar(progress, title)
    try:
        return solve(
            time_limit=None if time_limit is None else number("time_limit", time_limit),
            gap=number("gap", gap),
            method=name("method", method),
            backend=name("backend", backend),
            threads=None if threads is None else whole("threads", threads),
            seed=whole("seed", seed),
            memory_limit=None
            if memory_limit is None
            else whole("memory_limit", memory_limit, "a number of bytes"),
            warm_start=warm_start,
            progress=callback,
        )
    finally:
        finish()


def name(argument: str, value: object) -> str:
    """A name in quotes."""
    if not isinstance(value, str):
        raise InputError(f"{argument} is {value!r}: a name in quotes is expected", argument)
    return value
