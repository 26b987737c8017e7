//! **siting** decides which idle buildings and corner spaces of a town should host which community services, so that
//! people reach them on foot, and proves how good the choice is.
//!
//! Build a [`TravelMatrix`] from homes and spaces, put it into a model, solve it:
//!
//! ```
//! use siting::{MaxCover, Metric, SolveOptions, TravelMatrix};
//!
//! let homes = [[0.0, 0.0], [300.0, 0.0], [900.0, 0.0], [2_500.0, 0.0]];
//! let spaces = [[200.0, 0.0], [1_000.0, 0.0], [2_400.0, 0.0]];
//! let travel = TravelMatrix::from_points(&homes, &spaces, Metric::Euclidean, Some(800.0))?;
//! let solution = MaxCover::new(travel, [120.0, 80.0, 60.0, 40.0]).p(1).solve(&SolveOptions::default())?;
//!
//! assert_eq!(solution.sites, vec![0]);
//! assert_eq!(solution.covered_weight, 260.0);
//! assert!(solution.is_optimal());
//! # Ok::<(), siting::Error>(())
//! ```
//!
//! | question | model |
//! | --- | --- |
//! | reach the most people with p sites or a budget | [`MaxCover`] |
//! | reach everyone (or a share) as cheaply as possible | [`SetCover`] |
//! | walk as little as possible on the whole | [`PMedian`] |
//! | keep the longest walk short | [`PCenter`] |
//! | spread sites apart | [`PDispersion`] |
//! | balance opening and walking costs | [`FixedCharge`] |
//!
//! A [`Programme`] asks which services a town lacks and which idle spaces could host them: its [`audit`](Programme::audit)
//! measures who lacks what today, against a [`Standard`] in an editable file, and [`solve`](Programme::solve) says which
//! services go into which spaces.
//!
//! Every [`Solution`] carries a bound and a gap, and was recomputed from the data before it was handed out. Wrong input,
//! infeasible rules and limits are [`Error`]s that say where, why and what would do.
//!
//! # Features
//!
//! * `highs` (default): the HiGHS solver, compiled from source; needs cmake, a C++ compiler and libclang.
//! * `microlp`: a solver in pure Rust; enough for small models, and builds anywhere.
//! * `osm`: reads OpenStreetMap extracts (`.osm.pbf`), see [`network`]; pure Rust.

pub mod datum;
mod engine;
mod error;
pub mod io;
mod model;
pub mod network;
pub mod service;
mod solve;
pub mod town;
mod travel;

pub use datum::Datum;
#[cfg(feature = "kernels")]
#[doc(hidden)]
pub use engine::kernels;
pub use error::Error;
pub use model::{
    Assignment, Capacity, FixedCharge, Flow, MaxCover, Model, PCenter, PDispersion, PMedian, Plan, PointMedian, Reach,
    Rules, Sense, SetCover, SiteRules, SiteState,
};
pub use network::Network;
pub use service::{Audit, AuditOptions, Programme, Service, Standard};
pub use solve::{
    Backend, CancelToken, Checked, Infeasible, Limit, Method, Phase, Progress, ProgressSink, Reason, Solution,
    SolveOptions, Status, check,
};
pub use town::SyntheticTown;
pub use travel::{EARTH_RADIUS, Id, Ids, Metric, PointCells, Rounding, Row, TravelMatrix};

/// The Rust examples of the README and the guides, run as documentation tests.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("../docs/travel.md")]
    mod travel {}
    #[doc = include_str!("../docs/network.md")]
    mod network {}
    #[doc = include_str!("../docs/rules.md")]
    mod rules {}
    #[doc = include_str!("../docs/solving.md")]
    mod solving {}
    #[doc = include_str!("../docs/datum.md")]
    mod datum {}
    #[doc = include_str!("../docs/synthetic_town.md")]
    mod synthetic_town {}
    #[doc = include_str!("../docs/service/standards.md")]
    mod standards {}
    #[doc = include_str!("../docs/service/audit.md")]
    mod audit {}
    #[doc = include_str!("../docs/service/plan.md")]
    mod plan {}
    #[doc = include_str!("../docs/models/max_cover.md")]
    mod max_cover {}
    #[doc = include_str!("../docs/models/set_cover.md")]
    mod set_cover {}
    #[doc = include_str!("../docs/models/p_median.md")]
    mod p_median {}
    #[doc = include_str!("../docs/models/p_center.md")]
    mod p_center {}
    #[doc = include_str!("../docs/models/p_dispersion.md")]
    mod p_dispersion {}
    #[doc = include_str!("../docs/models/fixed_charge.md")]
    mod fixed_charge {}
}
