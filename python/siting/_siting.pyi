from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypedDict, final

import numpy as np
from numpy.typing import NDArray

_Labels: TypeAlias = NDArray[np.int64] | list[str]
_Names: TypeAlias = _Labels | None
_Floats: TypeAlias = NDArray[np.float64]
_Part: TypeAlias = list[float] | list[list[list[float]]]
_Positions: TypeAlias = NDArray[np.uint32]
_Callback: TypeAlias = Callable[[Progress], object] | None
# What errors call the points, max_snap, beyond, the share below which a component is small.
_Joining: TypeAlias = tuple[str, float, str, float]

class _Options(TypedDict):
    time_limit: float | None
    gap: float
    method: str
    backend: str
    threads: int | None
    seed: int
    memory_limit: int | None

__version__: Final[str]
__all__ = [
    "Audit",
    "Joined",
    "Model",
    "Network",
    "PointCells",
    "PointMedian",
    "Programme",
    "Progress",
    "ServicePlan",
    "Solution",
    "TravelMatrix",
    "__version__",
    "convert_datum",
    "osm_streets",
    "osm_town",
    "standard_from_toml",
    "standard_presets",
    "standard_rows",
    "standard_services",
    "standard_text",
    "standard_to_toml",
    "streets_from_lines",
    "synthetic_town",
]

@final
class TravelMatrix:
    """Costs from demand points to sites, by position."""

    @staticmethod
    def from_points(
        demand: _Floats,
        sites: _Floats,
        *,
        metric: str,
        cutoff: float | None = None,
        demand_ids: _Names = None,
        site_ids: _Names = None,
    ) -> TravelMatrix: ...
    @staticmethod
    def from_dense(
        costs: _Floats, *, demand_ids: _Names = None, site_ids: _Names = None
    ) -> TravelMatrix: ...
    @staticmethod
    def from_pairs(
        demand: _Positions,
        site: _Positions,
        cost: _Floats,
        *,
        n_demand: int,
        n_sites: int,
        demand_ids: _Names = None,
        site_ids: _Names = None,
    ) -> TravelMatrix: ...
    @staticmethod
    def from_csr(
        start: NDArray[np.int64],
        site: _Positions,
        cost: _Floats,
        *,
        n_sites: int,
        demand_ids: _Names = None,
        site_ids: _Names = None,
    ) -> TravelMatrix: ...
    @staticmethod
    def from_bytes(bytes: bytes) -> TravelMatrix: ...
    def with_sites(self, other: TravelMatrix) -> TravelMatrix: ...
    @property
    def n_demand(self) -> int: ...
    @property
    def n_sites(self) -> int: ...
    @property
    def n_pairs(self) -> int: ...
    @property
    def cutoff(self) -> float | None: ...
    @property
    def demand_ids(self) -> _Labels: ...
    @property
    def site_ids(self) -> _Labels: ...
    def csr(self) -> tuple[NDArray[np.int64], _Positions, _Floats]: ...
    def costs(self, demand: _Positions, site: _Positions) -> _Floats: ...
    def unreachable(self) -> _Positions: ...
    def to_bytes(self) -> bytes: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, tuple[bytes]]: ...

@final
class PointCells:
    """Demand points merged by the sites in their reach."""

    def __new__(cls, sites: _Floats, within: float) -> PointCells: ...
    def add(self, points: _Floats, weights: _Floats | None, *, chunk: int | None) -> None: ...
    @property
    def n_points(self) -> int: ...
    def finish(
        self, *, site_ids: _Names = None, weightless: bool = False
    ) -> tuple[TravelMatrix, _Floats]: ...

@final
class Joined:
    """Places joined to a network, by position."""

    def __len__(self) -> int: ...
    def entries(self) -> dict[str, Any]: ...
    def report(self) -> dict[str, Any]: ...

@final
class Network:
    """A network of streets, by position."""

    @staticmethod
    def from_arrays(
        nodes: _Floats,
        start: _Positions,
        end: _Positions,
        *,
        geographic: bool,
        node_ids: _Names = None,
        lengths: _Floats | None = None,
        directions: NDArray[np.int8] | None = None,
        penalties: _Floats | None = None,
        factors: _Floats | None = None,
        shape_starts: _Positions | None = None,
        shape_points: _Floats | None = None,
        kinds: NDArray[np.uint16] | None = None,
        kind_names: list[str] | None = None,
    ) -> Network: ...
    @staticmethod
    def from_pbf(path: str, *, part: Any, profile: str) -> tuple[Network, str]: ...
    @staticmethod
    def from_bytes(bytes: bytes) -> Network: ...
    def join(self, places: _Floats, options: _Joining) -> Joined: ...
    def join_entrances(self, places: _Floats, start: _Positions, options: _Joining) -> Joined: ...
    def join_outlines(
        self, places: _Floats, rings: _Positions, outlines: _Positions, options: _Joining
    ) -> Joined: ...
    def travel(
        self,
        demand: Joined,
        sites: Joined,
        *,
        cutoff: float | None,
        unit: str,
        speed: _Floats,
        demand_ids: _Names = None,
        site_ids: _Names = None,
    ) -> TravelMatrix: ...
    def reach(
        self, places: Joined, *, cutoff: float, unit: str, speed: float, towards: bool
    ) -> dict[str, Any]: ...
    def summary(self) -> dict[str, Any]: ...
    @property
    def geographic(self) -> bool: ...
    def nodes(self) -> dict[str, Any]: ...
    def edges(self) -> dict[str, Any]: ...
    def to_bytes(self) -> bytes: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, tuple[bytes]]: ...

@final
class Progress:
    """A snapshot of a running solve; `siting.progress` has an example.

    Attributes:
        phase: "heuristic", "bound" or "solver".
        seconds: Seconds since the solve began.
        incumbent: Objective of the best plan so far.
        bound: Best proven bound on the objective so far.
        gap: Relative gap between the two.
        nodes: Branch-and-bound nodes so far.
    """

    @property
    def phase(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def incumbent(self) -> float | None: ...
    @property
    def bound(self) -> float | None: ...
    @property
    def gap(self) -> float | None: ...
    @property
    def nodes(self) -> int: ...

@final
class Solution:
    """A checked plan, by position."""

    @property
    def model(self) -> str: ...
    @property
    def sense(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def backend(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def limit(self) -> str | None: ...
    @property
    def objective(self) -> float: ...
    @property
    def bound(self) -> float | None: ...
    @property
    def gap(self) -> float | None: ...
    @property
    def seconds(self) -> float: ...
    @property
    def nodes(self) -> int: ...
    @property
    def sites(self) -> _Positions: ...
    @property
    def assignment(self) -> NDArray[np.int64]: ...
    @property
    def flows(self) -> tuple[_Positions, _Positions, _Floats] | None: ...
    @property
    def covered_weight(self) -> float: ...
    @property
    def total_weight(self) -> float: ...
    @property
    def covered_share(self) -> float: ...
    @property
    def mean_cost(self) -> float | None: ...
    @property
    def max_cost(self) -> float | None: ...
    @property
    def demand_ids(self) -> _Labels: ...
    @property
    def site_ids(self) -> _Labels: ...
    def to_json(self) -> str: ...
    @staticmethod
    def from_json(text: str) -> Solution: ...
    @staticmethod
    def from_bytes(bytes: bytes) -> Solution: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, tuple[bytes]]: ...

@final
class Model:
    """A model over a travel matrix, by position."""

    @staticmethod
    def max_cover(
        travel: TravelMatrix,
        weights: _Floats,
        *,
        site_costs: _Floats | None = None,
        required: _Positions | None = None,
        forbidden: _Positions | None = None,
        existing: _Positions | None = None,
        closing_costs: _Floats | None = None,
        within_each: _Floats | None = None,
        capacities: _Floats | None = None,
        demands: _Floats | None = None,
        p: int | None = None,
        budget: float | None = None,
        within: float | None = None,
        backup: int | None = None,
        single_source: bool | None = None,
        assignment: str | None = None,
        merged: bool = False,
    ) -> Model: ...
    @staticmethod
    def set_cover(
        travel: TravelMatrix,
        *,
        weights: _Floats | None = None,
        site_costs: _Floats | None = None,
        required: _Positions | None = None,
        forbidden: _Positions | None = None,
        existing: _Positions | None = None,
        closing_costs: _Floats | None = None,
        within_each: _Floats | None = None,
        capacities: _Floats | None = None,
        demands: _Floats | None = None,
        within: float | None = None,
        share: float | None = None,
        backup: int | None = None,
        single_source: bool | None = None,
        assignment: str | None = None,
        merged: bool = False,
    ) -> Model: ...
    @staticmethod
    def p_median(
        travel: TravelMatrix,
        weights: _Floats,
        *,
        site_costs: _Floats | None = None,
        required: _Positions | None = None,
        forbidden: _Positions | None = None,
        existing: _Positions | None = None,
        closing_costs: _Floats | None = None,
        capacities: _Floats | None = None,
        demands: _Floats | None = None,
        p: int | None = None,
        budget: float | None = None,
        single_source: bool | None = None,
        assignment: str | None = None,
    ) -> Model: ...
    @staticmethod
    def p_center(
        travel: TravelMatrix,
        *,
        weights: _Floats | None = None,
        site_costs: _Floats | None = None,
        required: _Positions | None = None,
        forbidden: _Positions | None = None,
        existing: _Positions | None = None,
        closing_costs: _Floats | None = None,
        p: int | None = None,
        budget: float | None = None,
    ) -> Model: ...
    @staticmethod
    def p_dispersion(
        travel: TravelMatrix,
        *,
        site_costs: _Floats | None = None,
        required: _Positions | None = None,
        forbidden: _Positions | None = None,
        existing: _Positions | None = None,
        closing_costs: _Floats | None = None,
        p: int | None = None,
        budget: float | None = None,
    ) -> Model: ...
    @staticmethod
    def fixed_charge(
        travel: TravelMatrix,
        weights: _Floats,
        site_costs: _Floats,
        *,
        required: _Positions | None = None,
        forbidden: _Positions | None = None,
        existing: _Positions | None = None,
        closing_costs: _Floats | None = None,
        capacities: _Floats | None = None,
        demands: _Floats | None = None,
        min_use: _Floats | None = None,
        p: int | None = None,
        budget: float | None = None,
        single_source: bool | None = None,
        assignment: str | None = None,
    ) -> Model: ...
    def solve(
        self, options: _Options, warm_start: _Positions | None, progress: _Callback
    ) -> Solution: ...
    def evaluate(self, open: _Positions) -> tuple[float, _Positions, NDArray[np.int64]]: ...
    def check(self, solution: Solution) -> None: ...

@final
class PointMedian:
    """A p-median over points, by position."""

    def __new__(
        cls,
        demand: _Floats,
        *,
        metric: str,
        sites: _Floats | None = None,
        weights: _Floats | None = None,
        rounding: str | None = None,
        required: _Positions | None = None,
        forbidden: _Positions | None = None,
        existing: _Positions | None = None,
        p: int | None = None,
        demand_ids: _Names = None,
        site_ids: _Names = None,
    ) -> PointMedian: ...
    def solve(
        self, options: _Options, warm_start: _Positions | None, progress: _Callback
    ) -> Solution: ...
    def evaluate(self, open: _Positions) -> tuple[float, _Positions, NDArray[np.int64]]: ...
    def check(self, solution: Solution) -> None: ...
    def costs(self, demand: _Positions, sites: _Positions) -> _Floats: ...
    def unreachable(self) -> _Positions: ...

def streets_from_lines(
    places: _Floats, start: _Positions, *, geographic: bool, node_crossings: bool
) -> dict[str, Any]: ...
def synthetic_town(communities: int, seed: int) -> dict[str, Any]: ...
def convert_datum(lon_lat: _Floats, from_datum: str, to_datum: str) -> NDArray[np.float64]: ...
def osm_streets(path: str, *, part: _Part | None, profile: str) -> dict[str, Any]: ...
def osm_town(path: str, *, part: _Part | None, homes: str) -> dict[str, Any]: ...
def standard_presets() -> list[str]: ...
def standard_text(name: str) -> str: ...
def standard_from_toml(text: str) -> str: ...
def standard_to_toml(document: str) -> str: ...
def standard_rows(document: str) -> str: ...
def standard_services(document: str, unit: str) -> str:
    """The services of a document, with limits in "minutes" or "metres", as a document."""

@final
class Programme:
    """A programme whose data were found right."""

    def __new__(
        cls,
        document: str,
        people: _Floats,
        *,
        groups: list[tuple[str, _Floats]],
        households: _Floats | None = None,
        district_of: _Positions | None = None,
        community_of: _Positions | None = None,
        rural: NDArray[np.bool_] | None = None,
        surveys: list[tuple[str, _Floats]] | None = None,
        travel: TravelMatrix | None = None,
        travel_to_spaces: TravelMatrix | None = None,
    ) -> Programme: ...
    def audit(self, options: str) -> Audit: ...
    def needs(self, service: int) -> _Floats | None: ...
    def solve(
        self, rules: str, options: _Options, warm_start: ServicePlan | None, progress: _Callback
    ) -> ServicePlan: ...
    def write_mps(self, rules: str, path: str) -> None: ...
    def explain(
        self, plan: ServicePlan, space: int, options: _Options
    ) -> tuple[str, ServicePlan | None]: ...
    def what_if(
        self,
        plan: ServicePlan,
        without: list[int],
        with_: list[int],
        options: _Options,
        progress: _Callback,
    ) -> tuple[str, ServicePlan]: ...
    def check(self, plan: ServicePlan) -> None: ...
    def fitted(self, plan: ServicePlan) -> Programme: ...
    def money(self, plan: ServicePlan) -> str: ...
    def coverage(self, plan: ServicePlan) -> str: ...
    @staticmethod
    def from_bytes(bytes: bytes) -> Programme: ...
    def to_bytes(self) -> bytes: ...
    def __reduce__(self) -> tuple[Any, tuple[bytes]]: ...

@final
class Audit:
    """What an audit found."""

    def document(self) -> str: ...
    @property
    def mean_score(self) -> float | None: ...
    def points(self, service: int) -> dict[str, Any] | None: ...
    @staticmethod
    def from_bytes(bytes: bytes) -> Audit: ...
    def to_bytes(self) -> bytes: ...
    def __reduce__(self) -> tuple[Any, tuple[bytes]]: ...

@final
class ServicePlan:
    """A checked plan of a programme, by position."""

    def document(self) -> str: ...
    @property
    def sense(self) -> str: ...
    def served(self) -> dict[str, Any]: ...
    def to_json(self) -> str: ...
    @staticmethod
    def from_json(text: str) -> ServicePlan: ...
    @staticmethod
    def from_bytes(bytes: bytes) -> ServicePlan: ...
    def to_bytes(self) -> bytes: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, tuple[bytes]]: ...
