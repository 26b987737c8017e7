//! Conversions between the datums of Chinese maps.

use numpy::{PyArray2, PyReadonlyArray2};
use pyo3::prelude::*;

use crate::convert::{coordinates, from_name, points};
use crate::error::CoreResult;

/// Brings (n, 2) longitudes and latitudes from one datum to another: "wgs84", "gcj02" or "bd09".
#[pyfunction]
pub fn convert_datum<'py>(
    py: Python<'py>,
    lon_lat: PyReadonlyArray2<'py, f64>,
    from_datum: &str,
    to_datum: &str,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    coordinates(py, converted(py, &lon_lat, from_datum, to_datum)?.into_iter())
}

fn converted(
    py: Python<'_>,
    lon_lat: &PyReadonlyArray2<'_, f64>,
    from_datum: &str,
    to_datum: &str,
) -> CoreResult<Vec<[f64; 2]>> {
    let (from, to) = (from_name("from_datum", from_datum)?, from_name("to_datum", to_datum)?);
    let given = points("points", lon_lat)?;
    Ok(py.detach(|| siting::datum::convert(&given, from, to))?)
}
