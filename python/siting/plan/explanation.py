"""What a space is to a plan."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from siting._optional import need
from siting._solving import run
from siting.errors import InputError
from siting.summary import count, figure

if TYPE_CHECKING:
    from siting.plan.service_plan import ServicePlan


def explain(plan: ServicePlan, space: Any, options: dict[str, Any]) -> Explanation:
    """Asks the core about a space of a plan."""
    programme = plan._programme
    layer = programme._spaces
    if layer is None:
        raise InputError("space is given, but the programme has no spaces", "space")
    position = layer.ids.position(space)
    if position is None:
        raise InputError(
            f"space is {space!r}, which is no space id; the ids are {layer.ids.sample()}", "space"
        )
    used = list(dict.fromkeys(row["space"] for row in plan._document["fitouts"]))
    if position not in used:
        labels = [str(label) for label in layer.ids.take(used[:10])]
        shown = ", ".join(labels) + (", ..." if len(used) > 10 else "") or "none"
        raise InputError(
            f"space is {space!r}, which the plan does not use; it uses {shown}", "space"
        )

    document, replaced = run(
        lambda wanted, _: programme._core.explain(plan._core, position, wanted),
        "explain",
        **options,
    )
    instead = None if replaced is None else type(plan)(replaced, programme)
    return Explanation(json.loads(document), plan, instead)


class Explanation:
    """What a space is to a plan: whom it serves, what is lost if it falls through, what would replace it best.

    Made by `ServicePlan.explain`, which has an example. "Without it" means that the space is closed, that a facility which was to move in
    stays where it is, and that every other decision stands; people go where the objective is then best.
    """

    def __init__(
        self, document: dict[str, Any], plan: ServicePlan, replacement: ServicePlan | None
    ) -> None:
        """Not called by users: see `ServicePlan.explain`."""
        self._document, self._plan = document, plan
        self.replacement = replacement
        """The whole plan with the best other space in its place; `None` where no single space keeps the rules.

        Its rules forbid the space and do not require it.
        """

    @property
    def space(self) -> Any:
        """Id of the space."""
        return self._id(self._document["space"])

    @cached_property
    def services(self) -> Any:
        """A row for each service there: `served` people in need, and `nobody_else`.

        `nobody_else` counts the people whom no other host of the plan could serve: what is met of the service falls
        by so many.
        """
        pandas = need("pandas", "services", "geo")
        rows, names = self._document["services"], self._plan._programme._names
        index = pandas.Index([names[row["service"]] for row in rows], name="service")
        columns = {name: [float(row[name]) for row in rows] for name in ("served", "nobody_else")}
        return pandas.DataFrame(columns, index=index)

    @property
    def objective(self) -> float:
        """The objective of the plan."""
        return float(self._document["objective"])

    @property
    def objective_without(self) -> float:
        """The objective without the space."""
        return float(self._document["objective_without"])

    @property
    def lost(self) -> float:
        """How much worse the objective is without it; below 0 where it is better."""
        return float(self._document["lost"])

    @property
    def capital_freed(self) -> float:
        """Capital that is not spent without it."""
        return float(self._document["capital_freed"])

    @property
    def yearly_freed(self) -> float:
        """Yearly subsidy that is not paid without it; below 0 where the space earns money."""
        return float(self._document["yearly_freed"])

    @cached_property
    def broken(self) -> Any:
        """The rules that would be broken without it: `rule` and `message`."""
        pandas = need("pandas", "broken", "geo")
        return pandas.DataFrame(
            {
                "rule": [rule for rule, _ in self._broken],
                "message": [text for _, text in self._broken],
            }
        )

    @property
    def replacement_space(self) -> Any:
        """Id of the space that would replace it best, `None` without one."""
        found = self._document["replacement"]
        return None if found is None else self._id(found["space"])

    @property
    def replacement_lost(self) -> float | None:
        """How much worse the objective is with the replacement than in the plan; below 0 where it is better."""
        found = self._document["replacement"]
        return None if found is None else float(found["lost"])

    @property
    def limit(self) -> str | None:
        """What stopped the search for a replacement, if anything did: then there may be a better one."""
        limit: str | None = self._document["limit"]
        return limit

    def summary(self) -> str:
        """Plain sentences: whom it serves, what is lost, which rules break, what would replace it."""
        names = self._plan._programme._names
        lines = []
        for row in self._document["services"]:
            served, alone = figure(row["served"]), figure(row["nobody_else"])
            lines.append(
                f"{names[row['service']]} in {self.space} serves {served} people in need; without it "
                f"{alone} fewer are served."
            )
        lines.append(
            f"If it falls through, the objective goes from {figure(self.objective)} to "
            f"{figure(self.objective_without)}; {figure(self.capital_freed)} of capital and "
            f"{figure(self.yearly_freed)} a year are not spent."
        )
        if self._broken:
            rules = count(len(self._broken), "rule")
            lines.append(f"{rules} would be broken: {'; '.join(text for _, text in self._broken)}.")
        return "\n".join([*lines, self._instead()])

    def _instead(self) -> str:
        stopped = f" The search was stopped ({self.limit})." if self.limit else ""
        found = self._document["replacement"]
        if found is None:
            return (
                "No replacement was found before the limit." + stopped
                if stopped
                else "No single other space would keep the rules."
            )
        names = self._plan._programme._names
        hosted = ", ".join(names[row["service"]] for row in found["fitouts"])
        return (
            f"Its best replacement is {self.replacement_space} ({hosted}): then the objective is "
            f"{figure(found['objective'])}.{stopped}"
        )

    @property
    def _broken(self) -> list[tuple[str, str]]:
        def told(row: dict[str, str]) -> str:
            # The core knows spaces by position.
            required = row["rule"] == "required"
            return f"required space {self.space} would host nothing" if required else row["message"]

        return [(row["rule"], told(row)) for row in self._document["broken"]]

    def _id(self, position: int) -> Any:
        layer = self._plan._programme._spaces
        return position if layer is None else layer.ids[position]

    def __repr__(self) -> str:
        instead = "none" if self.replacement is None else self.replacement_space
        return (
            f"Explanation(space {self.space!r}, lost {self.lost:,.10g}, {len(self._broken)} rules broken, "
            f"replacement {instead!r})"
        )
