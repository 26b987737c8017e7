"""A network's look at the datum of the layers that join it, where web maps with a shifted one are about."""

from __future__ import annotations

import weakref
from functools import cached_property
from typing import Any

import numpy as np

from siting import _siting
from siting._numbers import Floats
from siting._optional import is_a
from siting._zone import from_degrees
from siting.datum import warn_if_off_streets

#: Around China: west, south, east, north.
_CHINA = (73.0, 18.0, 136.0, 54.0)


class DatumLook:
    """Warns once of each layer that lies as far from the streets as a mixed datum would put it."""

    def __init__(self, core: _siting.Network, crs: Any) -> None:
        self._core, self._crs = core, crs
        #: Layers that were looked at, by their address.
        self._seen: dict[int, weakref.ref[Any]] = {}

    def __getstate__(self) -> dict[str, Any]:
        # References to layers do not outlive the process.
        return {**self.__dict__, "_seen": {}}

    def at(self, argument: str, value: Any) -> None:
        """Looks at a layer with a CRS; arrays and layers seen before pass."""
        layer = is_a(value, "geopandas", "GeoDataFrame", "GeoSeries")
        if layer and value.crs is not None and self._in_china and not self._seen_before(value):
            warn_if_off_streets(value, self._distances, names=(argument, "the streets"))

    @cached_property
    def _in_china(self) -> bool:
        """Whether the streets lie where web maps with a shifted datum may be the source of layers."""
        if self._crs is None:
            return False
        nodes = self._core.nodes()["at"]
        middle = (nodes.min(axis=0) + nodes.max(axis=0)) / 2
        lon, lat = from_degrees(self._crs).transform(*middle, direction="INVERSE")
        west, south, east, north = _CHINA
        return bool(west <= lon <= east and south <= lat <= north)

    def _seen_before(self, layer: Any) -> bool:
        """Whether a layer was looked at; it counts as seen from now on."""
        known = self._seen.get(id(layer))
        if known is not None and known() is layer:
            return True
        self._seen = {key: ref for key, ref in self._seen.items() if ref() is not None}
        self._seen[id(layer)] = weakref.ref(layer)
        return False

    def _distances(self, lon_lat: Floats) -> Floats:
        """Metres from places in degrees to their nearest streets."""
        places = np.column_stack(from_degrees(self._crs).transform(lon_lat[:, 0], lon_lat[:, 1]))
        joined = self._core.join(places, ("points", 250.0, "unreachable", 0.0))
        distances: Floats = joined.report()["distances"]
        return distances
