//! Small conversions between numpy arrays, words and the core's types.

use ndarray::Array1;
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::PyTypeInfo;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use serde::Serialize;
use serde::de::DeserializeOwned;
use siting::{Error, Ids};

use crate::error::{CoreResult, InputError};

/// A one-dimensional numpy array of numbers.
pub type Numbers<'py> = PyReadonlyArray1<'py, f64>;

/// A one-dimensional numpy array of positions.
pub type Positions<'py> = PyReadonlyArray1<'py, u32>;

/// Copies an array, whatever its strides.
pub fn copied<T: numpy::Element + Copy>(array: &PyReadonlyArray1<'_, T>) -> Vec<T> {
    array.as_array().to_vec()
}

/// Rows of an (n, 2) array as points.
pub fn points(argument: &'static str, array: &PyReadonlyArray2<'_, f64>) -> CoreResult<Vec<[f64; 2]>> {
    let array = array.as_array();
    if array.ncols() != 2 {
        return Err(
            Error::WrongLength { argument, expected: 2, found: array.ncols(), counted: "columns: x and y" }.into()
        );
    }
    Ok(array.rows().into_iter().map(|row| [row[0], row[1]]).collect())
}

/// Coordinates as an (n, 2) array, however few.
pub fn coordinates<'py>(
    py: Python<'py>,
    points: impl Iterator<Item = [f64; 2]>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let flat: Vec<f64> = points.flatten().collect();
    let rows = flat.len() / 2;
    PyArray1::from_vec(py, flat).reshape([rows, 2])
}

/// Names from Python: whole numbers as an array, texts as a list, `None` for 0, 1, 2, ...
#[derive(FromPyObject)]
pub enum Names<'py> {
    /// An int64 array.
    Ints(PyReadonlyArray1<'py, i64>),
    /// A list of str.
    Texts(Vec<String>),
}

impl Names<'_> {
    /// The names for `n` things.
    pub fn ids(names: Option<Self>, n: usize) -> CoreResult<Ids> {
        Ok(match names {
            None => Ids::range(n),
            Some(Self::Ints(ints)) => Ids::from_ints(copied(&ints))?,
            Some(Self::Texts(texts)) => Ids::from_texts(texts)?,
        })
    }
}

/// Names to Python: an int64 array, or a list of str.
pub fn names<'py>(py: Python<'py>, ids: &Ids) -> PyResult<Bound<'py, PyAny>> {
    match ids {
        Ids::Int(ids) => Ok(PyArray1::from_slice(py, ids).into_any()),
        Ids::Text(ids) => Ok(PyList::new(py, ids)?.into_any()),
        Ids::Range(n) => {
            let range: Array1<i64> = (0_i64..).take(*n).collect();
            Ok(PyArray1::from_owned_array(py, range).into_any())
        }
    }
}

/// Positions with -1 for none, as pandas' `take` reads them.
pub fn optional_positions<'py>(py: Python<'py>, positions: &[Option<u32>]) -> Bound<'py, PyArray1<i64>> {
    PyArray1::from_iter(py, positions.iter().map(|position| position.map_or(-1, i64::from)))
}

/// A value of the core by the name that serde gives it: "highs", "closest", ...
pub fn from_name<T: DeserializeOwned>(argument: &'static str, name: &str) -> CoreResult<T> {
    serde_json::from_value(name.into()).map_err(|error| {
        let told = error.to_string();
        // serde says: unknown variant `x`, expected one of `a`, `b`.
        let reason = match told.split_once("expected ") {
            Some((_, names)) => format!("{} is expected", names.replace('`', "\"")),
            None => told,
        };
        Error::InvalidValue { argument, value: format!("{name:?}"), reason }.into()
    })
}

/// The name that serde gives a value of the core.
pub fn to_name<T: Serialize>(value: T) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(ToOwned::to_owned)
}

/// A value of the core from a JSON document.
pub fn from_document<T: DeserializeOwned>(argument: &'static str, document: &str) -> CoreResult<T> {
    serde_json::from_str(document).map_err(|error| {
        let reason = error.to_string();
        Error::InvalidValue { argument, value: "not readable".into(), reason }.into()
    })
}

/// A value of the core as a JSON document.
pub fn to_document<T: Serialize>(value: &T) -> CoreResult<String> {
    serde_json::to_string(value).map_err(|error| {
        let reason = error.to_string();
        Error::InvalidValue { argument: "document", value: "not to be written".into(), reason }.into()
    })
}

/// Compact bytes, for pickling.
pub fn to_bytes<'py, T: Serialize>(py: Python<'py>, value: &T) -> PyResult<Bound<'py, PyBytes>> {
    match postcard::to_allocvec(value) {
        Ok(bytes) => Ok(PyBytes::new(py, &bytes)),
        Err(error) => Err(PyValueError::new_err(format!("not to be pickled: {error}"))),
    }
}

/// What pickling asks of an object: the function that makes it again, and what to hand it.
pub type Reduced<'py> = (Bound<'py, PyAny>, (Bound<'py, PyBytes>,));

/// An object of a class with `from_bytes`, for pickling.
pub fn reduced<'py, C: PyTypeInfo>(py: Python<'py>, value: &impl Serialize) -> PyResult<Reduced<'py>> {
    Ok((py.get_type::<C>().getattr("from_bytes")?, (to_bytes(py, value)?,)))
}

/// The value of the bytes, checked as on any other way in.
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> PyResult<T> {
    postcard::from_bytes(bytes).map_err(|error| InputError::new_err(format!("the pickled data is damaged: {error}")))
}
