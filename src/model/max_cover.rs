//! Maximal covering: reach as much demand as possible with what can be opened.
//!
//! The maximal covering location problem (MCLP) of Church and ReVelle (1974), "The maximal covering location problem",
//! Papers of the Regional Science Association 32:
//!
//! ```text
//! max  Σ_i w_i z_i
//! s.t. z_i ≤ Σ_{j ∈ N_i(r_i)} y_j        a point is covered by an open site in reach
//!      Σ_j y_j = p   and/or   Σ_j f_j y_j ≤ B
//!      y_j ∈ {0, 1},  0 ≤ z_i ≤ 1        z is integral on its own once y is
//! ```
//!
//! *Backup coverage* (Hogan and ReVelle 1986) counts a point when at least k open sites reach it:
//! k z_i ≤ Σ_{j ∈ N_i} y_j with z_i integral.
//!
//! *Capacities* (Current and Storbeck 1988) let site j serve at most κ_j: max Σ_ij w_i x_ij with Σ_j x_ij ≤ 1,
//! x_ij ≤ y_j, Σ_i d_i x_ij ≤ κ_j y_j; x_ij ∈ {0, 1} when demand points must not split. With closest assignment,
//! x_ij ≤ 1 − y_k for every site k nearer to i than j: residents walk to the nearest open site, or are not served.

use std::sync::Arc;

use super::merged::check_merged;
use super::plan::{check_unlimited, nearest_open, open_set};
use super::units::{Rescaled, Size, Units, rescaled_fields};
use super::{
    Capacity, Model, Plan, Reach, Rules, Sense, capacity_setters, check_p_or_budget, check_weights, reach_setters,
    rule_setters,
};
use crate::error::{Error, only};
use crate::travel::{PointCells, TravelMatrix};

/// Covers as much weight as possible with `p` sites, or within a budget.
///
/// # Example
///
/// ```
/// use siting::{MaxCover, Metric, SolveOptions, TravelMatrix};
///
/// let homes = [[0.0, 0.0], [90.0, 0.0], [500.0, 0.0]];
/// let rooms = [[50.0, 0.0], [480.0, 0.0]];
/// let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Euclidean, Some(100.0))?;
/// let solution = MaxCover::new(travel, [10.0, 20.0, 25.0]).p(1).solve(&SolveOptions::default())?;
///
/// assert_eq!(solution.sites, vec![0]); // two homes with 30 people beat one with 25
/// assert_eq!(solution.objective, 30.0);
/// assert!(solution.is_optimal());
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MaxCover {
    travel: Arc<TravelMatrix>,
    weights: Vec<f64>,
    rules: Rules,
    reach: Reach,
    backup: usize,
    capacity: Capacity,
    /// Demand points are cells of merged points: distances are not known.
    is_merged: bool,
}

impl MaxCover {
    /// A model over a travel matrix with one weight (people) per demand point. Give `p` or a `budget` as well.
    #[must_use]
    pub fn new(travel: impl Into<Arc<TravelMatrix>>, weights: impl Into<Vec<f64>>) -> Self {
        Self {
            travel: travel.into(),
            weights: weights.into(),
            rules: Rules::default(),
            reach: Reach::All,
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
    /// use siting::{MaxCover, SolveOptions};
    ///
    /// let homes = [[0.0, 0.0], [10.0, 0.0], [90.0, 0.0], [500.0, 0.0]];
    /// let rooms = [[50.0, 0.0], [480.0, 0.0]];
    /// let model = MaxCover::from_points(&homes, Some(&[4.0, 6.0, 20.0, 25.0]), &rooms, 100.0)?.p(1);
    /// let solution = model.solve(&SolveOptions::default())?;
    ///
    /// assert_eq!((solution.sites, solution.objective), (vec![0], 30.0));
    /// assert_eq!(solution.assignment.len(), 2); // two cells: of room 0, of room 1
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
    /// The demand points of the model are the cells: weights, coverage, objective and bound are those of the points
    /// themselves, and an assignment tells of each cell one open site in its reach. Which of several sites in reach is
    /// nearest is not known, so mean and largest cost are `None`, and neither another radius nor capacities can be set.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] where no point was added.
    ///
    /// # Example
    ///
    /// ```
    /// use siting::{MaxCover, PointCells, SolveOptions};
    ///
    /// let mut cells = PointCells::new(&[[50.0, 0.0], [480.0, 0.0]], 100.0)?;
    /// for x in 0..1_000 {
    ///     cells.add(&[[f64::from(x), 0.0], [f64::from(x), 5.0]], None)?; // as many chunks as there are
    /// }
    /// let solution = MaxCover::from_cells(cells)?.p(1).solve(&SolveOptions::default())?;
    /// assert_eq!((solution.sites, solution.covered_weight), (vec![1], 400.0));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn from_cells(cells: PointCells) -> Result<Self, Error> {
        let (travel, weights) = cells.finish()?;
        Ok(Self { is_merged: true, ..Self::new(travel, weights) })
    }

    /// The same model, its demand points being cells of merged points, as [`PointCells::finish`] gave them: costs are no
    /// distances.
    #[must_use]
    pub fn merged(mut self) -> Self {
        self.is_merged = true;
        self
    }

    rule_setters!(p, budget, site_costs, required, forbidden, existing, closing_costs);
    reach_setters!();
    capacity_setters!(capacities, demands, single_source, assignment);

    /// Counts a demand point only when at least `k` open sites reach it (default 1).
    ///
    /// ```
    /// use siting::{MaxCover, SolveOptions, TravelMatrix};
    /// let travel = TravelMatrix::from_pairs(2, 2, &[(0, 0, 1.0), (0, 1, 1.0), (1, 1, 1.0)])?;
    /// let solution = MaxCover::new(travel, [30.0, 10.0]).p(2).backup(2).solve(&SolveOptions::default())?;
    /// assert_eq!(solution.covered_weight, 30.0); // the second point has one site in reach
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn backup(mut self, k: usize) -> Self {
        self.backup = k;
        self
    }

    /// How many open sites must reach a demand point for it to count.
    #[must_use]
    pub fn backup_count(&self) -> usize {
        self.backup
    }
}

impl Model for MaxCover {
    const NAME: &'static str = "max-cover";
    const SENSE: Sense = Sense::Maximize;

    fn travel(&self) -> &TravelMatrix {
        &self.travel
    }

    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn weights(&self) -> Option<&[f64]> {
        Some(&self.weights)
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
        check_weights(&self.weights, &self.travel)?;
        self.reach.validate(&self.travel)?;
        check_p_or_budget(&self.rules)?;
        self.rules.validate(self.travel.n_sites())?;
        self.capacity.validate(self.travel.n_demand(), self.travel.n_sites())?;
        check_backup(self.backup, self.travel.n_sites(), &self.capacity)
    }

    fn evaluate(&self, open: &[u32]) -> Result<Plan, Error> {
        self.validate()?;
        check_unlimited(&self.capacity)?;
        let sites = open_set(open, self.travel.n_sites())?;
        let counts = covering_sites(&self.travel, &self.reach, &sites);
        let nearest = nearest_open(&self.travel, &self.reach, &sites);
        let mut objective = 0.0;
        let mut assignment = vec![None; nearest.len()];
        for (i, near) in nearest.iter().enumerate() {
            if counts[i] >= self.backup {
                objective += self.weights[i];
                assignment[i] = near.map(|(j, _)| j);
            }
        }
        Ok(Plan { sites, assignment, flows: None, objective })
    }
}

/// For each demand point the number of open sites that reach it.
pub(crate) fn covering_sites(travel: &TravelMatrix, reach: &Reach, open: &[u32]) -> Vec<usize> {
    let mut is_open = vec![false; travel.n_sites()];
    for &j in open {
        is_open[j as usize] = true;
    }
    (0..travel.n_demand()).map(|i| reach.sites(travel, i).filter(|entry| is_open[entry.0 as usize]).count()).collect()
}

/// Refuses a backup of zero sites, of more than there are, and backup together with capacities.
pub(crate) fn check_backup(backup: usize, n_sites: usize, capacity: &Capacity) -> Result<(), Error> {
    if backup == 0 {
        return Err(Error::InvalidValue {
            argument: "backup",
            value: "0".into(),
            reason: "at least 1 open site must reach a covered demand point".into(),
        });
    }
    if backup > n_sites.max(1) {
        let reason = format!("{}: no demand point would ever count", only(n_sites, "sites"));
        return Err(Error::InvalidValue { argument: "backup", value: backup.to_string(), reason });
    }
    if backup > 1 && !capacity.is_unlimited() {
        return Err(Error::Conflict {
            argument: "backup",
            other: "capacities",
            reason: "a demand point is served once; ask for backup without capacities, or for capacities with backup 1"
                .into(),
        });
    }
    Ok(())
}

impl Rescaled for MaxCover {
    fn units(&self, _best: Option<f64>) -> Units {
        let weight = Size::of(&self.weights).power();
        let money = self.rules.power_of_money(self.travel.n_sites());
        Units { weight, money, capacity: self.capacity.power(&self.weights), objective: weight }
    }

    rescaled_fields!();
}
