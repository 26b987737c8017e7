"""The rules and objectives of a plan on their way to the core, and what wrong ones are told."""

import dataclasses

import pandas as pd
import pytest
import siting
from plan_town import CANTEEN, CLUB, HOMES, TO_EXISTING, TO_SPACES, town


def test_rules_reach_the_core_as_they_are():
    plan = town(homes=HOMES.assign(district=["W", "W", "E"]), district=None).solve(
        objective=siting.Envy(threshold=4),
        budget=90_000,
        subsidy=20_000,
        most_spaces=2,
        required=["school"],
        forbidden=[False, False],
        complexes=siting.Complexes(["canteen"], services=2, core_services=1, least=1),
        quotas=[siting.Quota("club", facilities=1)],
        least_met=0.3,
        least_met_by_service={"canteen": 0.25},
        most_walking=9,
        most_envy=siting.EnvyLimit(threshold=2, most=60),
        service_weights={"club": 2},
    )
    assert plan.rules == {
        "objective": {"envy": {"threshold": 4}},
        "service_weights": [["club", 2]],
        "budget": 90_000,
        "subsidy": 20_000,
        "break_even": False,
        "most_spaces": 2,
        "required": [1],
        "forbidden": [],
        "complexes": {
            "area": 600,
            "services": 2,
            "core": ["canteen"],
            "core_services": 1,
            "apart": 2,
            "always": False,
            "least": 1,
        },
        "quotas": [{"service": "club", "district": None, "least": {"facilities": 1}}],
        "least_met": 0.3,
        "least_met_by_service": [["canteen", 0.25]],
        "least_met_by_district": None,
        "most_walking": 9,
        "most_envy": {"threshold": 2, "most": 60},
    }
    assert plan.spaces.loc["school", "complex"]
    assert "1 complex among them" in plan.summary()


@pytest.mark.parametrize(
    ("quota", "least"),
    [
        ({"places_per_1000_people": 40}, {"places-per1000-people": 40}),
        ({"area_per_100_households": 30}, {"area-per100-households": 30}),
        ({"facilities": 1}, {"facilities": 1}),
    ],
)
def test_quotas_come_in_three_amounts(quota, least):
    east = siting.Quota("canteen", district="East", **quota)
    plan = town().solve(quotas=[east], objective=siting.Cost(years=0))
    assert plan.rules["quotas"] == [{"service": "canteen", "district": "East", "least": least}]
    assert plan.fitout[["space", "service"]].values.tolist() == [["school", "canteen"]]


def test_each_objective_is_what_its_tables_say():
    programme = town()
    budget = 13_000

    def walks(plan, loss):
        """Need times what is lost by its walk, what is not met losing what the limit does."""
        lost = 0.0
        for service in (CANTEEN, CLUB):
            need = service.needs["people"] * HOMES["people"]
            lost += (need * (1 - plan.homes[service.name])).sum() * loss(service.limit)
        costs = pd.concat([TO_SPACES.to_frame(), TO_EXISTING.to_frame()])
        costs = costs.set_index(["demand", "site"])["cost"]
        for row in plan.served.itertuples():
            host = row.facility if pd.isna(row.space) else row.space
            lost += row.need * loss(costs.loc[(row.home, host)])
        return lost

    walking = programme.solve(objective="walking", budget=budget)
    assert walking.sense == "minimize"
    assert walking.objective == pytest.approx(walks(walking, float))
    envy = programme.solve(objective=siting.Envy(threshold=4), budget=budget)
    assert envy.objective == pytest.approx(walks(envy, lambda walk: max(0.0, walk - 4) ** 2))
    worst = programme.solve(objective="worst-district", budget=50_000)
    rows = worst.by_district.groupby("district")[["met", "need"]].sum()
    assert worst.objective == pytest.approx((rows["met"] / rows["need"]).min())
    cost = programme.solve(objective=siting.Cost(years=3), least_met=0.5)
    assert cost.objective == pytest.approx(cost.money["capital"] + 3 * cost.money["yearly"])
    assert cost.coverage["met"].sum() >= 30 - 1e-6


def test_a_survey_weighs_the_need():
    # Home b counts half, so that 8 places are better filled by those of a.
    plan = town(survey={"canteen": "asked"}).solve(budget=0)
    assert plan.objective == 8
    assert plan.homes["canteen"].tolist() == pytest.approx([0.8, 0, 0])


def test_limits_and_weights_change_the_plan():
    programme = town()
    assert programme.solve(most_spaces=1).fitout["space"].nunique() == 1
    assert set(programme.solve(forbidden=["mill"]).fitout["space"]) == {"school"}
    required = programme.solve(required=["mill"], objective=siting.Cost(years=0))
    assert required.fitout["space"].tolist() == ["mill"]
    assert programme.solve(break_even=True).fitout.empty
    assert programme.solve(subsidy=500).fitout["service"].tolist() == ["club"]
    by_service = programme.solve(least_met_by_service={"club": 1}, objective=siting.Cost(years=0))
    assert set(by_service.fitout["service"]) == {"club"}
    by_district = programme.solve(least_met_by_district=0.4, objective=siting.Cost(years=0))
    rows = by_district.by_district.groupby("district")[["met", "need"]].sum()
    assert (rows["met"] >= 0.4 * rows["need"] - 1e-6).all()
    heavy = programme.solve(budget=6_000, service_weights={"club": 0})
    assert heavy.objective == 8


def test_what_cannot_be_is_infeasible():
    with pytest.raises(siting.InfeasibleError):
        town().solve(budget=0, least_met=0.9)
    with pytest.raises(siting.InfeasibleError):
        town().solve(quotas=[siting.Quota("club", places_per_1000_people=1_000)])


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"objective": "cost"}, "'walking', 'worst-district', siting.Envy"),
        ({"objective": siting.Cost(years=-1)}, "objective.years is -1"),
        ({"objective": siting.Envy(threshold="far")}, "objective.threshold is 'far'"),
        ({"budget": -1}, "budget is -1"),
        ({"budget": float("nan")}, "budget is nan"),
        ({"subsidy": "much"}, "subsidy is 'much': a number"),
        ({"break_even": 1}, "break_even is 1: True or False"),
        ({"most_spaces": 1.5}, "most_spaces is 1.5"),
        ({"required": ["mil"]}, r"required\[0\] is 'mil', which is no space id"),
        ({"required": "mill"}, "give a list of space ids"),
        ({"required": ["mill"], "forbidden": ["mill"]}, "space 'mill' stands in both"),
        ({"complexes": 600}, "a siting.Complexes is expected"),
        ({"complexes": siting.Complexes(["gym"])}, 'complexes.core is "gym"'),
        ({"complexes": siting.Complexes(["club"], apart=-1)}, "complexes.apart is -1"),
        ({"complexes": siting.Complexes(["club"], area=-5)}, "complexes.area is -5"),
        ({"quotas": [siting.Quota("gym", facilities=1)]}, '"gym"'),
        ({"quotas": [siting.Quota("club")]}, r"quotas\[0\] has no amount: give one of"),
        (
            {"quotas": [siting.Quota("club", facilities=1, places_per_1000_people=2)]},
            "has places_per_1000_people and facilities",
        ),
        ({"quotas": [siting.Quota("club", facilities=-1)]}, "facilities is -1"),
        (
            {"quotas": [siting.Quota("club", district="North", facilities=1)]},
            'the districts are "West", "East"',
        ),
        ({"quotas": siting.Quota("club", facilities=1)}, "a list of siting.Quota"),
        ({"quotas": ["club"]}, "a siting.Quota is expected"),
        ({"least_met": 1.5}, "least_met is 1.5: a share from 0 to 1"),
        ({"least_met_by_service": {"gym": 0.5}}, 'least_met_by_service is "gym"'),
        ({"least_met_by_service": 0.5}, "give the number of each service by its name"),
        ({"most_walking": -1}, "most_walking is -1"),
        ({"most_envy": 3}, "a siting.EnvyLimit is expected"),
        ({"service_weights": {"club": -1}}, 'service_weights is -1 for "club"'),
        ({"service_weights": {"club": 0, "canteen": 0}}, "service_weights is 0 for every service"),
        ({"seed": 2**64}, r"seed is 18446744073709551616: a whole number of at most 2\*\*63 - 1"),
        ({"time_limit": 1e300}, "time_limit is 1e300: a number of seconds from 0 to 1.8e19"),
        ({"backend": "cplex"}, 'backend is "cplex": "highs" or "microlp" is expected'),
        ({"time_limit": -1}, "time_limit is -1"),
        ({"gap": "small"}, "gap is 'small'"),
        ({"method": 3}, "method is 3: a name in quotes"),
        ({"method": "guess"}, 'method is "guess"'),
        ({"warm_start": ["mill"]}, r"warm_start is \['mill'\]: a siting.ServicePlan is expected"),
    ],
)
def test_wrong_rules_are_told(rules, message):
    with pytest.raises(siting.InputError, match=message):
        town().solve(**rules)


def test_a_plan_needs_the_walks_to_the_spaces():
    with pytest.raises(siting.InputError, match="travel_to_spaces is missing: a plan needs"):
        town(travel_to_spaces=None).solve()


def test_a_module_larger_than_every_space_is_told():
    hall = dataclasses.replace(CLUB, modules=[siting.Module("hall", area=7_000, places=90)])
    with pytest.raises(
        siting.InputError,
        match=r"services\[1\]\.modules\[0\]\.area is 7000: module \"hall\" of \"club\" is larger than every space, the "
        r"largest \(space school\) has 700 m²",
    ) as raised:
        town(services=[CANTEEN, hall]).solve()
    assert (raised.value.argument, raised.value.position) == ("services", 1)
    none = dataclasses.replace(CLUB, modules=())
    assert town(services=[CANTEEN, none]).solve().objective == 40


def test_a_service_that_suits_no_space_is_told():
    club = dataclasses.replace(CLUB, kinds=["hal", "shool"])
    with pytest.raises(
        siting.InputError,
        match=r'services\[1\]\.kinds is "hal", "shool": no space is of a kind that suits "club", which could be nowhere; '
        'the kinds of the spaces are "hall", "school"',
    ) as raised:
        town(services=[CANTEEN, club]).solve()
    assert (raised.value.argument, raised.value.position) == ("services", 1)
    # One that is there today may stay where it is.
    canteen = dataclasses.replace(CANTEEN, kinds=["shool"])
    assert town(services=[canteen, CLUB]).solve().status == "optimal"


def test_spaces_are_not_named_where_there_are_none():
    programme = town(spaces=None, travel_to_spaces=None)
    assert programme.solve().objective == 8
    with pytest.raises(siting.InputError, match="required is given, but the programme has no"):
        programme.solve(required=["mill"])


def test_the_districts_of_a_rule_must_be_known():
    homes = HOMES.drop(columns="district")
    programme = town(homes=homes, district=None)
    with pytest.raises(siting.InputError, match="districts"):
        programme.solve(least_met_by_district=0.5)
