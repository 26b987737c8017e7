//! Remaining problems that fall apart: clusters of rows and columns that share nothing but the number of sites.
//!
//! ```text
//! min  constant + Σ_c f_c(k_c)   s.t.  Σ_c k_c ≤ q
//! ```
//!
//! where f_c(k) is the least that part c costs with k of its columns open. The dual values of the whole programme bound
//! each f_c from below. A dynamic programme over these bounds names the numbers of sites that count; f_c is searched for
//! them, each as a p-median of its own and for some nodes only, and the programme asked again, until all that it names is
//! known. The tree of the whole would multiply the trees of the parts; this adds them up.

use rayon::prelude::*;

use super::course::Outcome;
use super::master::Dual;
use super::plans::Plans;
use super::reduced::Reduced;
use super::tree::Proven;
use super::{backend, below, bounds_by_size};
use crate::engine::Ended;
use crate::engine::median::Problem;
use crate::error::Error;
use crate::model::Sense;
use crate::solve::{Control, Limit, Phase};

/// The largest part has at most this share of the columns.
const LARGEST: f64 = 0.5;
/// Most places in the table of the dynamic programme: a part and a number of sites each.
const PLACES: usize = 20_000_000;
/// Nodes of the first search for a size, and how many times as many the next has.
const NODES: u64 = 300;
const MORE: u64 = 4;

/// A part and what is known of f.
struct Part {
    /// Its columns stand for columns of the whole.
    problem: Reduced,
    /// What it costs at least with up to so many columns open; infinite where that makes no better plan.
    least: Vec<f64>,
    /// The best plan found with up to so many, and its value.
    plan: Vec<Option<(f64, Vec<u32>)>>,
    /// Whether it is the best there is, and how often it was searched for.
    is_exact: Vec<bool>,
    searched: Vec<u32>,
}

/// A problem that falls apart.
pub(super) struct Parts<'p> {
    whole: &'p Reduced,
    parts: Vec<Part>,
    /// What a site is worth at the edge of the dual's choice.
    price: f64,
    nodes: u64,
}

/// Whether a problem falls apart into parts none of which is most of it, and which are few enough.
pub(super) fn falls_apart(problem: &Reduced) -> bool {
    let (of_column, count) = components(problem);
    let mut sizes = vec![0_usize; count];
    of_column.iter().for_each(|&part| sizes[part] += 1);
    let largest = sizes.into_iter().max().unwrap_or(0);
    let is_small = count.saturating_mul(problem.free + 1) <= PLACES;
    count > 1 && is_small && largest as f64 <= LARGEST * problem.sites.len() as f64
}

/// The part of each column, and how many there are.
fn components(problem: &Reduced) -> (Vec<usize>, usize) {
    let mut parent: Vec<u32> = (0_u32..).take(problem.sites.len()).collect();
    let root = |parent: &mut Vec<u32>, mut at: u32| {
        while parent[at as usize] != at {
            parent[at as usize] = parent[parent[at as usize] as usize];
            at = parent[at as usize];
        }
        at
    };
    for row in 0..problem.n_rows() {
        let columns = &problem.column[problem.row(row)];
        for &column in columns {
            let (one, other) = (root(&mut parent, columns[0]), root(&mut parent, column));
            parent[one.max(other) as usize] = one.min(other);
        }
    }
    let mut number = vec![usize::MAX; parent.len()];
    let mut count = 0;
    let of_column = (0_u32..).take(parent.len()).map(|column| {
        let top = root(&mut parent, column) as usize;
        if number[top] == usize::MAX {
            number[top] = count;
            count += 1;
        }
        number[top]
    });
    (of_column.collect(), count)
}

impl<'p> Parts<'p> {
    /// Takes a problem apart; `dual` bounds it, and only plans that cost less than `target` matter. The columns have
    /// `values` in the relaxation; so many `nodes` were looked at before.
    pub fn of(whole: &'p Reduced, dual: &Dual, values: &[f64], target: f64, nodes: u64, control: &Control) -> Self {
        let (of_column, count) = components(whole);
        let mut share = vec![0.0; count];
        of_column.iter().zip(values).for_each(|(&part, value)| share[part] += value);
        let (worst, best_left) = dual.edge;
        let price = if worst.is_finite() { 0.5 * (worst + best_left) } else { best_left };
        let parts = whole.split(&of_column, count).into_iter().map(|problem| Part::new(problem, dual)).collect();
        let mut parts = Self { whole, parts, price: price.max(0.0), nodes: nodes + 1 };
        let slack = parts.prune(target);
        let price = parts.price;
        parts.parts.par_iter_mut().zip(share).for_each(|(part, share)| part.bend(share, price, slack, control));
        parts
    }

    /// Searches the problem to its end, or to a limit. `known` is a bound that holds anyway.
    pub fn search(mut self, known: f64, plans: &mut Plans, control: &Control) -> Result<Proven, Error> {
        let mut bound = known;
        loop {
            let target = plans.best.target();
            let slack = self.prune(target);
            let cheapest = self.cheapest().filter(|(value, _)| *value < target);
            let done = |bound, ended, nodes| Ok(Proven { bound, ended, nodes });
            let Some((value, sizes)) = cheapest else {
                return done(plans.best.value, Ended::Complete, self.nodes);
            };
            bound = bound.max(value);
            control.bound(Phase::Bound, plans.best.rounded(bound));
            control.nodes(Phase::Bound, self.nodes);
            self.offer(&sizes, plans, control);
            let asked: Vec<(usize, usize)> =
                sizes.into_iter().enumerate().filter(|&(part, size)| !self.parts[part].is_exact[size]).collect();
            if asked.is_empty() {
                return done(value, Ended::Complete, self.nodes);
            }
            let is_met = control.gap_reached() || self.nodes >= plans.most_nodes;
            if let Some(limit) = control.stop().or_else(|| is_met.then_some(Limit::Gap)) {
                return done(bound, Ended::Limit(limit), self.nodes);
            }
            let step = plans.best.step;
            let found: Vec<_> = asked
                .par_iter()
                .map(|&(part, size)| {
                    let part = &self.parts[part];
                    part.search(size, part.room(size, self.price, slack), step, control)
                })
                .collect();
            for ((part, size), found) in asked.into_iter().zip(found) {
                let (limit, outcome) = found?;
                self.nodes += outcome.nodes;
                if let Some(limit) = self.parts[part].learn(size, limit, outcome) {
                    return done(bound, Ended::Limit(control.stop().unwrap_or(limit)), self.nodes);
                }
            }
        }
    }

    /// Leaves out the sizes that no plan better than `target` has; gives how far the relaxation of the number of sites is
    /// from there.
    fn prune(&mut self, target: f64) -> f64 {
        let price = self.price;
        let relaxed: f64 = self.parts.iter().map(|part| part.relaxed(price)).sum();
        let slack = target + 1e-11 * target.abs() - (self.whole.constant + relaxed - price * self.whole.free as f64);
        for part in &mut self.parts {
            let least = part.relaxed(price);
            for (size, value) in part.least.iter_mut().enumerate() {
                if *value + price * size as f64 - least >= slack {
                    *value = f64::INFINITY;
                }
            }
        }
        slack
    }

    /// The least that all parts cost together, and the size of each there. `None` where no sizes are left.
    fn cheapest(&self) -> Option<(f64, Vec<usize>)> {
        let free = self.whole.free;
        let mut value = vec![f64::INFINITY; free + 1];
        value[0] = self.whole.constant;
        let mut chosen = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let mut next = vec![f64::INFINITY; free + 1];
            let mut choice = vec![0_usize; free + 1];
            for (size, least) in part.least.iter().enumerate().filter(|(_, least)| least.is_finite()) {
                for before in 0..(free + 1).saturating_sub(size) {
                    let sum = value[before] + least;
                    if sum < next[before + size] {
                        (next[before + size], choice[before + size]) = (sum, size);
                    }
                }
            }
            value = next;
            chosen.push(choice);
        }
        let (mut at, &least) = value.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
        if least == f64::INFINITY {
            return None;
        }
        let mut sizes = vec![0; self.parts.len()];
        for (size, choice) in sizes.iter_mut().zip(&chosen).rev() {
            *size = choice[at];
            at -= *size;
        }
        Some((least, sizes))
    }

    /// Offers the plan of some sizes, where each part has one for its own.
    fn offer(&self, sizes: &[usize], plans: &mut Plans, control: &Control) {
        let known: Option<Vec<&(f64, Vec<u32>)>> =
            self.parts.iter().zip(sizes).map(|(part, &size)| part.plan[size].as_ref()).collect();
        if let Some(known) = known {
            plans.offer(self.whole, known.into_iter().flat_map(|(_, columns)| columns).copied(), control);
        }
    }
}

impl Part {
    fn new(problem: Reduced, dual: &Dual) -> Self {
        let levels = || problem.origin.iter().map(|&row| dual.level[row as usize]);
        let mut worth: Vec<f64> = problem.sites.iter().map(|&column| dual.worth[column as usize]).collect();
        worth.sort_unstable_by(|a, b| b.total_cmp(a));
        let terms = levels().map(f64::abs).sum::<f64>() + worth.iter().sum::<f64>();
        let mut value = levels().sum::<f64>() - 1e-11 * terms;
        let nearest: f64 = (0..problem.n_rows()).map(|row| problem.least(row)).sum();
        let mut least = vec![if problem.must.contains(&true) { f64::INFINITY } else { value }];
        for worth in worth {
            value -= worth;
            least.push(value.max(nearest * (1.0 - 1e-11)));
        }
        let n = least.len();
        Self { problem, least, plan: vec![None; n], is_exact: vec![false; n], searched: vec![0; n] }
    }

    /// The least with a price for each site.
    fn relaxed(&self, price: f64) -> f64 {
        let priced = self.least.iter().enumerate().map(|(size, least)| least + price * size as f64);
        priced.fold(f64::INFINITY, f64::min)
    }

    /// What a plan may cost here with so many columns open, where the relaxation of their number is so far from the target.
    fn room(&self, size: usize, price: f64, slack: f64) -> f64 {
        slack + self.relaxed(price) - price * size as f64
    }

    /// Lifts the bounds away from the number of sites that the relaxation opens here: one set of multipliers is good for
    /// few numbers. Looks ever farther away, until no better plan can go there.
    fn bend(&mut self, share: f64, price: f64, slack: f64, control: &Control) {
        let most = self.least.len() - 1;
        let middle = (0..most).find(|&size| size as f64 + 0.5 > share).unwrap_or(most);
        self.lift(middle, price, slack, control);
        for up in [false, true] {
            let mut distance = 1;
            loop {
                let size = if up { Some(middle + distance) } else { middle.checked_sub(distance) };
                let Some(size) = size.filter(|&size| size <= most && control.stop().is_none()) else { break };
                self.lift(size, price, slack, control);
                if self.least[size] >= self.room(size, price, slack) {
                    break;
                }
                distance *= 2;
            }
        }
    }

    /// Lifts all bounds by those at multipliers that are good for one number of sites.
    fn lift(&mut self, size: usize, price: f64, slack: f64, control: &Control) {
        let room = self.room(size, price, slack);
        if self.least[size] >= room {
            return;
        }
        let problem = backend::normal_form(&self.problem);
        let bounds = bounds_by_size(&problem, self.problem.level.clone(), size, room, control);
        for (least, bound) in self.least.iter_mut().zip(bounds) {
            *least = least.max(bound);
        }
    }

    /// Looks for the best plan with up to so many columns that costs less than a limit, which comes first.
    fn search(&self, size: usize, room: f64, step: f64, control: &Control) -> Result<(f64, Outcome), Error> {
        let limit = if step > 0.0 { (room / step).ceil() * step } else { room };
        let problem = Problem { p: Some(size), step, ..backend::normal_form(&self.problem) };
        let options = control.options.on_the_way();
        let outcome = below(&problem, limit, self.most_nodes(size), &control.on_the_way(&options, Sense::Minimize))?;
        Ok((limit, outcome))
    }

    /// Nodes of the next search for a size.
    fn most_nodes(&self, size: usize) -> u64 {
        NODES.saturating_mul(MORE.saturating_pow(self.searched[size]))
    }

    /// Notes what a search found; gives the limit that ended it early.
    fn learn(&mut self, size: usize, limit: f64, outcome: Outcome) -> Option<Limit> {
        let Outcome { sites, value, bound, ended, nodes } = outcome;
        let most_nodes = self.most_nodes(size);
        let bound = bound.unwrap_or(f64::NEG_INFINITY);
        self.searched[size] += 1;
        self.least[size] = self.least[size].max(if bound < limit { bound } else { f64::INFINITY });
        if value < limit && self.plan[size].as_ref().is_none_or(|plan| value < plan.0) {
            let columns = sites.iter().filter_map(|&column| self.problem.sites.get(column as usize)).copied();
            self.plan[size] = Some((value, columns.collect()));
        }
        match ended {
            Ended::Limit(Limit::Gap) if nodes >= most_nodes => {}
            // The gap that is asked for is zero.
            Ended::Complete | Ended::Limit(Limit::Gap) if value < limit => self.is_exact[size] = true,
            Ended::Complete | Ended::Limit(Limit::Gap) => self.least[size] = f64::INFINITY,
            Ended::Limit(limit) => return Some(limit),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::ascent::Ascent;
    use super::super::course::{Best, Course};
    use super::super::lists::{Columns, Lists};
    use super::super::master::Master;
    use super::super::measured::Measured;
    use super::super::near::Near;
    use super::super::shake::Search;
    use super::super::state::{Ground, Role};
    use super::*;
    use crate::PMedian;
    use crate::engine::mip::LpEnd;
    use crate::engine::random::Random;
    use crate::model::PointMedian;
    use crate::solve::SolveOptions;

    const CLUSTERS: usize = 4;
    const POINTS: usize = 7;

    /// Small clusters far apart.
    fn clustered(random: &mut Random) -> Vec<[f64; 2]> {
        let clusters = (0..CLUSTERS).flat_map(|cluster| (0..POINTS).map(move |_| cluster as f64 * 1e5));
        clusters.map(|left| [left + random.below(30) as f64, random.below(30) as f64]).collect()
    }

    /// The least that the points cost with so many of them open, by looking at all sets within each cluster.
    fn least(near: &dyn Near, p: usize) -> f64 {
        let of_set = |cluster: usize, set: usize| -> f64 {
            let sites = || (0_u32..).take(POINTS).filter(|j| set >> j & 1 == 1);
            let first = cluster * POINTS;
            let cost = |row: usize| sites().map(|j| near.cost(row, j + first as u32)).fold(f64::INFINITY, f64::min);
            (first..first + POINTS).map(cost).sum()
        };
        let mut best = vec![f64::INFINITY; p + 1];
        best[0] = 0.0;
        for cluster in 0..CLUSTERS {
            let mut next = vec![f64::INFINITY; p + 1];
            for set in 1_usize..1 << POINTS {
                let (size, cost) = (set.count_ones() as usize, of_set(cluster, set));
                for before in 0..(p + 1).saturating_sub(size) {
                    next[before + size] = next[before + size].min(best[before] + cost);
                }
            }
            best = next;
        }
        best[p]
    }

    /// Solves the relaxation of what remains where only a bad plan is known, and then the parts.
    fn solved(model: &PointMedian, p: usize, random: &mut Random) -> Result<(f64, Proven), Error> {
        let options = SolveOptions::default();
        let control = Control::new(&options, Sense::Minimize);
        let course = Course::new(model, &control)?;
        let (near, n) = (course.near.as_ref(), course.near.n_rows());
        let lists = Lists::new(near, &vec![1e4; n], 10_000, &control);
        let mut cut = vec![1e4; n];
        let columns = Columns::of(&lists, n, &mut cut, &control);
        let ground = Ground { near, lists: &lists, columns: &columns, role: &course.role, cut: &cut };
        let is_first = |j: &u32| (*j as usize).is_multiple_of(POINTS);
        let all = || (0_u32..).take(n);
        let open: Vec<u32> = all().filter(is_first).chain(all().filter(|j| !is_first(j))).take(p).collect();
        let value = near.nearest_two(&open).iter().map(|two| two[0].0).sum();
        let mut best = Best { sites: open, value, step: course.step };
        let mut search = Search::new(n);
        let mut plans = Plans::new(ground, p, &mut best, &mut search, random);
        let mut climb = Ascent::new(plans.multipliers(), &course.role, p);
        climb.climb(&lists, f64::INFINITY, 0, 1, &control);
        climb.settle(&lists, f64::INFINITY);
        let slack = plans.best.target() - climb.bound;
        let whole = Reduced::of(&lists, &[Role::Free; CLUSTERS * POINTS], p, &climb.best, slack);
        let whole = whole.ok_or(Error::NothingFound)?;
        assert!(falls_apart(&whole));
        let mut master = Master::new(&whole, Master::first_cuts(&whole), &control)?.ok_or(Error::NothingFound)?;
        assert!(matches!(master.solve(&control)?, LpEnd::Optimal(_)));
        let dual = master.dual(&vec![(0.0, 1.0); whole.sites.len()]);
        let parts = Parts::of(&whole, &dual, master.values(), plans.best.target(), 0, &control);
        let proven = parts.search(dual.bound, &mut plans, &control)?;
        Ok((best.value, proven))
    }

    #[test]
    fn parts_add_up_to_the_best_of_all_sets() -> Result<(), Error> {
        for seed in 0..60 {
            let mut random = Random::of_seed(seed);
            let points = clustered(&mut random);
            let p = CLUSTERS + random.below(12);
            let model = PMedian::from_points(points).p(p);
            let model = if seed % 2 == 0 { model.rounding(crate::Rounding::Floor) } else { model };
            let expected = least(&Measured::new(&model), p);
            let (value, proven) = solved(&model, p, &mut random)?;
            assert!((value - expected).abs() <= 1e-9 * expected, "seed {seed}: {value} where {expected} is best");
            assert!((proven.bound - expected).abs() <= 2e-9 * expected, "seed {seed}: {} {expected}", proven.bound);
            assert_eq!(proven.ended, Ended::Complete);
        }
        Ok(())
    }
}
