"""The synthetic town keeps to the published figures, to its seed and to its documented columns."""

import subprocess
import sys

import numpy as np
import pytest
import siting

AGES = ["age_0_3", "age_3_6", "age_7_12", "age_13_59", "age_60_plus"]


@pytest.fixture(scope="module")
def town():
    return siting.synthetic_town(24)


@pytest.fixture(scope="module")
def city():
    return siting.synthetic_town(700)


def test_the_same_seed_gives_the_same_town(town):
    again, other = siting.synthetic_town(24, seed=0), siting.synthetic_town(24, seed=1)
    assert again.homes.equals(town.homes)
    assert again.spaces.equals(town.spaces)
    assert again.facilities.equals(town.facilities)
    assert not other.homes.equals(town.homes)


@pytest.mark.parametrize(
    ("communities", "homes", "spaces"),
    [(24, 686, 69), (700, 20_000, 2_000), (7_000, 200_000, 20_000)],
)
def test_towns_have_the_sizes_that_are_promised(communities, homes, spaces):
    town = siting.synthetic_town(communities, as_frames=False)
    assert len(town.communities["id"]) == communities
    assert (len(town.homes["id"]), len(town.spaces["id"])) == (homes, spaces)


@pytest.mark.parametrize("as_frames", [False, True])
def test_the_smallest_town_has_tables_without_rows_where_nothing_is(as_frames):
    town = siting.synthetic_town(1, as_frames=as_frames)
    assert (len(town.communities["id"] if not as_frames else town.communities), town.seed) == (1, 0)
    assert len(town.facilities["places"]) == 0


@pytest.mark.parametrize(
    ("service", "share"),
    [("community_canteen", 0.12), ("childcare", 0.38), ("after_school_care", 0.23)],
)
def test_services_reach_the_published_share_of_communities_within_rounding(
    town, city, service, share
):
    for each in (town, city):
        n = len(each.communities)
        assert abs(each.communities[service].sum() - share * n) <= 0.5 + 1e-9


def test_facilities_serve_the_communities_that_are_marked_as_served(city):
    for service, column in (
        ("community canteen", "community_canteen"),
        ("childcare", "childcare"),
        ("after-school care", "after_school_care"),
    ):
        own = city.facilities[city.facilities["service"] == service]
        served = {community for listed in own["serves"] for community in listed.split(";")}
        assert served == set(city.communities.index[city.communities[column]])


def test_a_city_has_as_many_facilities_as_the_survey_counted(city):
    counted = city.facilities["service"].value_counts()
    assert counted.to_dict() == {
        "childcare": 318,
        "after-school care": 160,
        "community canteen": 47,
    }


def test_age_groups_add_up_and_elders_have_the_published_share(city):
    homes = city.homes
    assert (homes[AGES].sum(axis=1) == homes["people"]).all()
    assert (homes["age_80_plus"] <= homes["age_60_plus"]).all()
    assert homes["age_60_plus"].sum() / homes["people"].sum() == pytest.approx(
        1.797 / 6.222, abs=0.001
    )
    assert homes["people"].sum() / homes["households"].sum() == pytest.approx(2.524, abs=0.02)
    assert city.communities["households"].between(1_000, 3_500).all()


def test_tables_hang_together_by_community_and_district(town):
    names, districts = town.communities["name"], town.communities["district"]
    for table in (town.homes, town.spaces, town.facilities):
        assert table.index.is_unique
        assert (table["community_name"] == names.loc[table["community"]].to_numpy()).all()
        assert (table["district"] == districts.loc[table["community"]].to_numpy()).all()
    assert set(districts) == set(town.districts)
    people = town.homes.groupby("community")["people"].sum()
    assert people.loc[town.communities.index].tolist() == town.communities["people"].tolist()


def test_homes_lie_in_the_area_of_their_community(town):
    areas = town.communities.geometry.loc[town.homes["community"]]
    assert areas.contains(town.homes.geometry.set_axis(areas.index)).all()


def test_coordinates_are_metres_of_a_grid_that_lies_nowhere_on_earth(town):
    crs = town.homes.crs
    assert crs.is_engineering
    assert not crs.is_geographic
    assert {axis.unit_name for axis in crs.axis_info} == {"metre"}
    assert all(table.crs == crs for table in (town.spaces, town.facilities, town.communities))


def test_rents_are_paid_for_rented_spaces_only(city):
    assert ((city.spaces["rent_per_year"] > 0) == (city.spaces["tenure"] == "rented")).all()
    assert set(city.spaces["tenure"]) == {"owned", "rented", "allotted", "exchanged"}
    assert city.spaces["kind"].nunique() == 9


def test_arrays_hold_what_the_frames_hold(town):
    arrays = siting.synthetic_town(24, as_frames=False)
    assert arrays.homes["id"].tolist() == town.homes.index.tolist()
    np.testing.assert_array_equal(arrays.homes["x"], town.homes.geometry.x)
    np.testing.assert_array_equal(arrays.spaces["area_m2"], town.spaces["area_m2"])
    assert repr(arrays) == repr(town)


def test_a_town_needs_numpy_only():
    code = (
        "import sys\n"
        "for name in ('geopandas', 'pandas', 'shapely'): sys.modules[name] = None\n"
        "import siting\n"
        "town = siting.synthetic_town(24)\n"
        "print(type(town.homes).__name__, town.homes['x'].shape)\n"
        "try: siting.synthetic_town(24, as_frames=True)\n"
        "except siting.MissingDependencyError as error: print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("dict (686,)\n")
    assert 'pip install "siting[geo]"' in ran.stdout


@pytest.mark.parametrize("communities", [0, -1, 100_001, 2.5, "24", None, True])
def test_wrong_numbers_of_communities_are_refused(communities):
    with pytest.raises(
        siting.InputError, match=r"communities is .* give a whole number from 1 to 100000"
    ):
        siting.synthetic_town(communities)


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5])
def test_wrong_seeds_are_refused(seed):
    with pytest.raises(siting.InputError, match="seed is"):
        siting.synthetic_town(5, seed=seed)
