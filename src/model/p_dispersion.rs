//! p-dispersion: sites as far from one another as possible.
//!
//! Kuby (1987), "Programming models for facility dispersion: the p-dispersion and maxisum dispersion problems",
//! Geographical Analysis 19:
//!
//! ```text
//! max  min_{j ≠ k open} c_jk
//! s.t. Σ_j y_j = p,  Σ_j f_j y_j ≤ B where asked
//! ```
//!
//! The travel matrix is square, from sites to sites; the two directions of a pair count with the smaller cost, the
//! diagonal is not looked at, and a pair that is not stored is infinitely far.

use std::sync::Arc;

use super::plan::open_set;
use super::units::{Rescaled, rescaled_rules};
use super::{Model, Plan, Rules, Sense, rule_setters};
use crate::error::Error;
use crate::travel::{Metric, TravelMatrix};

/// Opens `p` sites whose two closest are as far apart as possible.
///
/// # Example
///
/// ```
/// use siting::{Metric, PDispersion, SolveOptions};
///
/// let sites = [[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [9.0, 0.0]];
/// let solution = PDispersion::from_points(&sites, Metric::Euclidean)?.p(3).solve(&SolveOptions::default())?;
///
/// assert_eq!((solution.sites, solution.objective), (vec![0, 2, 3], 4.0));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PDispersion {
    travel: Arc<TravelMatrix>,
    rules: Rules,
}

impl PDispersion {
    /// A model over a square travel matrix from sites to sites. Give `p` as well.
    #[must_use]
    pub fn new(travel: impl Into<Arc<TravelMatrix>>) -> Self {
        Self { travel: travel.into(), rules: Rules::default() }
    }

    /// A model over points, all distances between them being looked at.
    ///
    /// # Errors
    ///
    /// Those of [`TravelMatrix::from_points`].
    pub fn from_points(sites: &[[f64; 2]], metric: Metric) -> Result<Self, Error> {
        Ok(Self::new(TravelMatrix::from_points(sites, sites, metric, None)?))
    }

    rule_setters!(p, budget, site_costs, required, forbidden, existing, closing_costs);

    /// The distance between two sites: the smaller of both directions; `None` when neither is stored.
    ///
    /// ```
    /// use siting::{Metric, PDispersion};
    /// let model = PDispersion::from_points(&[[0.0, 0.0], [3.0, 4.0]], Metric::Euclidean)?;
    /// assert_eq!(model.distance(0, 1), Some(5.0));
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn distance(&self, a: u32, b: u32) -> Option<f64> {
        match (self.travel.cost(a, b), self.travel.cost(b, a)) {
            (Some(there), Some(back)) => Some(there.min(back)),
            (there, back) => there.or(back),
        }
    }
}

impl Model for PDispersion {
    const NAME: &'static str = "p-dispersion";
    const SENSE: Sense = Sense::Maximize;

    fn travel(&self) -> &TravelMatrix {
        &self.travel
    }

    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn weights(&self) -> Option<&[f64]> {
        None
    }

    fn validate(&self) -> Result<(), Error> {
        let (rows, columns) = (self.travel.n_demand(), self.travel.n_sites());
        if rows != columns {
            return Err(Error::InvalidValue {
                argument: "travel",
                value: format!("a matrix of {rows} x {columns}"),
                reason: "p-dispersion needs the distances from sites to the same sites: a square matrix".into(),
            });
        }
        let Some(p) = self.rules.p else {
            return Err(Error::Missing { argument: "p", reason: "give p, the number of sites to open" });
        };
        self.rules.validate(columns)?;
        if p + self.rules.existing.len() < 2 {
            return Err(Error::InvalidValue {
                argument: "p",
                value: p.to_string(),
                reason: "a distance needs two open sites, existing ones included".into(),
            });
        }
        Ok(())
    }

    /// The objective is infinite when no distance between two of the open sites is stored.
    fn evaluate(&self, open: &[u32]) -> Result<Plan, Error> {
        self.validate()?;
        let sites = open_set(open, self.travel.n_sites())?;
        let mut objective = f64::INFINITY;
        for (at, &a) in sites.iter().enumerate() {
            for &b in &sites[at + 1..] {
                objective = self.distance(a, b).map_or(objective, |distance| objective.min(distance));
            }
        }
        let assignment = vec![None; self.travel.n_demand()];
        Ok(Plan { sites, assignment, flows: None, objective })
    }
}

impl Rescaled for PDispersion {
    // The objective is one of the distances, which are compared as they are.
    rescaled_rules!();
}
