//! What a plan is: fit-outs, what becomes of facilities, and who is served where.

use serde::{Deserialize, Serialize};

use super::PlanRules;
use crate::model::Sense;
use crate::solve::{Backend, Limit, Method, Status};

/// The size at which a service is fitted out in a space.
///
/// Made by [`Programme::solve`](crate::Programme::solve); the example of [`ServicePlan`] shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// A module of the service, by its position.
    Module(u32),
    /// A facility of today that moves in, by its position.
    Moved(u32),
}

/// One service in one space.
///
/// Made by [`Programme::solve`](crate::Programme::solve); the example of [`ServicePlan`] shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitout {
    /// Position of the space.
    pub space: u32,
    /// Position of the service.
    pub service: u32,
    /// Its size.
    pub size: Size,
    /// Positions of the slots in which it is open, ascending; empty where the programme has no slots.
    pub slots: Vec<u32>,
}

/// What becomes of a facility of today.
///
/// Made by [`Programme::solve`](crate::Programme::solve); the example of [`ServicePlan`] shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It stays as it is.
    Kept,
    /// It stays and is enlarged.
    Enlarged,
    /// It moves into a space.
    Moved {
        /// Position of the space.
        to: u32,
    },
    /// It is closed.
    Closed,
}

/// Where people go.
///
/// Made by [`Programme::solve`](crate::Programme::solve); the example of [`ServicePlan`] shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// A space, by its position.
    Space(u32),
    /// A facility of today that stays, by its position.
    Facility(u32),
}

impl Host {
    /// Whether it is this space.
    pub(crate) fn is_space(self, space: u32) -> bool {
        self == Self::Space(space)
    }
}

/// A share of the need of one demand point for one service, and who meets it.
///
/// Made by [`Programme::solve`](crate::Programme::solve); the example of [`ServicePlan`] shows it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Served {
    /// Position of the service.
    pub service: u32,
    /// Position of the demand point.
    pub demand: u32,
    /// Where they go.
    pub host: Host,
    /// The share of the need that is met there, above 0 and at most 1.
    pub share: f64,
}

/// A checked plan with a bound on how much better any other could be; see [`Programme::solve`](crate::Programme::solve).
///
/// Positions refer to the lists of the programme.
///
/// # Example
///
/// ```
/// use siting::service::{Change, Demand, Facility, Host, Module, PlanRules, Programme, Service, Size, Space};
/// use siting::{SolveOptions, TravelMatrix};
///
/// // A hundred people want a meal; there is a canteen for 25 of them, and an idle hall with room for 50.
/// let canteen = Service::new("canteen", 900.0).need(Demand::PEOPLE, 0.5).module(Module::new("small", 135.0, 50.0));
/// let programme = Programme::new(Demand::new([200.0]), [canteen])
///     .spaces([Space::new(150.0, "hall")])
///     .travel_to_spaces(TravelMatrix::from_pairs(1, 1, &[(0, 0, 250.0)])?)
///     .existing([Facility::new("canteen").places(25.0)], TravelMatrix::from_pairs(1, 1, &[(0, 0, 500.0)])?);
/// let plan = programme.solve(&PlanRules::default(), &SolveOptions::default())?;
///
/// assert_eq!((plan.objective, plan.is_optimal()), (75.0, true));
/// assert_eq!((plan.fitouts[0].space, plan.fitouts[0].size), (0, Size::Module(0)));
/// assert_eq!(plan.facilities, [Change::Kept]);
/// let hosts: Vec<_> = plan.served.iter().map(|row| (row.host, row.share)).collect();
/// assert_eq!(hosts, [(Host::Space(0), 0.5), (Host::Facility(0), 0.25)]);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServicePlan {
    /// The rules it obeys.
    pub rules: PlanRules,
    /// How it was solved.
    pub method: Method,
    /// The solver that proofs were asked of; `None` for the heuristic.
    pub backend: Option<Backend>,
    /// Whether it is proven optimal.
    pub status: Status,
    /// What stopped the solve, if anything did.
    pub limit: Option<Limit>,
    /// Its objective, in the unit of [`PlanObjective`](super::PlanObjective).
    pub objective: f64,
    /// No plan can be better than this; `None` when nothing was proven.
    pub bound: Option<f64>,
    /// |bound - objective| / |objective|; 0 for a proven optimum, `None` without a bound or when the objective is 0.
    pub gap: Option<f64>,
    /// Wall-clock seconds of the whole solve.
    pub seconds: f64,
    /// Branch-and-bound nodes.
    pub nodes: u64,
    /// What goes where, ordered by space and service.
    pub fitouts: Vec<Fitout>,
    /// What becomes of each facility of today.
    pub facilities: Vec<Change>,
    /// Who is served where, ordered by service, demand point and host.
    pub served: Vec<Served>,
}

impl ServicePlan {
    /// Whether the objective was to grow or to shrink.
    #[must_use]
    pub fn sense(&self) -> Sense {
        self.rules.objective.sense()
    }

    /// Whether it is proven optimal.
    #[must_use]
    pub fn is_optimal(&self) -> bool {
        self.status == Status::Optimal
    }
}
