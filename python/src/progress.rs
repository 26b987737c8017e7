//! Progress of a running solve.

use pyo3::prelude::*;

use crate::convert::to_name;

/// A snapshot of a running solve; `siting.progress` has an example.
#[pyclass(frozen, module = "siting._siting")]
pub struct Progress(pub siting::Progress);

#[pymethods]
impl Progress {
    #[getter]
    fn phase(&self) -> Option<String> {
        to_name(self.0.phase)
    }

    #[getter]
    fn seconds(&self) -> f64 {
        self.0.seconds
    }

    #[getter]
    fn incumbent(&self) -> Option<f64> {
        self.0.incumbent
    }

    #[getter]
    fn bound(&self) -> Option<f64> {
        self.0.bound
    }

    #[getter]
    fn gap(&self) -> Option<f64> {
        self.0.gap
    }

    #[getter]
    fn nodes(&self) -> u64 {
        self.0.nodes
    }

    fn __repr__(&self) -> String {
        let shown = |value: Option<f64>| value.map_or_else(|| "None".to_owned(), |value| value.to_string());
        format!(
            "Progress(phase='{}', seconds={:.2}, incumbent={}, bound={}, gap={}, nodes={})",
            to_name(self.0.phase).unwrap_or_default(),
            self.0.seconds,
            shown(self.0.incumbent),
            shown(self.0.bound),
            shown(self.0.gap),
            self.0.nodes,
        )
    }
}
