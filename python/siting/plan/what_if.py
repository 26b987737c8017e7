"""A plan under other conditions."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from siting._optional import need
from siting._rules import refuse_overlap, site_positions
from siting._solving import run
from siting.errors import InputError
from siting.summary import count, figure

if TYPE_CHECKING:
    from siting._ids import Ids
    from siting.plan.service_plan import ServicePlan

_OPTIONS: dict[str, Any] = {
    "time_limit": None,
    "gap": 0.0,
    "method": "auto",
    "backend": "highs",
    "threads": None,
    "seed": 0,
    "progress": False,
    "memory_limit": None,
}


def what_if(plan: ServicePlan, without: Any, with_: Any, options: dict[str, Any]) -> WhatIf:
    """Solves a plan anew with spaces left out and others required."""
    for name in options:
        if name not in _OPTIONS:
            known = ", ".join(_OPTIONS)
            raise InputError(f"{name} is no option of what_if; there are {known}", name)
    programme = plan._programme
    layer = programme._spaces
    if layer is None:
        raise InputError(
            "a programme without spaces has nothing to leave out or require", "without"
        )
    lists = {
        name: site_positions(name, value, layer.ids, "space")
        for name, value in (("without", without), ("with_", with_))
    }
    refuse_overlap(lists, layer.ids, "space")
    given = {name: positions.tolist() for name, positions in lists.items()}
    _agree(given["without"], plan.rules["required"], layer.ids, "without", "required")
    _agree(given["with_"], plan.rules["forbidden"], layer.ids, "with_", "forbidden")

    document, new = run(
        lambda wanted, callback: programme._core.what_if(
            plan._core, given["without"], given["with_"], wanted, callback
        ),
        "what if",
        **(_OPTIONS | options),
    )
    return WhatIf(json.loads(document), plan, type(plan)(new, programme))


def _agree(spaces: list[int], rule: list[int], ids: Ids, argument: str, name: str) -> None:
    """Refuses a space that the rules of the plan say the contrary of."""
    both = [space for space in spaces if space in rule]
    if both:
        raise InputError(
            f"{argument}: space {ids[both[0]]!r} is {name} by the rules of the plan; solve under other rules",
            argument,
        )


class WhatIf:
    """A plan under other conditions, and what changed.

    Made by `ServicePlan.what_if`, which has an example.
    """

    def __init__(self, document: dict[str, Any], before: ServicePlan, plan: ServicePlan) -> None:
        """Not called by users: see `ServicePlan.what_if`."""
        self._document, self._before = document, before
        self.plan = plan
        """The new plan."""

    @property
    def added(self) -> list[Any]:
        """Ids of the spaces that it uses and the plan in hand did not."""
        return self._spaces("added")

    @property
    def dropped(self) -> list[Any]:
        """Ids of the spaces that it uses no longer."""
        return self._spaces("dropped")

    @cached_property
    def changes(self) -> Any:
        """A row for each service in a space, and for each facility of today, of which something else becomes.

        `change` is "added" or "dropped" for a space that is new or used no longer, "changed" for one that both plans
        use, and "facility"; `space` and `service`, or `facility` and its service; `before` and `after`: the module with
        its slots, or what becomes of the facility, missing where there was or is nothing.
        """
        pandas = need("pandas", "changes", "geo")
        columns = ["change", "space", "facility", "service", "before", "after"]
        return pandas.DataFrame(
            [*self._fitouts(), *self._facilities()], columns=columns, dtype=object
        )

    @cached_property
    def figures(self) -> Any:
        """`objective`, `capital`, `yearly` and `share_met` (of all need): `before`, `after` and the `change`."""
        pandas = need("pandas", "figures", "geo")
        rows = {name: self._document[name] for name in ("objective", "capital", "yearly")}
        rows["share_met"] = self._share()
        table = pandas.DataFrame(rows, dtype=float).T[["before", "after"]]
        return table.assign(change=table["after"] - table["before"])

    @cached_property
    def met(self) -> Any:
        """A row for each service: people in `need`, people served `before` and `after`, and the `change`."""
        pandas = need("pandas", "met", "geo")
        rows = self._document["met"]
        table = pandas.DataFrame(
            {
                "need": [row["need"] for row in rows],
                "before": [row["met"]["before"] for row in rows],
                "after": [row["met"]["after"] for row in rows],
            },
            index=pandas.Index(self._names, name="service"),
            dtype=float,
        )
        return table.assign(change=table["after"] - table["before"])

    def summary(self) -> str:
        """Plain sentences: which spaces come and go, what else changes, what becomes of objective, money and people."""
        changed = len({row["space"] for row in self._document["changed"]})
        facilities = len(self._document["facilities"])
        parts = [
            _listed("added", self.added),
            _listed("dropped", self.dropped),
            f"{count(changed, 'space')} fitted out otherwise" if changed else "",
            f"something else becomes of {count(facilities, 'facility', 'facilities')}"
            if facilities
            else "",
        ]
        told = "; ".join(part for part in parts if part) or "nothing else is built"
        lines = [f"{told[0].upper()}{told[1:]}."]
        for name, words in (
            ("objective", "The objective goes"),
            ("capital", "Capital goes"),
            ("yearly", "The yearly subsidy goes"),
        ):
            before, after = self._document[name]["before"], self._document[name]["after"]
            same = figure(before) == figure(after)
            verb = words.replace(" goes", " stays at" if same else " goes from")
            lines.append(f"{verb} {figure(before)}{'' if same else f' to {figure(after)}'}.")
        for service, row in zip(self._names, self._document["met"], strict=True):
            before, after = row["met"]["before"], row["met"]["after"]
            if figure(before) != figure(after):
                lines.append(
                    f"{service}: {figure(after)} people in need are served, {figure(before)} before."
                )
        return "\n".join(lines)

    @property
    def _names(self) -> list[str]:
        return list(self._before._programme._names)

    def _share(self) -> dict[str, float]:
        rows = self._document["met"]
        need_of_all = sum(row["need"] for row in rows)
        return {
            when: sum(row["met"][when] for row in rows) / need_of_all
            if need_of_all
            else float("nan")
            for when in ("before", "after")
        }

    def _spaces(self, name: str) -> list[Any]:
        layer = self._before._programme._spaces
        positions = self._document[name]
        return list(positions) if layer is None else layer.ids.take(positions)

    def _fitouts(self) -> list[dict[str, Any]]:
        """What is fitted out otherwise, by space and service."""
        rows = []
        for change, plan, when in (
            ("added", self.plan, "after"),
            ("dropped", self._before, "before"),
        ):
            spaces = set(self._document[change])
            for fitout in plan._document["fitouts"]:
                if fitout["space"] in spaces:
                    rows.append({"change": change, **self._row(fitout), when: self._size(fitout)})
        for row in self._document["changed"]:
            told = {
                when: None if row[when] is None else self._size(row[when])
                for when in ("before", "after")
            }
            rows.append({"change": "changed", **self._row(row), **told})
        return rows

    def _row(self, fitout: dict[str, Any]) -> dict[str, Any]:
        layer = self._before._programme._spaces
        at = fitout["space"]
        return {
            "space": at if layer is None else layer.ids[at],
            "service": self._names[fitout["service"]],
        }

    def _size(self, fitout: dict[str, Any]) -> str:
        """A size with its slots in words."""
        programme = self._before._programme
        size = fitout["size"]
        if "module" in size:
            told = programme.services[fitout["service"]].modules[size["module"]].name
        else:
            existing = programme._existing
            told = f"moved: {size['moved'] if existing is None else existing.ids[size['moved']]}"
        slots = [programme._slots[slot] for slot in fitout["slots"]]
        return f"{told} ({';'.join(slots)})" if slots else told

    def _facilities(self) -> list[dict[str, Any]]:
        layer = self._before._programme._existing
        if layer is None:
            return []
        services = layer.texts("service")
        return [
            {
                "change": "facility",
                "facility": layer.ids[row["facility"]],
                "service": services[row["facility"]],
                **{when: self._becomes(row[when]) for when in ("before", "after")},
            }
            for row in self._document["facilities"]
        ]

    def _becomes(self, change: Any) -> str:
        if isinstance(change, str):
            return change
        layer, to = self._before._programme._spaces, change["moved"]["to"]
        return f"moved to {to if layer is None else layer.ids[to]}"

    def __repr__(self) -> str:
        objective = self._document["objective"]
        return (
            f"WhatIf({len(self.added)} spaces added, {len(self.dropped)} dropped, objective "
            f"{objective['before']:,.10g} to {objective['after']:,.10g})"
        )


def _listed(verb: str, ids: list[Any]) -> str:
    if not ids:
        return ""
    more = ", ..." if len(ids) > 10 else ""
    plural = "is" if len(ids) == 1 else "are"
    word = "new" if verb == "added" else "used no longer"
    return f"{', '.join(str(own) for own in ids[:10])}{more} {plural} {word}"
