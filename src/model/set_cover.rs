//! Set covering: the cheapest sites that reach everyone, or a share of everyone.
//!
//! The location set covering problem (LSCP) of Toregas, Swain, ReVelle and Bergman (1971), "The location of emergency
//! service facilities", Operations Research 19; covering only a share α of the weight is the partial set covering
//! problem of Daskin and Owen (1999):
//!
//! ```text
//! min  Σ_j f_j y_j
//! s.t. Σ_{j ∈ N_i(r_i)} y_j ≥ k z_i      covered points are reached by k open sites
//!      Σ_i w_i z_i ≥ α Σ_i w_i,          or z_i = 1 for every i when no share is given
//!      y_j, z_i ∈ {0, 1}
//! ```
//!
//! With capacities, covered points are served: Σ_j x_ij = z_i, x_ij ≤ y_j, Σ_i d_i x_ij ≤ κ_j y_j.

use std::sync::Arc;

use super::max_cover::{check_backup, covering_sites};
use super::merged::check_merged;
use super::plan::{check_unlimited, nearest_open, open_set};
use super::units::{Rescaled, Size, Units, all_times_power};
use super::{
    Capacity, Model, Plan, Reach, Rules, Sense, capacity_setters, check_weights, reach_setters, rule_setters,
    weights_of,
};
use crate::error::Error;
use crate::travel::{PointCells, TravelMatrix};

/// Covers everyone (or a share of the weight) at the least cost.
///
/// # Example
///
/// ```
/// use siting::{Metric, SetCover, SolveOptions, TravelMatrix};
///
/// let homes = [[0.0, 0.0], [90.0, 0.0], [500.0, 0.0]];
/// let rooms = [[10.0, 0.0], [50.0, 0.0], [480.0, 0.0]];
/// let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Euclidean, Some(100.0))?;
/// let solution = SetCover::new(travel).site_costs([1.0, 3.0, 1.0]).solve(&SolveOptions::default())?;
///
/// assert_eq!(solution.sites, vec![0, 2]); // the cheap room at 10 m also reaches the home at 90 m
/// assert_eq!(solution.objective, 2.0);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SetCover {
    travel: Arc<TravelMatrix>,
    weights: Option<Vec<f64>>,
    rules: Rules,
    reach: Reach,
    share: Option<f64>,
    backup: usize,
    capacity: Capacity,
    /// Demand points are cells of merged points: distances are not known.
    is_merged: bool,
}

impl SetCover {
    /// A model over a travel matrix; every demand point must be covered unless a share is set.
    #[must_use]
    pub fn new(travel: impl Into<Arc<TravelMatrix>>) -> Self {
        Self {
            travel: travel.into(),
            weights: None,
            rules: Rules::default(),
            reach: Reach::All,
            share: None,
            backup: 1,
            capacity: Capacity::default(),
            is_merged: false,
        }
    }

    /// A model straight from points in the plane, each with a weight (or 1 each), and sites that cover what is `within` a
    /// straight-line distance, included. The pairs of points and sites are never stored.
    ///
    /// Points with the same sites in reach become one cell, and the demand points of the model are these cells: see
    /// [`from_cells`](Self::from_cells) for what that means, and for points that do not fit into memory.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`], [`Error::NotANumber`], [`Error::OutOfRange`], [`Error::WrongLength`] and
    /// [`Error::InvalidValue`] for `points`, `weights`, `sites` and `within`.
    ///
    /// # Example
    ///
    /// ```
    /// use siting::{SetCover, SolveOptions};
    ///
    /// let homes = [[0.0, 0.0], [10.0, 0.0], [90.0, 0.0], [500.0, 0.0]];
    /// let rooms = [[50.0, 0.0], [480.0, 0.0]];
    /// let model = SetCover::from_points(&homes, Some(&[4.0, 6.0, 20.0, 10.0]), &rooms, 100.0)?;
    /// assert_eq!(model.solve(&SolveOptions::default())?.sites, vec![0, 1]);
    ///
    /// let most = model.share(0.75).solve(&SolveOptions::default())?;
    /// assert_eq!((most.sites, most.covered_weight), (vec![0], 30.0));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn from_points(
        points: &[[f64; 2]],
        weights: Option<&[f64]>,
        sites: &[[f64; 2]],
        within: f64,
    ) -> Result<Self, Error> {
        Self::from_cells(PointCells::of(points, weights, sites, within)?)
    }

    /// A model over the cells of points that were streamed by, so that a hundred million never sit in memory.
    ///
    /// The demand points of the model are the cells: who must be covered, weights, share, objective and bound are those of
    /// the points themselves, points of weight 0 included, and an assignment tells of each cell one open site in its
    /// reach. Which of several sites in reach is nearest is not known, so mean and largest cost are `None`, and neither
    /// another radius nor capacities can be set. Where points are in reach of too few sites,
    /// [`Reason::CellsUnreachable`](crate::Reason::CellsUnreachable) says how much weight they have.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] where no point was added.
    ///
    /// # Example
    ///
    /// ```
    /// use siting::{PointCells, SetCover, SolveOptions};
    ///
    /// let mut cells = PointCells::new(&[[50.0, 0.0], [150.0, 0.0], [200.0, 0.0]], 150.0)?;
    /// for x in 0..300 {
    ///     cells.add(&[[f64::from(x), 0.0], [f64::from(x), 5.0]], None)?; // as many chunks as there are
    /// }
    /// let solution = SetCover::from_cells(cells)?.site_costs([2.0, 5.0, 2.0]).solve(&SolveOptions::default())?;
    /// assert_eq!((solution.sites, solution.covered_weight), (vec![0, 2], 600.0));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn from_cells(cells: PointCells) -> Result<Self, Error> {
        let (travel, weights) = cells.finish_all()?;
        Ok(Self::new(travel).weights(weights).merged())
    }

    /// The same model, its demand points being cells of merged points, as [`PointCells::finish_all`] gave them: costs are
    /// no distances.
    #[must_use]
    pub fn merged(mut self) -> Self {
        self.is_merged = true;
        self
    }

    /// Weight (people) of each demand point, for `share` and for the figures of the result; 1 each when not given.
    #[must_use]
    pub fn weights(mut self, weights: impl Into<Vec<f64>>) -> Self {
        self.weights = Some(weights.into());
        self
    }

    /// Covers at least this share of the total weight, between 0 and 1, instead of every demand point.
    #[must_use]
    pub fn share(mut self, share: f64) -> Self {
        self.share = Some(share);
        self
    }

    /// Asks for at least `k` open sites in reach of each covered demand point (default 1).
    #[must_use]
    pub fn backup(mut self, k: usize) -> Self {
        self.backup = k;
        self
    }

    rule_setters!(site_costs, required, forbidden, existing, closing_costs);
    reach_setters!();
    capacity_setters!(capacities, demands, single_source, assignment);

    /// How many open sites must reach a covered demand point.
    #[must_use]
    pub fn backup_count(&self) -> usize {
        self.backup
    }

    /// The share of the weight to cover; `None`: every demand point.
    #[must_use]
    pub fn required_share(&self) -> Option<f64> {
        self.share
    }

    /// The weight that must be covered; `None`: every demand point.
    #[must_use]
    pub fn required_weight(&self) -> Option<f64> {
        let total = self.weights.as_ref().map_or(self.travel.n_demand() as f64, |weights| weights.iter().sum());
        self.share.map(|share| share * total)
    }
}

impl Model for SetCover {
    const NAME: &'static str = "set-cover";
    const SENSE: Sense = Sense::Minimize;

    fn travel(&self) -> &TravelMatrix {
        &self.travel
    }

    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    fn reach(&self) -> &Reach {
        &self.reach
    }

    fn capacity(&self) -> Option<&Capacity> {
        Some(&self.capacity)
    }

    fn has_costs(&self) -> bool {
        !self.is_merged
    }

    fn validate(&self) -> Result<(), Error> {
        check_merged(self.is_merged, &self.reach, &self.capacity)?;
        if let Some(weights) = &self.weights {
            check_weights(weights, &self.travel)?;
        }
        self.reach.validate(&self.travel)?;
        self.rules.validate(self.travel.n_sites())?;
        self.capacity.validate(self.travel.n_demand(), self.travel.n_sites())?;
        if let Some(share) = self.share
            && !(0.0..=1.0).contains(&share)
        {
            return Err(Error::InvalidValue {
                argument: "share",
                value: share.to_string(),
                reason: "a share between 0 and 1 is expected (0.9 for 90 %)".into(),
            });
        }
        check_backup(self.backup, self.travel.n_sites(), &self.capacity)
    }

    /// The objective is the cost of the open sites; points that the set leaves uncovered stay unassigned.
    fn evaluate(&self, open: &[u32]) -> Result<Plan, Error> {
        self.validate()?;
        check_unlimited(&self.capacity)?;
        let sites = open_set(open, self.travel.n_sites())?;
        let counts = covering_sites(&self.travel, &self.reach, &sites);
        let nearest = nearest_open(&self.travel, &self.reach, &sites);
        let covered = |i: usize| counts[i] >= self.backup;
        let assignment =
            nearest.iter().enumerate().map(|(i, near)| near.filter(|_| covered(i)).map(|(j, _)| j)).collect();
        let objective = self.rules.by_site(self.travel.n_sites())?.money(&sites);
        Ok(Plan { sites, assignment, flows: None, objective })
    }
}

impl Rescaled for SetCover {
    fn units(&self, best: Option<f64>) -> Units {
        let weights = weights_of(self);
        let money = self.rules.size_of_costs(self.travel.n_sites()).up_to(best.map(|best| best + self.rules.freed()));
        let (weight, money) = (Size::of(&*weights).power(), money.power());
        Units { weight, money, capacity: self.capacity.power(&weights), objective: money }
    }

    fn in_units(&self, units: &Units) -> Self {
        Self {
            weights: self.weights.as_ref().map(|weights| all_times_power(weights, units.weight)),
            rules: self.rules.in_units(units, self.travel.n_sites()),
            capacity: self.capacity.in_units(units, &weights_of(self)),
            ..self.clone()
        }
    }

    fn with_rules(&self, rules: Rules) -> Self {
        Self { rules, ..self.clone() }
    }

    fn dearest(&self, best: Option<f64>) -> f64 {
        best.map_or(f64::INFINITY, |best| best.max(0.0) * (1.0 + 1e-9) + self.rules.freed())
    }
}
