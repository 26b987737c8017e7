"""Programmes as model files: HiGHS on its own reads the same optimum out of them."""

import highspy
import pytest
import siting
from plan_town import SPACES, large, town


def optimum(path):
    """What HiGHS finds in a file."""
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.0)
    assert solver.readModel(str(path)) != highspy.HighsStatus.kError
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return solver.modelStatusToString(solver.getModelStatus())
    return solver.getInfo().objective_function_value


RULES = {
    "budget": 30_000,
    "quotas": [siting.Quota("canteen", facilities=1, district="East")],
    "least_met_by_service": {"club": 0.4},
    "service_weights": {"club": 2.0},
}


@pytest.mark.parametrize("ending", ["mps", "lp"])
@pytest.mark.parametrize(
    ("objective", "sign"),
    [
        ("cover", -1),
        ("walking", 1),
        (siting.Envy(threshold=3), 1),
        (siting.Cost(years=10), 1),
        ("worst-district", -1),
    ],
)
def test_the_optimum_of_the_file_is_the_objective_or_less_the_objective(
    tmp_path, objective, sign, ending
):
    path = tmp_path / f"town.{ending}"
    town().write_mps(path, objective=objective, **RULES)
    plan = town().solve(objective=objective, **RULES)
    assert optimum(path) == pytest.approx(sign * plan.objective, rel=1e-7)


def test_a_town_of_the_standard_has_the_same_optimum(tmp_path):
    programme = large(8)
    programme.write_mps(tmp_path / "town.mps", budget=500_000)
    assert optimum(tmp_path / "town.mps") == pytest.approx(
        -programme.solve(budget=500_000).objective, rel=1e-6
    )


def test_spaces_are_named_by_position_and_forbidden_ones_are_not_there(tmp_path):
    path = tmp_path / "town.mps"
    town().write_mps(str(path), forbidden=["mill"])
    names = {line.split()[0] for line in path.read_text().splitlines() if line.strip()}
    at = SPACES.index.get_loc("school")
    assert {f"use.{at}", f"fit.{at}.canteen.large", f"serve.club.1.space.{at}"} <= names
    assert not any(name.startswith("use.0") for name in names)


def test_rules_that_cannot_hold_together_are_left_to_the_solver(tmp_path):
    path = tmp_path / "town.mps"
    rules = {"budget": 20_000, "least_met": 0.9}
    with pytest.raises(siting.InfeasibleError):
        town().solve(**rules)
    town().write_mps(path, **rules)
    assert optimum(path) == "Infeasible"


def test_rules_that_plainly_cannot_hold_are_told_and_nothing_is_written(tmp_path):
    path = tmp_path / "town.mps"
    with pytest.raises(siting.InfeasibleError, match="the limit on spaces lacks 1"):
        town().write_mps(path, required=["mill", "school"], most_spaces=1)
    assert not path.exists()


@pytest.mark.parametrize("name", ["town", "town.txt", "town.mps.gz"])
def test_a_path_whose_ending_is_no_format_is_refused(tmp_path, name):
    with pytest.raises(siting.InputError, match=r"end it in \.mps") as refused:
        town().write_mps(tmp_path / name)
    assert refused.value.argument == "path"
    assert not (tmp_path / name).exists()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "not there" / "town.mps"
    with pytest.raises(siting.InputError, match=r"not there.town\.mps: cannot be written: "):
        town().write_mps(path)


def test_rules_are_checked_as_for_a_plan(tmp_path):
    path = tmp_path / "town.mps"
    for rules, message in [
        ({"budget": -1}, "budget is -1"),
        ({"required": ["barn"]}, "barn"),
        ({"objective": "money"}, "money"),
    ]:
        with pytest.raises(siting.InputError, match=message):
            town().write_mps(path, **rules)
    with pytest.raises(siting.InputError, match="travel_to_spaces is missing"):
        town(travel_to_spaces=None).write_mps(path)
    assert not path.exists()
