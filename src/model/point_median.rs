//! The p-median over points, without a travel matrix: distances are measured when they are asked for.
//!
//! Mathematics and rules are those of [`PMedian`]; see there. With n points and m sites a matrix would hold n·m costs;
//! here only the sites near each point are ever looked at, so 100,000 points that are sites themselves fit a laptop.

use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::plan::open_set;
use super::{Plan, Rules, rule_setters};
use crate::error::{Error, check_length, check_non_negative};
use crate::travel::{Ids, Metric, Rounding, check_points};
use crate::{PMedian, TravelMatrix};

/// Minimises the weighted distance of points to `p` sites, over points instead of a travel matrix.
///
/// Made by [`PMedian::from_points`]. The points are the sites too unless [`sites`](Self::sites) are given, weights are 1
/// unless [`weights`](Self::weights) are, and distances are Euclidean unless a [`metric`](Self::metric) is.
///
/// # Example
///
/// ```
/// use siting::{PMedian, SolveOptions};
///
/// let homes = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [10.0, 0.0], [11.0, 0.0]];
/// let solution = PMedian::from_points(homes).p(2).solve(&SolveOptions::default())?;
///
/// assert!(solution.is_optimal());
/// assert_eq!(solution.objective, 3.0);
/// assert_eq!(solution.sites[0], 1);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PointMedian {
    points: Vec<[f64; 2]>,
    sites: Option<Vec<[f64; 2]>>,
    weights: Option<Vec<f64>>,
    metric: Metric,
    rounding: Option<Rounding>,
    rules: Rules,
    names: Option<(Ids, Ids)>,
}

impl PMedian {
    /// A p-median over points, which measures distances when it needs them and stores no travel matrix.
    ///
    /// Points are (x, y) in one planar unit, or (longitude, latitude) in degrees for [`Metric::Haversine`].
    ///
    /// ```
    /// use siting::{PMedian, Rounding, SolveOptions};
    /// let model = PMedian::from_points([[0.0, 0.0], [3.0, 1.0]]).sites([[0.0, 1.0], [9.0, 9.0]]).weights([1.0, 2.0]);
    /// let solution = model.p(1).rounding(Rounding::Floor).solve(&SolveOptions::default())?;
    /// assert_eq!((solution.sites, solution.objective), (vec![0], 7.0)); // 1 + 2 · 3
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn from_points(points: impl Into<Vec<[f64; 2]>>) -> PointMedian {
        PointMedian {
            points: points.into(),
            sites: None,
            weights: None,
            metric: Metric::Euclidean,
            rounding: None,
            rules: Rules::default(),
            names: None,
        }
    }
}

impl PointMedian {
    /// The candidate sites; the points themselves when not given.
    #[must_use]
    pub fn sites(mut self, sites: impl Into<Vec<[f64; 2]>>) -> Self {
        self.sites = Some(sites.into());
        self
    }

    /// The weight (people) of each point; 1 each when not given.
    #[must_use]
    pub fn weights(mut self, weights: impl Into<Vec<f64>>) -> Self {
        self.weights = Some(weights.into());
        self
    }

    /// How distances are measured.
    #[must_use]
    pub fn metric(mut self, metric: Metric) -> Self {
        self.metric = metric;
        self
    }

    /// Rounds each distance to a whole number before it is weighted, as the instances of TSPLIB do.
    #[must_use]
    pub fn rounding(mut self, rounding: Rounding) -> Self {
        self.rounding = Some(rounding);
        self
    }

    /// Gives names to the points and sites; without them they are called 0, 1, 2, ...
    #[must_use]
    pub fn with_ids(mut self, points: Ids, sites: Ids) -> Self {
        self.names = Some((points, sites));
        self
    }

    rule_setters!(p, required, forbidden, existing);

    /// The points.
    #[must_use]
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }

    /// The candidate sites: the points themselves unless others were given.
    #[must_use]
    pub fn candidates(&self) -> &[[f64; 2]] {
        self.sites.as_deref().unwrap_or(&self.points)
    }

    /// The rules on sites.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// How distances are measured.
    #[must_use]
    pub fn measure(&self) -> (Metric, Option<Rounding>) {
        (self.metric, self.rounding)
    }

    /// Names of the points and of the sites.
    #[must_use]
    pub fn ids(&self) -> (Ids, Ids) {
        let numbers = || (Ids::range(self.points.len()), Ids::range(self.candidates().len()));
        self.names.clone().unwrap_or_else(numbers)
    }

    /// The cost of serving a point from a site, without its weight; `None` where there is no such point or site.
    #[must_use]
    pub fn cost(&self, point: usize, site: usize) -> Option<f64> {
        Some(self.distance(*self.points.get(point)?, *self.candidates().get(site)?))
    }

    /// The weight of a point.
    pub(crate) fn weight(&self, i: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights.get(i).copied().unwrap_or(0.0))
    }

    /// The distance between two places, rounded as the model says.
    pub(crate) fn distance(&self, from: [f64; 2], to: [f64; 2]) -> f64 {
        let distance = self.metric.distance(from, to);
        self.rounding.map_or(distance, |rounding| rounding.apply(distance))
    }

    /// Whether every objective is a whole number.
    pub(crate) fn is_whole(&self) -> bool {
        self.rounding.is_some() && self.weights.iter().flatten().all(|weight| weight.fract() == 0.0)
    }

    /// Checks all data of the model.
    ///
    /// # Errors
    ///
    /// An [`Error`] with [`Error::is_input`] that names the argument, the index and the value.
    pub fn validate(&self) -> Result<(), Error> {
        check_points("points", &self.points, self.metric)?;
        if let Some(sites) = &self.sites {
            check_points("sites", sites, self.metric)?;
        }
        for (argument, places) in [("points", self.points.as_slice()), ("sites", self.candidates())] {
            if places.is_empty() {
                return Err(Error::Empty { argument, reason: "a p-median needs at least one point and one site" });
            }
            if u32::try_from(places.len()).is_err() || places.len() >= u32::MAX as usize {
                return Err(Error::InvalidValue {
                    argument,
                    value: places.len().to_string(),
                    reason: "at most 4,294,967,294 are supported".into(),
                });
            }
        }
        if let Some(weights) = &self.weights {
            check_length("weights", weights.len(), self.points.len(), "one per point")?;
            check_non_negative("weights", weights)?;
        }
        if let Some((points, sites)) = &self.names {
            check_length("point ids", points.len(), self.points.len(), "one per point")?;
            check_length("site ids", sites.len(), self.candidates().len(), "one per site")?;
        }
        if self.rules.p.is_none() {
            return Err(Error::Missing { argument: "p", reason: "give p, the number of sites to open" });
        }
        self.rules.validate(self.candidates().len())?;
        self.check_size()
    }

    /// Refuses weights and distances whose products add up to more than a number can hold exactly enough.
    fn check_size(&self) -> Result<(), Error> {
        let extent = |axis: usize| {
            let values = || self.points.iter().chain(self.candidates()).map(|place| place[axis]);
            values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min)
        };
        let farthest = match self.metric {
            Metric::Haversine => 2.1e7,
            Metric::Euclidean | Metric::Manhattan => extent(0) + extent(1) + 1.0,
        };
        let (mut sum, mut most) = (0.0, (0, 0.0));
        for i in 0..self.points.len() {
            let weight = self.weight(i);
            sum += weight;
            if weight > most.1 {
                most = (i, weight);
            }
        }
        if (16.0 * sum * farthest).is_finite() {
            return Ok(());
        }
        let reason = "weights times distances add up to more than a number can hold; use larger units";
        Err(Error::OutOfRange { argument: "weights", index: most.0, value: most.1, reason })
    }

    /// What a set of open sites is worth, each point being served by its nearest open site.
    ///
    /// `open` holds the indices of all open sites, existing ones included, in any order. The rules on sites are not asked.
    ///
    /// # Errors
    ///
    /// Those of [`PointMedian::validate`]; [`Error::IndexOutOfBounds`], [`Error::Duplicate`]; [`Error::Empty`] for no site.
    ///
    /// ```
    /// use siting::PMedian;
    /// let plan = PMedian::from_points([[0.0, 0.0], [2.0, 0.0], [5.0, 0.0]]).p(2).evaluate(&[2, 0])?;
    /// assert_eq!((plan.objective, plan.assignment), (2.0, vec![Some(0), Some(0), Some(2)]));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn evaluate(&self, open: &[u32]) -> Result<Plan, Error> {
        self.validate()?;
        let sites = open_set(open, self.candidates().len())?;
        if sites.is_empty() {
            return Err(Error::Empty { argument: "open", reason: "every point must be served by an open site" });
        }
        let nearest = self.nearest_of(&sites);
        let objective = (0..).zip(&nearest).map(|(i, &(_, distance))| self.weight(i) * distance).sum();
        Ok(Plan { assignment: nearest.iter().map(|&(j, _)| Some(j)).collect(), sites, flows: None, objective })
    }

    /// For each point its nearest site of a set that is not empty, of equally near ones the first, with the distance.
    fn nearest_of(&self, open: &[u32]) -> Vec<(u32, f64)> {
        use rayon::prelude::*;
        let places = self.candidates();
        match self.metric {
            Metric::Haversine => {
                let tree = RTree::bulk_load(entries(open, |j| crate::travel::on_sphere(places[j as usize])));
                let near = |at: [f64; 2]| self.nearest_in(&tree, crate::travel::on_sphere(at), at);
                self.points.par_iter().map(|&at| near(at)).collect()
            }
            Metric::Euclidean | Metric::Manhattan => {
                let tree = RTree::bulk_load(entries(open, |j| places[j as usize]));
                self.points.par_iter().map(|&at| self.nearest_in(&tree, at, at)).collect()
            }
        }
    }

    fn nearest_in<P>(&self, tree: &RTree<GeomWithData<P, u32>>, place: P, at: [f64; 2]) -> (u32, f64)
    where
        P: rstar::Point<Scalar = f64>,
        GeomWithData<P, u32>: rstar::PointDistance + rstar::RTreeObject<Envelope = rstar::AABB<P>>,
    {
        let places = self.candidates();
        let mut best = (u32::MAX, f64::INFINITY);
        let mut beyond = f64::INFINITY;
        for (entry, squared) in tree.nearest_neighbor_iter_with_distance_2(place) {
            // Everything within the reach of the best is looked at, and a little more than rounding can move.
            if squared > beyond {
                break;
            }
            let distance = self.distance(at, places[entry.data as usize]);
            if distance < best.1 || distance == best.1 && entry.data < best.0 {
                best = (entry.data, distance);
                let reach = match self.metric {
                    Metric::Haversine => squared.sqrt(),
                    Metric::Euclidean | Metric::Manhattan => self.metric.distance(at, places[entry.data as usize]),
                };
                beyond = beyond.min((reach * (1.0 + 1e-9) + f64::MIN_POSITIVE.sqrt()).powi(2));
            }
        }
        best
    }

    /// The same model over a travel matrix that holds every pair; `None` when `is_over` said so on the way.
    pub(crate) fn with_matrix(&self, is_over: impl Fn() -> bool + Sync) -> Result<Option<PMedian>, Error> {
        use rayon::prelude::*;
        let shape = (self.points.len(), self.candidates().len());
        let mut costs = ndarray::Array2::<f64>::zeros(shape);
        let rows: Vec<_> = costs.outer_iter_mut().zip(&self.points).collect();
        let filled = rows.into_par_iter().try_for_each(|(mut row, &at)| {
            row.iter_mut().zip(self.candidates()).for_each(|(cost, &to)| *cost = self.distance(at, to));
            (!is_over()).then_some(())
        });
        if filled.is_none() {
            return Ok(None);
        }
        let weights: Vec<f64> = (0..self.points.len()).map(|i| self.weight(i)).collect();
        let model = PMedian::new(TravelMatrix::from_dense(costs.view())?, weights);
        let Rules { p, required, forbidden, existing, .. } = self.rules.clone();
        let model = model.required(required).forbidden(forbidden).existing(existing);
        Ok(Some(p.into_iter().fold(model, PMedian::p)))
    }
}

fn entries<P>(open: &[u32], place: impl Fn(u32) -> P) -> Vec<GeomWithData<P, u32>>
where
    P: rstar::Point,
{
    open.iter().map(|&j| GeomWithData::new(place(j), j)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    #[test]
    fn the_matrix_holds_every_pair_unless_it_is_stopped() -> Result<(), Error> {
        let model = PMedian::from_points([[0.0, 0.0], [3.0, 4.0]]).p(1);
        let matrix = model.with_matrix(|| false)?;
        assert_eq!(matrix.and_then(|matrix| matrix.travel().cost(1, 0)), Some(5.0));
        assert!(model.with_matrix(|| true)?.is_none());
        Ok(())
    }
}
