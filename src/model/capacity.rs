//! Limited sites: how much demand each can serve, and who decides which site serves whom.

use serde::{Deserialize, Serialize};

use crate::error::{Error, check_length, check_non_negative};

/// Who decides which open site serves a demand point.
///
/// # Example
///
/// ```
/// use siting::{Assignment, MaxCover, SolveOptions, TravelMatrix};
/// // Both homes live nearer to the first site, which has room for one.
/// let walks = [(0, 0, 1.0), (0, 1, 2.0), (1, 0, 1.0), (1, 1, 2.0)];
/// let model = MaxCover::new(TravelMatrix::from_pairs(2, 2, &walks)?, [1.0, 1.0]).p(2).capacities([1.0, 5.0]);
/// let options = SolveOptions::default();
/// assert_eq!(model.clone().solve(&options)?.covered_weight, 2.0);
/// assert_eq!(model.assignment(Assignment::Closest).solve(&options)?.covered_weight, 1.0);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assignment {
    /// The planner: any open site in reach may serve (system assignment).
    #[default]
    System,
    /// The resident: only a nearest open site may serve (closest assignment; of equally near ones any).
    Closest,
}

/// The capacities of the sites and the rules of serving.
///
/// Σ_i d_i x_ij ≤ κ_j y_j, and Σ_i d_i x_ij ≥ L_j y_j where a minimum use is given; x_ij is the share of demand point i
/// that site j serves, 0 or 1 when demand points must not be split (`single_source`).
///
/// # Example
///
/// ```
/// use siting::Capacity;
/// // Models set these by methods of the same names.
/// let rooms = Capacity { capacities: Some(vec![60.0, 25.0]), single_source: true, ..Capacity::default() };
/// rooms.validate(3, 2)?; // 3 demand points, 2 sites
/// assert!(!rooms.is_unlimited() && rooms.validate(3, 1).is_err());
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Capacity {
    /// κ_j: what each site can serve; `None` means without limit.
    pub capacities: Option<Vec<f64>>,
    /// d_i: what each demand point takes up; `None` means its weight.
    pub demands: Option<Vec<f64>>,
    /// L_j: what each open site must serve at least.
    pub min_use: Option<Vec<f64>>,
    /// Whether each demand point is served by one site alone.
    pub single_source: bool,
    /// Who decides which site serves whom.
    pub assignment: Assignment,
}

impl Capacity {
    /// Whether nothing here restricts who is served where: then the nearest open site serves.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        self.capacities.is_none() && self.min_use.is_none()
    }

    /// Checks the capacities against the numbers of demand points and sites.
    ///
    /// # Errors
    ///
    /// [`Error::WrongLength`], [`Error::NotANumber`], [`Error::OutOfRange`]; [`Error::Missing`] when demands are given
    /// without capacities or minimum use.
    pub fn validate(&self, n_demand: usize, n_sites: usize) -> Result<(), Error> {
        for (argument, values) in [("capacities", &self.capacities), ("min_use", &self.min_use)] {
            if let Some(values) = values {
                check_length(argument, values.len(), n_sites, "one per site")?;
                check_non_negative(argument, values)?;
            }
        }
        if let (Some(capacities), Some(min_use)) = (&self.capacities, &self.min_use)
            && let Some(index) = (0..n_sites).find(|&j| min_use[j] > capacities[j])
        {
            return Err(Error::OutOfRange {
                argument: "min_use",
                index,
                value: min_use[index],
                reason: "a site's minimum use must not exceed its capacity",
            });
        }
        if let Some(demands) = &self.demands {
            check_length("demands", demands.len(), n_demand, "one per demand point")?;
            check_non_negative("demands", demands)?;
            if self.is_unlimited() {
                return Err(Error::Missing {
                    argument: "capacities",
                    reason: "demands only matter where capacities or min_use are given; leave them out or give those",
                });
            }
        }
        Ok(())
    }
}

/// Builder methods for the capacities that a model takes.
macro_rules! capacity_setters {
    ($($name:ident),+ $(,)?) => { $(capacity_setters!(@ $name);)+ };
    (@ capacities) => {
        /// What each site can serve, one per site, in the unit of the demands.
        #[must_use]
        pub fn capacities(mut self, capacities: impl Into<Vec<f64>>) -> Self {
            self.capacity.capacities = Some(capacities.into());
            self
        }
    };
    (@ demands) => {
        /// What each demand point takes up of a capacity, one per demand point; its weight when not given.
        #[must_use]
        pub fn demands(mut self, demands: impl Into<Vec<f64>>) -> Self {
            self.capacity.demands = Some(demands.into());
            self
        }
    };
    (@ min_use) => {
        /// What each site must serve at least when it is open, one per site.
        #[must_use]
        pub fn min_use(mut self, min_use: impl Into<Vec<f64>>) -> Self {
            self.capacity.min_use = Some(min_use.into());
            self
        }
    };
    (@ single_source) => {
        /// Whether each demand point must be served by one site alone (default: demand may split).
        #[must_use]
        pub fn single_source(mut self, single_source: bool) -> Self {
            self.capacity.single_source = single_source;
            self
        }
    };
    (@ assignment) => {
        /// Who decides which open site serves a demand point (default: the planner).
        #[must_use]
        pub fn assignment(mut self, assignment: crate::model::Assignment) -> Self {
            self.capacity.assignment = assignment;
            self
        }
    };
}
pub(crate) use capacity_setters;
