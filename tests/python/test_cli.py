"""The command `siting`: its demonstration, plans from files of all kinds, and one clear line for each mistake."""

import json
import subprocess
import sys

import geopandas
import pandas
import pytest
import shapely
import siting
from siting.cli import main

# Homes along a street, 300 m apart, with the people in the last two; spaces at both ends and in the middle.
PEOPLE = [10, 20, 30, 40, 50]
HOMES = geopandas.GeoDataFrame(
    {"编号": ["甲", "乙", "丙", "丁", "戊"], "老人": PEOPLE},
    geometry=geopandas.points_from_xy([400_000 + 300 * i for i in range(5)], [3_300_000] * 5),
    crs=4549,
)
SPACES = geopandas.GeoDataFrame(
    {
        "编号": ["厂房", "仓库", "校舍"],
        "造价": [5, 3, 9],
        "座位": [65, 65, 65],
        "必须": ["是", "否", None],
    },
    geometry=geopandas.points_from_xy([400_000, 400_600, 401_200], [3_300_010] * 3),
    crs=4549,
)
CANTEENS = geopandas.GeoDataFrame(
    {"编号": ["食堂"], "座位": [100]},
    geometry=geopandas.points_from_xy([401_200], [3_299_990]),
    crs=4549,
)


@pytest.fixture
def layers(tmp_path):
    HOMES.to_file(tmp_path / "homes.gpkg")
    SPACES.to_file(tmp_path / "spaces.gpkg")
    CANTEENS.to_file(tmp_path / "canteens.gpkg")
    return tmp_path


@pytest.fixture
def solve(layers, capsys):
    """Runs `siting solve` on the street; the code, what it printed, and what it complained of."""

    def run(*options, demand="homes.gpkg", sites="spaces.gpkg"):
        files = [
            "--demand",
            str(layers / demand),
            "--sites",
            str(layers / sites),
            "--id-col",
            "编号",
        ]
        code = main(["solve", *files, *(str(option) for option in options)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


MAX_COVER = ("--model", "max-cover", "--weight", "老人", "--within", "350", "-p", "1")


def open_sites(path):
    return geopandas.read_file(path, layer="sites")["编号"].tolist()


def test_the_demo_tells_who_is_served_and_writes_its_files(tmp_path, capsys):
    assert main(["demo", "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert told.startswith("SYNTHETIC town of 24 communities")
    assert "a community canteen serves 3 of 24 communities (12.5 %; Ningbo: 12 %)" in told
    assert "people 60+" in told
    assert told.count("Proven optimal (gap 0 %)") == 2
    package = tmp_path / "out" / "synthetic-town.gpkg"
    names = set(geopandas.list_layers(package)["name"])
    assert names == {
        "homes",
        "spaces",
        "facilities",
        "communities",
        "chosen_max_cover",
        "chosen_p_median",
    }
    assert len(geopandas.read_file(package, layer="homes")) == 686
    assert len(geopandas.read_file(package, layer="chosen_max_cover")) == 8
    assert (tmp_path / "out" / "synthetic-town.png").read_bytes().startswith(b"\x89PNG")


def test_the_demo_says_the_figures_of_its_files(tmp_path, capsys):
    assert main(["demo", "--communities", "12", "--seed", "3", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    homes = geopandas.read_file(tmp_path / "synthetic-town.gpkg", layer="homes")
    reached = homes.loc[homes["metres_max_cover"].notna()]
    assert (reached["metres_max_cover"] <= 800).all()
    assert f"{reached['age_60_plus'].sum():,} of {homes['age_60_plus'].sum():,} people 60+" in told
    mean = (homes["metres_p_median"] * homes["age_60_plus"]).sum() / homes["age_60_plus"].sum()
    assert f"to {mean:,.0f} m;" in told


def test_the_module_runs_as_the_command(tmp_path):
    def run(*arguments):
        command = [sys.executable, "-m", "siting", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    assert run("--version").stdout == f"siting {siting.__version__}\n"
    failed = run("solve", "--demand", "a.csv", "--sites", "b.csv", "--model", "p-center", "-p", "1")
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr == "siting: error: a.csv: there is no such file\n"


def test_a_plan_in_a_geopackage_keeps_ids_columns_and_crs(solve, layers):
    code, told, _ = solve(*MAX_COVER, "-o", layers / "plan.gpkg")
    assert code == 0
    # The last space reaches the two homes with 90 people, the middle one three with 90 as well; either is optimal.
    assert "90 of a weight of 150 (60.0 %)" in told
    assert "proven optimal" in told
    sites = geopandas.read_file(layers / "plan.gpkg", layer="sites")
    demand = geopandas.read_file(layers / "plan.gpkg", layer="demand")
    assert sites.crs == 4549
    assert sites["served_weight"].tolist() == [90]
    assert {"造价", "座位"} <= set(sites.columns)
    assert demand["编号"].tolist() == HOMES["编号"].tolist()
    assert demand.loc[demand["served"], "老人"].sum() == 90


MODELS = {
    "max-cover": (MAX_COVER, 1),
    "set-cover": (("--model", "set-cover", "--within", "350", "--cost-col", "造价"), 3),
    "p-median": (("--model", "p-median", "--weight", "老人", "-p", "2"), 2),
    "p-center": (("--model", "p-center", "-p", "2"), 2),
    "p-dispersion": (("--model", "p-dispersion", "-p", "2"), 2),
    "fixed-charge": (("--model", "fixed-charge", "--weight", "老人", "--cost-col", "造价"), 3),
}


@pytest.mark.parametrize("backend", ["highs", "microlp"])
@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_solved_on_both_backends(solve, layers, model, backend):
    options, n = MODELS[model]
    code, told, complaint = solve(*options, "--backend", backend, "-o", layers / "plan.gpkg")
    assert (code, complaint) == (0, "")
    assert "proven optimal" in told
    assert len(open_sites(layers / "plan.gpkg")) == n


def test_rules_on_sites_are_ids_or_a_column(solve, layers):
    def chosen(*options):
        code, _, complaint = solve(*MAX_COVER, *options, "-o", layers / "plan.gpkg")
        assert (code, complaint) == (0, "")
        return set(open_sites(layers / "plan.gpkg"))

    assert chosen("--required", "厂房") == {"厂房"}
    assert chosen("--required", "必须") == {"厂房"}
    assert chosen("--forbidden", "厂房，仓库") == {"校舍"}
    assert chosen("--existing", "厂房,仓库") == {"厂房", "仓库", "校舍"}


def test_existing_sites_from_a_file_are_stacked_and_stay_open(solve, layers):
    options = ("--existing-sites", layers / "canteens.gpkg", "-o", layers / "plan.gpkg")
    code, told, _ = solve(*MAX_COVER, *options)
    assert code == 0
    assert "1 site existing" in told
    sites = geopandas.read_file(layers / "plan.gpkg", layer="sites")
    assert sites["编号"].tolist() == ["仓库", "食堂"]
    assert sites["existing"].tolist() == [False, True]
    code, _, complaint = solve("--model", "p-dispersion", "-p", "1", *options)
    assert (code, complaint) == (0, "")
    assert open_sites(layers / "plan.gpkg") == ["厂房", "食堂"]


def test_existing_sites_without_ids_do_not_take_those_of_candidates(layers, capsys):
    files = [
        "--demand",
        "homes.gpkg",
        "--sites",
        "spaces.gpkg",
        "--existing-sites",
        "canteens.gpkg",
    ]
    files = [each if each.startswith("--") else str(layers / each) for each in files]
    assert main(["solve", *files, *MAX_COVER, "-o", str(layers / "plan.csv")]) == 0
    assert "open: 1, existing 0" in capsys.readouterr().out
    assert pandas.read_csv(layers / "plan.csv").iloc[:, 0].tolist() == ["1", "existing 0"]


def test_capacities_bound_what_sites_serve(solve):
    # 20, 30 and 40 people are in reach of a site for 65: 20 and 40 where points must not be split.
    options = (*MAX_COVER, "--capacity-col", "座位", "--forbidden", "厂房,校舍")
    assert "65 of a weight of 150" in solve(*options)[1]
    assert "60 of a weight of 150" in solve(*options, "--single-source")[1]


def test_a_budget_and_costs_replace_p(solve, layers):
    options = (
        "--model",
        "max-cover",
        "--weight",
        "老人",
        "--within",
        "350",
        "--budget",
        "8",
        "--cost-col",
        "造价",
    )
    code, _, _ = solve(*options, "-o", layers / "plan.gpkg")
    assert code == 0
    assert sum(geopandas.read_file(layers / "plan.gpkg", layer="sites")["造价"]) <= 8


@pytest.mark.parametrize("kind", ["geojson", "shp", "parquet", "csv", "gbk.csv", "gbk.shp"])
def test_all_formats_give_the_same_plan(solve, layers, kind):
    for name, frame in (("homes", HOMES), ("spaces", SPACES)):
        path = layers / f"{name}.{kind}"
        if kind == "parquet":
            frame.to_parquet(path)
        elif kind == "geojson":
            frame.to_crs(4326).to_file(path)
        elif kind.endswith("csv"):
            table = frame.drop(columns="geometry").assign(
                经度=frame.to_crs(4326).geometry.x, 纬度=frame.to_crs(4326).geometry.y
            )
            table.to_csv(path, index=False, encoding="gbk" if kind == "gbk.csv" else "utf-8")
        else:
            frame.to_file(path, encoding="gbk" if kind == "gbk.shp" else "utf-8")
            if kind == "gbk.shp":
                path.with_suffix(".cpg").unlink(missing_ok=True)
    output = ("-o", layers / "plan.gpkg")
    code, told, complaint = solve(
        *MAX_COVER, "--forbidden", "仓库", *output, demand=f"homes.{kind}", sites=f"spaces.{kind}"
    )
    assert (code, complaint) == (0, "")
    assert "90 of a weight of 150" in told
    assert open_sites(layers / "plan.gpkg") == ["校舍"]
    if kind in ("geojson", "csv"):
        assert "projected to WGS 84 / UTM zone" in told
        assert geopandas.read_file(layers / "plan.gpkg", layer="sites").crs == 4326


def test_haversine_measures_longitude_and_latitude(solve, layers):
    HOMES.to_crs(4326).to_file(layers / "homes.geojson")
    code, told, _ = solve(*MAX_COVER, "--metric", "haversine", demand="homes.geojson")
    assert code == 0
    assert "90 of a weight of 150" in told
    assert "within 350 m" in told


def test_layers_in_different_systems_are_brought_together(solve, layers):
    SPACES.to_crs(32651).to_file(layers / "moved.gpkg")
    code, told, _ = solve(*MAX_COVER, sites="moved.gpkg")
    assert code == 0
    assert "--sites brought from WGS 84 / UTM zone 51N (EPSG:32651)" in told
    assert "90 of a weight of 150" in told


def test_outputs_are_geojson_csv_json_and_a_map(solve, layers):
    for name in ("plan.geojson", "plan.csv", "plan.json"):
        assert solve(*MAX_COVER, "-o", layers / name, "--map", layers / "plan.png")[0] == 0
    assert len(geopandas.read_file(layers / "plan.geojson")) == 1
    assert "served_weight" in pandas.read_csv(layers / "plan.csv").columns
    assert json.loads((layers / "plan.json").read_text(encoding="utf-8"))["objective"] == 90
    assert (layers / "plan.png").read_bytes().startswith(b"\x89PNG")


def test_the_progress_of_a_solve_goes_to_stderr(solve):
    code, told, progress = solve(*MAX_COVER, "--progress")
    assert code == 0
    assert "max-cover" in progress
    assert "60.0 %" in told


WRONG = {
    "no file": (("--demand", "none.gpkg", *MAX_COVER), "none.gpkg: there is no such file"),
    "no weight column": (
        (*MAX_COVER, "--weight", "人"),
        "--weight: there is no column '人'; the columns are 老人",
    ),
    "text as weight": (
        (*MAX_COVER, "--cost-col", "必须"),
        "--cost-col: 必须 of '厂房' is '是': a number is needed",
    ),
    "no id column": ((*MAX_COVER, "--id-col", "id"), "has no column 'id'"),
    "no radius": (("--model", "max-cover", "-p", "1"), "--within is missing"),
    "no p": (("--model", "max-cover", "--within", "9"), "-p: p is missing"),
    "p for set cover": (
        ("--model", "set-cover", "--within", "9", "-p", "2"),
        "-p means nothing to set-cover",
    ),
    "radius for p-median": (
        ("--model", "p-median", "--within", "9", "-p", "2"),
        "--within means nothing",
    ),
    "no costs": (("--model", "fixed-charge"), "--cost-col is missing"),
    "no p to disperse": (("--model", "p-dispersion"), "-p is missing"),
    "negative p": ((*MAX_COVER, "-p", "-1"), "-p: p is -1"),
    "negative radius": ((*MAX_COVER, "--within", "-5"), "--within is -5"),
    "cutoff below the radius": (
        (*MAX_COVER, "--cutoff", "100"),
        "--cutoff 100 hides sites within 350",
    ),
    "more than there are": ((*MAX_COVER, "-p", "4"), "-p: p is 4: there are only 3 sites"),
    "radius in words": ((*MAX_COVER, "--within", "near"), "'near' is not a number"),
    "NaN radius": ((*MAX_COVER, "--within", "nan"), "'nan' is not a number"),
    "unknown site": (
        (*MAX_COVER, "--required", "厂"),
        "--required: '厂' is neither the id of a site",
    ),
    "unclear column": ((*MAX_COVER, "--required", "造价"), "1, yes, true or 是 marks a site"),
    "contradiction": (
        (*MAX_COVER, "--required", "厂房", "--forbidden", "厂房"),
        "contradict each other",
    ),
    "unknown model": ((*MAX_COVER, "--model", "p-hub"), "invalid choice: 'p-hub'"),
    "unknown option": ((*MAX_COVER, "--fast"), "unrecognized arguments: --fast"),
    "bad output": (
        (*MAX_COVER, "-o", "plan.xls"),
        "--output: plan.xls must end with .gpkg, .geojson, .csv, .json",
    ),
    "bad map": ((*MAX_COVER, "--map", "plan.doc"), "--map: plan.doc must end with"),
    "no folder": ((*MAX_COVER, "-o", "none/plan.gpkg"), "there is no folder none"),
    "bad share": (
        ("--model", "set-cover", "--within", "350", "--share", "1.5"),
        "--share: share is 1.5",
    ),
    "bad gap": ((*MAX_COVER, "--gap", "-1"), "--gap: gap is -1"),
    "bad threads": ((*MAX_COVER, "--threads", "0"), "--threads: threads is 0"),
    "bad time": ((*MAX_COVER, "--time-limit", "-1"), "--time-limit: time_limit"),
    "x of a package": (
        (*MAX_COVER, "--x", "a"),
        "--x and --y name columns of CSV files, and none is given",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_answered_in_one_line_with_code_2(solve, capsys, case):
    options, expected = WRONG[case]
    try:
        code, told, complaint = solve(*options)
    except SystemExit as stopped:
        printed = capsys.readouterr()
        code, told, complaint = stopped.code, printed.out, printed.err
    assert code == 2
    assert told == ""
    assert complaint.startswith("siting: error: ")
    assert complaint.count("\n") == 1
    assert expected in complaint


@pytest.mark.parametrize("option", ["--communities", "--seed"])
def test_a_wrong_demo_is_answered_with_code_2(tmp_path, capsys, option):
    assert main(["demo", option, "-1", "--out", str(tmp_path)]) == 2
    assert f"siting: error: {option}: " in capsys.readouterr().err


def test_input_files_are_never_overwritten(solve, layers):
    before = (layers / "homes.gpkg").read_bytes()
    code, _, complaint = solve(*MAX_COVER, "-o", layers / "homes.gpkg")
    assert code == 2
    assert "is one of the input files" in complaint
    assert (layers / "homes.gpkg").read_bytes() == before


def test_degrees_without_a_reference_system_are_not_guessed(solve, layers):
    lines = ["编号,老人,x,y", "甲,1,121.5,29.8", "乙,2,121.6,29.9"]
    (layers / "homes.csv").write_text("\n".join(lines), encoding="utf-8")
    code, _, complaint = solve(*MAX_COVER, demand="homes.csv")
    assert code == 2
    assert "--demand does not say its coordinate reference system" in complaint
    code, _, complaint = solve(*MAX_COVER, demand="homes.csv", sites="homes.csv")
    assert code == 2
    assert "may be degrees" in complaint
    assert solve(*MAX_COVER, "--crs", "EPSG:4490", demand="homes.csv", sites="homes.csv")[0] == 0


def test_plane_coordinates_without_a_reference_system_are_taken_as_they_are(solve, layers):
    (layers / "homes.csv").write_text("编号,老人,x,y\n甲,1,0,0\n乙,2,1000,0\n", encoding="utf-8")
    code, told, _ = solve(*MAX_COVER, demand="homes.csv", sites="homes.csv")
    assert code == 0
    assert "coordinates are taken as plane" in told


def test_swapped_or_worldwide_coordinates_are_refused(solve, layers):
    (layers / "swapped.csv").write_text("编号,老人,lon,lat\n甲,1,29.8,121.5\n", encoding="utf-8")
    code, _, complaint = solve(*MAX_COVER, demand="swapped.csv", sites="swapped.csv")
    assert code == 2
    assert "check --crs and the order" in complaint
    (layers / "wide.csv").write_text(
        "编号,老人,lon,lat\n甲,1,100,30\n乙,1,120,30\n", encoding="utf-8"
    )
    code, _, complaint = solve(*MAX_COVER, demand="wide.csv", sites="wide.csv")
    assert code == 2
    assert "use --metric haversine" in complaint


def test_what_cannot_be_is_answered_with_code_3_and_the_way_out(solve):
    code, _, complaint = solve("--model", "set-cover", "--within", "100")
    assert code == 3
    assert complaint.count("\n") == 1
    assert "smallest radius that reaches all of them" in complaint
    code, _, complaint = solve("--model", "p-median", "--budget", "1", "--cost-col", "造价")
    assert code == 3
    assert "the smallest that works is 3" in complaint


def test_no_plan_before_the_limit_is_answered_with_code_4(monkeypatch, solve):
    def run_out(self, **options):
        raise siting.NoSolutionError("no plan was found before the time limit", "time")

    monkeypatch.setattr(siting.MaxCover, "solve", run_out)
    code, _, complaint = solve(*MAX_COVER)
    assert code == 4
    assert complaint == "siting: error: no plan was found before the time limit\n"


def test_areas_as_demand_stand_as_points(solve, layers):
    HOMES.set_geometry(HOMES.buffer(20)).to_file(layers / "areas.gpkg")
    code, told, _ = solve(*MAX_COVER, demand="areas.gpkg")
    assert code == 0
    assert "Note: areas.gpkg: 5 shapes stand as a point inside each." in told


def test_a_missing_extra_is_named(layers):
    code = (
        "import sys; sys.modules['geopandas'] = None\n"
        "from siting.cli import main\n"
        "sys.exit(main(['demo']))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=layers, check=False
    )
    assert ran.returncode == 2
    assert 'pip install "siting[geo]"' in ran.stderr


def test_z_coordinates_do_no_harm(solve, layers):
    raised = HOMES.set_geometry([shapely.Point(p.x, p.y, 7.0) for p in HOMES.geometry], crs=4549)
    raised.to_file(layers / "raised.gpkg")
    assert "90 of a weight of 150" in solve(*MAX_COVER, demand="raised.gpkg")[1]
