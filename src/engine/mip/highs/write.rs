//! Formulations as model files, by the writer of HiGHS.

use std::ffi::CString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use highs_sys::HighsInt;

use super::{build, failed};
use crate::engine::mip::Formulation;
use crate::error::Error;
use crate::solve::{Control, SolveOptions};

/// Writes a formulation to a file: see [`crate::engine::mip::write`].
pub(in crate::engine::mip) fn write(
    formulation: Formulation<'_>,
    columns: &[String],
    rows: &[String],
    path: &Path,
) -> Result<(), Error> {
    let file = |reason: String| Error::File { path: path.display().to_string(), reason };
    let unfit = || file("HiGHS, which writes the file, takes paths in Unicode only: choose another".into());
    let text = path.to_str().and_then(|text| CString::new(text).ok()).ok_or_else(unfit)?;
    // HiGHS does not say why it cannot open a file.
    File::create(path).map_err(|error| file(format!("cannot be written: {error}")))?;
    let (constant, options) = (formulation.constant, SolveOptions::default());
    let control = Control::new(&options, formulation.sense);
    let Some(mut model) = build(formulation, &control)? else { return Err(failed("it was stopped")) };
    // SAFETY: the pointer comes from a live model.
    expect_ok(unsafe { highs_sys::Highs_changeObjectiveOffset(model.as_mut_ptr(), constant) }, "the constant")?;
    for (at, name) in (0..).zip(columns) {
        let name = CString::new(name.as_str()).map_err(|_| failed("a name holds a nul"))?;
        // SAFETY: the pointer comes from a live model, the name is nul-terminated; HiGHS checks the index itself.
        expect_ok(unsafe { highs_sys::Highs_passColName(model.as_mut_ptr(), at, name.as_ptr()) }, "a column's name")?;
    }
    for (at, name) in (0..).zip(rows) {
        let name = CString::new(name.as_str()).map_err(|_| failed("a name holds a nul"))?;
        // SAFETY: the same.
        expect_ok(unsafe { highs_sys::Highs_passRowName(model.as_mut_ptr(), at, name.as_ptr()) }, "a row's name")?;
    }
    // SAFETY: the pointer comes from a live model, the path is nul-terminated. A warning tells of long names alone.
    let status = unsafe { highs_sys::Highs_writeModel(model.as_mut_ptr(), text.as_ptr()) };
    if status == highs_sys::STATUS_ERROR {
        return Err(file("HiGHS could not write it".into()));
    }
    // HiGHS does not look whether all was written.
    let whole = ends_with_end(path).map_err(|error| file(format!("cannot be read again: {error}")))?;
    if whole { Ok(()) } else { Err(file("is cut off: is the disk full?".into())) }
}

fn expect_ok(status: HighsInt, what: &str) -> Result<(), Error> {
    if status == highs_sys::STATUS_OK { Ok(()) } else { Err(failed(format!("it refused {what}"))) }
}

/// Whether the last line of a model file is there: `ENDATA`, or `end` of the format LP.
fn ends_with_end(path: &Path) -> std::io::Result<bool> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(16)))?;
    let mut last = Vec::new();
    file.read_to_end(&mut last)?;
    let last = last.trim_ascii_end();
    Ok(last.ends_with(b"ENDATA") || last.ends_with(b"end"))
}
