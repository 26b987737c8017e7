"""Every kind of bad input gives one clear error that names the place; none is passed over."""

import geopandas
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import siting
from shapely import MultiPoint, Point, Polygon
from siting import InputError, TravelMatrix


def layer(points, crs=4550, ids=None, **columns):
    geometry = [Point(p) if isinstance(p, tuple) else p for p in points]
    return geopandas.GeoDataFrame(columns, geometry=geometry, index=ids, crs=crs)


HOMES = layer(
    [(0, 0), (5, 0), (9, 0)], ids=["a", "b", "c"], people=[3.0, 5.0, 7.0], name=["x", "y", "z"]
)
ROOMS = layer([(1, 0), (8, 0)], ids=["mill", "hall"])
TRAVEL = TravelMatrix.from_points(HOMES, ROOMS, cutoff=6)
PLAIN = TravelMatrix.from_dense([[1.0, 2.0], [3.0, 4.0]])
PAIRS = pd.DataFrame({"o": ["a", "b"], "d": ["x", "y"], "t": [1.0, 2.0]})
SQUARE = Polygon([(0, 0), (0, 1), (1, 1)])


def points(demand=HOMES, sites=ROOMS, **options):
    return TravelMatrix.from_points(demand, sites, **options)


def dense(costs, **options):
    return TravelMatrix.from_dense(costs, **options)


def frame(table=PAIRS, demand="o", site="d", cost="t", **options):
    return TravelMatrix.from_frame(table, demand=demand, site=site, cost=cost, **options)


def cover(**arguments):
    return siting.MaxCover(TRAVEL, **{"weights": 1, "p": 1, **arguments})


def numbered(**arguments):
    return siting.MaxCover(PLAIN, **{"weights": 1, "p": 1, **arguments})


def solve(**options):
    return cover().solve(**options)


def charge(**arguments):
    return siting.FixedCharge(TRAVEL, **{"weights": 1, "site_costs": 1, **arguments})


def series(values, ids=("a", "b", "c")):
    return pd.Series(values, index=list(ids))


TRAVEL_CASES = [
    # Layers
    (lambda: points(demand=layer([])), "demand is an empty layer"),
    (lambda: points(sites=np.empty((0, 2))), "sites is empty"),
    (lambda: points(demand=layer([(0, 0), None])), "demand[1] (id 1) has no geometry"),
    (lambda: points(sites=layer([(0, 0), Point()])), "sites[1] (id 1) has an empty geometry"),
    (lambda: points(sites=layer([SQUARE], ids=["block"])), "sites[0] (id 'block') is a Polygon"),
    (lambda: points(sites=layer([SQUARE])), "representative_point()"),
    (lambda: points(demand=layer([MultiPoint([(0, 0)])])), "demand[0] (id 0) is a MultiPoint"),
    (lambda: points(demand=HOMES.drop(columns="geometry")), "without geometry"),
    (lambda: points(demand=[[0, 1, 2]]), "numbers of the shape (n, 2), are expected"),
    (lambda: points(demand=[[0, 1], [2]]), "numbers of the shape (n, 2), are expected"),
    (lambda: points(demand="homes.gpkg"), "numbers of the shape (n, 2), are expected"),
    (
        lambda: points(demand=[["0", "1"]], sites=[[0, 0]]),
        "numbers of the shape (n, 2), are expected",
    ),
    (lambda: points(demand=[[0, np.nan]], sites=[[0, 0]]), "demand[0] (id 0) is NaN"),
    (lambda: points(demand=[[0, 0]], sites=[[0, 0], [np.inf, 0]]), "sites[1] (id 1) is inf"),
    # Ids
    (
        lambda: points(sites=layer([(0, 0), (1, 1)], ids=["x", "x"])),
        "id 'x' is given twice, at 0 and at 1",
    ),
    (
        lambda: points(sites=layer([(0, 0), (1, 1)], ids=["x", None])),
        "the id at position 1 is missing",
    ),
    (
        lambda: points(sites=layer([(0, 0)], ids=pd.MultiIndex.from_tuples([("a", 1)]))),
        "index of 2 levels",
    ),
    (lambda: dense([[1.0]], site_ids=["x", "y"]), "site_ids has 2 entries where 1 are expected"),
    (lambda: dense([[1.0, 2.0]], site_ids=[4, 4]), "id 4 is given twice"),
    (lambda: dense([[1.0]], demand_ids="a"), "demand_ids is 'a'"),
    (lambda: dense([[1.0]], demand_ids=[["a"]]), "demand_ids has the shape"),
    # Reference systems and metrics
    (lambda: points(sites=ROOMS.to_crs(4549)), "sites.to_crs(demand.crs)"),
    (lambda: points(sites=ROOMS.set_crs(None, allow_override=True)), "sites has no CRS"),
    (lambda: points(demand=[[0, 0]]), "demand has no CRS"),
    (lambda: points(HOMES.to_crs(4490), ROOMS.to_crs(4490)), 'metric="haversine"'),
    (lambda: points(metric="haversine"), "which is projected"),
    (lambda: points([[200, 0]], [[0, 0]], metric="haversine"), "demand[0] (id 0) is 200"),
    (lambda: points(metric="walking"), 'metric is "walking"'),
    (lambda: points(metric=2), "metric is 2"),
    (lambda: points(cutoff=-1), "cutoff is -1"),
    (lambda: points(cutoff=np.nan), "cutoff is NaN"),
    (lambda: points(cutoff="800"), "cutoff is '800'"),
    # Dense arrays
    (lambda: dense([[1.0, np.nan]]), "costs[0, 1] (demand point 0, site 1) is NaN"),
    (
        lambda: dense([[1.0], [-2.0]], demand_ids=["a", "b"]),
        "costs[1, 0] (demand point 'b', site 0) is -2",
    ),
    (lambda: dense([1.0, 2.0]), "two dimensions"),
    (lambda: dense(np.empty((0, 3))), "demand is empty"),
    (lambda: dense([["near"]]), "costs[0] is 'near'"),
    (lambda: dense([[1.0], [1.0, 2.0]]), "rows of different lengths"),
    (lambda: dense(scipy.sparse.eye_array(2)), "from_scipy"),
    # Tables of pairs
    (lambda: frame(cost="km"), "cost is 'km', but df has only the columns 'o', 'd', 't'"),
    (lambda: frame(PAIRS.assign(t=[1, None])), "row 1 of df (demand point 'b', site 'y')"),
    (lambda: frame(PAIRS.assign(t=[1, np.inf])), "leave unreachable pairs out"),
    (lambda: frame(PAIRS.assign(o=["a", None])), "demand: row 1 of df has no id"),
    (lambda: frame(pd.concat([PAIRS, PAIRS])), "given twice"),
    (
        lambda: frame(pd.DataFrame({"o": [1, 2, 1], "d": [7, 7, 7], "t": [1, 2, 3]})),
        "row 2 of df (demand point 1, site 7): ",
    ),
    (lambda: frame(PAIRS.iloc[:0]), "df is empty"),
    (lambda: frame(site_ids=["x"]), "row 1 of df has the id 'y'"),
    (lambda: frame({"o": []}), "df is a dict"),
    # Sparse arrays
    (lambda: TravelMatrix.from_scipy(np.eye(2)), "from_dense"),
    (lambda: TravelMatrix.from_scipy(-scipy.sparse.eye_array(2, format="csr")), "cost[0] is -1"),
    (
        lambda: TravelMatrix.from_scipy(
            scipy.sparse.coo_array(([1.0, 1.0], ([0, 0], [0, 0])), shape=(1, 1))
        ),
        "stores 1 pairs twice",
    ),
    # Stacking
    (lambda: PLAIN.with_sites(dense([[1.0]])), "other has different demand points"),
    (lambda: PLAIN.with_sites(PLAIN), "rename it in one"),
    (lambda: PLAIN.with_sites("more"), "other is a str"),
]

MODEL_CASES = [
    # The matrix
    (lambda: siting.MaxCover([[1.0]], weights=1, p=1), "travel is a list"),
    # Weights
    (lambda: cover(weights=None), "weights is None"),
    (
        lambda: cover(weights=[1, 2]),
        "weights has 2 entries where 3 are expected (one per demand point)",
    ),
    (lambda: cover(weights=[1, 2, np.nan]), "weights[2] (id 'c') is NaN"),
    (lambda: cover(weights=[1, None, 2]), "weights[1] (id 'b') is NaN"),
    (lambda: cover(weights=[1, -2, 3]), "weights[1] (id 'b') is -2"),
    (lambda: cover(weights=[1, np.inf, 3]), "weights[1] (id 'b') is inf"),
    (lambda: cover(weights=["1", 2, 3]), "weights[0] (id 'a') is '1'"),
    (lambda: cover(weights=[True, False, True]), "weights[0] (id 'a') is True"),
    (lambda: cover(weights=np.ones((3, 1))), "weights has the shape (3, 1)"),
    (lambda: cover(weights=[[1], [2], [3]]), "weights[0] (id 'a') is [1]"),
    (lambda: cover(weights=HOMES[["people"]]), "weights is a DataFrame"),
    (lambda: cover(weights="elders"), "they have 'people', 'name', 'geometry'"),
    (lambda: cover(weights="name"), "weights[0] (id 'a') is 'x'"),
    (lambda: numbered(weights="people"), "were not given as a GeoDataFrame"),
    (lambda: cover(weights=series([1, 2, 3], "abd")), "'d' at position 2 is no demand point"),
    (lambda: cover(weights=pd.Series([1, 2, 3])), "Series.to_numpy()"),
    (
        lambda: cover(weights=series([1, 2], "ab")),
        "weights lacks 1 of 3 demand points, the first is 'c'",
    ),
    (lambda: cover(weights=series([1, 2, 3, 4], "abca")), "id 'a' is given twice"),
    (lambda: cover(weights={"a": 1, "b": 2}), "weights lacks 1 of 3"),
    # p and budget
    (lambda: cover(p=None), "p is missing"),
    (lambda: cover(p=3), "there are only 2 sites"),
    (lambda: cover(p=-1), "p is -1"),
    (lambda: cover(p=1.5), "p is 1.5"),
    (lambda: cover(p=True), "p is True"),
    (lambda: cover(p="1"), "p is '1'"),
    (lambda: cover(budget=-5), "budget is -5"),
    (lambda: cover(budget=np.nan), "budget is NaN"),
    (lambda: cover(budget="much"), "budget is 'much'"),
    (
        lambda: siting.PDispersion.from_points([[0, 0], [1, 1]], p=1),
        "a distance needs two open sites",
    ),
    # Sites by id
    (
        lambda: cover(required=["mil"]),
        "required[0] is 'mil', which is no site id; the ids are 'mill', 'hall'",
    ),
    (lambda: cover(forbidden="mill"), "forbidden is 'mill': give a list of site ids"),
    (lambda: cover(existing=7), "existing is 7"),
    (lambda: cover(existing=ROOMS), "existing is a GeoDataFrame"),
    (lambda: cover(required=["mill", "mill"]), "site 'mill' is given twice, at 0 and at 1"),
    (lambda: cover(required=["mill"], forbidden=["mill"]), "site 'mill' stands in both"),
    (lambda: numbered(required=["1"]), "The number 1 is one, the text '1' is not"),
    (lambda: numbered(required=[5]), "required[0] is 5"),
    # Sites by mask
    (lambda: numbered(required=np.array([0, 1])), "is it a mask?"),
    (lambda: numbered(existing=pd.Series([1, 1])), ".astype(bool)"),
    (lambda: numbered(forbidden=[1, 1]), "is it a mask?"),
    (lambda: cover(required=[True]), "a mask of 1 entries for 2 sites"),
    (lambda: cover(required=pd.Series([True, False])), "0 at position 0 is no site"),
    # Closing costs
    (lambda: cover(closing_costs={"mill": 1}), "closing_costs is given without existing sites"),
    (
        lambda: cover(existing=["mill"], closing_costs={"hall": 1}),
        "'hall' at position 0 is no existing site",
    ),
    (
        lambda: cover(existing=["mill"], closing_costs={"mill": np.nan}),
        "closing_costs of site 'mill' is NaN",
    ),
    (lambda: cover(existing=["mill"], closing_costs=[1]), "give a dict or Series"),
    # Costs and capacities of sites
    (lambda: cover(site_costs=[1, -1]), "site_costs[1] (id 'hall') is -1"),
    (lambda: cover(site_costs={"mill": 1}), "site_costs lacks 1 of 2 sites"),
    (lambda: charge(site_costs=None), "site_costs is None"),
    (lambda: cover(capacities=[5, np.nan]), "capacities[1] (id 'hall') is NaN"),
    (lambda: cover(demands=2), "demands only matter where capacities"),
    (lambda: charge(min_use=9, capacities=5), "min_use[0] (id 'mill') is 9"),
    (lambda: cover(capacities=9, backup=2), "backup and capacities contradict each other"),
    (lambda: cover(single_source="yes"), "single_source is 'yes'"),
    (lambda: cover(assignment="nearest"), 'assignment is "nearest"'),
    # Radii and shares
    (lambda: cover(within=-1), "within[0] (id 'a') is -1"),
    (lambda: cover(within=7), "build it with a cutoff of at least 7"),
    (lambda: cover(within=[1, 2]), "within has 2 entries where 3 are expected"),
    (lambda: cover(within=[1, np.nan, 2]), "within[1] (id 'b') is NaN"),
    (lambda: cover(within="far"), "within is 'far'"),
    (lambda: cover(backup=0), "backup is 0"),
    (lambda: cover(backup=50), "backup is 50: there are only "),
    (lambda: cover(p=10**30), "p is 1e+30: a whole number of sites of at most 2**63 - 1"),
    (lambda: cover(assignment="nearest"), '"system" or "closest" is expected'),
    (lambda: siting.SetCover(TRAVEL, share=1.5), "share is 1.5"),
    (lambda: siting.SetCover(TRAVEL, share=90), "0.9 for 90 %"),
]

SOLVE_CASES = [
    (lambda: solve(method="simplex"), 'method is "simplex"'),
    (lambda: solve(method=1), "method is 1"),
    (lambda: solve(backend="cplex"), 'backend is "cplex"'),
    (lambda: solve(gap=-0.1), "gap is -0.1"),
    (lambda: solve(gap="1 %"), "gap is '1 %'"),
    (lambda: solve(gap=np.nan), "gap is NaN"),
    (lambda: solve(time_limit=-1), "time_limit is -1"),
    (lambda: solve(time_limit=np.inf), "leave it out for no limit"),
    (lambda: solve(time_limit="60"), "time_limit is '60'"),
    (lambda: solve(threads=0), "threads is 0"),
    (lambda: solve(threads=1.5), "threads is 1.5"),
    (lambda: solve(seed=-1), "seed is -1"),
    (lambda: solve(seed=2**64), "seed is 18446744073709551616"),
    (lambda: solve(memory_limit="1 GB"), "memory_limit is '1 GB'"),
    (lambda: solve(progress="yes"), "progress is 'yes'"),
    (lambda: solve(warm_start=["nowhere"]), "warm_start[0] is 'nowhere'"),
    (
        lambda: solve(warm_start=numbered().solve()),
        "warm_start is a solution over other demand points",
    ),
    (lambda: cover().evaluate(["mill", "mill"]), "given twice"),
    (lambda: cover().evaluate("mill"), "sites is 'mill'"),
    (lambda: cover().evaluate(None), "sites is None: give a list of the ids of all open sites"),
    (lambda: cover(capacities=9).evaluate(["mill"]), "capacities"),
    (lambda: cover().check("plan"), "solution is a str"),
    (lambda: cover().check(siting.PMedian(TRAVEL, weights=1, p=2).solve()), "not of max-cover"),
    (lambda: solve().to_geodataframe(layer="rooms"), "layer is 'rooms'"),
    (lambda: siting.Solution.from_json("{}"), "the JSON text is not a solution"),
    (lambda: siting.Solution.from_json(None), "text is a NoneType"),
]


def sentences(cases):
    return [pytest.param(make, fragment, id=fragment[:50]) for make, fragment in cases]


def is_told(make, fragment):
    with pytest.raises(InputError) as raised:
        make()
    assert fragment in str(raised.value)
    assert isinstance(raised.value, ValueError)


@pytest.mark.parametrize(("make", "fragment"), sentences(TRAVEL_CASES))
def test_bad_travel_data_is_told_with_its_place(make, fragment):
    is_told(make, fragment)


@pytest.mark.parametrize(("make", "fragment"), sentences(MODEL_CASES))
def test_bad_model_data_is_told_with_its_place(make, fragment):
    is_told(make, fragment)


@pytest.mark.parametrize(("make", "fragment"), sentences(SOLVE_CASES))
def test_bad_options_are_told_with_their_value(make, fragment):
    is_told(make, fragment)


def test_the_table_holds_at_least_forty_kinds():
    assert len({fragment for _, fragment in TRAVEL_CASES + MODEL_CASES + SOLVE_CASES}) >= 100


def test_the_error_carries_argument_and_position():
    with pytest.raises(InputError) as raised:
        cover(weights=[1, -2, 3])
    assert (raised.value.argument, raised.value.position) == ("weights", 1)


def test_unknown_arguments_are_refused():
    with pytest.raises(TypeError, match="wieghts"):
        siting.MaxCover(TRAVEL, wieghts=1, p=1)
    with pytest.raises(TypeError, match="positional"):
        siting.MaxCover(TRAVEL, 1)
