"""Plans of services in spaces: figures by hand, tables that add up, what becomes of facilities, stops, storage."""

import dataclasses
import json
import pickle

import geopandas
import pandas as pd
import pytest
import siting
from matplotlib import pyplot
from plan_town import CANTEEN, EXISTING, HOMES, SPACES, large, minutes, town


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


def test_areas_in_degrees_are_drawn_as_points_in_proportion():
    areas = {
        name: layer.set_geometry(layer.buffer(20).translate(yoff=3_320_000)).to_crs(4490)
        for name, layer in (("homes", HOMES), ("spaces", SPACES), ("existing", EXISTING))
    }
    ax = town(**areas).solve(budget=0).plot()
    assert ax.get_aspect() == pytest.approx(2 / 3**0.5, rel=0.01)  # at 30 degrees north
    assert len(ax.collections[0].get_offsets()) == len(HOMES)
    pyplot.close("all")


def test_notebooks_see_a_table(plan):
    html = plan._repr_html_()
    assert "<th" in html
    assert "100.0 % served" in html
    assert repr(plan).startswith("ServicePlan(optimal, objective 60, gap 0.00%, ")


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
    start = town().solve(budget=12_000)
    assert town(homes=HOMES.assign(people=[50, 60, 70])).solve(warm_start=start).status == "optimal"
    with pytest.raises(siting.InputError, match="a plan over other services than those of this"):
        town(services=[CANTEEN]).solve(warm_start=plan)
    with pytest.raises(siting.InputError, match="a plan over other spaces"):
        town(spaces=None, travel_to_spaces=None).solve(warm_start=plan)


def test_the_answer_does_not_depend_on_threads():
    plans = [town().solve(threads=threads, budget=20_000) for threads in (1, 2)]
    assert plans[0].fitout.equals(plans[1].fitout)
