"""What the audit of a programme found: tables, sentences, a map."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from siting import _siting
from siting._columns import Columns
from siting._optional import is_a, need
from siting.errors import InputError
from siting.plot import _fonts
from siting.solution import assigned

_UNSERVED, _SERVED, _FACILITY = "#d1495b", "#3a86c8", "#e09f3e"


class Audit:
    """Who lacks what today; made by `Programme.audit`.

    Attributes:
        services: One row for each service, indexed by its name. People: `people`, `need` (people in need),
            `in_reach` (of these, within the limit), `share_in_reach`. Communities: `communities` (with
            people in need), `communities_in_reach`, `share_of_communities`. Places: `facilities`, `facilities_without_places`,
            `places`, `places_per_need`, `places_lacking`, `places_per_1000_people`, `places_required`
            and `places_lacking_to_standard`. Area in m²: `facilities_without_area`, `area`,
            `area_per_100_households`, `area_required`, `area_lacking_to_standard`. Idle spaces that suit
            it: `spaces`, `space_area`. Walks in the unit of the travel matrix: `without_pair` (people in
            need without any facility in the matrix), `mean_walk`, `worst_decile_walk`. Inequality of
            accessibility: `gini`, `theil`, `palma`. What cannot be known is NaN.
        districts: The same for each service and district.
        communities: One row for each community: `people`, `score` (0 to 100), and for each service the share
            of people in need who are in reach.
        worst: The worst-served homes for each service: `service`, `home`, `need`, `walk`.

    Examples:
        >>> import siting
        >>> town = siting.synthetic_town(8)
        >>> walks = siting.TravelMatrix.from_points(town.homes, town.facilities, cutoff=2000)
        >>> services = siting.standards.load("ningbo-2025").services(unit="m")[1:4]
        >>> audit = siting.Programme(
        ...     town.homes, town.spaces, services, travel=walks, existing=town.facilities, community="community"
        ... ).audit()
        >>> audit
        Audit(3 services, mean score 37.7)
        >>> audit.services.loc["childcare", ["need", "in_reach", "places_lacking"]].round(1).tolist()
        [160.2, 92.8, 2.2]
        >>> audit.worst.query("service == 'childcare'")[["home", "walk"]].head(2).values.tolist()
        [['H47', nan], ['H48', nan]]
        >>> audit.summary().splitlines()[-1]
        'Communities score 37.7 of 100 in the mean; C2 has the least, 15.3.'
    """

    def __init__(
        self, core: _siting.Audit, homes: Columns, existing: Columns | None, unit: str | None
    ) -> None:
        """Not called by users: see `Programme.audit`."""
        pandas = need("pandas", "an audit", "geo")
        self._core, self._homes, self._existing, self.unit = core, homes, existing, unit
        found = json.loads(core.document())
        self.options: dict[str, Any] = found["options"]
        self._names: list[str] = [each["service"] for each in found["services"]]

        wholes = [_row(each["whole"]) for each in found["services"]]
        index = pandas.Index(self._names, name="service", dtype=object)
        self.services: Any = pandas.DataFrame(wholes, index=index).drop(columns="district")
        rows = [
            {"service": each["service"], **_row(row)}
            for each in found["services"]
            for row in each["districts"]
        ]
        keys = ["service", "district"]
        self.districts: Any = pandas.DataFrame(
            rows, columns=["service", "district", *self.services.columns]
        ).set_index(keys)

        scores = [
            {
                "community": each["community"],
                "people": each["people"],
                "score": each["score"],
                **dict(zip(self._names, each["share_in_reach"], strict=True)),
            }
            for each in found["communities"]
        ]
        columns = ["community", "people", "score", *self._names]
        table = pandas.DataFrame(scores, columns=columns).set_index("community")
        self.communities: Any = table.astype(float)
        self.worst: Any = pandas.DataFrame(
            [
                {
                    "service": each["service"],
                    "home": homes.ids[point["demand"]],
                    "need": point["need"],
                    "walk": np.nan if point["walk"] is None else point["walk"],
                }
                for each in found["services"]
                for point in each["worst"]
            ],
            columns=["service", "home", "need", "walk"],
        )

    @property
    def mean_score(self) -> float | None:
        """The mean score of the communities that have one; None when none has."""
        return self._core.mean_score

    def points(self, service: str) -> Any:
        """One row for each home: need, limit, walk, nearest facility, in_reach, accessibility.

        Args:
            service: Name of a service.

        Raises:
            InputError: There is no such service.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(8)
            >>> walks = siting.TravelMatrix.from_points(town.homes, town.facilities, cutoff=2000)
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")[1:4]
            >>> audit = siting.Programme(
            ...     town.homes, town.spaces, services, travel=walks, existing=town.facilities
            ... ).audit()
            >>> audit.points("childcare")[["need", "walk", "nearest", "in_reach"]].head(2).round(1)
                need    walk nearest  in_reach
            id
            H1   0.8  1113.3      F3      True
            H2   0.2  1454.7      F3     False
        """
        pandas = need("pandas", "points", "geo")
        columns = self._columns(service)
        if self._existing is None:
            columns["nearest"] = np.full(len(columns["need"]), None)
        else:
            columns["nearest"] = assigned(
                self._homes.ids, self._existing.ids, columns["nearest"]
            ).array
        if columns["accessibility"] is None:
            columns["accessibility"] = np.full(len(columns["need"]), np.nan)
        return pandas.DataFrame(columns, index=self._homes.ids.index())

    def to_geodataframe(self, service: str) -> Any:
        """`points` with the geometry of the homes.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(8)
            >>> walks = siting.TravelMatrix.from_points(town.homes, town.facilities, cutoff=2000)
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")[1:4]
            >>> audit = siting.Programme(
            ...     town.homes, town.spaces, services, travel=walks, existing=town.facilities
            ... ).audit()
            >>> homes = audit.to_geodataframe("childcare")
            >>> homes["in_reach"].value_counts().to_dict(), homes.geometry.geom_type.unique().tolist()
            ({True: 140, False: 89}, ['Point'])
        """
        geopandas = need("geopandas", "to_geodataframe", "geo")
        self._need_geometry("to_geodataframe", self._homes)
        return geopandas.GeoDataFrame(self.points(service), geometry=self._homes.table.geometry)

    def summary(self) -> str:
        """What the audit says, in plain sentences."""
        lines = []
        for name, row in self.services.iterrows():
            if not row["need"] > 0:
                lines.append(f"{name}: nobody needs it.")
                continue
            line = (
                f"{name}: {row['in_reach']:,.0f} of {row['need']:,.0f} people in need "
                f"({row['share_in_reach']:.1%}) are in reach of {_count(row['facilities'], 'facility', 'facilities')}"
            )
            if row["communities"] == row["communities"]:
                line += (
                    f", and so are at least {self.options['community_share']:.0%} of them in "
                    f"{row['communities_in_reach']:,.0f} of {row['communities']:,.0f} communities"
                )
            lines.append(line + ".")
            lines += [f"  {sentence}" for sentence in self._lacks(row)]
        if self.mean_score is not None:
            low = self.communities["score"].idxmin()
            lines.append(
                f"Communities score {self.mean_score:.1f} of 100 in the mean; {low} has the least, "
                f"{self.communities['score'].min():.1f}."
            )
        return "\n".join(lines)

    def plot(self, service: str, *, ax: Any = None, title: str | None = None) -> Any:
        """Draws the homes in reach and out of reach of a service, and its facilities.

        Args:
            service: Name of a service.
            ax: Matplotlib axes to draw on; new ones when not given.
            title: Title; a sentence by default, "" for none.

        Returns:
            The axes.

        Raises:
            InputError: There is no such service, or the homes are no GeoDataFrame.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(8)
            >>> walks = siting.TravelMatrix.from_points(town.homes, town.facilities, cutoff=2000)
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")[1:4]
            >>> audit = siting.Programme(
            ...     town.homes, town.spaces, services, travel=walks, existing=town.facilities
            ... ).audit()
            >>> ax = audit.plot("childcare")
            >>> ax.get_title()
            'childcare: 57.9% of people in need in reach'
        """
        pyplot = need("matplotlib.pyplot", "plot", "plot")
        columns = self._columns(service)
        self._need_geometry("plot", self._homes)
        if ax is None:
            _, ax = pyplot.subplots(figsize=(8, 8), layout="constrained")
        points, wants = self._homes.table.geometry, columns["need"]
        largest = wants.max(initial=0.0)
        sizes = 4.0 + 56.0 * wants / largest if largest > 0 else np.full(len(wants), 10.0)
        reached = columns["in_reach"]
        for which, colour, label in (
            (~reached, _UNSERVED, "out of reach"),
            (reached, _SERVED, "in reach"),
        ):
            which = which & (wants > 0)
            if which.any():
                label = f"{label}: {wants[which].sum():,.0f} people in need"
                xy = points[which]
                ax.scatter(
                    xy.x,
                    xy.y,
                    s=sizes[which],
                    c=colour,
                    alpha=0.6,
                    linewidths=0,
                    label=label,
                    zorder=2,
                )
        if self._existing is not None and is_a(self._existing.table, "geopandas", "GeoDataFrame"):
            own = np.array(self._existing.texts("service"), dtype=object) == service
            if own.any():
                xy = self._existing.table.geometry[own]
                label = f"facility of today ({int(own.sum())})"
                ax.scatter(
                    xy.x,
                    xy.y,
                    s=60,
                    c=_FACILITY,
                    marker="D",
                    edgecolors="white",
                    linewidths=0.6,
                    label=label,
                    zorder=5,
                )
        share = self.services.loc[service, "share_in_reach"]
        if title is None:
            title = (
                f"{service}: nobody needs it"
                if share != share
                else f"{service}: {share:.1%} of people in need in reach"
            )
        ax.set_title(title, fontfamily=_fonts(title))
        ax.set_aspect("equal")
        if ax.get_legend_handles_labels()[0]:
            ax.legend(loc="best", fontsize="small", framealpha=0.9)
        ax.tick_params(labelsize="x-small")
        return ax

    def __repr__(self) -> str:
        """Its services, and the mean score."""
        score = "" if self.mean_score is None else f", mean score {self.mean_score:.1f}"
        return f"Audit({len(self._names)} services{score})"

    def _lacks(self, row: Any) -> list[str]:
        sentences = []
        if row["facilities_without_places"] > 0:
            sentences.append(
                f"Places are unknown at {_count(row['facilities_without_places'], 'facility', 'facilities')}."
            )
        elif row["places_lacking"] > 0:
            sentences.append(
                f"{row['places']:,.0f} places for them: {row['places_lacking']:,.0f} are lacking."
            )
        if row["places_lacking_to_standard"] > 0:
            sentences.append(
                f"The standard asks for {row['places_required']:,.0f} places: "
                f"{row['places_lacking_to_standard']:,.0f} are lacking."
            )
        if row["area_lacking_to_standard"] > 0:
            sentences.append(
                f"The standard asks for {row['area_required']:,.0f} m²: "
                f"{row['area_lacking_to_standard']:,.0f} are lacking."
            )
        return sentences

    def _columns(self, service: str) -> dict[str, Any]:
        if service not in self._names:
            known = ", ".join(map(repr, self._names))
            raise InputError(f"service is {service!r}: the services are {known}", "service")
        columns = self._core.points(self._names.index(service))
        assert columns is not None
        return columns

    @staticmethod
    def _need_geometry(what: str, homes: Columns) -> None:
        if not is_a(homes.table, "geopandas", "GeoDataFrame"):
            raise InputError(
                f"{what} needs homes with geometry: give them as a GeoDataFrame of points"
            )


def _row(coverage: Mapping[str, Any]) -> dict[str, Any]:
    """One row of figures; what is unknown becomes NaN."""
    row = dict(coverage)
    inequality = row.pop("inequality") or {}
    row.update({name: inequality.get(name) for name in ("gini", "theil", "palma")})
    return {
        name: np.nan if value is None and name != "district" else value
        for name, value in row.items()
    }


def _count(number: float, one: str, many: str) -> str:
    return f"{number:,.0f} {one if number == 1 else many}"
