import numpy as np
import pytest
import siting
from brute import best, subsets
from scipy.spatial.distance import cdist


def points(seed, n=9):
    return np.random.default_rng(seed).integers(0, 30, (n, 2)).astype(float)


@pytest.mark.parametrize("backend", ["highs", "microlp"])
@pytest.mark.parametrize("seed", range(5))
def test_the_two_closest_sites_are_as_far_apart_as_in_the_best_set(seed, backend):
    at = points(seed)
    distance = cdist(at, at)
    np.fill_diagonal(distance, np.inf)
    solution = siting.PDispersion.from_points(at, p=4).solve(backend=backend)
    assert solution.objective == pytest.approx(
        best(max, subsets(9, 4), lambda sites: distance[np.ix_(sites, sites)].min())
    )
    assert len(solution.sites) == 4


def test_required_and_forbidden_sites_are_obeyed():
    at = points(7)
    model = siting.PDispersion.from_points(at, p=3, required=[0], forbidden=[8])
    solution = model.solve()
    assert 0 in solution.sites
    assert 8 not in solution.sites


def test_the_shorter_direction_counts():
    travel = siting.TravelMatrix.from_dense([[0.0, 3.0], [8.0, 0.0]])
    assert siting.PDispersion(travel, p=2).solve().objective == 3.0


def test_a_matrix_between_different_points_is_refused():
    travel = siting.TravelMatrix.from_dense(np.ones((2, 3)))
    with pytest.raises(siting.InputError, match="square matrix"):
        siting.PDispersion(travel, p=2)
    travel = siting.TravelMatrix.from_dense(np.ones((2, 2)), site_ids=["a", "b"])
    with pytest.raises(siting.InputError, match="same order"):
        siting.PDispersion(travel, p=2)


def test_evaluate_gives_the_smallest_distance():
    model = siting.PDispersion.from_points([[0, 0], [3, 4], [30, 40]], p=2)
    assert model.evaluate([0, 1, 2]).objective == 5.0


def test_the_summary_speaks_of_distances_alone():
    summary = siting.PDispersion.from_points([[0, 0], [3, 4], [30, 40]], p=2).solve().summary()
    assert "The two closest are 50 apart" in summary
    assert "served" not in summary
