//! Costs that stand in rows already, those of a travel matrix: lists grow by reading on.

use super::near::{Entry, Near};
use crate::engine::median::Problem;

/// The rows of a problem in normal form. A site that a row does not list costs more than a whole plan that is known, so
/// that no better plan leaves a row to it.
pub(super) struct Stored<'a> {
    problem: &'a Problem,
    /// The entries of each row, by ascending site.
    by_site: Vec<u32>,
    beyond: f64,
}

impl<'a> Stored<'a> {
    /// Rows of a problem, of which a plan is known that costs `value`.
    pub fn new(problem: &'a Problem, value: f64) -> Self {
        let mut by_site: Vec<u32> = Vec::with_capacity(problem.site.len());
        for row in 0..problem.n_rows() {
            let range = problem.start[row]..problem.start[row + 1];
            let from = by_site.len();
            // Rows have no more entries than there are sites, whose numbers are u32.
            by_site.extend((0_u32..).take(range.len()));
            by_site[from..].sort_unstable_by_key(|&at| problem.site[range.start + at as usize]);
        }
        Self { problem, by_site, beyond: 2.0 * value.max(1.0) }
    }

    fn entries(&self, row: usize) -> (&[u32], &[f64]) {
        let range = self.problem.start[row]..self.problem.start[row + 1];
        (&self.problem.site[range.clone()], &self.problem.cost[range])
    }

    /// The first two that count, then any others that do, at what they cost beyond the row.
    fn two(&self, row: usize, counts: &dyn Fn(u32) -> bool, others: impl Iterator<Item = u32>) -> [Entry; 2] {
        let (sites, costs) = self.entries(row);
        let mut two = [(f64::INFINITY, u32::MAX); 2];
        let listed = sites.iter().zip(costs).filter(|(site, _)| counts(**site)).map(|(&site, &cost)| (cost, site));
        let mut count = 0;
        for entry in listed.take(2) {
            two[count] = entry;
            count += 1;
        }
        let first = two[0].1;
        for site in others.filter(|&site| site != first && counts(site)).take(2 - count) {
            two[count] = (self.beyond, site);
            count += 1;
        }
        two
    }
}

impl Near for Stored<'_> {
    fn n_rows(&self) -> usize {
        self.problem.n_rows()
    }

    fn n_sites(&self) -> usize {
        self.problem.n_sites()
    }

    fn is_exact(&self) -> bool {
        self.beyond * (self.n_rows() as f64) < 9e15
    }

    fn cost(&self, row: usize, site: u32) -> f64 {
        let (sites, costs) = self.entries(row);
        let from = self.problem.start[row];
        let order = &self.by_site[from..from + sites.len()];
        let found = order.binary_search_by_key(&site, |&at| sites[at as usize]);
        found.map_or(self.beyond, |place| costs[order[place] as usize])
    }

    fn radius(&self, _: usize, cost: f64) -> f64 {
        cost
    }

    fn within(&self, row: usize, radius: f64, most: usize) -> (Vec<Entry>, f64) {
        let (sites, costs) = self.entries(row);
        let count = costs.partition_point(|&cost| cost <= radius).min(most);
        let complete = costs.get(count).copied();
        let all = if sites.len() == self.n_sites() { f64::INFINITY } else { self.beyond };
        (costs.iter().copied().zip(sites.iter().copied()).take(count).collect(), complete.unwrap_or(all))
    }

    fn order(&self) -> Vec<u32> {
        (0_u32..).take(self.n_sites()).collect()
    }

    fn nearest_two(&self, open: &[u32]) -> Vec<[Entry; 2]> {
        use rayon::prelude::*;
        let mut is_open = vec![false; self.n_sites()];
        open.iter().for_each(|&j| is_open[j as usize] = true);
        let counts = |site: u32| is_open[site as usize];
        (0..self.n_rows()).into_par_iter().map(|row| self.two(row, &counts, open.iter().copied())).collect()
    }

    fn nearest_two_of(&self, row: usize, counts: &dyn Fn(u32) -> bool) -> [Entry; 2] {
        self.two(row, counts, (0_u32..).take(self.n_sites()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::lists::Lists;
    use super::super::search;
    use super::*;
    use crate::engine::random::Random;
    use crate::model::{Model, PMedian, Sense};
    use crate::solve::{Control, Method, SolveOptions};
    use crate::travel::TravelMatrix;

    /// Thirty demand points, each of which reaches some of twenty sites.
    fn model(seed: u64) -> PMedian {
        let mut random = Random::of_seed(seed);
        let mut pairs = Vec::new();
        for i in 0..30 {
            for j in 0..20 {
                if j == 19 || random.below(3) > 0 {
                    pairs.push((
                        i,
                        j,
                        1.0 + random.below(if seed.is_multiple_of(2) { 30 } else { 3_000 }) as f64 / 4.0,
                    ));
                }
            }
        }
        let weights: Vec<f64> = (0..30).map(|_| random.below(9) as f64).collect();
        let travel = TravelMatrix::from_pairs(30, 20, &pairs).unwrap();
        let model = PMedian::new(travel, weights).p(3 + random.below(4)).forbidden([4, 5]);
        if seed.is_multiple_of(3) { model.required([7]) } else { model }
    }

    #[test]
    fn stored_costs_are_searched_to_the_optimum_of_the_formulation() {
        for seed in 0..60 {
            let model = model(seed);
            let solved = |method| model.solve(&SolveOptions::default().method(method)).unwrap();
            let best = solved(Method::Mip).objective;
            let problem = Problem::of(&model, false).unwrap();
            let options = SolveOptions::default();
            let control = Control::new(&options, Sense::Minimize);
            let start = solved(Method::Heuristic);
            // What is served at first by required sites would be a constant.
            if problem.constant != 0.0 {
                continue;
            }
            let proof = search(&problem, &start.sites, start.objective, &control).unwrap();
            let found = model.evaluate(&proof.sites.unwrap()).unwrap().objective;
            assert!((found - best).abs() < 1e-6 * best, "seed {seed}: {found} where {best} is best");
            let bound = proof.bound.unwrap();
            assert!((bound - best).abs() < 1e-6 * best, "seed {seed}: bound {bound} where {best} is best");
        }
    }

    #[test]
    fn a_row_that_has_no_more_keeps_no_other_from_growing() {
        let pairs: Vec<_> = (0..2).flat_map(|i| (0..4).map(move |j| (i, j, f64::from(1 + j)))).collect();
        let travel = TravelMatrix::from_pairs(2, 5, &[&pairs[..], &[(0, 4, 9.0)]].concat()).unwrap();
        let problem = Problem::of(&PMedian::new(travel, vec![1.0, 1.0]).p(1).forbidden([4]), false).unwrap();
        let stored = Stored::new(&problem, 50.0);
        let options = SolveOptions::default();
        let control = Control::new(&options, Sense::Minimize);
        let mut lists = Lists::new(&stored, &[1.0, 1.0], 1_000, &control);
        for _ in 0..3 {
            lists.reach(&stored, &[(0, 1e9)], &control);
        }
        assert!(lists.has_ended(0) && !lists.is_full());
        assert_eq!((lists.row(0).len(), lists.row(1).len()), (problem.start[1], 1));
        lists.reach(&stored, &[(0, 1e9), (1, 3.5)], &control);
        assert_eq!((lists.row(1).len(), lists.complete[1]), (3, 4.0));
    }

    #[test]
    fn lists_end_where_the_next_site_begins() {
        let travel = TravelMatrix::from_pairs(1, 4, &[(0, 2, 5.0), (0, 0, 3.0), (0, 3, 5.0)]).unwrap();
        let problem = Problem::of(&PMedian::new(travel, vec![2.0]).p(1), false).unwrap();
        let stored = Stored::new(&problem, 50.0);
        assert_eq!(stored.within(0, 6.0, 9), (vec![(6.0, 0)], 10.0));
        assert_eq!(stored.within(0, 10.0, 2), (vec![(6.0, 0), (10.0, 2)], 10.0));
        assert_eq!(stored.within(0, 1e9, 9), (vec![(6.0, 0), (10.0, 2), (10.0, 3)], 100.0));
        assert_eq!([0, 1, 3].map(|site| stored.cost(0, site)), [6.0, 100.0, 10.0]);
        assert_eq!(stored.nearest_two(&[1, 3]), [[(10.0, 3), (100.0, 1)]]);
        assert_eq!(stored.nearest_two_of(0, &|site| site == 1), [(100.0, 1), (f64::INFINITY, u32::MAX)]);
    }
}
