"""Programmes and their audit: figures by hand, columns by name, and what wrong input is told."""

import dataclasses
import pickle

import geopandas
import numpy as np
import pandas as pd
import pytest
import siting
from matplotlib import pyplot

CANTEEN = siting.Service(
    "canteen",
    needs={"elders": 0.5},
    limit=400,
    modules=[siting.Module("small", area=100, places=30)],
    kinds=["hall", "shop"],
    places_per_1000_people=100,
    area_per_100_households=200,
)
CLINIC = siting.Service("clinic", needs={"people": 1}, limit=300)


def points(at, **columns):
    geometry = geopandas.points_from_xy(at, np.zeros(len(at)))
    index = columns.pop("index")
    return geopandas.GeoDataFrame(columns, index=index, geometry=geometry, crs=4550)


@pytest.fixture
def homes():
    return points(
        [0, 300, 600, 5000],
        index=["a", "b", "c", "d"],
        people=[100, 200, 100, 50],
        elders=[20, 40, 20, 20],
        households=[50, 80, 50, 20],
        district=["West", "West", "East", "East"],
        community=["Mill", "Mill", "Quay", "Farm"],
    )


@pytest.fixture
def spaces():
    return points(
        [10, 20, 700],
        index=["hall", "nook", "roof"],
        kind=["hall", "hall", "roof"],
        area_m2=[120.0, 80.0, 500.0],
        district=["West", "West", "East"],
    )


@pytest.fixture
def existing():
    return points(
        [100, 900, 0],
        index=["old mill", "quay 3", "clinic"],
        service=["canteen", "canteen", "clinic"],
        places=[15, 10, None],
        area_m2=[150, 100, None],
        district=["West", "East", "West"],
    )


@pytest.fixture
def make(homes, spaces, existing):
    """A programme with some of its parts changed."""

    def make(**changed):
        parts = {
            "homes": homes,
            "spaces": spaces,
            "existing": existing,
            "services": [CANTEEN, CLINIC],
        }
        words = {"district": "district", "community": "community"}
        parts.update({name: changed.pop(name) for name in list(changed) if name in parts})
        if "travel" not in changed:
            changed["travel"] = siting.TravelMatrix.from_points(homes, existing, cutoff=2000)
        homes_, spaces_, services = parts["homes"], parts["spaces"], parts["services"]
        return siting.Programme(
            homes_, spaces_, services, existing=parts["existing"], **{**words, **changed}
        )

    return make


def test_people_communities_places_and_area_are_counted(make):
    row = make().audit().services.loc["canteen"]
    assert (row["need"], row["in_reach"], row["share_in_reach"]) == (50, 40, 0.8)
    assert (row["communities"], row["communities_in_reach"]) == (3, 2)
    assert row["share_of_communities"] == 2 / 3
    assert (row["places"], row["places_lacking"], row["places_lacking_to_standard"]) == (25, 25, 20)
    assert (row["area_per_100_households"], row["area_lacking_to_standard"]) == (125, 150)
    assert (row["spaces"], row["space_area"]) == (1, 120)


def test_districts_have_a_row_for_each_service(make):
    districts = make().audit().districts
    assert districts.index.names == ["service", "district"]
    assert districts.loc[("canteen", "West"), "in_reach"] == 30
    assert districts.groupby("service")["need"].sum().to_dict() == {"canteen": 50, "clinic": 450}


def test_what_is_unknown_is_nan(make):
    row = make().audit().services.loc["clinic"]
    assert np.isnan(row["places"])
    assert np.isnan(row["gini"])
    assert row["facilities_without_places"] == 1


def test_points_carry_ids_and_geometry(make):
    audit = make().audit()
    frame = audit.points("canteen")
    assert frame.index.tolist() == ["a", "b", "c", "d"]
    assert frame["nearest"].tolist()[:3] == ["old mill", "old mill", "quay 3"]
    assert frame["nearest"].isna().tolist() == [False, False, False, True]
    assert frame["accessibility"].tolist() == [0.5, 0.5, 1.0, 0.0]
    assert np.isnan(frame.loc["d", "walk"])
    assert audit.points("clinic")["accessibility"].isna().all()
    assert audit.to_geodataframe("canteen").crs == 4550


def test_the_worst_served_are_named(make):
    worst = make().audit(worst=2).worst
    assert worst.loc[worst["service"] == "canteen", "home"].tolist() == ["d", "c"]


@pytest.mark.parametrize(
    ("catchment", "expected"),
    [
        ("two-step", [0.5, 0.5, 1.0, 0.0]),
        ("enhanced", [15 / 23.6, 15 * 0.68 / 23.6, 1.0, 0.0]),
        ([(0.25, 1.0), (1.0, 0.5)], [0.75, 0.375, 1.0, 0.0]),
    ],
)
def test_accessibility_comes_in_its_forms(make, catchment, expected):
    found = make().audit(catchment=catchment).points("canteen")["accessibility"]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_gaussian_accessibility_gives_out_every_place_in_reach(make):
    frame = make().audit(catchment="gaussian").points("canteen")
    assert (frame["need"] * frame["accessibility"]).sum() == pytest.approx(25)


def test_the_score_can_be_weighted_anew(make):
    weights = {"reach": 2, "places": 0, "walk": 0}
    audit = make().audit(score=weights, service_weights={"clinic": 3})
    assert audit.communities["score"].to_dict() == {"Mill": 100, "Quay": 25, "Farm": 0}
    assert audit.mean_score == pytest.approx(125 / 3)
    assert audit.communities.loc["Quay", ["canteen", "clinic"]].tolist() == [1, 0]


def test_the_summary_names_its_units(make):
    text = make().audit().summary()
    assert "canteen: 40 of 50 people in need (80.0%) are in reach of 2 facilities" in text
    assert "and so are at least 50% of them in 2 of 3 communities." in text
    assert "Places are unknown at 1 facility." in text
    assert "Farm has the least, 0.0." in text


def test_the_plot_shows_who_is_out_of_reach(make):
    ax = make().audit().plot("canteen")
    assert ax.get_title() == "canteen: 80.0% of people in need in reach"
    labels = [label.get_text() for label in ax.get_legend().get_texts()]
    assert labels == [
        "out of reach: 10 people in need",
        "in reach: 40 people in need",
        "facility of today (2)",
    ]
    pyplot.close(ax.figure)


def test_columns_of_other_names_are_mapped(make, homes, spaces, existing):
    other = make(
        homes=homes.rename(columns={"people": "POP", "elders": "old"}),
        spaces=spaces.rename(columns={"area_m2": "m2"}),
        existing=existing.rename(columns={"service": "what"}),
        columns={"people": "POP", "elders": "old", "area": "m2", "service": "what"},
    )
    pd.testing.assert_frame_equal(other.audit().services, make().audit().services)


def test_rural_homes_have_their_own_limit(make, homes):
    homes["where"] = ["urban", "urban", "rural", "rural"]
    canteen = dataclasses.replace(CANTEEN, limit=150, rural_limit=350)
    audit = make(homes=homes, services=[canteen, CLINIC], setting="where").audit()
    assert audit.points("canteen")["in_reach"].tolist() == [True, False, True, False]


def test_a_programme_needs_neither_geometry_nor_districts(homes, existing):
    plain = pd.DataFrame(homes.drop(columns="geometry"))
    travel = siting.TravelMatrix.from_points(homes, existing, cutoff=2000)
    facilities = pd.DataFrame(existing.drop(columns="geometry"))
    audit = siting.Programme(
        plain, None, [CANTEEN, CLINIC], travel=travel, existing=facilities
    ).audit()
    assert audit.services.loc["canteen", "in_reach"] == 40
    assert audit.districts.empty
    assert audit.communities.empty
    with pytest.raises(siting.InputError, match="homes with geometry"):
        audit.plot("canteen")


def test_a_town_without_facilities_reaches_nobody(homes, spaces):
    audit = siting.Programme(homes, spaces, [CANTEEN]).audit()
    assert audit.services.loc["canteen", ["facilities", "in_reach", "places"]].tolist() == [0, 0, 0]
    assert "0 of 50 people in need (0.0%) are in reach of 0 facilities." in audit.summary()


def test_standards_take_the_unit_of_the_travel_matrix():
    town = siting.synthetic_town(24)
    travel = siting.TravelMatrix.from_points(town.homes, town.facilities, cutoff=2000)
    standard = siting.standards.load("ningbo-2025")
    programme = siting.Programme(
        town.homes, town.spaces, standard, travel=travel, existing=town.facilities
    )
    assert programme.services == standard.services(unit="m")
    unknown = siting.TravelMatrix.from_scipy(
        travel.to_scipy(), demand_ids=town.homes.index, site_ids=town.facilities.index
    )
    with pytest.raises(siting.InputError, match='give unit="m" or unit="min"'):
        siting.Programme(
            town.homes, town.spaces, standard, travel=unknown, existing=town.facilities
        )


def test_programmes_and_audits_survive_pickling(make):
    programme = make(
        slots=[siting.Slot("day", 8, 16)], pairs=[siting.Pair("canteen", "clinic", apart=True)]
    )
    audit = programme.audit()
    again = pickle.loads(pickle.dumps(programme)).audit()
    pd.testing.assert_frame_equal(again.services, audit.services)
    pd.testing.assert_frame_equal(
        pickle.loads(pickle.dumps(audit)).points("canteen"), audit.points("canteen")
    )


def changed(frame, column, row, value):
    frame = frame.copy()
    frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value
    return frame


@pytest.mark.parametrize(
    ("layer", "column", "message"),
    [
        ("homes", "people", r"homes lacks the column 'people' \(all people\); it has"),
        ("homes", "elders", r"'elders' \(needed by 'canteen'\)"),
        ("homes", "households", "m² per 100 households"),
        ("homes", "district", "'district' .named as district."),
        ("homes", "community", "'community' .named as community."),
        ("spaces", "kind", "spaces lacks the column 'kind'"),
        (
            "spaces",
            "area_m2",
            r"spaces lacks the column 'area_m2' \(usable m²\).*columns=\{\"area\": ...\}",
        ),
        ("spaces", "district", "spaces lacks the column 'district'"),
        ("existing", "service", "existing lacks the column 'service'"),
        ("existing", "district", "existing lacks the column 'district'"),
    ],
)
def test_each_missing_column_is_named(make, request, layer, column, message):
    frame = request.getfixturevalue(layer).drop(columns=column)
    with pytest.raises(siting.InputError, match=message):
        make(**{layer: frame})


def test_all_missing_columns_are_named_at_once(make, homes):
    with pytest.raises(siting.InputError, match=r"lacks the columns 'people' .* 'elders'"):
        make(homes=homes.drop(columns=["people", "elders"]))


@pytest.mark.parametrize(
    ("layer", "column", "row", "value", "message"),
    [
        ("homes", "people", "b", -1, r"people\[1\] \(id 'b'\) is -1"),
        ("homes", "people", "b", None, r"homes\['people'\]\[1\] \(id 'b'\) is nan"),
        ("homes", "people", "b", "many", r"homes\['people'\]\[1\] \(id 'b'\) is 'many'"),
        ("homes", "elders", "c", -2, r"homes\['elders'\]\[2\] \(id 'c'\) is -2"),
        (
            "homes",
            "elders",
            "c",
            5000,
            r"homes\['elders'\]\[2\] \(id 'c'\) is 5000: a group is part of the people there",
        ),
        ("homes", "district", "a", None, r"homes\['district'\]\[0\] \(id 'a'\) is None: a text"),
        ("spaces", "area_m2", "nook", -80, r"spaces\[1\] \(id 'nook'\).area is -80"),
        ("spaces", "area_m2", "nook", np.inf, "a finite number is expected"),
        (
            "spaces",
            "district",
            "roof",
            "Est",
            r"spaces\[2\] \(id 'roof'\).district is 'Est', where no home lies: the districts are 'West', 'East'",
        ),
        ("spaces", "kind", "roof", 1.5, "is 1.5: a text is expected"),
        (
            "existing",
            "service",
            "quay 3",
            "canten",
            r"existing\[1\] \(id 'quay 3'\).service is \"canten\"",
        ),
        ("existing", "places", "quay 3", -10, r"existing\[1\] \(id 'quay 3'\).places is -10"),
    ],
)
def test_wrong_values_are_told_with_their_id(make, request, layer, column, row, value, message):
    frame = changed(request.getfixturevalue(layer), column, row, value)
    with pytest.raises(siting.InputError, match=message):
        make(**{layer: frame})


def test_wrong_tenures_floors_settings_and_slots_are_told(make, homes, spaces):
    for column, value, message in (
        ("tenure", "stolen", "tenure is 'stolen': one of owned"),
        ("floor", 1.5, "floor.* is 1.5"),
        ("slots", "night", r"spaces\[0\] \(id 'hall'\).slots\[0\] is \"night\""),
    ):
        with pytest.raises(siting.InputError, match=message):
            make(spaces=spaces.assign(**{column: value}))
    with pytest.raises(siting.InputError, match="has the setting 'suburban'"):
        make(homes=homes.assign(where="suburban"), setting="where")


@pytest.mark.parametrize(
    ("services", "message"),
    [
        ([], "services is empty"),
        (CANTEEN, "a list of siting.Service"),
        (["canteen"], "services.0. is 'canteen': a siting.Service is expected"),
        ([CANTEEN, dataclasses.replace(CLINIC, name="canteen")], "given twice"),
        (
            [dataclasses.replace(CANTEEN, limit=-1)],
            r"services\[0\] \(id 'canteen'\).limit.urban is -1",
        ),
        ([dataclasses.replace(CANTEEN, limit=float("nan"))], "limit is nan"),
        ([dataclasses.replace(CANTEEN, limit=2500), CLINIC], "cutoff of at least 2500"),
        ([dataclasses.replace(CANTEEN, needs={})], "needs is empty"),
        ([dataclasses.replace(CANTEEN, needs=["elders"])], "give the need per person by group"),
        ([dataclasses.replace(CANTEEN, needs={"elders": "half"})], "is 'half': a number"),
        ([dataclasses.replace(CANTEEN, modules=["small"])], "a siting.Module is expected"),
        (
            [dataclasses.replace(CANTEEN, modules=[siting.Module("x", area=-5, places=1)])],
            "area is -5",
        ),
        ([dataclasses.replace(CANTEEN, kinds="hall")], "a list of texts is expected"),
        ([dataclasses.replace(CANTEEN, floors=(2, 1))], "below the lowest"),
        ([dataclasses.replace(CANTEEN, floors=3)], "give the lowest and the highest floor"),
        ([dataclasses.replace(CANTEEN, slots=["night"])], "there are no slots"),
    ],
)
def test_wrong_services_are_told(make, services, message):
    with pytest.raises(siting.InputError, match=message):
        make(services=services)


def test_wrong_layers_and_matrices_are_told(make, homes, spaces, existing):
    twice = pd.concat([spaces, spaces.iloc[:1]])
    backwards = siting.TravelMatrix.from_points(homes.iloc[::-1], existing, cutoff=2000)
    for changes, message in (
        ({"homes": {"people": [1]}}, "homes is a dict: a GeoDataFrame or DataFrame is expected"),
        ({"homes": homes.iloc[:0]}, "homes is empty"),
        ({"spaces": twice}, "id 'hall' is given twice"),
        (
            {"spaces": spaces.to_crs(4326)},
            "homes is in EPSG:4550, but spaces is in EPSG:4326: bring them together",
        ),
        ({"existing": existing.set_crs(None, allow_override=True)}, "existing has no CRS"),
        ({"travel": None}, "travel is missing"),
        ({"existing": None}, "travel is given without existing"),
        ({"travel": backwards}, "the demand points of travel are not the rows of homes"),
        (
            {"travel": siting.TravelMatrix.from_points(homes, spaces)},
            "the sites of travel are not the rows of existing",
        ),
        ({"travel": "fast"}, "a siting.TravelMatrix is expected"),
        ({"columns": {"peopel": "POP"}}, "'peopel', which is no word"),
        ({"columns": {"rent": "lease"}}, "spaces lacks the column 'lease'"),
        ({"slots": [siting.Slot("a", 8, 12), siting.Slot("b", 11, 13)]}, "must not overlap"),
        ({"slots": [siting.Slot("a", 25, 26)]}, r"^slots\[0\].start is 25: an hour of the day"),
        (
            {"slots": [siting.Slot("a", 12, 8)]},
            r"^slots\[0\].end is 8: it must be later than its beginning, 12",
        ),
        (
            {"district": "dist"},
            r"lacks the column 'dist' .*Say which column it is with district=\.\.\.",
        ),
        ({"pairs": [siting.Pair("canteen", "gym")]}, '"gym"'),
        ({"pairs": [siting.Pair("canteen", "clinic", apart=True, reward=1)]}, "is apart and has"),
    ):
        with pytest.raises(siting.InputError, match=message):
            make(**changes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"catchment": "three-step"}, "catchment is 'three-step'"),
        ({"catchment": 3}, "give its name, or bands"),
        ({"catchment": [(0.5, 1)]}, "the last band must end at 1"),
        ({"community_share": 0}, "community_share is 0"),
        ({"worst": -1}, "worst is -1"),
        ({"score": {"reach": -1}}, "reach is -1"),
        ({"score": {"speed": 1}}, "its weights are 'reach', 'places' and 'walk'"),
        ({"score": {"reach": -1}}, r"^score\.reach is -1"),
        (
            {"service_weights": {"gym": 1}},
            '^service_weights is "gym": the services are "canteen", "clinic"',
        ),
        ({"service_weights": {"clinic": -1}}, r'^service_weights \("clinic"\) is -1'),
    ],
)
def test_wrong_options_of_the_audit_are_told(make, options, message):
    with pytest.raises(siting.InputError, match=message):
        make().audit(**options)


def test_an_unknown_service_is_told(make):
    with pytest.raises(siting.InputError, match="the services are 'canteen', 'clinic'"):
        make().audit().points("gym")


def test_the_audit_of_a_town_agrees_with_sparse_matrices():
    town = siting.synthetic_town(60, seed=3)
    travel = siting.TravelMatrix.from_points(town.homes, town.facilities, cutoff=2000)
    programme = siting.Programme(
        town.homes,
        town.spaces,
        siting.standards.load("ningbo-2025"),
        travel=travel,
        existing=town.facilities,
        district="district",
        community="community_name",
    )
    audit = programme.audit()
    costs = travel.to_scipy().toarray()
    costs[travel.to_scipy().toarray() == 0] = np.inf  # no home stands on a facility's doorstep
    children = town.homes["age_0_3"].to_numpy() * 0.25
    own = (town.facilities["service"] == "childcare").to_numpy()
    within = costs[:, own] <= 1125
    places = town.facilities.loc[own, "places"].to_numpy()
    served = children @ within
    ratio = np.divide(places, served, out=np.zeros(len(served)), where=served > 0)
    points = audit.points("childcare")
    np.testing.assert_allclose(points["accessibility"], within @ ratio, rtol=1e-12)
    np.testing.assert_array_equal(points["in_reach"], within.any(axis=1))

    frame = town.homes.assign(need=children, reached=children * within.any(axis=1))
    by_district = frame.groupby("district")[["need", "reached"]].sum()
    found = audit.districts.loc["childcare"]
    np.testing.assert_allclose(found["in_reach"], by_district["reached"].loc[found.index])
    by_community = frame.groupby("community_name")[["need", "reached"]].sum()
    share = by_community["reached"] / by_community["need"]
    assert audit.services.loc["childcare", "communities_in_reach"] == (share >= 0.5).sum()
    np.testing.assert_allclose(audit.communities["childcare"], share.loc[audit.communities.index])

    # Gini by its definition: the mean difference of two people, over twice the mean.
    value, weight = points["accessibility"].to_numpy(), children / children.sum()
    differences = np.abs(value[:, None] - value[None, :]) * weight[:, None] * weight[None, :]
    assert audit.services.loc["childcare", "gini"] == pytest.approx(
        differences.sum() / (2 * value @ weight)
    )
