"""Layers of points from files of all kinds, and back into files."""

import geopandas
import pandas
import pytest
import shapely
import siting
from siting import files

HOMES = geopandas.GeoDataFrame(
    {"编号": ["甲", "乙", "丙"], "人数": [120, 80, 60]},
    geometry=geopandas.points_from_xy([121.55, 121.56, 121.57], [29.87, 29.88, 29.89]),
    crs=4326,
)
TABLE = "编号,人数,经度,纬度\n甲,120,121.55,29.87\n乙,80,121.56,29.88\n丙,60,121.57,29.89\n"


def same_as_homes(frame):
    assert frame["编号"].tolist() == ["甲", "乙", "丙"]
    assert frame["人数"].tolist() == [120, 80, 60]
    assert frame.geometry.x.tolist() == [121.55, 121.56, 121.57]
    assert frame.crs == 4326


@pytest.mark.parametrize("name", ["homes.gpkg", "homes.geojson", "homes.shp"])
def test_formats_of_gdal_are_read_with_chinese_field_names(tmp_path, name):
    HOMES.to_file(tmp_path / name, encoding="utf-8")
    same_as_homes(files.read_points(tmp_path / name).frame)


def test_geoparquet_is_read(tmp_path):
    HOMES.to_parquet(tmp_path / "homes.parquet")
    same_as_homes(files.read_points(tmp_path / "homes.parquet").frame)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_csv_is_read_in_utf_8_and_gbk_without_being_told(tmp_path, encoding):
    (tmp_path / "homes.csv").write_bytes(TABLE.encode(encoding))
    frame, notes = files.read_points(tmp_path / "homes.csv")
    same_as_homes(frame)
    assert any("WGS 84" in note for note in notes)
    assert any("经度 and 纬度" in note for note in notes)


@pytest.mark.parametrize("says", ["nothing", "gbk in .cpg", "code page 0x4D"])
def test_shapefiles_in_gbk_are_read_whether_they_say_so_or_not(tmp_path, says):
    HOMES.to_file(tmp_path / "homes.shp", encoding="gbk")
    (tmp_path / "homes.cpg").unlink(missing_ok=True)
    if says == "gbk in .cpg":
        (tmp_path / "homes.cpg").write_text("GBK")
    table = tmp_path / "homes.dbf"
    data = bytearray(table.read_bytes())
    data[29] = 0x4D if says == "code page 0x4D" else 0
    table.write_bytes(data)
    assert "甲".encode("gbk") in data
    same_as_homes(files.read_points(tmp_path / "homes.shp").frame)


def test_shapefiles_in_utf_8_without_cpg_are_read(tmp_path):
    HOMES.to_file(tmp_path / "homes.shp", encoding="utf-8")
    (tmp_path / "homes.cpg").unlink()
    same_as_homes(files.read_points(tmp_path / "homes.shp").frame)


@pytest.mark.parametrize(
    "header",
    [
        "x,y",
        "X,Y",
        "lon,lat",
        "LNG,LAT",
        "longitude,latitude",
        "经度,纬度",
        "easting,northing",
        "横坐标,纵坐标",
    ],
)
def test_columns_of_coordinates_are_known_by_their_names(tmp_path, header):
    (tmp_path / "homes.csv").write_text(f"{header},people\n121.5,29.5,7\n", encoding="utf-8")
    point = files.read_points(tmp_path / "homes.csv").frame.geometry.iloc[0]
    assert (point.x, point.y) == (121.5, 29.5)


def test_named_columns_and_wkt_and_other_delimiters_are_read(tmp_path):
    (tmp_path / "a.csv").write_text("r;h;n\n500000;3300000;1\n")
    assert files.read_points(tmp_path / "a.csv", x="r", y="h", crs="EPSG:4550").frame.crs == 4550
    (tmp_path / "b.csv").write_text('wkt,n\n"POINT (3 4)",1\n')
    assert files.read_points(tmp_path / "b.csv").frame.geometry.iloc[0] == shapely.Point(3, 4)
    (tmp_path / "c.tsv").write_text("x\ty\n1\t2\n")
    assert len(files.read_points(tmp_path / "c.tsv").frame) == 1


def test_codes_with_leading_zeros_stay_text(tmp_path):
    (tmp_path / "a.csv").write_text("code,x,y\n007,1,2\n012,3,4\n")
    assert files.read_points(tmp_path / "a.csv", id_column="code").frame.index.tolist() == [
        "007",
        "012",
    ]


def test_areas_become_a_point_inside_and_are_counted(tmp_path):
    areas = HOMES.to_crs(32651)
    areas = areas.set_geometry(areas.buffer(50))
    areas.to_file(tmp_path / "areas.gpkg")
    frame, notes = files.read_points(tmp_path / "areas.gpkg")
    assert (frame.geom_type == "Point").all()
    assert areas.geometry.contains(frame.geometry).all()
    assert any("3 shapes stand as a point" in note for note in notes)


def test_multipoints_of_one_point_are_points(tmp_path):
    multi = HOMES.set_geometry([shapely.MultiPoint([point]) for point in HOMES.geometry], crs=4326)
    multi.to_file(tmp_path / "multi.gpkg")
    frame, notes = files.read_points(tmp_path / "multi.gpkg")
    same_as_homes(frame)
    assert notes == []


BAD_TABLES = {
    "": "is empty",
    "a,b\n1,2\n": "no columns of coordinates",
    "x,y\n": "has no rows",
    "x,y\n1,2\n3,north\n": "line 3: y is 'north'",
    "x,y\n1,\n": "line 2: y is ''",
    "x,y\n1,nan\n": "line 2: y is 'nan'",
    "x,y\n1,2,3\n": "line 2: 3 cells",
    "x,y,lon,lat\n1,2,3,4\n": "several columns of coordinates",
    "x,x,y\n1,2,3\n": "two columns are called 'x'",
    "wkt\nPUNKT 1 2\n": "WKT is needed",
    'x,y\n"1,2\n': "not a CSV file",
}


@pytest.mark.parametrize("text", BAD_TABLES)
def test_bad_tables_are_refused_with_their_line(tmp_path, text):
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(siting.InputError, match=BAD_TABLES[text]):
        files.read_points(tmp_path / "bad.csv")


def test_bad_files_are_refused(tmp_path):
    def refused(match, name, **options):
        with pytest.raises(siting.InputError, match=match):
            files.read_points(tmp_path / name, **options)

    refused("there is no such file", "none.gpkg")
    (tmp_path / "text.gpkg").write_text("not a package")
    refused("cannot be read", "text.gpkg")
    (tmp_path / "text.parquet").write_text("not parquet")
    refused("cannot be read", "text.parquet")
    (tmp_path / "bytes.csv").write_bytes(b"x,y,n\n1,2,\xff\xff\xff\n")
    refused("neither in UTF-8 nor in GBK", "bytes.csv")
    (tmp_path / "gbk.csv").write_bytes("x,y,名\n1,2,甲\n".encode("gbk"))
    refused("is not in utf-8", "gbk.csv", encoding="utf-8")
    refused("is not known", "gbk.csv", encoding="klingon")
    refused("is not known", "gbk.csv", crs="EPSG:nowhere")
    refused("no column 'z'", "gbk.csv", x="z", y="y")
    refused("go together", "gbk.csv", x="x")
    refused("no column 'key'", "gbk.csv", id_column="key")
    HOMES.to_file(tmp_path / "two.gpkg", layer="a")
    HOMES.to_file(tmp_path / "two.gpkg", layer="b")
    refused("several layers", "two.gpkg")
    refused("no layer 'c'", "two.gpkg", layer="c")
    refused("x and y name columns of a CSV", "two.gpkg", layer="a", x="x", y="y")
    hole = HOMES.copy()
    hole.loc[1, "geometry"] = None
    hole.to_file(tmp_path / "hole.gpkg")
    refused("row 1 has no geometry", "hole.gpkg")
    twice = HOMES.assign(编号=["甲", "乙", "甲"])
    twice.to_file(tmp_path / "twice.gpkg")
    refused("given twice, again in row 2", "twice.gpkg", id_column="编号")
    lacking = HOMES.assign(编号=["甲", None, "丙"])
    lacking.to_file(tmp_path / "lacking.gpkg")
    refused("row 1 has no id", "lacking.gpkg", id_column="编号")


def test_layers_written_are_read_back_with_their_ids(tmp_path):
    files.write_layers(tmp_path / "out.gpkg", {"a": HOMES.set_index("编号"), "b": HOMES})
    back = files.read_points(tmp_path / "out.gpkg", layer="a", id_column="编号").frame
    same_as_homes(back.reset_index())
    assert [path.name for path in tmp_path.iterdir()] == ["out.gpkg"]


def test_names_that_a_geopackage_refuses_are_changed_not_lost(tmp_path):
    frame = HOMES.assign(fid=[7, 7, 7], Site=[1, 2, 3], site=[4, 5, 6])
    files.write_layers(tmp_path / "out.gpkg", {"a": frame})
    back = geopandas.read_file(tmp_path / "out.gpkg")
    assert back["fid_input"].tolist() == [7, 7, 7]
    assert (back["Site_input"].tolist(), back["site"].tolist()) == ([1, 2, 3], [4, 5, 6])


def test_csv_and_geojson_are_written(tmp_path):
    files.write_layer(tmp_path / "out.csv", HOMES.set_index("编号"))
    table = pandas.read_csv(tmp_path / "out.csv", encoding="utf-8-sig")
    assert table["编号"].tolist() == ["甲", "乙", "丙"]
    assert table["x"].tolist() == [121.55, 121.56, 121.57]
    files.write_layer(tmp_path / "out.geojson", HOMES.to_crs(32651))
    back = geopandas.read_file(tmp_path / "out.geojson")
    assert back.crs == 4326
    assert back.geometry.x.tolist() == pytest.approx([121.55, 121.56, 121.57], abs=1e-6)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    (tmp_path / "out.gpkg").write_text("old")
    with pytest.raises(siting.InputError, match="cannot be written"):
        files.write_layers(tmp_path / "out.gpkg", {"a": HOMES, "b": HOMES.assign(n=1j)})
    assert (tmp_path / "out.gpkg").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.gpkg"]
    with pytest.raises(siting.InputError, match=r"end with \.gpkg"):
        files.write_layers(tmp_path / "out.shp", {"a": HOMES})
