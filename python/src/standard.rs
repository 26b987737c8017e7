//! Standards: TOML in, documents out.

use pyo3::prelude::*;
use siting::Standard;
use siting::service::{LimitUnit, PRESETS};

use crate::convert::{from_document, from_name, to_document};
use crate::error::CoreResult;

/// The names of the presets.
#[pyfunction]
pub fn standard_presets() -> Vec<&'static str> {
    PRESETS.to_vec()
}

/// The text of a preset's file.
#[pyfunction]
pub fn standard_text(name: &str) -> CoreResult<&'static str> {
    Ok(Standard::preset_text(name)?)
}

/// The text of a file as a checked document.
#[pyfunction]
pub fn standard_from_toml(text: &str) -> CoreResult<String> {
    to_document(&Standard::from_toml(text)?)
}

/// A document as the text of a file.
#[pyfunction]
pub fn standard_to_toml(document: &str) -> CoreResult<String> {
    Ok(read(document)?.to_toml()?)
}

/// The figures of a document, one by one, as a document.
#[pyfunction]
pub fn standard_rows(document: &str) -> CoreResult<String> {
    to_document(&read(document)?.rows())
}

/// The services of a document, with limits in "minutes" or "metres", as a document.
#[pyfunction]
pub fn standard_services(document: &str, unit: &str) -> CoreResult<String> {
    let unit: LimitUnit = from_name("unit", unit)?;
    to_document(&read(document)?.services(unit)?)
}

fn read(document: &str) -> CoreResult<Standard> {
    let standard: Standard = from_document("standard", document)?;
    standard.validate()?;
    Ok(standard)
}
