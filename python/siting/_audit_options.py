"""The options of an audit, as the core's document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from siting._numbers import whole
from siting.errors import InputError
from siting.service import finite, text

#: How the core calls the weights of services.
_SERVICES = "score[0].services"


def audit_options(
    *,
    catchment: Any = "two-step",
    community_share: float = 0.5,
    worst: int = 10,
    score: Mapping[str, float] | None = None,
    service_weights: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """The options as the core reads them: those of `Programme.audit`."""
    weights = {"reach": 0.5, "places": 0.3, "walk": 0.2}
    for name, weight in _mapping("score", score).items():
        if name not in weights:
            raise InputError(
                f"score has {name!r}: its weights are 'reach', 'places' and 'walk'", "score"
            )
        weights[name] = finite(f"score[{name!r}]", weight)
    services = [
        (text("service_weights", name), finite(f"service_weights[{name!r}]", weight))
        for name, weight in _mapping("service_weights", service_weights).items()
    ]
    return {
        "catchment": _catchment(catchment),
        "community_share": finite("community_share", community_share),
        "worst": whole("worst", worst),
        "score": {**weights, "services": services},
    }


@contextmanager
def naming_options() -> Iterator[None]:
    """Turns what the core calls the score and its services into the arguments of `Programme.audit`."""
    try:
        yield
    except InputError as error:
        if error.argument != "score":
            raise
        message = str(error)
        if message.startswith(_SERVICES):
            at = message.index(" ")
            raise InputError(f"service_weights{message[at:]}", "service_weights") from None
        raise InputError(message.replace("score[0].", "score.", 1), "score") from None


def _mapping(argument: str, values: Any) -> Mapping[str, Any]:
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise InputError(f"{argument} is {values!r}: a number for each name is expected", argument)
    return values


def _catchment(catchment: Any) -> Any:
    if catchment == "enhanced":
        return {
            "enhanced": {"bands": [_band(*band) for band in ((1 / 3, 1), (2 / 3, 0.68), (1, 0.22))]}
        }
    if isinstance(catchment, str):
        if catchment not in ("two-step", "gaussian"):
            raise InputError(
                f"catchment is {catchment!r}: 'two-step', 'enhanced' or 'gaussian' is expected, or bands",
                "catchment",
            )
        return catchment
    try:
        pairs = [tuple(band) for band in catchment]
        bands = [_band(upto, weight) for upto, weight in pairs]
    except (TypeError, ValueError):
        raise InputError(
            f"catchment is {catchment!r}: give its name, or bands as pairs of end and weight",
            "catchment",
        ) from None
    return {"enhanced": {"bands": bands}}


def _band(upto: Any, weight: Any) -> dict[str, float]:
    return {"upto": finite("catchment", upto), "weight": finite("catchment", weight)}
