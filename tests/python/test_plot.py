import geopandas
import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
import siting
from matplotlib import pyplot


@pytest.fixture(autouse=True)
def close_figures():
    yield
    pyplot.close("all")


@pytest.fixture
def solution():
    travel = siting.TravelMatrix.from_points(
        [[0, 0], [1, 0], [9, 9]], [[0, 0], [9, 0], [2, 2]], cutoff=3
    )
    return siting.MaxCover(travel, weights=[5, 3, 1], p=1, existing=[1]).solve()


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_map_shows_who_is_served_and_every_kind_of_site(solution):
    ax = solution.plot()
    assert labels(ax) == [
        "demand point, not served (1)",
        "demand point, served (2)",
        "candidate site, not chosen (1)",
        "existing site (1)",
        "chosen site (1)",
    ]
    assert ax.get_title() == "max-cover, 88.9% covered, proven optimal"
    assert ax.get_aspect() == 1.0


def test_points_are_sized_by_weight(solution):
    served = next(c for c in solution.plot().collections if "demand point, served" in c.get_label())
    sizes = served.get_sizes()
    assert sizes[0] > sizes[1]


def test_lines_join_each_served_point_to_its_site(solution):
    ax = solution.plot(lines=True)
    (lines,) = [c for c in ax.collections if hasattr(c, "get_segments")]
    assert len(lines.get_segments()) == 2


def test_the_map_is_drawn_on_the_axes_given(solution):
    _, ax = pyplot.subplots()
    assert solution.plot(ax, title="Canteens") is ax
    assert ax.get_title() == "Canteens"


@pytest.mark.filterwarnings("ignore:Glyph")
def test_chinese_labels_and_titles_are_drawn(tmp_path):
    rooms = geopandas.GeoSeries(geopandas.points_from_xy([0], [0]), index=["闲置厂房"])
    travel = siting.TravelMatrix.from_points([[0, 1]], rooms.set_crs(None))
    ax = siting.MaxCover(travel, weights=1, p=1).solve().plot(labels=True, title="社区食堂选址")
    assert [text.get_text() for text in ax.texts] == ["闲置厂房"]
    ax.figure.savefig(tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 1000


def test_degrees_are_drawn_in_their_true_proportion():
    homes = geopandas.GeoSeries(geopandas.points_from_xy([10, 10.01], [60, 60]), crs=4326)
    travel = siting.TravelMatrix.from_points(homes, homes, metric="haversine")
    ax = siting.PMedian(travel, weights=1, p=1).solve().plot()
    assert ax.get_aspect() == pytest.approx(2.0)


def test_dispersed_sites_are_drawn_without_demand():
    solution = siting.PDispersion.from_points(np.eye(4)[:, :2], p=2).solve()
    assert labels(solution.plot()) == ["candidate site, not chosen (2)", "chosen site (2)"]


def test_a_closed_existing_site_is_marked():
    travel = siting.TravelMatrix.from_points([[0, 0]], [[0, 0], [1, 0]])
    model = siting.MaxCover(
        travel, weights=1, budget=1, existing=[1], closing_costs={1: -1}, site_costs=2
    )
    plan = siting.Solution.from_json(model.solve(warm_start=[0]).to_json(), model=model)
    shown = labels(plan.plot())
    assert any("existing site" in label for label in shown)


def test_a_matrix_without_points_cannot_be_drawn():
    solution = siting.MaxCover(siting.TravelMatrix.from_dense([[1.0]]), weights=1, p=1).solve()
    with pytest.raises(siting.InputError, match="not built from points"):
        solution.plot()
