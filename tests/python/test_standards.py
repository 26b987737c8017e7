"""Standards: the presets, files of one's own, and what a spoilt file is told."""

import pickle

import pytest
import siting


@pytest.fixture
def standard():
    return siting.standards.load("ningbo-2025")


@pytest.mark.parametrize("name", siting.standards.list())
def test_every_preset_loads_and_has_services(name):
    standard = siting.standards.load(name)
    assert standard.name == name
    assert standard.services(unit="m")
    assert standard.title
    assert standard.sources


@pytest.mark.parametrize("name", siting.standards.list())
def test_every_figure_has_unit_source_and_a_note_where_it_is_unverified(name):
    frame = siting.standards.load(name).to_frame()
    assert frame.columns.tolist() == [
        "service",
        "figure",
        "value",
        "unit",
        "source",
        "verified",
        "note",
    ]
    assert (frame["unit"].str.len() > 0).all()
    assert (frame["source"].str.len() > 0).all()
    assert not frame["verified"].any()
    assert (frame["note"].str.len() > 0).all()


def test_the_binding_figures_of_ningbo_are_those_of_the_plan(standard):
    frame = standard.to_frame().set_index(["service", "figure"])["value"]
    assert frame["childcare", "places_per_1000_people"] == 4.55
    assert frame["elderly care", "area_per_100_households"] == 20
    assert "甬政办发〔2022〕53号" in standard.sources["plan"]


def test_a_standard_is_saved_edited_and_loaded_again(standard, tmp_path):
    path = tmp_path / "own.toml"
    standard.save(path)
    assert siting.standards.load(path) == standard
    path.write_text(path.read_text(encoding="utf-8").replace("4.55", "5.0"), encoding="utf-8")
    edited = siting.standards.load(str(path))
    assert edited != standard
    childcare = next(each for each in edited.services(unit="m") if each.name == "childcare")
    assert childcare.places_per_1000_people == 5.0


def test_limits_come_in_the_unit_of_the_travel_matrix(standard):
    minutes, metres = (
        {each.name: each for each in standard.services(unit=unit)} for unit in ("min", "m")
    )
    assert (minutes["fitness"].limit, minutes["fitness"].rural_limit) == (10, 15)
    assert metres["fitness"].limit == 750


def test_services_of_a_standard_are_a_pickle_too(standard):
    services = standard.services(unit="m")
    assert pickle.loads(pickle.dumps(services)) == services
    assert pickle.loads(pickle.dumps(standard)) == standard


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("shanghai", "give one of 'ningbo-2025'"),
        ("absent.toml", "absent.toml cannot be read"),
        (7, "name is 7"),
    ],
)
def test_a_wrong_name_is_told(name, message):
    with pytest.raises(siting.InputError, match=message):
        siting.standards.load(name)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value = 4.55", 'value = "many"', "line"),
        ("value = 4.55", "value = -4.55", r'own.toml: .*"childcare", places_per_1000_people'),
        ("title =", "titel =", "unknown field `titel`"),
    ],
)
def test_a_spoilt_file_is_told_with_its_place(standard, tmp_path, old, new, message):
    path = tmp_path / "own.toml"
    text = standard.to_toml()
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(siting.InputError, match=message):
        siting.standards.load(path)


def test_a_file_in_another_encoding_is_told(standard, tmp_path):
    path = tmp_path / "own.toml"
    path.write_bytes(standard.to_toml().encode("gbk", errors="ignore"))
    with pytest.raises(siting.InputError, match="not UTF-8"):
        siting.standards.load(path)


def test_a_wrong_unit_is_told(standard):
    with pytest.raises(siting.InputError, match="unit is 'km': give"):
        standard.services(unit="km")
