"""A plan of services in plain sentences."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from siting.summary import count, figure, proven

if TYPE_CHECKING:
    from siting.plan.service_plan import ServicePlan

_OBJECTIVES = {
    "cover": "Most need met",
    "walking": "Least walking",
    "worst-district": "Most need met where least is",
}
_MONEY = {
    "conversion": "conversion",
    "fit_out": "fit-out",
    "enlarging": "enlarging",
    "moving": "moving",
    "closing": "closing",
}
_YEARLY = {"rent": "rent", "running": "running cost", "income": "income", "saved": "saved"}
_AMOUNTS = {
    "places-per1000-people": "{} places per 1,000 people",
    "area-per100-households": "{} m² per 100 households",
    "facilities": "at least {} of them",
}


def summary(plan: ServicePlan) -> str:
    """What was asked, what goes where, who is served, what it costs, how good it is proven."""
    lines = [
        _asked(plan),
        _used(plan),
        *_served(plan),
        _facilities(plan),
        _cost(plan),
        proven(plan),
    ]
    return "\n".join(line for line in lines if line)


def _asked(plan: ServicePlan) -> str:
    """The objective and the rules."""
    rules, unit = plan.rules, plan._programme._unit
    walk = f" {unit}" if unit else ""
    parts = [_objective(rules["objective"], walk)]
    for name, words in (
        ("budget", "capital of at most {}"),
        ("subsidy", "a subsidy of at most {} a year"),
        ("most_spaces", "at most {} spaces"),
        ("most_walking", f"a mean walk of at most {{}}{walk}"),
    ):
        if rules[name] is not None:
            parts.append(words.format(figure(rules[name])))
    if rules["break_even"]:
        parts.append("each space breaks even")
    for name in ("required", "forbidden"):
        if rules[name]:
            parts.append(f"{count(len(rules[name]), 'space')} {name}")
    if rules["complexes"] is not None:
        parts.append(_complexes(rules["complexes"]))
    parts += [_quota(quota) for quota in rules["quotas"]]
    if rules["least_met"] is not None:
        parts.append(f"at least {_percent(rules['least_met'])} of the need met")
    for service, share in rules["least_met_by_service"]:
        parts.append(f"at least {_percent(share)} of that for {service}")
    if rules["least_met_by_district"] is not None:
        parts.append(
            f"at least {_percent(rules['least_met_by_district'])} of that in every district"
        )
    if rules["most_envy"] is not None:
        envy = rules["most_envy"]
        parts.append(
            f"a mean envy of at most {figure(envy['most'])} beyond {figure(envy['threshold'])}{walk}"
        )
    if rules["service_weights"]:
        weights = ", ".join(f"{name} {figure(weight)}" for name, weight in rules["service_weights"])
        parts.append(f"weights {weights}")
    return f"{', '.join(parts)}."


def _objective(value: Any, walk: str) -> str:
    if isinstance(value, str):
        return _OBJECTIVES[value]
    if "envy" in value:
        return f"Least envy of walks beyond {figure(value['envy']['threshold'])}{walk}"
    return f"Least cost of capital and {figure(value['cost']['years'])} years"


def _complexes(rule: dict[str, Any]) -> str:
    text = (
        f"complexes from {figure(rule['area'])} m² with {rule['services']} services or more, at most {rule['apart']} "
        "in other spaces"
    )
    return text + (
        f", at least {count(rule['least'], 'complex', 'complexes')}" if rule["least"] else ""
    )


def _quota(quota: dict[str, Any]) -> str:
    ((kind, amount),) = quota["least"].items()
    where = "each district" if quota["district"] is None else quota["district"]
    return f"{quota['service']}: {_AMOUNTS[kind].format(figure(amount))} in {where}"


def _used(plan: ServicePlan) -> str:
    table, programme = plan.fitout, plan._programme
    every = 0 if programme._spaces is None else len(programme._spaces)
    used = table["space"].nunique()
    text = f"{used:,} of {count(every, 'space')} {'is' if used == 1 else 'are'} used"
    numbers = table["service"].value_counts()
    hosted = [f"{name} in {numbers[name]:,}" for name in programme._names if name in numbers]
    text += f": {', '.join(hosted)}." if hosted else "."
    if plan.rules["complexes"] is not None:
        complexes = int(plan.spaces["complex"].astype(bool).sum())
        text += f" {count(complexes, 'complex', 'complexes')} among them."
    return text


def _served(plan: ServicePlan) -> list[str]:
    lines = []
    for service, row in plan.coverage.iterrows():
        if not row["need"] > 0:
            lines.append(f"{service}: nobody needs it.")
            continue
        lines.append(
            f"{service}: {row['met']:,.0f} of {row['need']:,.0f} people in need ({_percent(row['share_met'])}) are "
            f"served. In reach of a facility: {row['in_reach_before']:,.0f} before, {row['in_reach_after']:,.0f} after."
        )
    return lines


def _facilities(plan: ServicePlan) -> str:
    changes = plan.facilities["change"].value_counts()
    told = [
        f"{changes[word]:,} {word}"
        for word in ("kept", "enlarged", "moved", "closed")
        if word in changes
    ]
    return f"Facilities of today: {', '.join(told)}." if told else ""


def _cost(plan: ServicePlan) -> str:
    money = plan.money
    once = [f"{words} {figure(money[name])}" for name, words in _MONEY.items() if money[name]]
    text = f"It costs {figure(money['capital'])} once"
    text += f" ({', '.join(once)})" if once else ""
    yearly = [f"{words} {figure(money[name])}" for name, words in _YEARLY.items() if money[name]]
    text += f" and {figure(money['yearly'])} a year"
    return text + (f" ({', '.join(yearly)})." if yearly else ".")


def html(plan: ServicePlan) -> str:
    """A small table for notebooks."""
    gap = "not known" if plan.gap is None else f"{plan.gap:.2%}"
    money = plan.money
    rows: list[tuple[str, str]] = [
        ("asked", _asked(plan)),
        ("status", plan.status + (f" (stopped by {plan.limit})" if plan.limit else "")),
        ("objective", figure(plan.objective)),
        ("bound", "none" if plan.bound is None else figure(plan.bound)),
        ("gap", gap),
        ("spaces", _used(plan)),
    ]
    for service, row in plan.coverage.iterrows():
        share = (
            "nobody needs it"
            if row["share_met"] != row["share_met"]
            else f"{_percent(row['share_met'])} served"
        )
        rows.append((str(service), share))
    rows.append(("money", f"{figure(money['capital'])} once, {figure(money['yearly'])} a year"))
    rows.append(("time", f"{plan.seconds:.2f} s"))
    body = "".join(
        f'<tr><th style="text-align:left">{escape(name)}</th><td style="text-align:left">{escape(value)}</td></tr>'
        for name, value in rows
    )
    return f"<table><caption>Plan of services in spaces</caption>{body}</table>"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
