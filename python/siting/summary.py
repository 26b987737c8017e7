"""A plan in plain sentences."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from siting.model.base import Model
    from siting.plan import ServicePlan
    from siting.solution import Solution

_TITLES = {
    "max-cover": "Maximal covering",
    "set-cover": "Set covering",
    "p-median": "p-median",
    "p-center": "p-center",
    "p-dispersion": "p-dispersion",
    "fixed-charge": "Fixed-charge location",
}

_OBJECTIVES = {
    "set-cover": "The sites cost",
    "p-median": "The weighted walking adds up to",
    "p-center": "The largest weighted cost is",
    "fixed-charge": "Opening and walking together cost",
}


def summary(solution: Solution) -> str:
    """What was asked, what was found, how good it is proven, who is not served."""
    lines = [_asked(solution), _found(solution), proven(solution)]
    if solution.model != "p-dispersion":
        lines.append(_unserved(solution))
    return "\n".join(line for line in lines if line)


def asked(model: Model, separator: str = ", ") -> str:
    """The rules of a model: ", p = 8, within 800 m, ..."""
    data, unit = model._data, _unit(model)
    merged = data.get("merged")
    parts = []
    if "p" in data:
        parts.append(f"p = {data['p']}")
    if "budget" in data:
        parts.append(f"budget {figure(data['budget'])}")
    within = data.get("within") if merged is None else merged["within"]
    if within is not None:
        parts.append(
            f"within {figure(within.min())} to {figure(within.max())}{unit}"
            if isinstance(within, np.ndarray)
            else f"within {figure(within)}{unit}"
        )
    elif model.travel.cutoff is not None and model.name in ("max-cover", "set-cover"):
        parts.append(f"within {figure(model.travel.cutoff)}{unit}")
    if "share" in data:
        parts.append(f"at least {data['share']:.1%} of the weight")
    if data.get("backup", 1) != 1:
        parts.append(f"each reached by {data['backup']} sites")
    for argument in ("required", "forbidden", "existing"):
        if argument in data:
            parts.append(f"{count(len(data[argument]), 'site')} {argument}")
    if "closing_costs" in data:
        parts.append("existing sites may close")
    for argument, words in (("capacities", "capacities"), ("min_use", "minimum use")):
        if argument in data:
            parts.append(words)
    if data.get("single_source"):
        parts.append("single source")
    if data.get("assignment", "system") != "system":
        parts.append("closest assignment")
    return "".join(separator + part for part in parts)


def _asked(solution: Solution) -> str:
    title = _TITLES.get(solution.model, solution.model)
    demand, every = len(solution._demand_ids), len(solution._site_ids)
    existing = 0 if solution._model is None else len(solution._model._data.get("existing", ()))
    sites = count(every - existing, "candidate site")
    text = f"{title} of {demand_of(solution._model, demand)} by {sites}"
    if solution.model == "p-dispersion":
        text = f"{title} of {sites}"
    rules = "" if solution._model is None else asked(solution._model).removeprefix(", ")
    return f"{text}: {rules}." if rules else f"{text}."


def _found(solution: Solution) -> str:
    n = len(solution._core.sites)
    shown = ", ".join(str(site) for site in solution._site_ids.take(solution._core.sites[:10]))
    more = ", ..." if n > 10 else ""
    text = f"{count(n, 'site')} {'is' if n == 1 else 'are'} open{': ' if n else ''}{shown}{more}."
    if solution.model == "p-dispersion":
        return f"{text} The two closest are {figure(solution.objective)}{_unit(solution._model)} apart."
    text += (
        f" {'It reaches' if n == 1 else 'They reach'} {figure(solution.covered_weight)} of a weight of "
        f"{figure(solution.total_weight)} ({100 * solution.covered_share:.1f} %)"
    )
    if solution.mean_cost is not None and solution.max_cost is not None:
        unit = _unit(solution._model)
        text += f", at a mean cost of {figure(solution.mean_cost)}{unit} and {figure(solution.max_cost)}{unit} at most"
    text += "."
    what = _OBJECTIVES.get(solution.model)
    return text if what is None else f"{text} {what} {figure(solution.objective)}."


def proven(solution: Solution | ServicePlan) -> str:
    """How good it is proven to be."""
    after = f"{solution.seconds:.1f} s"
    if solution.status == "optimal":
        return f"The plan is proven optimal ({after})."
    reasons = {
        "time": "the time limit",
        "gap": "the gap asked for",
        "interrupt": "an interrupt",
        "memory": "the memory limit",
    }
    stopped = (
        f"stopped by {reasons.get(solution.limit, solution.limit)}, " if solution.limit else ""
    )
    if solution.bound is None:
        return f"How much better the best plan is, is not known ({stopped}{after})."
    bound = f"none can pass the bound of {figure(solution.bound)} ({stopped}{after})."
    if solution.gap is None:
        return f"The best plan may be better: {bound}"
    return f"The best plan is at most {100 * solution.gap:.2f} % better: {bound}"


def _unserved(solution: Solution) -> str:
    positions = np.flatnonzero(solution._core.assignment < 0)
    if not len(positions):
        return "Every demand point is served."
    n, model = len(positions), solution._model
    if model is not None and "merged" in model._data:
        return _weight_unserved(model, positions)
    are = "is" if n == 1 else "are"
    if model is None:
        return f"{count(n, 'demand point')} {are} not served."
    weights = model.weights[positions]
    # The heaviest first, of equal ones the first in input order.
    heaviest = positions[np.argsort(-weights, kind="stable")][:5]
    shown = ", ".join(str(each) for each in solution._demand_ids.take(heaviest))
    text = f"{count(n, 'demand point')} with a weight of {figure(weights.sum())} {are} not served ({shown}"
    text += ", ...)" if n > 5 else ")"
    hopeless = len(np.intersect1d(positions, model.travel._core.unreachable()))
    if hopeless:
        text += f": no site at all is in {'its' if n == 1 else 'the'} reach"
        text += "" if n == 1 else f" of {hopeless:,} of them"
    return text + "."


def demand_of(model: Model | None, demand: int) -> str:
    """The demand points of a model, and into how many cells they were merged."""
    if model is None or "merged" not in model._data:
        return count(demand, "demand point")
    return f"{count(model._data['merged']['points'], 'point')} in {count(demand, 'cell')}"


def _weight_unserved(model: Model, positions: Any) -> str:
    hopeless = np.intersect1d(positions, model.travel._core.unreachable())
    text = f"A weight of {figure(model.weights[positions].sum())} is not served"
    if len(hopeless):
        text += f": no site at all is in the reach of {figure(model.weights[hopeless].sum())} of it"
    return text + "."


def html(solution: Solution) -> str:
    """A small table for notebooks."""
    gap = "not known" if solution.gap is None else f"{solution.gap:.2%}"
    sites = [str(site) for site in solution._site_ids.take(solution._core.sites[:20])]
    more = f" and {len(solution._core.sites) - 20} more" if len(solution._core.sites) > 20 else ""
    rows: list[tuple[str, str]] = [
        ("status", solution.status + (f" (stopped by {solution.limit})" if solution.limit else "")),
        ("objective", figure(solution.objective)),
        ("bound", "none" if solution.bound is None else figure(solution.bound)),
        ("gap", gap),
        ("open sites", ", ".join(sites) + more),
    ]
    if solution.model != "p-dispersion":
        covered = f"{figure(solution.covered_weight)} of {figure(solution.total_weight)}"
        rows.append(("served weight", f"{covered} ({solution.covered_share:.1%})"))
        for name, cost in (("mean cost", solution.mean_cost), ("largest cost", solution.max_cost)):
            if cost is not None:
                rows.append((name, figure(cost) + _unit(solution._model)))
    rows.append(("time", f"{solution.seconds:.2f} s"))
    body = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th><td style="text-align:left">{escape(value)}</td></tr>'
        for name, value in rows
    )
    return f"<table><caption>{escape(_TITLES.get(solution.model, solution.model))}</caption>{body}</table>"


def _unit(model: Model | None) -> str:
    return f" {model.travel.unit}" if model is not None and model.travel.unit else ""


def figure(value: Any) -> str:
    """A number as people write it: 12,345 or 0.123."""
    number = float(value)
    if number.is_integer() or abs(number) >= 10_000:
        return f"{number:,.0f}"
    return f"{number:,.4g}" if abs(number) < 1_000 else f"{number:,.1f}"


def count(n: int, noun: str, nouns: str | None = None) -> str:
    """A number of things: 1 site, 2 sites."""
    return f"{n:,} {noun if n == 1 else nouns or noun + 's'}"
