import json

import geopandas
import numpy as np
import pandas as pd
import pytest
import siting


@pytest.fixture
def model():
    """Four homes and three rooms; an old canteen in the east exists, the farm is out of reach."""
    homes = geopandas.GeoDataFrame(
        {"people": [120.0, 80.0, 60.0, 40.0], "cost": [1, 2, 3, 4]},
        geometry=geopandas.points_from_xy([0, 300, 1900, 9000], [0, 0, 0, 0]),
        index=["mill", "bridge", "gate", "farm"],
        crs=4550,
    )
    rooms = geopandas.GeoDataFrame(
        {"name": ["闲置厂房", "仓库", "老年食堂"]},
        geometry=geopandas.points_from_xy([200, 800, 2000], [0, 0, 0]),
        index=[11, 12, 13],
        crs=4550,
    )
    travel = siting.TravelMatrix.from_points(homes, rooms, cutoff=800)
    return siting.MaxCover(travel, weights="people", p=1, existing=[13])


@pytest.fixture
def solution(model):
    return model.solve()


def test_figures_are_weighted(solution):
    assert solution.sites == [11, 13]
    assert solution.objective == solution.covered_weight == 260
    assert solution.total_weight == 300
    assert solution.covered_share == pytest.approx(260 / 300)
    assert solution.mean_cost == pytest.approx((120 * 200 + 80 * 100 + 60 * 100) / 260)
    assert solution.max_cost == 200
    assert (solution.status, solution.limit, solution.gap) == ("optimal", None, 0.0)
    assert (solution.model, solution.method, solution.backend) == ("max-cover", "auto", "highs")
    assert solution.bound == solution.objective
    assert solution.seconds >= 0
    assert solution.nodes >= 0


def test_the_assignment_is_a_series_by_demand_id(solution):
    expected = pd.Series([11, 11, 13, pd.NA], ["mill", "bridge", "gate", "farm"], dtype="Int64")
    pd.testing.assert_series_equal(solution.assignment, expected, check_names=False)
    assert solution.flows is None


def test_open_sites_come_as_a_geodataframe(solution):
    frame = solution.to_geodataframe()
    assert frame.index.tolist() == [11, 13]
    assert frame.crs == 4550
    assert frame.name.tolist() == ["闲置厂房", "老年食堂"]
    assert frame.existing.tolist() == [False, True]
    assert frame.served_weight.tolist() == [200, 60]
    assert frame.demand_points.tolist() == [2, 1]
    assert frame.mean_cost.tolist() == [(120 * 200 + 80 * 100) / 200, 100]


def test_demand_points_come_as_a_geodataframe_with_all_columns_of_the_input(solution):
    frame = solution.to_geodataframe(layer="demand")
    assert frame.served.tolist() == [True, True, True, False]
    assert frame.site.tolist()[:3] == [11, 11, 13]
    assert pd.isna(frame.site["farm"])
    assert frame.cost.tolist()[:3] == [200, 100, 100]
    assert np.isnan(frame.cost["farm"])
    assert frame.cost_input.tolist() == [1, 2, 3, 4]
    assert frame.people.sum() == frame.weight.sum() == 300


def test_geodataframes_can_be_written_to_a_geopackage(solution, tmp_path):
    for layer in ("sites", "demand"):
        solution.to_geodataframe(layer=layer).to_file(tmp_path / "plan.gpkg", layer=layer)
    again = geopandas.read_file(tmp_path / "plan.gpkg", layer="sites")
    assert again.name.tolist() == ["闲置厂房", "老年食堂"]


def test_points_without_a_crs_give_geodataframes_too():
    travel = siting.TravelMatrix.from_points([[0, 0], [1, 0]], [[0, 0]])
    frame = siting.MaxCover(travel, weights=1, p=1).solve().to_geodataframe()
    assert frame.demand_points.tolist() == [2]
    assert frame.crs is None


def test_json_comes_back_equal(solution):
    again = siting.Solution.from_json(solution.to_json())
    assert again == solution
    assert again.sites == [11, 13]
    assert again.assignment.equals(solution.assignment)
    assert solution.to_dict() == json.loads(solution.to_json())
    assert solution.to_dict()["site_ids"] == {"Int": [11, 12, 13]}


def test_json_with_its_model_can_be_drawn_again(solution, model):
    again = siting.Solution.from_json(solution.to_json(), model=model)
    assert again.to_geodataframe().equals(solution.to_geodataframe())
    assert again.summary() == solution.summary()


def test_json_without_its_model_says_what_it_lacks(solution):
    again = siting.Solution.from_json(solution.to_json())
    with pytest.raises(siting.InputError, match="model=model"):
        again.to_geodataframe()
    assert "1 demand point is not served" in again.summary()


def test_a_check_finds_an_edited_solution(solution, model):
    model.check(solution)
    edited = solution.to_dict()
    edited["objective"] = 280.0
    with pytest.raises(siting.UnverifiedError, match="objective"):
        model.check(siting.Solution.from_json(json.dumps(edited)))
    edited = solution.to_dict()
    edited["sites"] = [0, 1, 2]
    with pytest.raises(siting.UnverifiedError, match="p = 1"):
        siting.Solution.from_json(json.dumps(edited), model=model)


def test_a_solution_of_another_model_is_not_checked(solution, model):
    other = siting.PMedian(siting.TravelMatrix.from_dense([[1.0]]), weights=1, p=1).solve()
    with pytest.raises(siting.InputError, match="other demand points"):
        model.check(other)


def test_a_warm_start_is_a_solution_or_ids_and_changes_no_optimum(solution, model):
    for start in (solution, [12], solution.sites):
        assert model.solve(warm_start=start).objective == solution.objective


def test_a_warm_start_gives_the_heuristic_something_to_keep(model):
    assert model.solve(method="heuristic", warm_start=[11, 13]).objective == 260


def test_the_summary_says_what_was_asked_found_proven_and_missed(solution):
    asked, found, proven, missed = solution.summary().splitlines()
    assert "4 demand points by 2 candidate sites" in asked
    assert "p = 1, within 800 m, 1 site existing" in asked
    assert "2 sites are open: 11, 13" in found
    assert "260 of a weight of 300 (86.7 %)" in found
    assert "200 m at most" in found
    assert "proven optimal" in proven
    assert "1 demand point with a weight of 40 is not served (farm)" in missed
    assert "no site at all is in its reach" in missed


def test_the_summary_of_a_heuristic_plan_claims_no_proof(model):
    summary = model.solve(method="heuristic").summary()
    assert "not known" in summary
    assert "optimal" not in summary


def test_html_escapes_ids():
    travel = siting.TravelMatrix.from_dense([[1.0]], site_ids=["<script>"])
    html = siting.MaxCover(travel, weights=1, p=1).solve()._repr_html_()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert html.count("<tr>") == html.count("</tr>")


def test_repr_tells_status_objective_and_gap(solution):
    assert repr(solution).startswith(
        "Solution(max-cover, optimal, objective 260, gap 0.00%, 2 sites"
    )


def test_ids_that_are_texts_stay_texts_where_unserved():
    travel = siting.TravelMatrix.from_dense([[1.0], [np.inf]], site_ids=["hall"])
    assignment = siting.MaxCover(travel, weights=1, p=1).solve().assignment
    assert assignment[0] == "hall"
    assert assignment.isna().tolist() == [False, True]
