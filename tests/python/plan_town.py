"""A programme small enough to plan by hand: three homes, two spaces, one facility of today."""

import geopandas
import numpy as np
import pandas as pd
import siting

CANTEEN = siting.Service(
    "canteen",
    needs={"people": 0.1},
    limit=10,
    modules=[
        siting.Module(
            "small", area=100, places=15, capital_cost=10_000, running_cost=3_000, income=1_000
        ),
        siting.Module(
            "large", area=200, places=40, capital_cost=18_000, running_cost=5_000, income=2_500
        ),
    ],
)
CLUB = siting.Service(
    "club",
    needs={"people": 0.05},
    limit=10,
    modules=[siting.Module("room", area=60, places=10, capital_cost=4_000, running_cost=500)],
)


def layer(index, at, **columns):
    points = geopandas.points_from_xy(at, np.zeros(len(at)))
    return geopandas.GeoDataFrame(columns, index=index, geometry=points, crs=4550)


# People in need: 10, 20 and 10 of the canteen, half of that of the club.
HOMES = layer(
    ["a", "b", "c"],
    [0, 500, 1000],
    people=[100, 200, 100],
    households=[40, 80, 40],
    district=["West", "West", "East"],
    asked=[1.0, 0.5, 1.0],
)
SPACES = layer(
    ["mill", "school"],
    [200, 900],
    kind=["hall", "school"],
    area_m2=[160.0, 700.0],
    district=["West", "East"],
    rent_per_year=[0.0, 1_000.0],
    conversion_cost=[2_000.0, 5_000.0],
)
EXISTING = layer(
    ["old"], [300], service=["canteen"], places=[8.0], area_m2=[60.0], district=["West"]
)


def minutes(sites, costs):
    frame = pd.DataFrame(costs, index=HOMES.index, columns=sites)
    return siting.TravelMatrix.from_dense(frame, unit="min")


TO_SPACES = minutes(SPACES.index, [[3.0, 20.0], [5.0, 8.0], [20.0, 4.0]])
TO_EXISTING = minutes(EXISTING.index, [[6.0], [6.0], [12.0]])


def town(**changed):
    parts = {
        "services": [CANTEEN, CLUB],
        "travel": TO_EXISTING,
        "existing": EXISTING,
        "travel_to_spaces": TO_SPACES,
        "district": "district",
    }
    parts |= changed
    homes, spaces = parts.pop("homes", HOMES), parts.pop("spaces", SPACES)
    return siting.Programme(homes, spaces, parts.pop("services"), **parts)


def large(communities):
    """The programme of a town that takes some time."""
    town = siting.synthetic_town(communities)
    to_facilities, to_spaces = (
        siting.TravelMatrix.from_points(town.homes, sites, cutoff=1500)
        for sites in (town.facilities, town.spaces)
    )
    return siting.Programme(
        town.homes,
        town.spaces,
        siting.standards.load("ningbo-2025"),
        existing=town.facilities,
        travel=to_facilities,
        travel_to_spaces=to_spaces,
    )
