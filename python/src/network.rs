//! Street networks: arrays in, places and travel matrices out.

use std::path::PathBuf;
use std::sync::Arc;

use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use siting::network::{
    Direction, Entry, JoinOptions, Joined as Places, Network as Core, ReachOptions, Streets, TravelOptions,
};
use siting::{CancelToken, Error};

use crate::convert::{Names, Numbers, Positions, Reduced, coordinates, copied, from_name, names, points, reduced};
use crate::error::CoreResult;
use crate::interrupt;
use crate::osm::{self, Part};
use crate::travel::TravelMatrix;

/// A network of streets, by position.
#[pyclass(frozen, module = "siting._siting")]
pub struct Network(pub Arc<Core>);

/// Places joined to a network, by position.
#[pyclass(frozen, module = "siting._siting")]
pub struct Joined(Arc<Places>);

#[pymethods]
impl Network {
    #[staticmethod]
    #[pyo3(signature = (nodes, start, end, *, geographic, node_ids=None, lengths=None, directions=None, penalties=None,
        factors=None, shape_starts=None, shape_points=None, kinds=None, kind_names=None))]
    #[expect(clippy::too_many_arguments, reason = "one for each array of the streets")]
    fn from_arrays(
        nodes: PyReadonlyArray2<'_, f64>,
        start: Positions<'_>,
        end: Positions<'_>,
        geographic: bool,
        node_ids: Option<Names>,
        lengths: Option<Numbers<'_>>,
        directions: Option<PyReadonlyArray1<'_, i8>>,
        penalties: Option<Numbers<'_>>,
        factors: Option<Numbers<'_>>,
        shape_starts: Option<Positions<'_>>,
        shape_points: Option<PyReadonlyArray2<'_, f64>>,
        kinds: Option<PyReadonlyArray1<'_, u16>>,
        kind_names: Option<Vec<String>>,
    ) -> CoreResult<Self> {
        let nodes = points("nodes", &nodes)?;
        let node_ids = node_ids.map(|ids| Names::ids(Some(ids), nodes.len())).transpose()?;
        let shape_points = shape_points.map(|array| points("shape_points", &array)).transpose()?;
        let direction = |&sign: &i8| match sign {
            0 => Direction::Both,
            1.. => Direction::Forward,
            _ => Direction::Backward,
        };
        let streets = Streets {
            nodes,
            geographic,
            node_ids,
            from: copied(&start),
            to: copied(&end),
            lengths: lengths.as_ref().map(copied),
            directions: directions.map(|array| array.as_array().iter().map(direction).collect()),
            penalties: penalties.as_ref().map(copied),
            factors: factors.as_ref().map(copied),
            shape_starts: shape_starts.as_ref().map(copied).unwrap_or_default(),
            shape_points: shape_points.unwrap_or_default(),
            kinds: kinds.as_ref().map(copied),
            kind_names: kind_names.unwrap_or_default(),
        };
        Ok(Self(Arc::new(Core::new(streets)?)))
    }

    /// The walked streets of an extract, and a report in JSON.
    #[staticmethod]
    #[pyo3(signature = (path, *, part, profile))]
    fn from_pbf(py: Python<'_>, path: PathBuf, part: Option<Part>, profile: &str) -> CoreResult<(Self, String)> {
        let read = osm::streets(py, &path, part, profile)?;
        let report = osm::json(&read.report)?;
        let core = py.detach(|| Core::of_osm(&path, read))?;
        Ok((Self(Arc::new(core)), report))
    }

    fn join(
        &self,
        py: Python<'_>,
        places: PyReadonlyArray2<'_, f64>,
        options: (String, f64, String, f64),
    ) -> CoreResult<Joined> {
        let (options, places) = (join_options(&options)?, points("points", &places)?);
        Ok(Joined(Arc::new(py.detach(|| self.0.join(&places, &options))?)))
    }

    fn join_entrances(
        &self,
        py: Python<'_>,
        places: PyReadonlyArray2<'_, f64>,
        start: Positions<'_>,
        options: (String, f64, String, f64),
    ) -> CoreResult<Joined> {
        let (options, places, start) = (join_options(&options)?, points("points", &places)?, copied(&start));
        Ok(Joined(Arc::new(py.detach(|| self.0.join_entrances(&places, start, &options))?)))
    }

    /// Outlines as points, the starts of their rings among the points, and the starts of the outlines among the rings.
    fn join_outlines(
        &self,
        py: Python<'_>,
        places: PyReadonlyArray2<'_, f64>,
        rings: Positions<'_>,
        outlines: Positions<'_>,
        options: (String, f64, String, f64),
    ) -> CoreResult<Joined> {
        let (options, places) = (join_options(&options)?, points("points", &places)?);
        let rings = split("rings", &places, &copied(&rings))?;
        let outlines = split("outlines", &rings, &copied(&outlines))?;
        Ok(Joined(Arc::new(py.detach(|| self.0.join_outlines(&outlines, &options))?)))
    }

    #[pyo3(signature = (demand, sites, *, cutoff, unit, speed, demand_ids=None, site_ids=None))]
    #[expect(clippy::too_many_arguments, reason = "one for each option")]
    fn travel(
        &self,
        py: Python<'_>,
        demand: &Joined,
        sites: &Joined,
        cutoff: Option<f64>,
        unit: &str,
        speed: Numbers<'_>,
        demand_ids: Option<Names>,
        site_ids: Option<Names>,
    ) -> PyResult<TravelMatrix> {
        let cancel = CancelToken::new();
        let options = TravelOptions::default()
            .cutoff(cutoff)
            .unit(from_name("unit", unit)?)
            .speeds(copied(&speed))
            .cancel(cancel.clone());
        let (net, demand, sites) = (self.0.clone(), demand.0.clone(), sites.0.clone());
        let matrix = interrupt::run(py, &cancel, move || net.travel(&demand, &sites, &options))?;
        Ok(TravelMatrix::named(matrix, demand_ids, site_ids)?)
    }

    /// Stretches in reach: edge, from, to, cost.
    #[pyo3(signature = (places, *, cutoff, unit, speed, towards))]
    fn reach<'py>(
        &self,
        py: Python<'py>,
        places: &Joined,
        cutoff: f64,
        unit: &str,
        speed: f64,
        towards: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        let cancel = CancelToken::new();
        let unit = from_name("unit", unit)?;
        let options = ReachOptions::new(cutoff).unit(unit).speed(speed).towards(towards).cancel(cancel.clone());
        let (net, places) = (self.0.clone(), places.0.clone());
        let stretches = interrupt::run(py, &cancel, move || net.reach(&places, &options))?;
        let table = PyDict::new(py);
        table.set_item("edge", PyArray1::from_iter(py, stretches.iter().map(|s| s.edge)))?;
        table.set_item("from", PyArray1::from_iter(py, stretches.iter().map(|s| s.from)))?;
        table.set_item("to", PyArray1::from_iter(py, stretches.iter().map(|s| s.to)))?;
        table.set_item("cost", PyArray1::from_iter(py, stretches.iter().map(|s| s.cost)))?;
        Ok(table)
    }

    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let summary = self.0.summary();
        let table = PyDict::new(py);
        table.set_item("nodes", summary.nodes)?;
        table.set_item("edges", summary.edges)?;
        table.set_item("kilometres", summary.kilometres)?;
        table.set_item("one_way", summary.one_way)?;
        table.set_item("components", summary.components)?;
        table.set_item("largest_share", summary.largest_share)?;
        Ok(table)
    }

    #[getter]
    fn geographic(&self) -> bool {
        self.0.streets().geographic
    }

    /// Coordinates, names and components of the nodes.
    fn nodes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let streets = self.0.streets();
        let table = PyDict::new(py);
        table.set_item("at", coordinates(py, streets.nodes.iter().copied())?)?;
        table.set_item("id", streets.node_ids.as_ref().map(|ids| names(py, ids)).transpose()?)?;
        table.set_item("component", PyArray1::from_slice(py, self.0.node_components()))?;
        Ok(table)
    }

    /// Ends, lengths and attributes of the edges, and all points of their shapes, ends included.
    fn edges<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let streets = self.0.streets();
        let table = PyDict::new(py);
        table.set_item("from", PyArray1::from_slice(py, &streets.from))?;
        table.set_item("to", PyArray1::from_slice(py, &streets.to))?;
        table.set_item("length", PyArray1::from_slice(py, self.0.lengths()))?;
        let sign = |direction: &Direction| match direction {
            Direction::Both => 0_i8,
            Direction::Forward => 1,
            Direction::Backward => -1,
        };
        let signs = streets.directions.as_ref().map(|all| PyArray1::from_iter(py, all.iter().map(sign)));
        table.set_item("direction", signs)?;
        let floats = |values: &Option<Vec<f64>>| values.as_ref().map(|values| PyArray1::from_slice(py, values));
        table.set_item("penalty", floats(&streets.penalties))?;
        table.set_item("factor", floats(&streets.factors))?;
        table.set_item("kind", streets.kinds.as_ref().map(|kinds| PyArray1::from_slice(py, kinds)))?;
        table.set_item("kind_names", &streets.kind_names)?;
        let (mut at, mut edge) = (Vec::new(), Vec::new());
        for (number, index) in (0_i64..).zip(0..streets.n_edges()) {
            at.extend(streets.shape(index));
            edge.resize(at.len(), number);
        }
        table.set_item("at", coordinates(py, at.into_iter())?)?;
        table.set_item("edge", PyArray1::from_vec(py, edge))?;
        Ok(table)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        crate::convert::to_bytes(py, self.0.as_ref())
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Self> {
        Ok(Self(Arc::new(crate::convert::from_bytes(bytes)?)))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced::<Self>(py, self.0.as_ref())
    }
}

#[pymethods]
impl Joined {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// All entries: place, edge, fraction, access, at, point, within.
    fn entries<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (mut place, mut entries): (Vec<i64>, Vec<Entry>) = (Vec::new(), Vec::new());
        for (number, index) in (0_i64..).zip(0..self.0.len()) {
            entries.extend(self.0.entries(index));
            place.resize(entries.len(), number);
        }
        let table = PyDict::new(py);
        table.set_item("place", PyArray1::from_vec(py, place))?;
        table.set_item("edge", PyArray1::from_iter(py, entries.iter().map(|entry| entry.edge)))?;
        table.set_item("fraction", PyArray1::from_iter(py, entries.iter().map(|entry| entry.fraction)))?;
        table.set_item("access", PyArray1::from_iter(py, entries.iter().map(|entry| entry.access)))?;
        table.set_item("at", coordinates(py, entries.iter().map(|entry| entry.at))?)?;
        table.set_item("point", coordinates(py, entries.iter().map(|entry| entry.point))?)?;
        table.set_item("within", PyArray1::from_iter(py, entries.iter().map(|entry| entry.within)))?;
        Ok(table)
    }

    /// Distances of the places, and which lie beyond the limit or on small components.
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let report = self.0.report();
        let table = PyDict::new(py);
        table.set_item("max_snap", report.max_snap)?;
        table.set_item("distances", PyArray1::from_slice(py, &report.distances))?;
        table.set_item("beyond", PyArray1::from_slice(py, &report.beyond))?;
        table.set_item("small", PyArray1::from_slice(py, &report.small))?;
        table.set_item("outside_largest", report.outside_largest)?;
        table.set_item("mean_distance", report.mean_distance())?;
        table.set_item("max_distance", report.max_distance())?;
        Ok(table)
    }
}

/// Arrays of streets from lines: points, and where each line starts among them.
#[pyfunction]
#[pyo3(signature = (places, start, *, geographic, node_crossings))]
pub fn streets_from_lines<'py>(
    py: Python<'py>,
    places: PyReadonlyArray2<'py, f64>,
    start: Positions<'py>,
    geographic: bool,
    node_crossings: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let lines = split("lines", &points("lines", &places)?, &copied(&start))?;
    let made = py.detach(|| Streets::from_lines(&lines, geographic, node_crossings));
    let noded = made.map_err(crate::error::CoreError::from)?;
    let table = PyDict::new(py);
    table.set_item("nodes", coordinates(py, noded.streets.nodes.iter().copied())?)?;
    table.set_item("start", PyArray1::from_vec(py, noded.streets.from))?;
    table.set_item("end", PyArray1::from_vec(py, noded.streets.to))?;
    table.set_item("shape_starts", PyArray1::from_vec(py, noded.streets.shape_starts))?;
    table.set_item("shape_points", coordinates(py, noded.streets.shape_points.into_iter())?)?;
    table.set_item("line", PyArray1::from_vec(py, noded.line))?;
    table.set_item("crossings", noded.crossings)?;
    Ok(table)
}

/// Options of a joining: what errors call the points, the farthest distance, what happens beyond it, small components.
fn join_options((argument, max_snap, beyond, small_share): &(String, f64, String, f64)) -> CoreResult<JoinOptions> {
    let argument = ["demand", "sites"].into_iter().find(|name| name == argument).unwrap_or("points");
    let beyond = from_name("beyond", beyond)?;
    Ok(JoinOptions::default().argument(argument).max_snap(*max_snap).beyond(beyond).small_share(*small_share))
}

/// Parts of an array by their starts.
fn split<T: Clone>(argument: &'static str, whole: &[T], start: &[u32]) -> CoreResult<Vec<Vec<T>>> {
    let part = |pair: &[u32]| whole.get(pair[0] as usize..pair[1] as usize).map(<[T]>::to_vec);
    let parts: Option<Vec<Vec<T>>> = start.windows(2).map(part).collect();
    parts.ok_or_else(|| {
        let reason = format!("starts must never descend and end at {}", whole.len());
        Error::InvalidValue { argument, value: format!("an array of {} starts", start.len()), reason }.into()
    })
}
