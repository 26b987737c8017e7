//! Plans of clusters that the relaxation packs: which of them together serve everybody at least cost.
//!
//! Near good prices the knapsacks hold the clusters of good plans, each at a moment of its own. A set covering model
//! chooses among them (the restricted master of column generation; Lorena and Senne 2004): it moves all of a plan at once,
//! where neighbourhoods move a few clusters.

use std::hash::BuildHasher;
use std::time::Duration;

use good_lp::{Constraint, Expression, ProblemVariables, Variable, constraint, variable};
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::NAME;
use super::found::{Found, completed};
use super::part::Part;
use super::relaxation::Relaxation;
use crate::engine::mip::{self, Formulation};
use crate::engine::serve::problem::Serve;
use crate::model::Sense;
use crate::solve::Control;

/// Clusters that a model holds at most, for each demand point.
const MOST: usize = 12;
/// Clusters after which those that were packed until then are forgotten.
const FULL: usize = 1_000_000;
/// Share of the time that is left which a model may take; without a limit, so many nodes of branch and bound.
const SHARE: f64 = 0.2;
const NODES: i32 = 100;
/// What leaving somebody out costs, as a multiple of the price of serving them.
const LEFT_OUT: f64 = 2.0;

/// A site with demand points that it can serve together.
#[derive(Debug, Clone)]
struct Cluster {
    site: u32,
    points: Vec<u32>,
    cost: f64,
}

impl Cluster {
    fn hash(&self) -> u64 {
        FxBuildHasher.hash_one((self.site, &self.points))
    }
}

/// Clusters that were packed at some prices, each once.
#[derive(Debug, Default)]
pub(super) struct Clusters {
    known: FxHashSet<u64>,
    all: Vec<Cluster>,
}

impl Clusters {
    /// Takes in what the open sites of a relaxation hold.
    pub fn collect(&mut self, serve: &Serve, relaxation: &Relaxation<'_>) {
        if self.all.len() > FULL {
            // What was packed early was packed at worse prices.
            *self = Self::default();
        }
        let part = relaxation.part;
        for (site, points) in relaxation.clusters() {
            let points = points.map(|at| part.point[at]).collect();
            self.add(serve, part.site[site], points);
        }
    }

    fn add(&mut self, serve: &Serve, site: u32, mut points: Vec<u32>) {
        points.sort_unstable();
        let cost = |&i: &u32| serve.pair(i as usize, site).map(|pair| pair.cost);
        let Some(cost) = points.iter().map(cost).sum::<Option<f64>>() else { return };
        let cluster = Cluster { site, points, cost: cost + serve.charge[site as usize] };
        if !cluster.points.is_empty() && self.known.insert(cluster.hash()) {
            self.all.push(cluster);
        }
    }

    /// The best plan of the clusters that cost least at some prices of all demand points, those of a known plan included.
    pub fn combine(
        &mut self,
        serve: &Serve,
        whole: &Part,
        price: &[f64],
        best: &Found,
        control: &Control,
    ) -> Option<Found> {
        let mut members = vec![Vec::new(); serve.n_sites()];
        for &i in &whole.point {
            members[best.site[i as usize] as usize].push(i);
        }
        let mut known = FxHashSet::default();
        for (site, points) in (0_u32..).zip(members).filter(|(_, points)| !points.is_empty()) {
            let cluster = Cluster { site, points, cost: 0.0 };
            known.insert(cluster.hash());
            self.add(serve, site, cluster.points);
        }
        let reduced = |cluster: &Cluster| cluster.cost - cluster.points.iter().map(|&i| price[i as usize]).sum::<f64>();
        let own = |cluster: &Cluster| known.contains(&cluster.hash());
        self.all.sort_by(|a, b| own(b).cmp(&own(a)).then(reduced(a).total_cmp(&reduced(b))));
        let most = MOST * whole.n_points();
        self.all.iter().skip(most).for_each(|cluster| {
            self.known.remove(&cluster.hash());
        });
        self.all.truncate(most);
        let entries = self.all.iter().map(|cluster| cluster.points.len() + 2).sum();
        let mut options = control.options.on_the_way();
        let left = control.remaining();
        options.time_limit = left.and_then(|left| until(control.seconds(), left));
        // Nodes are counted, not timed, so that without a limit on time the plan is the same on any machine.
        let nodes = left.is_none().then_some(NODES);
        let control = control.on_the_way(&options, Sense::Minimize);
        // Only HiGHS counts nodes; others might not end.
        let ends = nodes.is_none() || mip::has_live_lp(&control);
        if !ends || !mip::fits(entries, &control) {
            return None;
        }
        match mip::solve_up_to(nodes, self.formulate(serve, whole, (price, &known), entries), &control) {
            Ok(found) => self.plan(serve, whole, &found.values?),
            Err(error) => {
                log::warn!("{NAME}: {error}: the plan that was known stands");
                None
            }
        }
    }

    fn formulate(
        &self,
        serve: &Serve,
        whole: &Part,
        (price, known): (&[f64], &FxHashSet<u64>),
        entries: usize,
    ) -> Formulation<'_> {
        let mut variables = ProblemVariables::new();
        let chosen: Vec<Variable> = self.all.iter().map(|_| variables.add(variable().binary())).collect();
        // Who is left out is taken in afterwards: without that, a solver may find no plan at all.
        let left_out: Vec<Variable> = whole.point.iter().map(|_| variables.add(variable().clamp(0.0, 1.0))).collect();
        let mut objective = Expression::with_capacity(chosen.len() + left_out.len());
        for (&i, &left_out) in whole.point.iter().zip(&left_out) {
            objective.add_mul(LEFT_OUT * price[i as usize].max(0.0), left_out);
        }
        let mut by_point = vec![Vec::new(); serve.n_demand()];
        let mut by_site = vec![Vec::new(); serve.n_sites()];
        let mut places = Expression::default();
        for (cluster, &variable) in self.all.iter().zip(&chosen) {
            objective.add_mul(cluster.cost, variable);
            cluster.points.iter().for_each(|&i| by_point[i as usize].push(variable));
            by_site[cluster.site as usize].push(variable);
            if serve.counted[cluster.site as usize] && !serve.must_open[cluster.site as usize] {
                places.add_mul(1.0, variable);
            }
        }
        let is_known = |cluster: &Cluster| if known.contains(&cluster.hash()) { 1.0 } else { 0.0 };
        let start = self.all.iter().map(is_known).chain(whole.point.iter().map(|_| 0.0)).collect();
        let sum = |variables: Vec<Variable>| variables.into_iter().fold(Expression::default(), |sum, one| sum + one);
        let mut rows: Vec<Constraint> = Vec::with_capacity(whole.n_points() + serve.n_sites() + 1);
        for (&i, left_out) in whole.point.iter().zip(left_out) {
            rows.push(constraint!(sum(std::mem::take(&mut by_point[i as usize])) + left_out >= 1));
        }
        rows.extend(by_site.into_iter().filter(|site| site.len() > 1).map(|site| constraint!(sum(site) <= 1)));
        if let Some(most) = whole.places {
            rows.push(constraint!(places <= most as f64));
        }
        Formulation {
            variables,
            objective,
            constant: 0.0,
            sense: Sense::Minimize,
            rows: Box::new(rows.into_iter()),
            entries,
            start: Some(start),
            step: 0.0,
        }
    }

    /// The plan of the clusters that a solver chose: each demand point goes to the cheapest that holds it.
    fn plan(&self, serve: &Serve, whole: &Part, values: &[f64]) -> Option<Found> {
        let mut open = serve.must_open.clone();
        let mut site: Vec<Option<u32>> = vec![None; serve.n_demand()];
        whole.taken.iter().for_each(|&(i, j)| site[i as usize] = Some(j));
        let cost = |i: u32, j: u32| serve.pair(i as usize, j).map_or(f64::INFINITY, |pair| pair.cost);
        for (cluster, _) in self.all.iter().zip(values).filter(|(_, value)| **value > 0.5) {
            open[cluster.site as usize] = true;
            for &i in &cluster.points {
                let known = &mut site[i as usize];
                if known.is_none_or(|known| cost(i, cluster.site) < cost(i, known)) {
                    *known = Some(cluster.site);
                }
            }
        }
        let counted = (0..open.len()).filter(|&j| open[j] && serve.counted[j]).count();
        let mut idle: Vec<usize> = (0..open.len()).filter(|&j| !open[j] && serve.counted[j]).collect();
        idle.sort_by(|&a, &b| serve.charge[a].total_cmp(&serve.charge[b]));
        let lacking = serve.p.map_or(Some(0), |p| p.checked_sub(counted))?;
        idle.into_iter().take(lacking).for_each(|j| open[j] = true);
        completed(serve, open, site).0
    }
}

/// When a model must end, counted from when the solve began like every limit; from the seconds passed and those left.
fn until(passed: f64, left: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(passed + SHARE * left).ok()
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::engine::random::Random;
    use crate::model::PMedian;
    use crate::solve::{Method, SolveOptions};
    use crate::travel::TravelMatrix;

    #[test]
    fn a_model_has_its_time_however_late_it_begins() {
        let seconds = |passed, left| until(passed, left).unwrap().as_secs();
        assert_eq!((seconds(0.0, 1000.0), seconds(600.0, 400.0), seconds(1000.0, 0.0)), (200, 680, 1000));
    }

    #[test]
    fn of_all_clusters_the_best_plan_is_chosen() {
        for seed in 0..20 {
            let mut random = Random::of_seed(seed);
            let costs = Array2::from_shape_fn((4, 3), |_| 1.0 + random.below(90) as f64);
            let demands: Vec<f64> = (0..4).map(|_| 3.0 + random.below(5) as f64).collect();
            let travel = TravelMatrix::from_dense(costs.view()).unwrap();
            let model = PMedian::new(travel, vec![1.0; 4]).p(2).capacities(vec![14.0; 3]).demands(demands.clone());
            let model = model.single_source(true);
            let options = SolveOptions::default().method(Method::Mip);
            let best = model.solve(&options).unwrap().objective;

            let serve = Serve::of(&model).unwrap();
            let whole = Part::of(&serve).unwrap();
            let mut clusters = Clusters::default();
            for set in 1_u32..1 << 4 {
                let points: Vec<u32> = (0..4).filter(|i| set >> i & 1 == 1).collect();
                if points.iter().map(|&i| demands[i as usize]).sum::<f64>() <= 14.0 {
                    (0..3).for_each(|site| clusters.add(&serve, site, points.clone()));
                }
            }
            let mut room = [14.0; 2];
            let first = |demand: &f64| {
                let site = (0..2).find(|&site| room[site] >= *demand).unwrap();
                room[site] -= demand;
                site as u32
            };
            let site = demands.iter().map(first).collect();
            let poor = Found::of(&serve, vec![true, true, false], site).unwrap();
            let control = Control::new(&options, Sense::Minimize);
            let found = clusters.combine(&serve, &whole, &[100.0; 4], &poor, &control).unwrap();
            assert!((found.cost - best).abs() < 1e-6, "seed {seed}: {} where {best} is best", found.cost);
        }
    }
}
