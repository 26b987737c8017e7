//! What a plan is to be good at.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::model::Sense;

/// What a plan is to be good at; the other aims can be asked for as limits, see [`PlanRules`](super::PlanRules).
///
/// Notation: d_is need of service s at demand point i, ω_is its weight by survey times that of the service, L_is the
/// limit, c_ih the walk to host h (a space or a facility of today), u_ihs the share of the need that h meets, and
/// z_is = Σ_h u_ihs ≤ 1. Need that is not met counts as walking to the limit, so meeting it is never worse.
///
/// ```
/// use siting::service::PlanObjective;
/// use siting::Sense;
/// assert_eq!(PlanObjective::Cover.sense(), Sense::Maximize);
/// assert_eq!(PlanObjective::Cost { years: 10.0 }.sense(), Sense::Minimize);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanObjective {
    /// Most need met: max Σ ω_is d_is z_is.
    #[default]
    Cover,
    /// Least walking: min Σ ω_is d_is (Σ_h c_ih u_ihs + L_is (1 - z_is)).
    Walking,
    /// Least envy: the same with max(0, c - τ)² for c and max(0, L - τ)² for L (Espejo and others, European Journal of
    /// Operational Research 196, 2009, give envy in location).
    Envy {
        /// τ: a walk that nobody minds, in the unit of the travel matrix.
        threshold: f64,
    },
    /// Least money: capital plus so many years of subsidy.
    Cost {
        /// Years of running cost, rent and income that are added to the capital; 0 counts the capital alone.
        years: f64,
    },
    /// The best for the worst-off district: max of the least share of weighted need that is met in any district.
    WorstDistrict,
}

impl PlanObjective {
    /// Whether it grows or shrinks.
    #[must_use]
    pub fn sense(self) -> Sense {
        match self {
            Self::Cover | Self::WorstDistrict => Sense::Maximize,
            Self::Walking | Self::Envy { .. } | Self::Cost { .. } => Sense::Minimize,
        }
    }

    pub(super) fn validate(self) -> Result<(), Error> {
        let (argument, value) = match self {
            Self::Envy { threshold } => ("objective.threshold", threshold),
            Self::Cost { years } => ("objective.years", years),
            Self::Cover | Self::Walking | Self::WorstDistrict => return Ok(()),
        };
        super::rules::non_negative(argument, value)
    }
}
