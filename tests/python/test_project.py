"""Project files: `siting audit` from layers in files, and one clear line for each mistake."""

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
        "facilities[0] (id '食堂').service is \"canten\"",
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


def test_the_demo_writes_a_project_that_can_be_audited(tmp_path, capsys):
    assert main(["demo", "--communities", "8", "--out", str(tmp_path)]) == 0
    assert main(["audit", str(tmp_path / "project.toml"), "--out", str(tmp_path / "audit")]) == 0
    assert "Communities score" in capsys.readouterr().out
    assert (tmp_path / "audit" / "communities.csv").exists()
