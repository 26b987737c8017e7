"""The tables of a plan: positions become ids, and the columns of the layers come along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from siting._columns import Columns
from siting._ids import Ids
from siting._numbers import Floats
from siting._optional import is_a, need
from siting.errors import InputError

if TYPE_CHECKING:
    from siting.plan.service_plan import ServicePlan
    from siting.programme import Programme


def served(plan: ServicePlan, programme: Programme) -> Any:
    """Who is served where, with ids."""
    pandas = need("pandas", "served", "geo")
    rows = plan._core.served()
    service, home, share = rows["service"], rows["demand"], rows["share"]
    needed = needs(programme)
    return pandas.DataFrame(
        {
            "service": np.array(programme._names, dtype=object)[service],
            "home": programme._homes.ids.index().take(home.astype(np.int64)),
            "space": _labels(_ids(programme._spaces), rows["space"]),
            "facility": _labels(_ids(programme._existing), rows["facility"]),
            "share": share,
            "need": share * needed[service, home],
        }
    )


def homes(plan: ServicePlan, programme: Programme) -> Any:
    """The share of need that is met at each home."""
    pandas = need("pandas", "homes", "geo")
    rows, needed = plan._core.served(), needs(programme)
    met = np.zeros_like(needed)
    np.add.at(met, (rows["service"], rows["demand"]), rows["share"])
    # A share of 0.9999999 comes of a division, not of a place that is lacking.
    shares = np.where(needed > 0, np.minimum(met, 1.0), np.nan)
    everything = needed.sum(axis=0)
    whole = (needed * np.nan_to_num(shares)).sum(axis=0)
    columns: dict[str, Any] = dict(zip(programme._names, shares, strict=True))
    columns["met"] = np.divide(
        whole, everything, out=np.full(len(whole), np.nan), where=everything > 0
    )
    return pandas.DataFrame(columns, index=programme._homes.ids.index())


def fitout(plan: ServicePlan, programme: Programme) -> Any:
    """One row for each service in a space."""
    pandas = need("pandas", "fitout", "geo")
    layer, fitouts = programme._spaces, plan._document["fitouts"]
    going = _going(plan, programme, "space", 0 if layer is None else len(layer))
    existing = programme._existing
    today = {
        word: [] if existing is None else existing.known(word)
        for word in ("facility_area", "places", "moving_cost")
    }
    conversion, rent = _costs(programme, "conversion_cost"), _costs(programme, "rent")
    rows, before = [], None
    for each in fitouts:
        at, service = each["space"], programme.services[each["service"]]
        opened = max(1, len(each["slots"]))
        row = {
            "space": None if layer is None else layer.ids[at],
            "service": service.name,
            "module": None,
            "moved": None,
            "slots": ";".join(programme._slots[slot] for slot in each["slots"]) or None,
        }
        if "module" in each["size"]:
            module = service.modules[each["size"]["module"]]
            row |= {
                "module": module.name,
                "area": module.area,
                "places": module.places * opened,
                "capital_cost": module.capital_cost,
                "running_cost": module.running_cost * opened,
                "income": module.income * opened,
            }
        elif existing is not None:
            moved = each["size"]["moved"]
            row |= {
                "moved": existing.ids[moved],
                "area": today["facility_area"][moved],
                "places": today["places"][moved],
                "capital_cost": today["moving_cost"][moved],
                "running_cost": 0.0,
                "income": 0.0,
            }
        # Once for each space, so that columns add up.
        first, before = at != before, at
        row |= {
            "served": going[each["service"], at],
            "conversion_cost": conversion[at] if first else 0.0,
            "rent": rent[at] if first else 0.0,
        }
        rows.append(row)
    texts = ["space", "service", "module", "moved", "slots"]
    figures = ["area", "places", "served", "capital_cost", "running_cost", "income"]
    figures += ["conversion_cost", "rent"]
    table = pandas.DataFrame(rows, columns=texts + figures)
    table = table.astype(dict.fromkeys(figures, float))
    return _with_geometry(table, layer, [each["space"] for each in fitouts])


def spaces(plan: ServicePlan, programme: Programme) -> Any:
    """One row for each space that is used."""
    pandas = need("pandas", "spaces", "geo")
    layer, money = programme._spaces, plan._money["spaces"]
    hosted: dict[int, list[str]] = {}
    for each in plan._document["fitouts"]:
        hosted.setdefault(each["space"], []).append(programme._names[each["service"]])
    rule = plan.rules["complexes"]
    at = [row["space"] for row in money]
    columns: dict[str, Any] = {
        "services": [len(hosted[space]) for space in at],
        **{name: [row[name] for row in money] for name in ("capital", "yearly", "balance")},
    }
    if layer is None:
        return pandas.DataFrame(columns)
    area = layer.numbers("area")
    kinds = layer.texts("kind")
    districts = layer.texts("district") if "district" in layer.mapping else None
    table = pandas.DataFrame(
        {
            "kind": [kinds[space] for space in at],
            "area": [area[space] for space in at],
            "district": [None if districts is None else districts[space] for space in at],
            "complex": [
                None if rule is None else _is_complex(rule, float(area[space]), hosted[space])
                for space in at
            ],
            **columns,
        },
        index=layer.ids.index().take(np.asarray(at, dtype=np.int64)),
    )
    return table.rename_axis("space")


def facilities(plan: ServicePlan, programme: Programme) -> Any:
    """What becomes of each facility of today."""
    pandas = need("pandas", "facilities", "geo")
    layer = programme._existing
    columns = ["service", "change", "to", "places", "served"]
    if layer is None:
        return pandas.DataFrame(columns=columns)
    services, spaces = layer.texts("service"), programme._spaces
    going = _going(plan, programme, "facility", len(layer))
    arrived = _going(plan, programme, "space", 0 if spaces is None else len(spaces))
    places, more = layer.known("places"), layer.known("enlarge_places")
    rows = []
    for at, change in enumerate(plan._document["facilities"]):
        service = programme._names.index(services[at])
        to = None if isinstance(change, str) else change["moved"]["to"]
        word = change if isinstance(change, str) else "moved"
        there = {"closed": 0.0, "enlarged": (places[at] or 0.0) + (more[at] or 0.0)}.get(
            word, places[at]
        )
        serves = going[service, at] if to is None else arrived[service, to]
        label = None if to is None or spaces is None else spaces.ids[to]
        rows.append((services[at], word, label, there, serves))
    table = pandas.DataFrame(rows, columns=columns, index=layer.ids.index())
    return table.astype({"places": float, "served": float})


def after(plan: ServicePlan, programme: Programme) -> Columns | None:
    """The facilities once the plan is carried out, in the order of the core: those that stay, then the fit-outs."""
    pandas = need("pandas", "audit", "geo")
    existing, spaces = programme._existing, programme._spaces
    changes = plan._document["facilities"]
    stays = [at for at, change in enumerate(changes) if change in ("kept", "enlarged")]
    fitouts = plan._document["fitouts"]
    names, labels, points = [], [], []
    if existing is not None:
        services = existing.texts("service")
        names += [services[at] for at in stays]
        labels += existing.ids.take(stays)
        points += _points(existing, stays)
    if spaces is not None:
        at = [each["space"] for each in fitouts]
        own = [programme._names[each["service"]] for each in fitouts]
        names += own
        labels += [f"{spaces.ids[j]}: {name}" for j, name in zip(at, own, strict=True)]
        points += _points(spaces, at)
    if not names:
        return None
    frame = pandas.DataFrame({"service": names}, index=pandas.Index(labels, dtype=object))
    if all(point is not None for point in points):
        geopandas = need("geopandas", "audit", "geo")
        frame = geopandas.GeoDataFrame(frame, geometry=points)
    return Columns("existing", frame, {})


def geo(plan: ServicePlan, programme: Programme, layer: str) -> Any:
    """A table with the geometry of its input."""
    geopandas = need("geopandas", "to_geodataframe", "geo")
    layers = {
        "fitout": programme._spaces,
        "spaces": programme._spaces,
        "facilities": programme._existing,
        "homes": programme._homes,
    }
    if layer not in layers:
        raise InputError(
            f"layer is {layer!r}: one of {', '.join(map(repr, layers))} is expected", "layer"
        )
    source = layers[layer]
    if source is None or not is_a(source.table, "geopandas", "GeoDataFrame"):
        told = "has none" if source is None else f"has {source.argument} without geometry"
        raise InputError(f"to_geodataframe needs the layer of {layer}, but the programme {told}")
    table = getattr(plan, layer)
    if layer == "fitout":
        return table
    geometry = source.table.geometry
    return geopandas.GeoDataFrame(table, geometry=geometry.loc[table.index], crs=geometry.crs)


def needs(programme: Programme) -> Floats:
    """Need of each service at each home, in people."""
    needs = [programme._core.needs(at) for at in range(len(programme._names))]
    return np.array(needs, dtype=np.float64).reshape(len(needs), -1)


def _going(plan: ServicePlan, programme: Programme, host: str, n: int) -> Floats:
    """People in need who go to each of n hosts, of shape (services, hosts)."""
    rows = plan._core.served()
    there = rows[host] >= 0
    service, home, at = rows["service"][there], rows["demand"][there], rows[host][there]
    found = np.zeros((len(programme._names), n))
    np.add.at(found, (service, at), rows["share"][there] * needs(programme)[service, home])
    return found


def _costs(programme: Programme, word: str) -> list[float]:
    layer = programme._spaces
    if layer is None:
        return []
    return layer.numbers(word).tolist() if layer.has(word) else [0.0] * len(layer)


def _is_complex(rule: dict[str, Any], area: float, hosted: list[str]) -> bool:
    core = sum(name in rule["core"] for name in hosted)
    enough = len(hosted) >= rule["services"] and core >= rule["core_services"]
    return area >= rule["area"] and enough


def _ids(layer: Columns | None) -> Ids | None:
    return None if layer is None else layer.ids


def _labels(ids: Ids | None, positions: NDArray[np.int64]) -> Any:
    """Ids by position, missing for -1."""
    if ids is None:
        return np.full(len(positions), None)
    pandas = need("pandas", "served", "geo")
    labels = ids.index()
    if labels.dtype.kind in "iu":
        # Plain integers have no missing value.
        labels = labels.astype("Int64")
    return pandas.Series(labels).array.take(positions, allow_fill=True)


def _points(layer: Columns, at: list[int]) -> list[Any]:
    if not is_a(layer.table, "geopandas", "GeoDataFrame"):
        return [None] * len(at)
    return list(layer.table.geometry.iloc[at])


def _with_geometry(table: Any, layer: Columns | None, at: list[int]) -> Any:
    if layer is None or not is_a(layer.table, "geopandas", "GeoDataFrame"):
        return table
    geopandas = need("geopandas", "fitout", "geo")
    geometry = layer.table.geometry
    return geopandas.GeoDataFrame(table, geometry=geometry.iloc[at].array, crs=geometry.crs)
