//! The Python extension module `siting._siting`: converts, calls the core, maps errors. Nothing is decided here.
//!
//! The classes take arrays and positions; the Python package above them speaks ids, Series and GeoDataFrames.

mod audit;
mod cells;
mod convert;
mod datum;
mod error;
mod interrupt;
mod model;
mod network;
mod osm;
mod plan;
mod point_median;
mod programme;
mod progress;
mod solution;
mod solve;
mod standard;
mod town;
mod travel;

/// The core of siting, compiled from Rust.
#[pyo3::pymodule]
mod _siting {
    #[pymodule_export]
    use super::audit::Audit;
    #[pymodule_export]
    use super::cells::PointCells;
    #[pymodule_export]
    use super::datum::convert_datum;
    #[pymodule_export]
    use super::model::Model;
    #[pymodule_export]
    use super::network::{Joined, Network, streets_from_lines};
    #[pymodule_export]
    use super::osm::{osm_streets, osm_town};
    #[pymodule_export]
    use super::plan::ServicePlan;
    #[pymodule_export]
    use super::point_median::PointMedian;
    #[pymodule_export]
    use super::programme::Programme;
    #[pymodule_export]
    use super::progress::Progress;
    #[pymodule_export]
    use super::solution::Solution;
    #[pymodule_export]
    use super::standard::{
        standard_from_toml, standard_presets, standard_rows, standard_services, standard_text, standard_to_toml,
    };
    #[pymodule_export]
    use super::town::synthetic_town;
    #[pymodule_export]
    use super::travel::TravelMatrix;

    /// What the core tells in its log goes to Python's logger "siting" and those below it. Levels are asked for anew each
    /// time, so that they may be set at any time; there are a few messages in a solve.
    #[pymodule_init]
    fn log_to_python(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        use log::LevelFilter::{Info, Off};
        let logger = pyo3_log::Logger::new(module.py(), pyo3_log::Caching::Loggers)?;
        let logger = logger.filter(Off).filter_target("siting".into(), Info);
        // Another interpreter of this process may have installed it already.
        drop(logger.install());
        Ok(())
    }

    /// The version of the core.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
