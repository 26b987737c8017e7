"""What a space is to a plan, and what a plan becomes under other conditions."""

import pytest
import siting
from plan_town import town


@pytest.fixture(scope="module")
def plan():
    """All need is met: canteens in the school and, by the old one or the mill, in the west; a club in both."""
    return town().solve()


@pytest.fixture(scope="module")
def told(plan):
    return plan.explain("school")


def test_people_whom_nobody_else_could_serve_are_counted_by_service(plan, told):
    # Home c reaches the school alone: 10 of the canteen, 5 of the club. Home b may go west where there is room.
    assert told.space == "school"
    assert set(told.services.index) == {"canteen", "club"}
    without = town().solve(forbidden=["school"])
    assert told.objective == plan.objective == 60
    assert told.objective_without <= without.objective + 1e-9
    assert told.lost == pytest.approx(told.objective - told.objective_without)
    assert told.services["nobody_else"].sum() == pytest.approx(told.lost)
    assert told.services.loc["canteen", "nobody_else"] >= 10
    here = plan.fitout[plan.fitout["space"] == "school"].set_index("service")["served"]
    assert told.services["served"].to_dict() == pytest.approx(here.to_dict())


def test_what_a_space_frees_is_what_it_costs(plan, told):
    assert told.capital_freed == plan.spaces.loc["school", "capital"]
    assert told.yearly_freed == plan.spaces.loc["school", "yearly"]


def test_without_an_unused_space_there_is_no_replacement(told):
    assert (told.replacement, told.replacement_space, told.replacement_lost) == (None, None, None)
    assert told.limit is None
    assert told.broken.empty
    assert "No single other space would keep the rules." in told.summary()
    assert "canteen in school serves" in told.summary()
    assert repr(told).startswith("Explanation(space 'school', lost ")


def test_the_replacement_is_a_whole_plan_that_holds():
    programme = town()
    plan = programme.solve(most_spaces=1, required=["school"], least_met=0.3)
    told = plan.explain("school")
    assert told.broken["rule"].tolist() == ["required", "least_met"]
    assert told.broken["message"][0] == "required space school would host nothing"
    assert told.replacement_space == "mill"
    assert set(told.replacement.fitout["space"]) == {"mill"}
    assert told.replacement_lost == pytest.approx(plan.objective - told.replacement.objective)
    programme.check(told.replacement)
    assert "2 rules would be broken: required space school" in told.summary()
    assert "Its best replacement is mill (" in told.summary()


def test_spaces_that_the_plan_does_not_use_are_refused():
    plan = town().solve(forbidden=["mill"])
    with pytest.raises(
        siting.InputError, match="'mill', which the plan does not use; it uses school"
    ):
        plan.explain("mill")
    with pytest.raises(siting.InputError, match="'barn', which is no space id"):
        plan.explain("barn")


def test_what_if_leaves_a_space_out(plan):
    told = plan.what_if(without=["school"])
    assert (told.added, told.dropped) == ([], ["school"])
    assert told.plan.objective == town().solve(forbidden=["school"]).objective
    assert told.plan.status == "optimal"
    figures = told.figures
    assert figures.loc["objective"].tolist() == pytest.approx(
        [60, told.plan.objective, told.plan.objective - 60]
    )
    assert figures.loc["capital", "after"] == told.plan.money["capital"]
    assert figures.loc["share_met", "before"] == pytest.approx(1)
    assert told.met["after"].to_dict() == pytest.approx(told.plan.coverage["met"].to_dict())
    dropped = told.changes[told.changes["change"] == "dropped"]
    assert set(dropped["space"]) == {"school"}
    assert dropped["after"].isna().all()
    assert told.summary().startswith("School is used no longer")
    assert "The objective goes from 60 to " in told.summary()


def test_what_if_requires_a_space():
    plan = town().solve(budget=17_000, forbidden=[])
    space = ({"mill", "school"} - set(plan.spaces.index)).pop()
    told = plan.what_if(with_=[space], gap=0.0)
    assert told.added == [space]
    added = told.changes[told.changes["change"] == "added"]
    assert set(added["space"]) == {space}
    assert added["after"].notna().all()
    assert told.plan.money["capital"] <= 17_000


def test_what_if_without_conditions_changes_nothing_that_counts(plan):
    told = plan.what_if()
    assert told.figures.loc["objective", "change"] == pytest.approx(0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"without": ["mill"], "with_": ["mill"]}, "'mill'"),
        ({"without": ["barn"]}, "no space id"),
        ({"without": ["school"]}, "without: space 'school' is required by the rules of the plan"),
        ({"with_": ["mill"]}, "with_: space 'mill' is forbidden by the rules of the plan"),
        ({"budget": 3}, "budget is no option of what_if"),
        ({"gap": -1.0}, "gap"),
    ],
)
def test_conditions_that_cannot_be_are_refused(arguments, message):
    plan = town().solve(required=["school"], forbidden=["mill"])
    with pytest.raises(siting.InputError, match=message):
        plan.what_if(**arguments)
