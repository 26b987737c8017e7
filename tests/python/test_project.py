"""Project files: `siting audit` and `siting plan` from layers in files, and one clear line for each mistake."""

import json
import re

import geopandas
import pandas
import pytest
import shapely
import siting
from siting.cli import main

# Four groups of homes along a street, 600 m apart; rooms at both ends, a canteen in the middle.
HOMES = geopandas.GeoDataFrame(
    {
        "编号": ["甲", "乙", "丙", "丁"],
        "people": [1000, 2000, 1500, 500],
        "elders": [200, 500, 300, 100],
        "age_0_3": [20, 40, 30, 10],
        "households": [400, 800, 600, 200],
        "street": ["West", "West", "East", "East"],
        "wish": [1.0, 0.5, 1.0, 1.0],
    },
    geometry=geopandas.points_from_xy([400_000 + 600 * i for i in range(4)], [3_300_000] * 4),
    crs=4549,
)
SPACES = geopandas.GeoDataFrame(
    {
        "编号": ["厂房", "校舍"],
        "kind": ["street-front property room", "idle school"],
        "area_m2": [700.0, 300.0],
        "street": ["West", "East"],
    },
    geometry=geopandas.points_from_xy([400_000, 401_800], [3_300_010] * 2),
    crs=4549,
)
EXISTING = geopandas.GeoDataFrame(
    {
        "编号": ["食堂", "诊所"],
        "service": ["community canteen", "health"],
        "places": [60, 100],
        "street": ["West", "East"],
    },
    geometry=geopandas.points_from_xy([400_600, 401_200], [3_299_990] * 2),
    crs=4549,
)
PROJECT = """
[homes]
file = "homes.gpkg"
id = "编号"
[spaces]
file = "spaces.gpkg"
id = "编号"
[existing]
file = "existing.gpkg"
id = "编号"
[columns]
age_60_plus = "elders"
district = "street"
[services]
standard = "ningbo-2025"
keep = ["community canteen", "childcare"]
[travel]
cutoff = 2000
"""


@pytest.fixture
def town(tmp_path):
    for name, frame in (("homes", HOMES), ("spaces", SPACES), ("existing", EXISTING)):
        frame.to_file(tmp_path / f"{name}.gpkg")
    return tmp_path


@pytest.fixture
def run(town, capsys):
    """Runs a command on the project with some of its text replaced; the code, what it printed and complained of."""

    def run(*changes, command="audit", project=PROJECT, options=()):
        for old, new in changes:
            assert old in project
            project = project.replace(old, new)
        (town / "town.toml").write_text(project, encoding="utf-8")
        code = main([command, str(town / "town.toml"), "--out", str(town / "out"), *options])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_an_audit_prints_its_summary_and_writes_its_tables(run, town):
    code, told, complaint = run()
    assert (code, complaint) == (0, "")
    assert "community canteen: 28 of 31 people in need (90.9%) are in reach of 1 facility" in told
    assert "Note: existing: 1 of 2 rows are of services that are not kept, and left out." in told
    services = pandas.read_csv(town / "out" / "services.csv", index_col="service")
    assert services.loc["community canteen", "places"] == 60
    districts = pandas.read_csv(town / "out" / "districts.csv")
    assert districts["district"].tolist() == ["West", "East"] * 2
    assert not (town / "out" / "communities.csv").exists()
    homes = geopandas.read_file(town / "out" / "audit.gpkg", layer="community canteen")
    assert homes["编号"].tolist() == ["甲", "乙", "丙", "丁"]
    assert homes["in_reach"].tolist() == [True, True, True, False]
    assert homes.crs == 4549


def test_a_project_says_the_same_as_the_library(run):
    told = run(("cutoff = 2000", "cutoff = 2000\n[audit]\ncommunity_share = 0.8\nworst = 1"))[1]
    homes, spaces, existing = (
        frame.set_index("编号") for frame in (HOMES, SPACES, EXISTING.iloc[:1])
    )
    services = siting.standards.load("ningbo-2025").services(unit="m")
    kept = {service.name: service for service in services}
    programme = siting.Programme(
        homes,
        spaces,
        [kept["community canteen"], kept["childcare"]],
        travel=siting.TravelMatrix.from_points(homes, existing, cutoff=2000),
        existing=existing,
        district="street",
        columns={"age_60_plus": "elders"},
    )
    summary = programme.audit(community_share=0.8, worst=1).summary()
    assert summary in told


def test_layers_may_be_tables_in_other_systems(run, town):
    degrees = SPACES.to_crs(4326)
    table = degrees.drop(columns="geometry").assign(
        经度=degrees.geometry.x, 纬度=degrees.geometry.y
    )
    table.to_csv(town / "spaces.csv", index=False)
    code, told, _ = run(("spaces.gpkg", "spaces.csv"))
    assert code == 0
    assert "spaces brought from WGS 84 (EPSG:4326) into the system of homes" in told
    assert "community canteen: 28 of 31 people in need" in told


def test_walks_may_follow_streets(run, town):
    # A wall between the second and the third group of homes: no street leads through it.
    lines = [
        shapely.LineString([[400_000, 3_300_000], [400_700, 3_300_000]]),
        shapely.LineString([[401_100, 3_300_000], [401_800, 3_300_000]]),
    ]
    geopandas.GeoDataFrame(geometry=lines, crs=4549).to_file(town / "streets.gpkg")
    change = (
        "cutoff = 2000",
        'cutoff = 2000\nunit = "metres"\nnetwork = "streets.gpkg"',
    )
    code, told, complaint = run(change)
    assert (code, complaint) == (0, "")
    assert "community canteen: 20 of 31 people in need" in told
    minutes = ("cutoff = 2000", 'cutoff = 25\nspeed = 30\nnetwork = "streets.gpkg"')
    assert "community canteen: 14 of 31 people in need" in run(minutes)[1]


def test_a_standard_may_be_a_file_of_the_project(run, town):
    text = siting.standards.load("ningbo-2025").to_toml()
    (town / "mine.toml").write_text(text, encoding="utf-8")
    assert run(('"ningbo-2025"', '"mine.toml"'))[1] == run()[1]


WRONG = {
    "unknown table": (("[travel]", "[trvael]\nx = 1\n[travel]"), "has 'trvael', which is no key"),
    "unknown key": (("cutoff =", "cutof = 1\ncutoff ="), "[travel] has 'cutof'"),
    "unknown key of a layer": (
        ('file = "homes', 'path = "x"\nfile = "homes'),
        "[homes] has 'path'",
    ),
    "no homes": (
        ('[homes]\nfile = "homes.gpkg"\nid = "编号"\n', ""),
        "the project file lacks homes; it needs homes, services, travel",
    ),
    "no cutoff": (("cutoff = 2000", ""), "[travel] lacks cutoff"),
    "no file": (('file = "homes.gpkg"', ""), "[homes] lacks file; it needs file, and has id"),
    "no standard": (('standard = "ningbo-2025"', ""), "[services] lacks standard"),
    "no services": (
        ('[services]\nstandard = "ningbo-2025"\nkeep = ["community canteen", "childcare"]\n', ""),
        "the project file lacks services",
    ),
    "not TOML": (("[homes]", "[homes"), "the project file is not TOML: Expected ']'"),
    "a number as table": (("\n[homes]", "audit = 3\n[homes]"), "a table [audit] is expected"),
    "a number as file": (('"homes.gpkg"', "3"), "[homes] file is 3: a text in quotes"),
    "no such file": (("homes.gpkg", "none.gpkg"), "none.gpkg: there is no such file"),
    "no such column": (('"elders"', '"older"'), "homes lacks the column 'older'"),
    "no such district": (('"street"', '"district"'), "homes lacks the column 'district'"),
    "no such word": (("age_60_plus =", "age_61 ="), "columns has 'age_61', which is no word"),
    "no such standard": (('"ningbo-2025"', '"ningbo"'), "give one of 'ningbo-2025'"),
    "no such service": (
        ('"childcare"]', '"gym"]'),
        "[services] keep[1] is 'gym': the services of 'ningbo-2025' are 'elderly care'",
    ),
    "a service twice": (('"childcare"]', '"community canteen"]'), "'community canteen' twice"),
    "keep as text": (
        ('["community canteen", "childcare"]', '"childcare"'),
        "a list of texts is expected",
    ),
    "short walks": (("cutoff = 2000", "cutoff = 900"), "a cutoff of at least 1125"),
    "unknown metric": (("cutoff =", 'metric = "taxi"\ncutoff ='), "metric is 'taxi'"),
    "speed without streets": (("cutoff =", "speed = 60\ncutoff ="), "means nothing to straight"),
    "unknown unit": (("cutoff =", 'unit = "km"\ncutoff ='), "unit is 'km': one of m, min"),
    "unknown option": (
        ("cutoff = 2000", "cutoff = 2000\n[audit]\nwurst = 3"),
        "[audit] has 'wurst', which is no key of it; its keys are catchment",
    ),
    "wrong option": (
        ("cutoff = 2000", "cutoff = 2000\n[audit]\nworst = -3"),
        "worst is -3",
    ),
    "wrong survey": (
        ("cutoff = 2000", 'cutoff = 2000\n[survey]\ngym = "wish"'),
        "survey has 'gym': the services are 'community canteen', 'childcare'",
    ),
    "half a slot": (
        ("cutoff = 2000", 'cutoff = 2000\n[[slots]]\nname = "day"'),
        "[[slots]] number 0 lacks start and end",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_in_a_project_is_answered_in_one_line_with_its_file(run, case):
    change, expected = WRONG[case]
    code, told, complaint = run(change)
    assert code == 2
    assert "people in need" not in told
    assert re.match(r"siting: error: \S*town\.toml: ", complaint)
    assert complaint.count("\n") == 1
    assert expected in complaint


def broken(layer, **columns):
    frames = {"homes": HOMES, "spaces": SPACES, "existing": EXISTING}
    return layer, frames[layer].assign(**columns)


BROKEN = {
    "a missing column": (broken("spaces", kind=None), "spaces['kind'][0] (id '厂房') is None"),
    "a negative area": (broken("spaces", area_m2=[700, -5]), "(id '校舍').area is -5"),
    "an unknown service": (
        broken("existing", service="canten"),
        "existing[0] (id '食堂').service is \"canten\"",
    ),
    "people that are no number": (
        broken("homes", people="many"),
        "is 'many': a number is expected",
    ),
    "a repeated id": (broken("homes", 编号="甲"), "the id '甲' in column '编号' is given twice"),
    "an empty district": (
        broken("existing", street="North"),
        "(id '食堂').district is 'North', where no home lies",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_wrong_layers_of_a_project_are_told_with_their_ids(run, town, case):
    (layer, frame), expected = BROKEN[case]
    frame.to_file(town / f"{layer}.gpkg")
    code, told, complaint = run()
    assert (code, told) == (2, "")
    assert expected in complaint


def test_a_layer_without_a_system_beside_others_is_refused(run, town):
    at = SPACES.geometry
    SPACES.drop(columns="geometry").assign(x=at.x, y=at.y).to_csv(town / "spaces.csv", index=False)
    table = ("spaces.gpkg", "spaces.csv")
    code, _, complaint = run(table)
    assert code == 2
    assert "spaces does not say its coordinate reference system, homes is in" in complaint
    assert run(table, ("spaces.csv", 'spaces.csv"\ncrs = "EPSG:4549'))[0] == 0


def test_a_missing_project_file_is_told(tmp_path, capsys):
    assert main(["audit", str(tmp_path / "none.toml")]) == 2
    assert "the project file cannot be read: No such file" in capsys.readouterr().err


def test_results_never_replace_input_files(run, town):
    (town / "out").mkdir()
    HOMES.to_file(town / "out" / "audit.gpkg")
    code, _, complaint = run(("homes.gpkg", "out/audit.gpkg"))
    assert code == 2
    assert "is one of the input files" in complaint


PLAN = (
    PROJECT
    + """
[plan]
objective = "cover"
budget = 900000
"""
)


@pytest.fixture
def solve(run):
    """Runs `siting plan` on the project with a table of rules."""

    def solve(*changes, project=PLAN, options=()):
        return run(*changes, command="plan", project=project, options=options)

    return solve


def test_a_plan_prints_its_summary_and_writes_its_tables_and_a_map(solve, town):
    code, told, complaint = solve()
    assert (code, complaint) == (0, "")
    assert "Most need met, capital of at most 900,000." in told
    assert "The plan is proven optimal" in told
    out = town / "out"
    assert (out / "summary.txt").read_text(encoding="utf-8").splitlines()[0] in told
    fitout = pandas.read_csv(out / "fitout.csv")
    money = pandas.read_csv(out / "money.csv", index_col="figure")["money"]
    assert fitout["capital_cost"].sum() == money["fit_out"] <= 900_000
    assert set(fitout["space"]) <= {"厂房", "校舍"}
    layers = set(geopandas.list_layers(out / "plan.gpkg")["name"])
    assert layers == {"fitout", "spaces", "homes", "facilities"}
    homes = geopandas.read_file(out / "plan.gpkg", layer="homes")
    assert homes["编号"].tolist() == HOMES["编号"].tolist()
    coverage = pandas.read_csv(out / "coverage.csv", index_col="service")
    assert coverage.index.tolist() == ["community canteen", "childcare"]
    assert pandas.read_csv(out / "facilities.csv")["change"].tolist() == ["kept"]
    assert len(pandas.read_csv(out / "by_district.csv")) == 4
    assert json.loads((out / "plan.json").read_text(encoding="utf-8"))["status"] == "optimal"
    assert (out / "plan.png").read_bytes().startswith(b"\x89PNG")


def test_every_rule_can_stand_in_a_project(solve, town):
    rules = """
[plan]
objective = "envy"
threshold = 300
budget = 3000000
subsidy = 2000000
break_even = false
most_spaces = 2
required = ["厂房"]
forbidden = []
least_met = 0.1
least_met_by_service = { childcare = 0.2 }
least_met_by_district = 0.05
most_walking = 2000
most_envy = { threshold = 100, most = 4000000 }
service_weights = { childcare = 2 }
time_limit = 60
gap = 0.01
method = "auto"
backend = "highs"
threads = 1
seed = 3
[plan.complexes]
core = ["childcare", "community canteen"]
services = 2
[[plan.quotas]]
service = "childcare"
district = "West"
facilities = 1
[survey]
childcare = "wish"
"""
    code, told, complaint = solve(project=PROJECT + rules)
    assert (code, complaint) == (0, "")
    assert told.startswith("Note: existing: 1 of 2 rows")
    assert "Least envy of walks beyond 300 m" in told
    found = json.loads((town / "out" / "plan.json").read_text(encoding="utf-8"))["rules"]
    assert found["required"] == [0]
    assert found["quotas"][0]["least"] == {"facilities": 1}
    assert found["service_weights"] == [["childcare", 2]]


def test_the_cost_of_years_can_be_asked_for(solve):
    told = solve(('"cover"\nbudget = 900000', '"cost"\nyears = 5\nleast_met = 0.5'))[1]
    assert "Least cost of capital and 5 years, at least 50.0 % of the need met." in told


def test_results_lie_where_the_homes_of_the_file_do(solve, town):
    HOMES.to_crs(4326).to_file(town / "homes.gpkg")
    code, told, _ = solve()
    assert code == 0
    assert "projected to WGS 84 / UTM zone" in told
    assert geopandas.read_file(town / "out" / "plan.gpkg", layer="fitout").crs == 4326


def test_the_progress_of_a_plan_goes_to_stderr(solve):
    code, told, progress = solve(options=("--progress",))
    assert code == 0
    assert progress.lstrip().startswith("plan")
    assert "The plan is proven optimal" in told


WRONG_PLANS = {
    "no plan": (('[plan]\nobjective = "cover"\nbudget = 900000', ""), "lacks [plan]"),
    "no spaces": (('[spaces]\nfile = "spaces.gpkg"\nid = "编号"\n', ""), "lacks [spaces]"),
    "unknown rule": (("budget =", "bugdet ="), "[plan] has 'bugdet', which is no key of it"),
    "unknown objective": (('"cover"', '"fame"'), "objective is 'fame': 'cover', 'walking'"),
    "no years": (('"cover"', '"cost"'), '[plan] lacks years: objective = "cost" needs it'),
    "years of nothing": (("budget =", "years = 3\nbudget ="), 'goes with objective = "cost"'),
    "negative budget": (("900000", "-5"), "budget is -5"),
    "unknown space": (
        ("budget =", 'required = ["x"]\nbudget ='),
        "required[0] is 'x', which is no",
    ),
    "unknown service of a quota": (
        ("900000", '900000\n[[plan.quotas]]\nservice = "gym"\nfacilities = 1'),
        'quotas[0].service is "gym": the services are "community canteen", "childcare"',
    ),
    "unknown key of a quota": (
        ("900000", '900000\n[[plan.quotas]]\nservice = "childcare"\nplaces = 1'),
        "[[plan.quotas]] number 0 has 'places'",
    ),
    "quota of nothing": (
        ("900000", '900000\n[[plan.quotas]]\nservice = "childcare"'),
        "quotas[0] has no amount: give one of places_per_1000_people",
    ),
    "quotas as text": (("budget =", 'quotas = "all"\nbudget ='), "tables [[plan.quotas]] are"),
    "complexes without core": (
        ("900000", "900000\n[plan.complexes]\narea = 600"),
        "[plan.complexes] lacks core",
    ),
    "half an envy": (("budget =", "most_envy = { most = 3 }\nbudget ="), "lacks threshold"),
    "unknown method": (("budget =", 'method = "magic"\nbudget ='), 'method is "magic"'),
    "walks too short": (("cutoff = 2000", "cutoff = 1000"), "a cutoff of at least 1125"),
}


@pytest.mark.parametrize("case", WRONG_PLANS)
def test_a_mistake_in_a_plan_is_answered_in_one_line_with_its_file(solve, case):
    change, expected = WRONG_PLANS[case]
    code, told, complaint = solve(change)
    assert code == 2
    assert "people in need" not in told
    assert re.match(r"siting: error: \S*town\.toml: ", complaint)
    assert complaint.count("\n") == 1
    assert expected in complaint


def test_a_module_larger_than_every_space_is_told(solve, town):
    SPACES.assign(area_m2=[50.0, 60.0]).to_file(town / "spaces.gpkg")
    code, _, complaint = solve()
    assert code == 2
    assert 'module "small"' in complaint
    assert "is larger than every space, the largest (space 校舍) has 60 m²" in complaint


def test_a_quota_above_all_capacity_is_answered_with_code_3(solve):
    quota = '900000\n[[plan.quotas]]\nservice = "childcare"\nplaces_per_1000_people = 5000'
    code, _, complaint = solve(("900000", quota))
    assert code == 3
    assert complaint.startswith("siting: error: programme has no plan that obeys every rule")


def test_the_demo_writes_a_project_that_can_be_audited_and_planned(tmp_path, capsys):
    project = str(tmp_path / "project.toml")
    assert main(["demo", "--communities", "8", "--out", str(tmp_path)]) == 0
    assert main(["audit", project, "--out", str(tmp_path / "audit")]) == 0
    assert "Communities score" in capsys.readouterr().out
    assert (tmp_path / "audit" / "communities.csv").exists()
    assert main(["plan", project, "--out", str(tmp_path / "plan")]) == 0
    assert "spaces are used" in capsys.readouterr().out
