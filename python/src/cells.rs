//! Points merged into cells while they stream by.

use numpy::{PyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use siting::{Error, Ids};

use crate::convert::{Names, Numbers, points};
use crate::error::{CoreError, CoreResult};
use crate::travel::TravelMatrix;

/// Points between two looks for Ctrl-C: some tenths of a second.
const PIECE: usize = 1 << 22;

/// Demand points merged by the sites in their reach.
#[pyclass(module = "siting._siting")]
pub struct PointCells(Option<siting::PointCells>);

type Finished<'py> = (TravelMatrix, Bound<'py, PyArray1<f64>>);

#[pymethods]
impl PointCells {
    #[new]
    #[pyo3(signature = (sites, within))]
    fn new(sites: PyReadonlyArray2<'_, f64>, within: f64) -> CoreResult<Self> {
        Ok(Self(Some(siting::PointCells::new(&points("sites", &sites)?, within)?)))
    }

    /// Adds points with a weight each, or 1 each; `chunk` is the number that errors give. The arrays must be contiguous.
    #[pyo3(signature = (points, weights, *, chunk))]
    fn add(
        &mut self,
        py: Python<'_>,
        points: PyReadonlyArray2<'_, f64>,
        weights: Option<Numbers<'_>>,
        chunk: Option<usize>,
    ) -> PyResult<()> {
        let (all, rest) = points.as_slice()?.as_chunks::<2>();
        let weights = weights.as_ref().map(|weights| weights.as_slice()).transpose()?;
        if !rest.is_empty() || points.as_array().ncols() != 2 {
            let columns = points.as_array().ncols();
            let wrong =
                Error::WrongLength { argument: "points", expected: 2, found: columns, counted: "columns: x and y" };
            return Err(placed(wrong, chunk, 0).into());
        }
        if let Some(found) = weights.map(<[f64]>::len).filter(|&found| found != all.len()) {
            let wrong =
                Error::WrongLength { argument: "weights", expected: all.len(), found, counted: "one per point" };
            return Err(placed(wrong, chunk, 0).into());
        }
        for (number, piece) in all.chunks(PIECE).enumerate() {
            let from = number * PIECE;
            let weights = weights.map(|weights| &weights[from..from + piece.len()]);
            let cells = self.0.as_mut().ok_or_else(taken)?;
            py.detach(|| cells.add(piece, weights)).map_err(|error| placed(error, chunk, from))?;
            py.check_signals()?;
        }
        Ok(())
    }

    #[getter]
    fn n_points(&self) -> PyResult<usize> {
        Ok(self.0.as_ref().ok_or_else(taken)?.n_points())
    }

    /// The cells as a travel matrix of costs 0 and their weights; the points are not kept, and no more can come. With
    /// `weightless` cells of points of weight 0 too.
    #[pyo3(signature = (*, site_ids=None, weightless=false))]
    fn finish<'py>(&mut self, py: Python<'py>, site_ids: Option<Names>, weightless: bool) -> PyResult<Finished<'py>> {
        let cells = self.0.take().ok_or_else(taken)?;
        Ok(finished(py, cells, site_ids, weightless)?)
    }
}

fn finished<'py>(
    py: Python<'py>,
    cells: siting::PointCells,
    site_ids: Option<Names>,
    weightless: bool,
) -> CoreResult<Finished<'py>> {
    let site_ids: Ids = Names::ids(site_ids, cells.n_sites())?;
    let (travel, weights) = py.detach(|| if weightless { cells.finish_all() } else { cells.finish() })?;
    let demand_ids = travel.demand_ids().clone();
    let travel = TravelMatrix(std::sync::Arc::new(travel.with_ids(demand_ids, site_ids)?));
    Ok((travel, PyArray1::from_vec(py, weights)))
}

fn taken() -> PyErr {
    PyRuntimeError::new_err("the cells were finished before")
}

/// An error about a piece as one about the chunk it is of, or about the only array there is.
fn placed(error: Error, chunk: Option<usize>, from: usize) -> CoreError {
    let error = match error {
        Error::InChunk { error, .. } => *error,
        other => other,
    };
    let error = match error {
        Error::NotANumber { argument, index } => Error::NotANumber { argument, index: from + index },
        Error::OutOfRange { argument, index, value, reason } => {
            Error::OutOfRange { argument, index: from + index, value, reason }
        }
        other => other,
    };
    match chunk {
        Some(chunk) => Error::InChunk { chunk, error: Box::new(error) }.into(),
        None => error.into(),
    }
}
