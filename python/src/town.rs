//! The synthetic town as tables of columns.

use numpy::{Element, PyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use siting::town::{Community, Facility, Home, Space, SurveyedService};

use crate::convert::coordinates;
use crate::error::CoreResult;

/// Draws a town: a dict of tables, each a dict of columns; communities and districts stand as positions.
#[pyfunction]
pub fn synthetic_town(py: Python<'_>, communities: usize, seed: u64) -> PyResult<Bound<'_, PyDict>> {
    let town = draw(py, communities, seed)?;
    let tables = PyDict::new(py);
    tables.set_item("districts", PyList::new(py, &town.districts)?)?;
    tables.set_item("communities", communities_table(py, &town.communities)?)?;
    tables.set_item("homes", homes_table(py, &town.homes)?)?;
    tables.set_item("spaces", spaces_table(py, &town.spaces)?)?;
    tables.set_item("facilities", facilities_table(py, &town.facilities)?)?;
    Ok(tables)
}

fn draw(py: Python<'_>, communities: usize, seed: u64) -> CoreResult<siting::SyntheticTown> {
    Ok(py.detach(|| siting::SyntheticTown::new(communities, seed))?)
}

fn communities_table<'py>(py: Python<'py>, rows: &[Community]) -> PyResult<Bound<'py, PyDict>> {
    let table = PyDict::new(py);
    table.set_item("name", texts(py, rows, |row| row.name.as_str())?)?;
    table.set_item("at", coordinates(py, rows.iter().map(|row| row.at))?)?;
    table.set_item("district", numbers(py, rows, |row| row.district))?;
    table.set_item("households", numbers(py, rows, |row| i64::from(row.households)))?;
    table.set_item("people", numbers(py, rows, |row| i64::from(row.people)))?;
    for (service, name) in SurveyedService::ALL.map(SurveyedService::name).into_iter().enumerate() {
        table.set_item(name, numbers(py, rows, |row| row.served.get(service) == Some(&true)))?;
    }
    Ok(table)
}

/// A number of people or households of a demand point.
type Count = fn(&Home) -> u32;

fn homes_table<'py>(py: Python<'py>, rows: &[Home]) -> PyResult<Bound<'py, PyDict>> {
    let table = PyDict::new(py);
    table.set_item("at", coordinates(py, rows.iter().map(|row| row.at))?)?;
    table.set_item("community", numbers(py, rows, |row| row.community))?;
    let counts: [(&str, Count); 8] = [
        ("households", |row| row.households),
        ("people", |row| row.people),
        ("age_0_3", |row| row.age_0_3),
        ("age_3_6", |row| row.age_3_6),
        ("age_7_12", |row| row.age_7_12),
        ("age_13_59", |row| row.age_13_59),
        ("age_60_plus", |row| row.age_60_plus),
        ("age_80_plus", |row| row.age_80_plus),
    ];
    for (column, count) in counts {
        table.set_item(column, numbers(py, rows, |row| i64::from(count(row))))?;
    }
    Ok(table)
}

fn spaces_table<'py>(py: Python<'py>, rows: &[Space]) -> PyResult<Bound<'py, PyDict>> {
    let table = PyDict::new(py);
    table.set_item("at", coordinates(py, rows.iter().map(|row| row.at))?)?;
    table.set_item("community", numbers(py, rows, |row| row.community))?;
    table.set_item("kind", texts(py, rows, |row| row.kind.name())?)?;
    table.set_item("area", numbers(py, rows, |row| row.area))?;
    table.set_item("tenure", texts(py, rows, |row| row.tenure.name())?)?;
    table.set_item("rent", numbers(py, rows, |row| row.rent))?;
    table.set_item("conversion_cost", numbers(py, rows, |row| row.conversion_cost))?;
    Ok(table)
}

fn facilities_table<'py>(py: Python<'py>, rows: &[Facility]) -> PyResult<Bound<'py, PyDict>> {
    let table = PyDict::new(py);
    table.set_item("at", coordinates(py, rows.iter().map(|row| row.at))?)?;
    table.set_item("community", numbers(py, rows, |row| row.community))?;
    table.set_item("service", texts(py, rows, |row| row.service.name())?)?;
    table.set_item("places", numbers(py, rows, |row| i64::from(row.places)))?;
    table.set_item("serves", PyList::new(py, rows.iter().map(|row| row.serves.clone()))?)?;
    Ok(table)
}

fn numbers<'py, R, T: Element>(py: Python<'py>, rows: &[R], value: impl Fn(&R) -> T) -> Bound<'py, PyArray1<T>> {
    PyArray1::from_vec(py, rows.iter().map(value).collect())
}

fn texts<'py, 'r, R>(py: Python<'py>, rows: &'r [R], value: impl Fn(&'r R) -> &'r str) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, rows.iter().map(value).collect::<Vec<_>>())
}
