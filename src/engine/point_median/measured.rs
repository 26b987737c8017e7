//! Distances that are measured when they are asked for: an R-tree over the sites tells which are near a point.

use rstar::primitives::GeomWithData;
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::near::{Entry, Near};
use crate::model::PointMedian;
use crate::travel::{EARTH_RADIUS, Metric, on_sphere};

/// The points with weight and the sites around them. Costs are weighted distances.
pub(super) struct Measured<'a> {
    model: &'a PointMedian,
    tree: Tree,
    /// The points that count, by row.
    points: Vec<[f64; 2]>,
    weights: Vec<f64>,
    n_sites: usize,
}

enum Tree {
    Plane(RTree<GeomWithData<[f64; 2], u32>>),
    Sphere(RTree<GeomWithData<[f64; 3], u32>>),
}

impl<'a> Measured<'a> {
    /// Builds the tree. Points of weight zero have no row: their service costs nothing.
    pub fn new(model: &'a PointMedian) -> Self {
        let sites = model.candidates();
        let tree = match model.measure().0 {
            Metric::Haversine => Tree::Sphere(RTree::bulk_load(entries(sites, on_sphere))),
            Metric::Euclidean | Metric::Manhattan => Tree::Plane(RTree::bulk_load(entries(sites, |at| at))),
        };
        let counted = |i: &usize| model.weight(*i) > 0.0;
        let rows: Vec<usize> = (0..model.points().len()).filter(counted).collect();
        Self {
            model,
            tree,
            points: rows.iter().map(|&i| model.points()[i]).collect(),
            weights: rows.iter().map(|&i| model.weight(i)).collect(),
            n_sites: sites.len(),
        }
    }

    fn extent(&self) -> f64 {
        if self.model.measure().0 == Metric::Haversine {
            return std::f64::consts::PI * EARTH_RADIUS;
        }
        let places = || self.points.iter().chain(self.model.candidates());
        let along = |axis: usize| {
            let most = places().map(|at| at[axis]).fold(f64::NEG_INFINITY, f64::max);
            most - places().map(|at| at[axis]).fold(f64::INFINITY, f64::min)
        };
        along(0) + along(1) + 1.0
    }

    /// So many sites nearest to a row by the straight line, and a radius within which there is no other.
    fn nearest(&self, row: usize, count: usize) -> (Vec<u32>, f64) {
        let at = self.points[row];
        let take = |order: &mut dyn Iterator<Item = (u32, f64)>| {
            let sites: Vec<u32> = (&mut *order).take(count).map(|(site, _)| site).collect();
            // Somewhat less than the way to the next, for what rounding in the tree could lose.
            let reach = order.next().map_or(f64::INFINITY, |(_, squared)| {
                let reach = squared.sqrt() * (1.0 - 1e-9) - f64::MIN_POSITIVE.sqrt();
                if squared.is_finite() { reach.max(0.0) } else { 0.0 }
            });
            (sites, reach)
        };
        match &self.tree {
            Tree::Plane(tree) => {
                take(&mut tree.nearest_neighbor_iter_with_distance_2(at).map(|(entry, squared)| (entry.data, squared)))
            }
            Tree::Sphere(tree) => {
                let near = tree.nearest_neighbor_iter_with_distance_2(on_sphere(at));
                let (sites, chord) = take(&mut near.map(|(entry, squared)| (entry.data, squared)));
                let arc = if chord < 2.0 { 2.0 * (chord / 2.0).asin() } else { std::f64::consts::PI };
                (sites, arc * EARTH_RADIUS)
            }
        }
    }

    fn two_of(&self, tree: &Tree, row: usize, counts: &dyn Fn(u32) -> bool) -> [Entry; 2] {
        let at = self.points[row];
        let take = |order: &mut dyn Iterator<Item = (u32, f64)>| {
            let mut two = [(f64::INFINITY, u32::MAX); 2];
            // The tree goes by the straight line, which is never longer than a Manhattan distance: it may end once two
            // sites cost no more than the straight line to the next.
            let mut beyond = f64::INFINITY;
            for (site, squared) in order.filter(|(site, _)| counts(*site)) {
                if squared > beyond {
                    break;
                }
                let entry = (self.cost(row, site), site);
                if entry.0 < two[0].0 {
                    two = [entry, two[0]];
                } else if entry.0 < two[1].0 {
                    two[1] = entry;
                }
                if two[1].1 != u32::MAX {
                    let reach = match self.model.measure().0 {
                        Metric::Manhattan => self.radius(row, two[1].0),
                        Metric::Euclidean | Metric::Haversine => squared.sqrt(),
                    };
                    beyond = beyond.min((reach * (1.0 + 1e-9) + f64::MIN_POSITIVE.sqrt()).powi(2));
                }
            }
            two
        };
        match tree {
            Tree::Plane(tree) => {
                take(&mut tree.nearest_neighbor_iter_with_distance_2(at).map(|(entry, squared)| (entry.data, squared)))
            }
            Tree::Sphere(tree) => {
                let near = tree.nearest_neighbor_iter_with_distance_2(on_sphere(at));
                take(&mut near.map(|(entry, squared)| (entry.data, squared)))
            }
        }
    }
}

impl Near for Measured<'_> {
    fn n_rows(&self) -> usize {
        self.points.len()
    }

    fn n_sites(&self) -> usize {
        self.n_sites
    }

    /// Whether sums of whole costs are exact: the dearest plan there can be is a number of few enough digits.
    fn is_exact(&self) -> bool {
        let most = self.weights.iter().sum::<f64>() * self.extent();
        most < 9e15
    }

    /// What it costs to serve a row from a site.
    fn cost(&self, row: usize, site: u32) -> f64 {
        self.weights[row] * self.model.distance(self.points[row], self.model.candidates()[site as usize])
    }

    /// The radius that a cost of a row stands for, with room for what rounding of distances takes away.
    fn radius(&self, row: usize, cost: f64) -> f64 {
        cost / self.weights[row] + if self.model.measure().1.is_some() { 1.0 } else { 0.0 }
    }

    /// The sites within a radius of a row, by ascending cost, and a cost that no other site falls short of. Where there are
    /// more than `most`, those nearest.
    ///
    /// Rounding keeps the order of distances, so a site beyond the radius costs at least what the radius itself would.
    fn within(&self, row: usize, radius: f64, most: usize) -> (Vec<Entry>, f64) {
        let at = self.points[row];
        let to = |site: u32| self.model.candidates()[site as usize];
        let metric = self.model.measure().0;
        let mut sites = Vec::new();
        // A few too many are sorted out by cost; of very many only the nearest are ever asked for.
        let bearable = most.saturating_mul(4).saturating_add(64);
        let mut add = |site: u32| {
            if metric.distance(at, to(site)) <= radius {
                sites.push(site);
            }
            sites.len() <= bearable
        };
        let is_whole = match &self.tree {
            Tree::Plane(tree) => circle(tree, at, radius, &mut add),
            Tree::Sphere(tree) => {
                let arc = (radius / EARTH_RADIUS).min(std::f64::consts::PI);
                circle(tree, on_sphere(at), 2.0 * (arc / 2.0).sin(), &mut add)
            }
        };
        let radius = if is_whole {
            radius
        } else {
            let (nearest, reach) = self.nearest(row, most);
            sites = nearest.into_iter().filter(|&site| metric.distance(at, to(site)) <= reach).collect();
            reach
        };
        let mut found: Vec<Entry> = sites.into_iter().map(|site| (self.cost(row, site), site)).collect();
        found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut complete = if found.len() == self.n_sites {
            f64::INFINITY
        } else {
            self.weights[row] * self.model.measure().1.map_or(radius, |rounding| rounding.apply(radius))
        };
        if let Some(left_out) = found.get(most) {
            complete = complete.min(left_out.0);
            found.truncate(most);
        }
        (found, complete)
    }

    /// The sites in an order in which neighbours stand together.
    fn order(&self) -> Vec<u32> {
        match &self.tree {
            Tree::Plane(tree) => tree.iter().map(|entry| entry.data).collect(),
            Tree::Sphere(tree) => tree.iter().map(|entry| entry.data).collect(),
        }
    }

    /// The two nearest of some sites for each row: sites and costs; infinite where there is no second.
    fn nearest_two(&self, open: &[u32]) -> Vec<[Entry; 2]> {
        use rayon::prelude::*;
        let places: Vec<[f64; 2]> = open.iter().map(|&j| self.model.candidates()[j as usize]).collect();
        let tree = Tree::of(&places, open, self.model.measure().0);
        (0..self.n_rows()).into_par_iter().map(|row| self.two_of(&tree, row, &|_| true)).collect()
    }

    /// The two nearest sites of a row among those that count: quick where many do.
    fn nearest_two_of(&self, row: usize, counts: &dyn Fn(u32) -> bool) -> [Entry; 2] {
        self.two_of(&self.tree, row, counts)
    }
}

impl Tree {
    fn of(places: &[[f64; 2]], names: &[u32], metric: Metric) -> Self {
        let named = || names.iter().zip(places);
        match metric {
            Metric::Haversine => {
                let entries = named().map(|(&j, &at)| GeomWithData::new(on_sphere(at), j)).collect();
                Self::Sphere(RTree::bulk_load(entries))
            }
            Metric::Euclidean | Metric::Manhattan => {
                Self::Plane(RTree::bulk_load(named().map(|(&j, &at)| GeomWithData::new(at, j)).collect()))
            }
        }
    }
}

fn entries<P: rstar::Point>(sites: &[[f64; 2]], place: impl Fn([f64; 2]) -> P) -> Vec<GeomWithData<P, u32>> {
    (0_u32..).zip(sites).map(|(j, &at)| GeomWithData::new(place(at), j)).collect()
}

/// Candidates within a radius, and a little more than rounding in the tree could lose, until `add` refuses one. Whether it
/// took all.
fn circle<P>(tree: &RTree<GeomWithData<P, u32>>, at: P, radius: f64, add: &mut impl FnMut(u32) -> bool) -> bool
where
    P: rstar::Point<Scalar = f64>,
    GeomWithData<P, u32>: PointDistance + RTreeObject<Envelope = AABB<P>>,
{
    let wider = radius * (1.0 + 1e-9) + f64::MIN_POSITIVE.sqrt();
    tree.locate_within_distance(at, wider * wider).all(|entry| add(entry.data))
}
