"""Each test runs a Python in which some packages cannot be imported."""

import subprocess
import sys
import textwrap

import pytest

HIDE = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hidden())
import numpy as np
import siting
travel = siting.TravelMatrix.from_points([[0, 0], [5, 0]], [[0, 1], [9, 9]], cutoff=2)
solution = siting.MaxCover(travel, weights=[3, 4], p=1).solve()
"""
ALL = {"pandas", "geopandas", "shapely", "pyproj", "matplotlib", "tqdm", "scipy"}


def run(code, hidden):
    script = HIDE.format(hidden=hidden) + textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120
    )


def test_numpy_alone_suffices():
    result = run(
        """
        assert solution.sites == [0]
        assert solution.assignment == {0: 0, 1: None}
        assert travel.demand_ids.tolist() == [0, 1]
        assert "3 of a weight of 7" in solution.summary()
        assert siting.Solution.from_json(solution.to_json()) == solution
        split = siting.FixedCharge(
            siting.TravelMatrix.from_dense([[1.0, 3.0]]), weights=10, site_costs=0, capacities=6
        ).solve()
        assert [flow[:2] for flow in split.flows] == [(0, 0), (0, 1)]
        named = siting.TravelMatrix.from_dense([[1.0, 2.0]], site_ids=["a", "b"])
        both = named.with_sites(siting.TravelMatrix.from_dense([[5.0]], site_ids=["c"]))
        assert both.site_ids.tolist() == ["a", "b", "c"]
        assert siting.PMedian(both, weights={0: 2}, p=1, forbidden=["a"]).solve().sites == ["b"]
        assert not {"pandas", "geopandas", "matplotlib", "scipy"} & set(sys.modules)
        """,
        ALL,
    )
    assert result.returncode == 0, result.stderr


def test_importing_siting_imports_no_optional_package():
    result = run("assert not {'pandas', 'geopandas', 'matplotlib'} & set(sys.modules)", set())
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("code", "package", "extra"),
    [
        ("solution.plot()", "matplotlib", "plot"),
        ("solution.to_geodataframe()", "geopandas", "geo"),
        ("travel.to_frame()", "pandas", "geo"),
        ("travel.to_scipy()", "scipy", "all"),
        ("siting.MaxCover(travel, weights=1, p=1).solve(progress=True)", "tqdm", "progress"),
    ],
)
def test_what_is_missing_says_how_to_install_it(code, package, extra):
    result = run(
        f"""
        try:
            {code}
        except siting.MissingDependencyError as error:
            assert isinstance(error, (ImportError, siting.SitingError))
            print(error)
        """,
        {package},
    )
    assert result.returncode == 0, result.stderr
    assert package in result.stdout
    assert f'pip install "siting[{extra}]"' in result.stdout
