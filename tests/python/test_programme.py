"""What a programme takes beside its audit: walks to spaces, surveys, empty districts, what may become of facilities."""

import pickle

import pandas as pd
import pytest
import siting

CANTEEN = siting.Service(
    "canteen",
    needs={"people": 0.1},
    limit=15,
    modules=[siting.Module("small", area=100, places=30)],
)
HOMES = pd.DataFrame(
    {"people": [100, 200], "asked": [1.0, 0.4], "district": ["West", "East"]}, index=["a", "b"]
)
SPACES = pd.DataFrame(
    {"kind": ["hall"], "area_m2": [200.0], "district": ["Docks"]}, index=["old dock"]
)
EXISTING = pd.DataFrame(
    {"service": ["canteen"], "places": [20], "area_m2": [90], "district": ["West"]}, index=["mill"]
)


def minutes(sites, costs, unit="min"):
    frame = pd.DataFrame([costs] * len(HOMES), index=HOMES.index, columns=sites)
    return siting.TravelMatrix.from_dense(frame, unit=unit)


def make(**changed):
    homes = changed.pop("homes", HOMES)
    spaces = changed.pop("spaces", SPACES)
    services = changed.pop("services", [CANTEEN])
    parts = {
        "existing": EXISTING,
        "travel": minutes(["mill"], [5.0]),
        "travel_to_spaces": minutes(["old dock"], [9.0]),
        "district": "district",
        "uninhabited": ["Docks"],
        "survey": {"canteen": "asked"},
    }
    return siting.Programme(homes, spaces, services, **{**parts, **changed})


def test_spaces_and_facilities_may_stand_where_nobody_lives():
    districts = make().audit().districts
    assert districts.loc[("canteen", "Docks"), ["need", "spaces"]].tolist() == [0, 1]
    assert districts.loc[("canteen", "West"), "facilities"] == 1


def test_the_audit_counts_people_whatever_the_survey_says():
    assert make().audit().services.loc["canteen", "need"] == 30
    assert make(survey=None).audit().services.loc["canteen", "need"] == 30


def test_a_standard_takes_its_unit_from_the_walks_to_spaces():
    standard = siting.standards.load("ningbo-2025")
    town = siting.synthetic_town(24)
    walks = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=2000)
    programme = siting.Programme(town.homes, town.spaces, standard, travel_to_spaces=walks)
    assert programme.services == standard.services(unit="m")


def test_a_standard_without_any_walk_asks_for_the_unit():
    town = siting.synthetic_town(24)
    standard = siting.standards.load("ningbo-2025")
    with pytest.raises(siting.InputError, match="unit is missing: no travel matrix tells"):
        siting.Programme(town.homes, town.spaces, standard)
    with pytest.raises(siting.InputError, match="travel is missing: existing facilities need"):
        siting.Programme(town.homes, town.spaces, standard, existing=town.facilities)


def test_a_programme_with_everything_survives_pickling():
    facilities = EXISTING.assign(
        running_cost=10.0,
        income=4.0,
        enlarge_places=10,
        enlarge_area_m2=50,
        enlarge_capital_cost=1000,
        moving_cost=500,
        closing_cost=0,
    )
    programme = make(existing=facilities)
    again = pickle.loads(pickle.dumps(programme))
    assert again._core.to_bytes() == programme._core.to_bytes()
    assert again._core.to_bytes() != make()._core.to_bytes()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"uninhabited": []}, r"spaces\[0\] \(id 'old dock'\).district is 'Docks', where no home"),
        ({"uninhabited": []}, r"if nobody lives there, say uninhabited=\['Docks'\]"),
        (
            {"uninhabited": ["Docks", "West"]},
            r"uninhabited\[1\] is 'West', which is given already or has homes",
        ),
        ({"uninhabited": "Docks"}, "a list of names of districts"),
        ({"district": None}, "district does not say in which column"),
        ({"survey": {"clinic": "asked"}}, "survey has 'clinic': the services are 'canteen'"),
        (
            {"survey": {"canteen": "w"}},
            r"homes lacks the column 'w' \(the survey of 'canteen'\); it has 'people', 'asked'",
        ),
        ({"survey": "asked"}, "give the column of homes by service"),
        (
            {"homes": HOMES.assign(asked=[1.0, -0.5])},
            r'weights\[1\] \("canteen"\) is -0.5',
        ),
        ({"homes": HOMES.assign(asked=[1.0, None])}, r"homes\['asked'\]\[1\] \(id 'b'\) is nan"),
        ({"travel": None}, "travel is missing"),
        ({"travel_to_spaces": "near"}, "a siting.TravelMatrix is expected"),
        ({"spaces": None}, "travel_to_spaces is given without spaces"),
        (
            {"travel_to_spaces": minutes(["mill"], [9.0])},
            "the sites of travel_to_spaces are not the rows of spaces",
        ),
        (
            {"travel_to_spaces": minutes(["old dock"], [9.0], unit="m")},
            "travel is in min, but travel_to_spaces in m",
        ),
    ],
)
def test_wrong_parts_are_told(changed, message):
    with pytest.raises(siting.InputError, match=message):
        make(**changed)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"enlarge_places": 10},
            r"existing\[0\] \(id 'mill'\) has enlarge_places, but no enlarge_area",
        ),
        ({"enlarge_capital_cost": 10}, "has enlarge_capital_cost, but no enlarge_places"),
        (
            {"enlarge_places": 10, "enlarge_area_m2": -5},
            r"existing\[0\] \(id 'mill'\).enlargement.area is -5",
        ),
        ({"moving_cost": -1}, r"existing\[0\] \(id 'mill'\).moving_cost is -1"),
        ({"closing_cost": float("inf")}, r"existing\['closing_cost'\]\[0\] .* is inf"),
        ({"running_cost": "dear"}, "is 'dear': a number is expected"),
        ({"places": None, "moving_cost": 5}, "may be moved needs its places and area"),
    ],
)
def test_wrong_changes_of_facilities_are_told_with_their_id(columns, message):
    with pytest.raises(siting.InputError, match=message):
        make(existing=EXISTING.assign(**columns))


def test_columns_of_facilities_can_have_other_names():
    renamed = {"moving_cost": "umzug", "enlarge_area": "mehr"}
    facilities = EXISTING.assign(umzug=100.0, mehr=50.0, enlarge_places=10.0)
    usual = EXISTING.assign(moving_cost=100.0, enlarge_area_m2=50.0, enlarge_places=10.0)
    other = make(existing=facilities, columns=renamed)
    assert other._core.to_bytes() == make(existing=usual)._core.to_bytes()
