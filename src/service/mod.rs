//! The embedded-service programme: which **services** go into which **spaces**, and what is missing today.
//!
//! The words:
//!
//! * [`Service`]: whom it serves and how much they need, how far they walk, in which sizes ([`Module`]) it comes, which
//!   kinds of space suit it, when it opens, what a standard asks of it ([`Target`]);
//! * [`Space`]: an idle room with its area, kind, district, tenure, rent and conversion cost;
//! * [`Demand`]: the demand points with people by group, households, districts, communities, town or country;
//! * [`Facility`]: what serves people today; [`Slot`]: a part of the day; [`Pair`]: services that belong together or apart;
//! * [`Standard`]: a catalogue of services in an editable file, every figure with its source.
//!
//! A [`Programme`] brings them together, and its [`audit`](Programme::audit) measures who lacks what before anything is
//! built: see [`Audit`].
//!
//! # Example
//!
//! ```
//! use siting::service::{AuditOptions, Demand, Facility, Programme, Service};
//! use siting::{Metric, TravelMatrix};
//!
//! let homes = [[0.0, 0.0], [400.0, 0.0], [3_000.0, 0.0]];
//! let travel = TravelMatrix::from_points(&homes, &[[100.0, 0.0]], Metric::Euclidean, None)?;
//! let demand = Demand::new([100.0, 200.0, 50.0]).group("age_60_plus", [40.0, 60.0, 10.0]);
//! let canteen = Service::new("canteen", 900.0).need("age_60_plus", 1.0);
//!
//! let programme = Programme::new(demand, [canteen]).existing([Facility::new("canteen").places(50.0)], travel);
//! let audit = programme.audit(&AuditOptions::default())?;
//! assert_eq!(audit.services[0].whole.in_reach, 100.0); // of 110 elders
//! assert_eq!(audit.services[0].worst[0].demand, 2);
//! # Ok::<(), siting::Error>(())
//! ```

mod audit;
mod demand;
mod facility;
mod field;
mod kind;
mod module;
mod pair;
mod plan;
mod programme;
mod slot;
mod space;
mod standard;
mod town;

pub use audit::{
    Audit, AuditOptions, Band, Catchment, CommunityAudit, Coverage, Inequality, PointAudit, ScoreWeights, ServiceAudit,
    WorstServed,
};
pub use demand::{Areas, Demand, Group, Setting, Survey};
pub use facility::Facility;
pub(crate) use field::stranger;
pub use kind::{Need, Service, Target, TravelLimit};
pub use module::Module;
pub use pair::{Pair, PairRule};
pub use plan::{
    BeforeAfter, BrokenRule, Change, Complexes, EnvyLimit, Explanation, FacilityChange, Fitout, FitoutChange, Host,
    HostedService, Least, MetChange, Money, PlanCoverage, PlanObjective, PlanRules, Quota, Replacement, Served,
    ServicePlan, Size, SpaceMoney, WhatIf,
};
pub(crate) use plan::{QuotaHere, verify};
pub use programme::Programme;
pub use slot::Slot;
pub use space::Space;
pub use standard::{Figure, FigureRow, LimitUnit, PRESETS, Standard, StandardModule, StandardNeed, StandardService};

pub use crate::town::Tenure;
