"""Plans of services in spaces: figures by hand, tables that add up, rules on their way to the core, wrong input."""

import dataclasses
import json
import pickle

import geopandas
import numpy as np
import pandas as pd
import pytest
import siting
from matplotlib import pyplot

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


@pytest.fixture(scope="module")
def plan():
    """All need is met: canteens in the school and, by the old one or the mill, in the west; a club in both."""
    return town().solve()


def test_without_limits_all_need_within_reach_of_a_room_is_met(plan):
    assert (plan.status, plan.gap, plan.objective, plan.bound) == ("optimal", 0, 60, 60)
    assert plan.coverage["met"].tolist() == pytest.approx([40, 20])
    assert plan.coverage["share_met"].tolist() == pytest.approx([1, 1])
    assert plan.homes["met"].tolist() == pytest.approx([1, 1, 1])


def test_a_plan_for_no_money_is_what_is_there(plan):
    none = town().solve(budget=0)
    assert none.objective == 8
    assert none.fitout.empty
    assert none.spaces.empty
    assert none.facilities.loc["old", ["change", "places", "served"]].tolist() == ["kept", 8, 8]
    assert none.money["capital"] == 0
    assert none.coverage.loc["canteen", ["in_reach_before", "in_reach_after", "met"]].tolist() == [
        30,
        30,
        8,
    ]


def test_the_columns_of_the_fit_outs_add_up_to_the_money(plan):
    table, money = plan.fitout, plan.money
    for column, figure in (
        ("capital_cost", "fit_out"),
        ("conversion_cost", "conversion"),
        ("running_cost", "running"),
        ("income", "income"),
        ("rent", "rent"),
    ):
        assert table[column].sum() == money[figure]
    assert money["capital"] == money["fit_out"] + money["conversion"]
    assert money["yearly"] == money["rent"] + money["running"] - money["income"]
    assert plan.spaces["capital"].sum() == money["capital"]
    assert plan.spaces["yearly"].sum() == money["yearly"]


def test_who_is_served_adds_up_to_what_is_met(plan):
    served = plan.served
    assert served.groupby("service")["need"].sum().to_dict() == pytest.approx(
        {"canteen": 40, "club": 20}
    )
    assert served["space"].isna().eq(served["facility"].notna()).all()
    here = served.dropna(subset="space").groupby(["space", "service"])["need"].sum()
    table = plan.fitout.set_index(["space", "service"])
    assert table["served"].to_dict() == pytest.approx(here.reindex(table.index).fillna(0).to_dict())
    assert (table["served"] <= table["places"] + 1e-9).all()
    districts = plan.by_district["met"].groupby("service").sum()
    assert districts.to_dict() == pytest.approx(plan.coverage["met"].to_dict())


def test_modules_slots_and_spaces_are_named(plan):
    one = town(
        slots=[siting.Slot("morning", 8, 12), siting.Slot("evening", 16, 20)],
        services=[dataclasses.replace(CANTEEN, modules=CANTEEN.modules[:1], slots=["evening"])],
    ).solve(budget=12_000)
    row = one.fitout.iloc[0]
    assert row[["space", "service", "module", "slots"]].tolist() == [
        "mill",
        "canteen",
        "small",
        "evening",
    ]
    assert row[["area", "places", "served", "capital_cost"]].tolist() == [100, 15, 15, 10_000]
    assert row[["conversion_cost", "rent", "running_cost", "income"]].tolist() == [
        2_000,
        0,
        3_000,
        1_000,
    ]
    assert pd.isna(row["moved"])
    assert plan.fitout["slots"].isna().all()


CHANGES = {
    "moving_cost": 100.0,
    "closing_cost": 50.0,
    "running_cost": 900.0,
    "enlarge_places": 30.0,
    "enlarge_area_m2": 90.0,
    "enlarge_capital_cost": 700.0,
}


def facility(**columns):
    return EXISTING.assign(**columns)


def test_a_facility_moves_where_that_serves_more():
    far = minutes(EXISTING.index, [[12.0], [12.0], [12.0]])
    programme = town(existing=facility(moving_cost=100.0), travel=far, services=[CANTEEN])
    plan = programme.solve(budget=2_100)
    assert plan.facilities.loc["old", ["change", "to", "places", "served"]].tolist() == [
        "moved",
        "mill",
        8,
        8,
    ]
    row = plan.fitout.iloc[0]
    assert row[["space", "moved", "places", "capital_cost"]].tolist() == ["mill", "old", 8, 100]
    assert pd.isna(row["module"])
    assert plan.money[["moving", "conversion", "yearly"]].tolist() == [100, 2_000, 0]
    assert "Facilities of today: 1 moved." in plan.summary()


def test_a_facility_is_enlarged_or_closed_where_it_may_be():
    enlarged = town(existing=facility(**CHANGES)).solve(budget=700)
    assert enlarged.facilities.loc["old", ["change", "places", "served"]].tolist() == [
        "enlarged",
        38,
        30,
    ]
    closed = town(existing=facility(closing_cost=50.0, running_cost=900.0)).solve(
        objective=siting.Cost(years=1)
    )
    assert closed.facilities.loc["old", ["change", "places"]].tolist() == ["closed", 0]
    assert closed.money[["closing", "saved", "yearly"]].tolist() == [50, 900, -900]
    assert closed.objective == -850


def test_the_audit_of_a_plan_sees_the_town_as_it_will_be(plan):
    audit = plan.audit(worst=1)
    assert audit.services["in_reach"].tolist() == [40, 20]
    assert set(audit.points("club")["nearest"]) <= {"mill: club", "school: club"}
    audit.plot("canteen")
    pyplot.close("all")
    with pytest.raises(siting.InputError, match="worst is -1"):
        plan.audit(worst=-1)


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


def test_plans_survive_json_and_pickling(plan):
    programme = town()
    again = siting.ServicePlan.from_json(plan.to_json(), programme=programme)
    assert again == plan
    pd.testing.assert_frame_equal(pd.DataFrame(again.fitout), pd.DataFrame(plan.fitout))
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert plan.to_dict()["fitouts"][0]["space"] in (0, 1)
    assert plan != programme.solve(budget=0)


def test_a_plan_that_was_edited_is_found_out(plan):
    content = plan.to_dict()
    content["served"][0]["share"] = 0.5
    with pytest.raises(siting.UnverifiedError):
        siting.ServicePlan.from_json(json.dumps(content), programme=town())
    content["fitouts"][0]["space"] = 7
    with pytest.raises(siting.UnverifiedError):
        siting.ServicePlan.from_json(json.dumps(content), programme=town())
    with pytest.raises(siting.InputError, match="the JSON text is not a plan"):
        siting.ServicePlan.from_json("{}", programme=town())
    with pytest.raises(siting.InputError, match=r"a siting\.ServicePlan is expected"):
        town().check("x")


def test_the_summary_says_it_in_sentences():
    plan = town().solve(budget=15_000, quotas=[siting.Quota("canteen", facilities=1)])
    *said, proof = plan.summary().splitlines()
    assert said == [
        "Most need met, capital of at most 15,000, canteen: at least 1 of them in each district.",
        "1 of 2 spaces is used: canteen in 1.",
        "canteen: 23 of 40 people in need (57.5 %) are served. In reach of a facility: 30 before, 40 after.",
        "club: 0 of 20 people in need (0.0 %) are served. In reach of a facility: 0 before, 0 after.",
        "Facilities of today: 1 kept.",
        "It costs 15,000 once (conversion 5,000, fit-out 10,000) and 3,000 a year (rent 1,000, running cost 3,000, "
        "income 1,000).",
    ]
    assert proof.startswith("The plan is proven optimal (")


def test_layers_come_with_their_geometry(plan):
    for name, rows in (("fitout", len(plan.fitout)), ("facilities", 1), ("homes", 3)):
        frame = plan.to_geodataframe(layer=name)
        assert (frame.crs, len(frame)) == (4550, rows)
    spaces = plan.to_geodataframe(layer="spaces")
    assert spaces.geometry.equals(SPACES.geometry.loc[spaces.index])
    with pytest.raises(siting.InputError, match="layer is 'rooms': one of 'fitout'"):
        plan.to_geodataframe(layer="rooms")


def test_a_programme_without_geometry_has_tables_but_no_map():
    plain = town(
        homes=pd.DataFrame(HOMES.drop(columns="geometry")),
        spaces=pd.DataFrame(SPACES.drop(columns="geometry")),
        existing=None,
        travel=None,
    ).solve()
    assert not isinstance(plain.fitout, geopandas.GeoDataFrame)
    assert plain.facilities.empty
    assert plain.audit().services.loc["club", "in_reach"] == 20
    for call in (plain.plot, plain.to_geodataframe):
        with pytest.raises(siting.InputError, match="geometry"):
            call()


def test_the_plot_shows_spaces_by_the_number_of_their_services(plan):
    ax = plan.plot()
    assert ax.get_title().startswith("100.0 % of need met, ")
    labels = [label.get_text() for label in ax.get_legend().get_texts()]
    assert "facility of today (1)" in labels
    assert any(label.startswith("space with 2 services") for label in labels)
    ax = plan.plot(service="club", title="")
    assert ax.get_title() == ""
    pyplot.close("all")
    with pytest.raises(siting.InputError, match="service is 'gym': the services are 'canteen'"):
        plan.plot(service="gym")


def test_notebooks_see_a_table(plan):
    html = plan._repr_html_()
    assert "<th" in html
    assert "100.0 % served" in html
    assert repr(plan).startswith("ServicePlan(optimal, objective 60, gap 0.00%, ")


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


def test_progress_is_told_and_an_exception_in_it_is_raised():
    phases = []
    programme = large(24)
    programme.solve(budget=1_000_000, progress=lambda progress: phases.append(progress.phase))
    assert phases

    def fail(progress):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        programme.solve(budget=1_000_000, progress=fail)


def test_ctrl_c_returns_the_best_plan_so_far():
    def press(progress):
        if progress.incumbent is not None:
            raise KeyboardInterrupt

    programme = large(48)
    plan = programme.solve(budget=20_000_000, progress=press)
    assert (plan.limit, plan.status) == ("interrupt", "feasible")
    programme.check(plan)


def test_a_plan_can_start_from_another(plan):
    assert town().solve(warm_start=plan).objective == 60
    assert town().solve(warm_start=["school"]).objective == 60


def test_the_answer_does_not_depend_on_threads():
    plans = [town().solve(threads=threads, budget=20_000) for threads in (1, 2)]
    assert plans[0].fitout.equals(plans[1].fitout)


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
        ({"service_weights": {"club": -1}}, "service_weights is -1"),
        ({"time_limit": -1}, "time_limit is -1"),
        ({"gap": "small"}, "gap is 'small'"),
        ({"method": 3}, "method is 3: a name in quotes"),
        ({"method": "guess"}, 'method is "guess"'),
        ({"warm_start": ["nook"]}, "which is no space id"),
    ],
)
def test_wrong_rules_are_told(rules, message):
    with pytest.raises(siting.InputError, match=message):
        town().solve(**rules)


def test_a_plan_needs_the_walks_to_the_spaces():
    with pytest.raises(siting.InputError, match="travel_to_spaces is missing: a plan needs"):
        town(travel_to_spaces=None).solve()


def test_modules_that_have_room_nowhere_are_told():
    hall = dataclasses.replace(CLUB, modules=[siting.Module("hall", area=7_000, places=90)])
    with pytest.raises(
        siting.InputError,
        match=r"services\[1\] \(id 'club'\): its smallest module 'hall' takes 7,000 m², but the largest space "
        r"\('school'\) has 700 m²",
    ):
        town(services=[CANTEEN, hall]).solve()
    none = dataclasses.replace(CLUB, modules=())
    assert town(services=[CANTEEN, none]).solve().objective == 40


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
