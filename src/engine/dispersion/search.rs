//! The search over the distances.

use super::graph::{Graph, Independent};
use super::instance::Instance;
use crate::engine::heuristic::dispersion::improved;
use crate::engine::{Ended, mip};
use crate::error::Error;
use crate::model::Sense;
use crate::solve::{Control, Limit, Phase};

/// What is known about a distance.
enum Verdict {
    /// This choice of local sites keeps it.
    Kept(Vec<u32>),
    /// No plan keeps it.
    Impossible,
    /// Cheap means did not tell.
    Unknown,
    /// A limit came first.
    Stopped(Limit),
}

/// What the search found.
#[derive(Debug, Clone)]
pub(crate) struct Searched {
    /// The best choice of local sites found on the way; `None` when the start is as good.
    pub chosen: Option<Vec<u32>>,
    /// Its smallest distance, or that of the start.
    pub best: f64,
    /// No plan has a larger smallest distance.
    pub bound: f64,
    /// How the search ended.
    pub ended: Ended,
    /// Branch-and-bound nodes.
    pub nodes: u64,
}

/// Searches for the largest distance, which is `known` or above if a plan is known.
///
/// With `own` means (bounds, reductions, branch and bound) the solver is asked last; without, it is asked at every
/// distance.
pub(crate) fn search(instance: &Instance, known: Option<f64>, own: bool, control: &Control) -> Result<Searched, Error> {
    let options = control.options.on_the_way();
    let mut search = Search { instance, own, control, inner: control.on_the_way(&options, Sense::Maximize), nodes: 0 };
    let most = if own { instance.greatest_distance() } else { instance.among_open };
    let mut best = known.unwrap_or(f64::NEG_INFINITY);
    let mut chosen = None;
    let distances = instance.distances(best, most);
    // Distances from `high` on are impossible; those before `low` are kept by the best plan.
    let (mut low, mut high) = (0, distances.len());
    let bound =
        |high: usize, best: f64| high.checked_sub(1).and_then(|last| distances.get(last)).copied().unwrap_or(best);
    control.bound(Phase::Bound, bound(high, best));
    let mut ended = Ended::Complete;
    let phases: &[bool] = if own { &[false, true] } else { &[true] };
    for &thorough in phases {
        // Where cheap means do not tell, they look below.
        let mut to = high;
        while low < to && ended == Ended::Complete {
            let middle = low + (to - low) / 2;
            match search.test(distances[middle], thorough)? {
                Verdict::Kept(sites) => {
                    best = instance.spread(&sites);
                    low = distances.partition_point(|&value| value <= best);
                    chosen = Some(sites);
                    control.incumbent(Phase::Bound, best);
                }
                Verdict::Impossible => {
                    high = middle;
                    to = middle;
                    if low < high {
                        control.bound(Phase::Bound, bound(high, best));
                    }
                }
                Verdict::Unknown => to = middle,
                Verdict::Stopped(limit) => ended = Ended::Limit(limit),
            }
            if ended == Ended::Complete && low < high && control.gap_reached() {
                ended = Ended::Limit(Limit::Gap);
            }
        }
    }
    let bound = if low < high { bound(high, best) } else { best };
    Ok(Searched { chosen, best, bound, ended, nodes: search.nodes })
}

struct Search<'a> {
    instance: &'a Instance,
    own: bool,
    control: &'a Control<'a>,
    inner: Control<'a>,
    nodes: u64,
}

impl<'a> Search<'a> {
    /// Whether some plan keeps a distance.
    fn test(&mut self, distance: f64, thorough: bool) -> Result<Verdict, Error> {
        if let Some(limit) = self.control.stop() {
            return Ok(Verdict::Stopped(limit));
        }
        let instance = self.instance;
        let mut graph = Graph::of(instance, distance);
        if self.own {
            let only_number = instance.budget.is_none();
            if only_number {
                graph.drop_dominated();
            }
            let counted = graph.only(|site| instance.counted[site as usize]);
            if counted.at_most() < instance.p {
                return Ok(Verdict::Impossible);
            }
            if !thorough {
                return Ok(Verdict::Unknown);
            }
            match counted.independent(instance.p, self.control) {
                Independent::Impossible => return Ok(Verdict::Impossible),
                // Without a budget any so many sites are a plan.
                Independent::Found(sites) if only_number => return Ok(Verdict::Kept(self.improved(sites))),
                _ => {}
            }
        }
        self.ask_solver(&graph)
    }

    fn ask_solver(&mut self, graph: &Graph) -> Result<Verdict, Error> {
        let cliques = graph.cliques();
        let mut refused: Vec<Vec<u32>> = Vec::new();
        loop {
            if let Some(limit) = self.control.stop() {
                return Ok(Verdict::Stopped(limit));
            }
            let asked = mip::dispersion::any_independent(graph, &cliques, self.instance, &refused);
            let found = mip::solve(asked, &self.inner)?;
            self.nodes += found.nodes;
            self.control.nodes(Phase::Solver, self.nodes);
            let Some(values) = found.values else {
                return Ok(match found.ended {
                    Ended::Complete => Verdict::Impossible,
                    Ended::Limit(limit) => Verdict::Stopped(limit),
                });
            };
            let taken: Vec<u32> = (0_u32..).zip(&values).filter(|(_, x)| **x > 0.5).map(|(vertex, _)| vertex).collect();
            let sites: Vec<u32> = taken.iter().map(|&vertex| graph.site[vertex as usize]).collect();
            if self.instance.affords(self.instance.money(&sites)) {
                return Ok(Verdict::Kept(self.improved(sites)));
            }
            // The solver took its tolerance for money: not these sites.
            refused.push(taken);
        }
    }

    /// What interchange makes of a plan.
    fn improved(&self, sites: Vec<u32>) -> Vec<u32> {
        let before = self.instance.spread(&sites);
        match improved(self.instance, &sites, self.control) {
            Some((after, better)) if after > before => better,
            _ => sites,
        }
    }
}
