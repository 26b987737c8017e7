//! Maximal covering by simulated annealing over exchanges of sites (Kirkpatrick, Gelatt and Vecchi 1983).
//!
//! What a closed site would gain and what an open one would lose is kept up to date, as are the cells that one open site
//! alone covers; so an exchange is valued in the cells of one site, and only accepted ones cost more. For problems where
//! one open site covers a cell, and either the number of sites is bounded or the money.

use rayon::prelude::*;

use super::cover::value;
use crate::engine::random::Random;
use crate::engine::reduce::Cells;
use crate::solve::Control;

/// Chains with random numbers of their own; the best one counts, whatever the number of threads.
const CHAINS: u64 = 2;
/// Most work of a chain, in looked-at cells: some seconds.
const WORK: usize = 500_000_000;
/// Most work of a chain that looks for more where a proof is far: some tens of seconds.
const LONG: usize = 2_500_000_000;
/// Work of a step that draws two open sites, which changes nothing: numbers are drawn all the same.
const IDLE: usize = 16;
/// Work of a search that no proof follows, at least, for each entry: some tenths of a second for ten thousand.
const LEAST: usize = 2_000;
/// Temperatures at the beginning and the end, as parts of what an open site covers on average.
const HOT: f64 = 0.05;
const COLD: f64 = 0.0005;
/// So many of ten exchanges are between sites that reach a cell in common.
const NEAR: usize = 7;

/// A choice at least as good as the one to begin with, which obeys the rules.
pub(super) fn search(cells: &Cells, begin: &[u32], proof_follows: bool, seed: u64, control: &Control) -> Vec<u32> {
    anneal(cells, begin, allowance(cells, proof_follows), seed, control)
}

/// The same for a problem whose proof is far: colder more slowly.
pub(super) fn deepen(cells: &Cells, begin: &[u32], seed: u64, control: &Control) -> Vec<u32> {
    anneal(cells, begin, LONG.min(allowance(cells, true).saturating_mul(LONG / WORK)), seed, control)
}

fn anneal(cells: &Cells, begin: &[u32], work: usize, seed: u64, control: &Control) -> Vec<u32> {
    let enough = enough(cells, control.options.gap);
    let run = |chain: u64| Chain::new(cells, begin).run((work, enough), seed ^ (chain << 32), control).0;
    let chains: Vec<Vec<u32>> = match control.options.threads {
        Some(1) => (0..CHAINS).map(run).collect(),
        _ => (0..CHAINS).into_par_iter().map(run).collect(),
    };
    let mut best = (value(cells, begin), begin.to_vec());
    for chosen in chains {
        let covers = value(cells, &chosen);
        if covers > best.0 {
            best = (covers, chosen);
        }
    }
    best.1
}

struct Chain<'a> {
    cells: &'a Cells,
    /// Open sites in any order, and the place of each site there.
    open: Vec<u32>,
    place: Vec<Option<usize>>,
    /// Open sites in reach of each cell: how many, and their indices combined by exclusive or: of one, that one.
    count: Vec<u32>,
    combined: Vec<u32>,
    /// What opening a closed site covers in addition, and what closing an open one uncovers.
    gain: Vec<f64>,
    loss: Vec<f64>,
    value: f64,
    money: f64,
    work: usize,
}

impl<'a> Chain<'a> {
    fn new(cells: &'a Cells, begin: &[u32]) -> Self {
        let n = cells.n_sites();
        let sum = |list: &[u32]| list.iter().map(|&cell| cells.weight[cell as usize]).sum();
        let mut chain = Self {
            cells,
            open: Vec::new(),
            place: vec![None; n],
            count: vec![0; cells.len()],
            combined: vec![0; cells.len()],
            gain: cells.cells_of.iter().map(sum).collect(),
            loss: vec![0.0; n],
            value: 0.0,
            money: 0.0,
            work: 0,
        };
        begin.iter().for_each(|&site| chain.open(site));
        chain
    }

    fn open(&mut self, site: u32) {
        let (cells, at) = (self.cells, site as usize);
        self.value += self.gain[at];
        self.money += cells.cost[at];
        self.place[at] = Some(self.open.len());
        self.open.push(site);
        self.loss[at] = 0.0;
        for &cell in cells.cells_of.get(site) {
            let (c, weight) = (cell as usize, cells.weight[cell as usize]);
            match self.count[c] {
                0 => {
                    let sites = cells.sites_of.get(cell);
                    sites.iter().for_each(|&other| self.gain[other as usize] -= weight);
                    self.loss[at] += weight;
                    self.work += sites.len();
                }
                1 => self.loss[self.combined[c] as usize] -= weight,
                _ => {}
            }
            self.count[c] += 1;
            self.combined[c] ^= site;
        }
    }

    fn close(&mut self, site: u32) {
        let (cells, at) = (self.cells, site as usize);
        let Some(place) = self.place[at].take() else { return };
        self.open.swap_remove(place);
        if let Some(&moved) = self.open.get(place) {
            self.place[moved as usize] = Some(place);
        }
        for &cell in cells.cells_of.get(site) {
            let (c, weight) = (cell as usize, cells.weight[cell as usize]);
            self.count[c] -= 1;
            self.combined[c] ^= site;
            match self.count[c] {
                0 => {
                    let sites = cells.sites_of.get(cell);
                    sites.iter().for_each(|&other| self.gain[other as usize] += weight);
                    self.work += sites.len();
                }
                1 => self.loss[self.combined[c] as usize] += weight,
                _ => {}
            }
        }
        self.money -= cells.cost[at];
        self.value -= self.gain[at];
    }

    /// What exchanging an open site for a closed one changes.
    fn change(&mut self, out: u32, site: u32) -> f64 {
        let reached = self.cells.cells_of.get(site);
        self.work += reached.len();
        let kept = reached.iter().map(|&cell| cell as usize);
        let kept = kept.filter(|&c| self.count[c] == 1 && self.combined[c] == out).map(|c| self.cells.weight[c]);
        self.gain[site as usize] - self.loss[out as usize] + kept.sum::<f64>()
    }

    /// Anneals until so much work is done, or so much covered, or nothing is left to exchange. Gives the best choice and
    /// how many steps it took.
    fn run(mut self, (work, enough): (usize, f64), seed: u64, control: &Control) -> (Vec<u32>, usize) {
        let mut random = Random::of_seed(seed);
        let mut best = (self.value, self.open.clone());
        let mean = self.value / self.open.len().max(1) as f64;
        let mut steps = 0_usize;
        let exchanges = !self.open.is_empty() && self.open.len() < self.place.len() && mean > 0.0;
        while exchanges && self.work < work && best.0 < enough {
            steps += 1;
            self.work += 1;
            if steps.is_multiple_of(1_024) && control.stop().is_some() {
                break;
            }
            let heat = mean * HOT * (COLD / HOT).powf(self.work as f64 / work as f64);
            let out = self.open[random.below(self.open.len())];
            let site = self.candidate(out, &mut random);
            if self.place[site as usize].is_some() {
                self.work += IDLE - 1;
                continue;
            }
            // Nothing worse than this is ever accepted.
            let least = heat * random.unit().ln();
            if !self.exchange(out, site, least, &mut random) {
                continue;
            }
            if self.value > best.0 * (1.0 + 1e-12) {
                best = (self.value, self.open.clone());
            }
        }
        best.1.sort_unstable();
        (best.1, steps)
    }

    /// A site to open: mostly one that shares a cell with the site that closes.
    fn candidate(&self, out: u32, random: &mut Random) -> u32 {
        let mine = self.cells.cells_of.get(out);
        if random.below(10) < NEAR && !mine.is_empty() {
            let sites = self.cells.sites_of.get(mine[random.below(mine.len())]);
            return sites[random.below(sites.len())];
        }
        u32::try_from(random.below(self.cells.n_sites())).unwrap_or(0)
    }

    /// Exchanges two sites where that changes the value by `least` at least; where it costs too much, a third one closes.
    fn exchange(&mut self, out: u32, site: u32, least: f64, random: &mut Random) -> bool {
        let cost = |at: u32| self.cells.cost[at as usize];
        let money = self.money + cost(site) - cost(out);
        let Some(budget) = self.cells.budget.filter(|&budget| money > budget) else {
            let accepted = self.change(out, site) >= least;
            if accepted {
                self.close(out);
                self.open(site);
                self.spend();
            }
            return accepted;
        };
        let third = self.open[random.below(self.open.len())];
        if third == out || money - cost(third) > budget || self.change(out, site) < least {
            return false;
        }
        let before = self.value;
        self.close(out);
        self.close(third);
        self.open(site);
        let opened = self.spend();
        let accepted = self.value - before >= least;
        if !accepted {
            opened.into_iter().for_each(|site| self.close(site));
            self.close(site);
            self.open(third);
            self.open(out);
        }
        accepted
    }

    /// Buys what is left of a budget allows, the most gain per money first; gives what was bought.
    fn spend(&mut self) -> Vec<u32> {
        let mut opened = Vec::new();
        let Some(budget) = self.cells.budget else { return opened };
        loop {
            let left = budget - self.money;
            let affordable = |at: &usize| self.place[*at].is_none() && self.cells.cost[*at] <= left;
            let worth = |at: usize| self.gain[at] / self.cells.cost[at].max(f64::MIN_POSITIVE);
            let useful = (0..self.gain.len()).filter(affordable).filter(|&at| self.gain[at] > 1e-9 * self.value);
            let best = useful.max_by(|&a, &b| worth(a).total_cmp(&worth(b)).then(b.cmp(&a)));
            self.work += self.gain.len() / 8;
            match best.and_then(|at| u32::try_from(at).ok()) {
                Some(site) => {
                    self.open(site);
                    opened.push(site);
                }
                None => return opened,
            }
        }
    }
}

/// Which value of a chain no other passes by more than the gap that was asked for, or by more than the noise of sums. The
/// answer is the same however far the other chains are.
fn enough(cells: &Cells, gap: f64) -> f64 {
    let most = cells.weight.iter().sum::<f64>();
    let within_gap = (cells.covered + most) / (1.0 + gap) - cells.covered;
    within_gap.min(most * (1.0 - 1e-12))
}

/// A small problem is proven sooner than a long search for its plan would take.
fn allowance(cells: &Cells, proof_follows: bool) -> usize {
    let entries = cells.sites_of.entries();
    let suits = entries.saturating_mul(entries) / 8;
    WORK.min(if proof_follows { suits } else { suits.max(LEAST.saturating_mul(entries)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MaxCover;
    use crate::solve::SolveOptions;
    use crate::travel::TravelMatrix;

    /// 60 demand points on a ring of 20 sites, each reached by one to four of them.
    fn ring(limit: impl FnOnce(MaxCover) -> MaxCover) -> Cells {
        let pairs: Vec<(u32, u32, f64)> =
            (0..60).flat_map(|i| (0..1 + i % 4).map(move |step| (i, (i * 7 / 3 + step) % 20, 1.0))).collect();
        let travel = TravelMatrix::from_pairs(60, 20, &pairs).expect("valid pairs");
        let weights: Vec<f64> = (0..60).map(|i| f64::from(1 + i * 13 % 11)).collect();
        let model = limit(MaxCover::new(travel, weights));
        Cells::of(&model, 1, true).expect("a valid model")
    }

    #[test]
    fn gains_losses_and_value_stay_true_through_any_exchanges() {
        let cells =
            ring(|model| model.site_costs((0..20).map(|j| f64::from(1 + j % 5)).collect::<Vec<f64>>()).budget(12.0));
        let mut chain = Chain::new(&cells, &[]);
        chain.spend();
        let mut random = Random::of_seed(3);
        let mut accepted = 0;
        for _ in 0..2_000 {
            let out = chain.open[random.below(chain.open.len())];
            let site = chain.candidate(out, &mut random);
            if chain.place[site as usize].is_none() {
                // Some are taken at any loss, others at a gain alone, and undone where a third site costs it.
                let least = if random.below(2) == 0 { -1e9 } else { 1.0 };
                accepted += u32::from(chain.exchange(out, site, least, &mut random));
            }
            let fresh = Chain::new(&cells, &chain.open);
            assert_eq!((chain.value, chain.money), (fresh.value, fresh.money));
            assert_eq!(chain.value, value(&cells, &chain.open) - cells.covered);
            assert!(chain.money <= 12.1);
            for site in 0..20 {
                match chain.place[site] {
                    Some(_) => assert_eq!(chain.loss[site], fresh.loss[site]),
                    None => assert_eq!(chain.gain[site], fresh.gain[site]),
                }
            }
        }
        assert!(accepted > 100);
    }

    /// Steps of a chain from a choice, at a gap.
    fn steps(cells: &Cells, begin: &[u32], gap: f64) -> usize {
        let options = SolveOptions::default();
        let control = Control::new(&options, crate::model::Sense::Maximize);
        Chain::new(cells, begin).run((100_000, enough(cells, gap)), 0, &control).1
    }

    #[test]
    fn nothing_is_annealed_where_nothing_can_be_gained() {
        let all: Vec<u32> = (0..20).collect();
        assert_eq!(steps(&ring(|model| model.p(20)), &all, 0.0), 0);
        // Not all are open, but nothing is left to cover.
        let cells = ring(|model| model.p(17));
        let begin = |wanted: f64| {
            let closed = (0..20_u32).flat_map(|a| (a + 1..20).flat_map(move |b| (b + 1..20).map(move |c| [a, b, c])));
            let mut plans =
                closed.map(|closed| all.iter().copied().filter(|j| !closed.contains(j)).collect::<Vec<u32>>());
            plans.find(|plan| value(&cells, plan) >= wanted * cells.weight.iter().sum::<f64>())
        };
        let covering = begin(1.0).expect("a plan that covers all");
        assert_eq!(steps(&cells, &covering, 0.0), 0);
        let good = begin(0.95).expect("a plan that covers nearly all");
        assert_eq!(steps(&cells, &good, 0.1), 0);
        // Where one closed site is left, most steps draw open ones; they count too.
        let idle = steps(&ring(|model| model.p(19)), &all[..19], 0.0);
        assert!(idle < 100_000 / 8, "{idle} steps");
    }

    #[test]
    fn a_search_keeps_p_and_loses_nothing_of_what_it_began_with() {
        let cells = ring(|model| model.p(4));
        let options = SolveOptions::default();
        let control = Control::new(&options, crate::model::Sense::Maximize);
        let begin = [0, 1, 2, 3];
        let found = search(&cells, &begin, true, 0, &control);
        assert_eq!(found.len(), 4);
        assert!(value(&cells, &found) > value(&cells, &begin));
        assert_eq!(found, search(&cells, &begin, true, 0, &control));
    }
}
