//! Streets and towns from OSM extracts, as dicts of columns.

use std::path::PathBuf;

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde::Serialize;
use serde::de::DeserializeOwned;
use siting::network::Direction;
use siting::network::osm::{OsmPlace, OsmStreets, OsmTown, Region, StreetsOptions, TownOptions, read_streets};
use siting::{Error, Ids};

use crate::convert::{coordinates, names};
use crate::error::CoreResult;

/// A rectangle (west, south, east, north), or the rings of a polygon.
#[derive(FromPyObject)]
pub enum Part {
    /// A rectangle.
    Box([f64; 4]),
    /// A polygon.
    Rings(Vec<Vec<[f64; 2]>>),
}

fn region(part: Option<Part>) -> CoreResult<Option<Region>> {
    Ok(match part {
        None => None,
        Some(Part::Box(bbox)) => Some(Region::bbox(bbox)?),
        Some(Part::Rings(rings)) => Some(Region::polygon(rings)?),
    })
}

fn options<T: DeserializeOwned>(json: &str) -> CoreResult<T> {
    let read = serde_json::from_str(json);
    Ok(read.map_err(|error| Error::InvalidValue {
        argument: "options",
        value: json.into(),
        reason: error.to_string(),
    })?)
}

pub fn json<T: Serialize>(report: &T) -> CoreResult<String> {
    let written = serde_json::to_string(report);
    Ok(written.map_err(|error| Error::Solver { backend: "serde_json", reason: error.to_string() })?)
}

/// The walked streets of an extract: a dict of arrays, edge by edge, and a report in JSON.
#[pyfunction]
#[pyo3(signature = (path, *, part, profile))]
pub fn osm_streets<'py>(
    py: Python<'py>,
    path: PathBuf,
    part: Option<Part>,
    profile: &str,
) -> PyResult<Bound<'py, PyDict>> {
    let osm = streets(py, &path, part, profile)?;
    let own = &osm.streets;
    let table = PyDict::new(py);
    table.set_item("nodes", coordinates(py, own.nodes.iter().copied())?)?;
    table.set_item("node_ids", names(py, own.node_ids.as_ref().unwrap_or(&Ids::Range(own.nodes.len())))?)?;
    table.set_item("from", PyArray1::from_slice(py, &own.from))?;
    table.set_item("to", PyArray1::from_slice(py, &own.to))?;
    table.set_item("ways", PyArray1::from_slice(py, &osm.ways))?;
    table.set_item("shape_starts", PyArray1::from_slice(py, &own.shape_starts))?;
    table.set_item("shape_points", coordinates(py, own.shape_points.iter().copied())?)?;
    let directions = own.directions.iter().flatten().map(|direction| match direction {
        Direction::Both => 0_i8,
        Direction::Forward => 1,
        Direction::Backward => -1,
    });
    table.set_item("directions", PyArray1::from_iter(py, directions))?;
    table.set_item("penalties", PyArray1::from_slice(py, own.penalties.as_deref().unwrap_or_default()))?;
    table.set_item("factors", PyArray1::from_slice(py, own.factors.as_deref().unwrap_or_default()))?;
    table.set_item("kinds", PyArray1::from_slice(py, own.kinds.as_deref().unwrap_or_default()))?;
    table.set_item("kind_names", PyList::new(py, &own.kind_names)?)?;
    table.set_item("report", json(&osm.report)?)?;
    Ok(table)
}

pub fn streets(py: Python<'_>, path: &PathBuf, part: Option<Part>, profile: &str) -> CoreResult<OsmStreets> {
    let options = StreetsOptions { region: region(part)?, profile: options(profile)? };
    Ok(py.detach(|| read_streets(path, &options))?)
}

/// Homes, spaces and facilities of an extract: a dict of tables, each a dict of columns, and a report in JSON.
#[pyfunction]
#[pyo3(signature = (path, *, part, homes))]
pub fn osm_town<'py>(py: Python<'py>, path: PathBuf, part: Option<Part>, homes: &str) -> PyResult<Bound<'py, PyDict>> {
    let town = town(py, &path, part, homes)?;
    let tables = PyDict::new(py);

    let rows = &town.homes;
    let table = places(py, rows.iter().map(|row| &row.place))?;
    table.set_item("building", PyList::new(py, rows.iter().map(|row| &row.building))?)?;
    table.set_item("levels", PyArray1::from_iter(py, rows.iter().map(|row| row.levels)))?;
    table.set_item("levels_assumed", PyArray1::from_iter(py, rows.iter().map(|row| row.levels_assumed)))?;
    table.set_item("floor_area_m2", PyArray1::from_iter(py, rows.iter().map(|row| row.floor_area)))?;
    table.set_item("households", PyArray1::from_iter(py, rows.iter().map(|row| row.households)))?;
    tables.set_item("homes", table)?;

    let rows = &town.spaces;
    let table = places(py, rows.iter().map(|row| &row.place))?;
    table.set_item("kind", PyList::new(py, rows.iter().map(|row| row.kind.name()))?)?;
    table.set_item("area_m2", PyArray1::from_iter(py, rows.iter().map(|row| row.area.unwrap_or(f64::NAN))))?;
    tables.set_item("spaces", table)?;

    let rows = &town.facilities;
    let table = places(py, rows.iter().map(|row| &row.place))?;
    table.set_item("service", PyList::new(py, rows.iter().map(|row| row.service.name()))?)?;
    table.set_item("tag", PyList::new(py, rows.iter().map(|row| &row.tag))?)?;
    table.set_item("capacity", PyArray1::from_iter(py, rows.iter().map(|row| row.capacity.unwrap_or(f64::NAN))))?;
    tables.set_item("facilities", table)?;

    tables.set_item("report", json(&town.report)?)?;
    Ok(tables)
}

fn town(py: Python<'_>, path: &PathBuf, part: Option<Part>, homes: &str) -> CoreResult<OsmTown> {
    let options = TownOptions { region: region(part)?, homes: options(homes)? };
    Ok(py.detach(|| OsmTown::read(path, &options))?)
}

/// Ids, names and points of places, and their polygons as ragged arrays: coordinates, and the ends of rings, polygons
/// and places in turn.
fn places<'py, 'r>(py: Python<'py>, places: impl Iterator<Item = &'r OsmPlace>) -> PyResult<Bound<'py, PyDict>> {
    let (mut ids, mut texts, mut at, mut corners) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut rings, mut polygons, mut ends) = (vec![0_usize], vec![0_usize], vec![0_usize]);
    for place in places {
        ids.push(place.id.as_str());
        texts.push(place.name.as_deref());
        at.push(place.at);
        for polygon in &place.polygons {
            for ring in polygon {
                corners.extend_from_slice(ring);
                rings.push(corners.len());
            }
            polygons.push(rings.len() - 1);
        }
        ends.push(polygons.len() - 1);
    }
    let table = PyDict::new(py);
    table.set_item("id", PyList::new(py, ids)?)?;
    table.set_item("name", PyList::new(py, texts)?)?;
    table.set_item("at", coordinates(py, at.into_iter())?)?;
    table.set_item("coordinates", coordinates(py, corners.into_iter())?)?;
    table.set_item("rings", PyArray1::from_vec(py, rings))?;
    table.set_item("polygons", PyArray1::from_vec(py, polygons))?;
    table.set_item("ends", PyArray1::from_vec(py, ends))?;
    Ok(table)
}
