"""The synthetic town: invented homes, idle spaces and facilities for demonstrations and tests.

Nothing in it exists. It is drawn at random from a seed; only its totals follow published figures of the
city of Ningbo. Conclusions about a real place cannot be drawn from it.

Published figures that it keeps to:

* people: Ningbo's registered population at the end of 2023 (the city's statistical communiqué of that
  year): 2.52 people per household, 28.9 % of them aged 60 or over;
* coverage: Ningbo's survey of more than 700 communities (press, 2023): canteens serve 12 % of
  communities, childcare 38 %, after-school care 23 %, at 47, 318 and 160 facilities for 700 communities;
* childcare places per 1,000 people: between 1.93 (2020) and 4.55 (the aim for 2025); meals a day of a
  canteen: 24,000 to 50,000 people from 200 canteens (Ningbo's 14th five-year plan for community services);
* the most frequent area of a kind of space: 135 m² (canteen), 500 m² (square), 2,000 m² (culture centre),
  4,000 m² (former factory) as reported from Ningbo.

Everything else is assumed: 1,000 to 3,500 households a community, the shares of children (10.6 % up to
twelve, within the published 15.2 % under eighteen) and of the very old (one in seven of those over sixty),
the other areas, tenures, rents and costs of conversion.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting import _siting
from siting._optional import have, need
from siting.errors import InputError

#: The town's own grid: planar, in metres, and tied to no place on earth, so that nobody lays the town over a real map.
GRID = (
    'ENGCRS["Synthetic town grid (tied to no place on earth)",EDATUM["Synthetic town"],CS[Cartesian,2],'
    'AXIS["easting",east,ORDER[1],LENGTHUNIT["metre",1]],AXIS["northing",north,ORDER[2],LENGTHUNIT["metre",1]]]'
)


class SyntheticTown:
    """A synthetic town; make one with `siting.synthetic_town`.

    Its tables are GeoDataFrames indexed by id where geopandas is installed, else dicts of arrays with the
    additional columns `id`, `x` and `y` in metres. Every table has the column `district`; `community` is
    the id of a community and `community_name` its name.

    Attributes:
        communities: The communities (index "C1", ...): `name`, `district`, `households`, `people`, and for
            each surveyed service whether a facility serves the community today: `community_canteen`,
            `childcare`, `after_school_care`. The geometry is the area built on; without geopandas `x` and
            `y` are the centre.
        homes: The demand points (index "H1", ...), groups of residential buildings: `households`, `people`
            and people by age: `age_0_3` (under three), `age_3_6` (until the seventh birthday), `age_7_12`,
            `age_13_59`, `age_60_plus`, which add up to `people`; `age_80_plus` is part of `age_60_plus`.
        spaces: The candidates (index "S1", ...), idle buildings and corners: `kind`, `area_m2`, `tenure`
            (owned, rented, allotted or exchanged), `rent_per_year` (yuan; 0 unless rented) and
            `conversion_cost` (yuan, once).
        facilities: What is there today (index "F1", ...): `service` (community canteen, childcare or
            after-school care), `places` (children at a time; meals a day for a canteen) and `serves`, the
            ids of the communities that it serves, separated by ";".
        districts: Names of the districts.
        seed: The seed it was drawn with.
        crs: The grid of the coordinates as WKT: planar, metres, tied to no place on earth.

    Examples:
        >>> import siting
        >>> town = siting.synthetic_town(24)
        >>> town.districts
        ['District 1', 'District 2', 'District 3']
        >>> town.spaces[["community_name", "kind", "area_m2", "tenure"]].head(2)
           community_name                 kind  area_m2    tenure
        id
        S1  Willow Bridge  estate service room    545.0    rented
        S2  Willow Bridge          corner land    426.0  allotted
        >>> town.facilities.groupby("service")["places"].sum().to_dict()
        {'after-school care': 251, 'childcare': 428, 'community canteen': 384}
    """

    def __init__(self, tables: dict[str, Any], seed: int, as_frames: bool) -> None:
        """Not called by users: see `siting.synthetic_town`."""
        self.seed = seed
        self.crs = GRID
        self.districts: list[str] = tables["districts"]
        districts = np.array(self.districts, dtype=object)
        communities, homes = tables["communities"], tables["homes"]
        spaces, facilities = tables["spaces"], tables["facilities"]

        names = np.array(communities["name"], dtype=object)
        ids = _ids("C", len(names))
        of_community = communities["district"]

        def where(table: dict[str, Any]) -> dict[str, Any]:
            own = table["community"]
            return {
                "community": ids[own],
                "community_name": names[own],
                "district": districts[of_community[own]],
            }

        ages = ("age_0_3", "age_3_6", "age_7_12", "age_13_59", "age_60_plus", "age_80_plus")
        columns = {
            "communities": {
                "name": names,
                "district": districts[of_community],
                "households": communities["households"],
                "people": communities["people"],
                "community_canteen": communities["community canteen"],
                "childcare": communities["childcare"],
                "after_school_care": communities["after-school care"],
            },
            "homes": {
                **where(homes),
                **{name: homes[name] for name in ("households", "people", *ages)},
            },
            "spaces": {
                **where(spaces),
                "kind": np.array(spaces["kind"], dtype=object),
                "area_m2": spaces["area"],
                "tenure": np.array(spaces["tenure"], dtype=object),
                "rent_per_year": spaces["rent"],
                "conversion_cost": spaces["conversion_cost"],
            },
            "facilities": {
                **where(facilities),
                "service": np.array(facilities["service"], dtype=object),
                "places": facilities["places"],
                "serves": np.array(
                    [";".join(ids[served]) for served in facilities["serves"]], dtype=object
                ),
            },
        }
        made: dict[str, Any] = {
            name: (_frame if as_frames else _arrays)(name[0].upper(), tables[name]["at"], table)
            for name, table in columns.items()
        }
        if as_frames:
            made["communities"] = made["communities"].set_geometry(
                _built_areas(homes, spaces, len(names))
            )
        self.communities: Any = made["communities"]
        self.homes: Any = made["homes"]
        self.spaces: Any = made["spaces"]
        self.facilities: Any = made["facilities"]

    def __repr__(self) -> str:
        """Its sizes and its seed."""
        sizes = ", ".join(
            f"{name}={len(getattr(self, name)['district'])}"
            for name in ("communities", "homes", "spaces", "facilities")
        )
        return f"SyntheticTown({sizes}, seed={self.seed})"


def synthetic_town(
    communities: int = 24, *, seed: int = 0, as_frames: bool | None = None
) -> SyntheticTown:
    """Draws a synthetic town: see `siting.SyntheticTown` for its tables.

    Args:
        communities: How many communities, 1 to 100,000: 24 make a demonstration (686 homes, 69 spaces), 700 a
            city (20,000 homes, 2,000 spaces), 7,000 a province (200,000 homes, 20,000 spaces).
        seed: The same seed gives the same town on every machine, 0 to 2**64 - 1.
        as_frames: GeoDataFrames (`True`) or dicts of arrays (`False`); by default GeoDataFrames where
            geopandas is installed.

    Returns:
        The town.

    Raises:
        InputError: `communities` or `seed` is not a whole number in its range.
        MissingDependencyError: `as_frames=True` without geopandas.

    Examples:
        >>> import siting
        >>> town = siting.synthetic_town(24)
        >>> town
        SyntheticTown(communities=24, homes=686, spaces=69, facilities=18, seed=0)
        >>> int(town.homes["age_60_plus"].sum()), int(town.homes["people"].sum())
        (38117, 132166)
        >>> town = siting.synthetic_town(24, as_frames=False)  # needs numpy only
        >>> town.spaces["id"][0], town.spaces["x"].shape
        ('S1', (69,))
    """
    tables = _siting.synthetic_town(
        _whole(communities, "communities", 1, 100_000), _whole(seed, "seed", 0, 2**64 - 1)
    )
    if as_frames is None:
        as_frames = have("geopandas") is not None
    elif as_frames:
        need("geopandas", "as_frames=True", "geo")
    return SyntheticTown(tables, operator.index(seed), as_frames)


def _whole(value: object, argument: str, least: int, most: int) -> int:
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or not least <= number <= most:
        raise InputError(
            f"{argument} is {value!r}: give a whole number from {least} to {most}", argument
        )
    return number


def _ids(letter: str, n: int) -> NDArray[Any]:
    return np.array([f"{letter}{number}" for number in range(1, n + 1)], dtype=object)


def _arrays(letter: str, at: NDArray[np.float64], columns: dict[str, Any]) -> dict[str, Any]:
    return {"id": _ids(letter, len(at)), **columns, "x": at[:, 0], "y": at[:, 1]}


def _frame(letter: str, at: NDArray[np.float64], columns: dict[str, Any]) -> Any:
    geopandas = need("geopandas", "the town as GeoDataFrames", "geo")
    pandas = need("pandas", "the town as GeoDataFrames", "geo")
    return geopandas.GeoDataFrame(
        columns,
        index=pandas.Index(_ids(letter, len(at)), name="id"),
        geometry=geopandas.points_from_xy(at[:, 0], at[:, 1]),
        crs=GRID,
    )


def _built_areas(homes: dict[str, Any], spaces: dict[str, Any], n: int) -> Any:
    """The hull of each community's homes and spaces, a little widened."""
    geopandas = need("geopandas", "the areas of communities", "geo")
    shapely = need("shapely", "the areas of communities", "geo")
    points = shapely.points(np.concatenate([homes["at"], spaces["at"]]))
    owner = np.concatenate([homes["community"], spaces["community"]])
    order = np.argsort(owner, kind="stable")
    clouds = shapely.multipoints(points[order], indices=owner[order])
    hulls = shapely.buffer(shapely.convex_hull(clouds), 20.0, quad_segs=2)
    return geopandas.GeoSeries(hulls, index=_ids("C", n), crs=GRID)
