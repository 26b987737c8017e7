import numpy as np
import pytest
import siting


@pytest.fixture
def model():
    random = np.random.default_rng(4)
    travel = siting.TravelMatrix.from_points(random.random((150, 2)), random.random((60, 2)))
    return siting.PMedian(travel, weights=random.integers(1, 9, 150), p=6)


def test_a_function_receives_snapshots_up_to_the_end(model):
    seen = []
    solution = model.solve(progress=seen.append)
    assert seen
    assert all(isinstance(snapshot, siting.Progress) for snapshot in seen)
    assert {snapshot.phase for snapshot in seen} <= {"heuristic", "bound", "solver"}
    seconds = [snapshot.seconds for snapshot in seen]
    assert seconds == sorted(seconds)
    incumbents = [snapshot.incumbent for snapshot in seen if snapshot.incumbent is not None]
    assert incumbents == sorted(incumbents, reverse=True)
    assert all(
        snapshot.bound is None or snapshot.bound <= solution.objective + 1e-6 for snapshot in seen
    )
    assert all(snapshot.nodes >= 0 for snapshot in seen)
    assert all(snapshot.gap is None or snapshot.gap >= 0 for snapshot in seen)
    assert "phase=" in repr(seen[-1])


def test_progress_changes_nothing_in_the_answer(model):
    assert model.solve(progress=lambda _: None).sites == model.solve().sites


def test_an_exception_of_the_function_stops_the_solve_and_is_raised(model):
    calls = []

    def fail(progress):
        calls.append(progress)
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        model.solve(progress=fail)
    assert len(calls) == 1
    assert model.solve().status == "optimal"


def test_a_bar_shows_the_best_plan(model, capsys):
    model.solve(progress=True)
    assert "p-median" in capsys.readouterr().err


def test_without_progress_nothing_is_printed(model, capfd):
    model.solve()
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")
