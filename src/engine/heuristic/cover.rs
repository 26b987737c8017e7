//! Maximal covering: greedy construction, best-improvement interchange, and annealing; iterated local search where cells
//! need several sites, or where p and a budget bind at once.
//!
//! Interchange follows Resende and Werneck (2007), "A fast swap-based local search procedure for location problems":
//! the change of a swap is gain(in) - loss(out) + a correction over the cells that both sites reach.

use super::anneal;
use crate::engine::random::Random;
use crate::engine::reduce::Cells;
use crate::solve::{Control, Method};

/// Most work of the iterated search, in looked-at entries: some tenths of a second.
const WORK: usize = 150_000_000;

/// A good choice of local sites: exactly p of those that count where p is set, within the budget. `None` when the
/// greedy construction cannot complete p within the budget.
pub(crate) fn search(cells: &Cells, warm: Option<&[u32]>, seed: u64, control: &Control) -> Option<Vec<u32>> {
    let mut state = State::new(cells);
    if let Some(warm) = warm {
        for &site in warm {
            if state.fits(site, None) {
                state.open(site);
            }
        }
    }
    state.complete();
    if cells.why_not_plain().is_none() {
        if warm.is_some() {
            let mut fresh = State::new(cells);
            fresh.complete();
            if fresh.value > state.value || !state.is_complete() {
                state = fresh;
            }
        }
        let proof_follows = control.options.method != Method::Heuristic;
        let better = anneal::search(cells, &state.chosen(), proof_follows, seed, control);
        state.restore(&better);
        state.improve(control);
        return state.is_complete().then(|| state.chosen());
    }
    state.improve(control);
    if warm.is_some() {
        let from_warm = state.chosen();
        let mut fresh = State::new(cells);
        fresh.complete();
        fresh.improve(control);
        if fresh.value > state.value || !state.is_complete() {
            state = fresh;
        } else {
            state.restore(&from_warm);
        }
    }
    if !state.is_complete() {
        return None;
    }
    let proof_follows = control.options.method != Method::Heuristic;
    // A small problem is proven sooner than a long search for its plan would take.
    let entries = cells.sites_of.entries();
    let work = if proof_follows { WORK.min(entries.saturating_mul(entries) / 2) } else { WORK };
    state.iterate(work, seed, control);
    Some(state.chosen())
}

/// A choice at least as good as one in hand, for problems in plain form whose proof is far: much longer than [`search`].
pub(crate) fn deepen(cells: &Cells, chosen: &[u32], control: &Control) -> Vec<u32> {
    let mut state = State::new(cells);
    state.restore(chosen);
    state.complete();
    // Other random numbers than the search before.
    let better = anneal::deepen(cells, &state.chosen(), !control.options.seed, control);
    state.restore(&better);
    state.improve(control);
    state.chosen()
}

/// A choice made of shares of sites: those with the largest shares that fit, completed by greed. `None` when p cannot be
/// completed within the budget.
pub(crate) fn rounded(cells: &Cells, shares: &[f64]) -> Option<Vec<u32>> {
    let mut state = State::new(cells);
    let mut order: Vec<u32> =
        (0_u32..).zip(shares.iter().take(cells.n_sites())).filter(|(_, y)| **y > 1e-6).map(|(j, _)| j).collect();
    order.sort_by(|&a, &b| shares[b as usize].total_cmp(&shares[a as usize]).then(a.cmp(&b)));
    for site in order {
        if state.fits(site, None) {
            state.open(site);
        }
    }
    state.complete();
    state.is_complete().then(|| state.chosen())
}

/// What a choice of local sites covers, the open sites included.
pub(crate) fn value(cells: &Cells, chosen: &[u32]) -> f64 {
    let mut state = State::new(cells);
    for &site in chosen {
        state.open(site);
    }
    cells.covered + state.value
}

struct State<'a> {
    cells: &'a Cells,
    is_open: Vec<bool>,
    /// Open sites in reach of each cell.
    count: Vec<u32>,
    value: f64,
    money: f64,
    counted: usize,
    /// Costs of the sites that count, ascending: what completing p takes at least.
    cheapest: Vec<f64>,
    work: usize,
}

impl<'a> State<'a> {
    fn new(cells: &'a Cells) -> Self {
        let mut cheapest: Vec<f64> =
            (0..cells.n_sites()).filter(|&j| cells.counted[j]).map(|j| cells.cost[j]).collect();
        cheapest.sort_by(f64::total_cmp);
        Self {
            cells,
            is_open: vec![false; cells.n_sites()],
            count: vec![0; cells.len()],
            value: 0.0,
            money: 0.0,
            counted: 0,
            cheapest,
            work: 0,
        }
    }

    fn chosen(&self) -> Vec<u32> {
        (0_u32..).zip(&self.is_open).filter(|(_, open)| **open).map(|(j, _)| j).collect()
    }

    fn restore(&mut self, chosen: &[u32]) {
        for (j, at) in (0_u32..).zip(0..self.is_open.len()) {
            if self.is_open[at] && chosen.binary_search(&j).is_err() {
                self.close(j);
            }
        }
        for &j in chosen {
            if !self.is_open[j as usize] {
                self.open(j);
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.cells.p.is_none_or(|p| self.counted == p.min(self.cheapest.len()))
            && self.cells.budget.is_none_or(|budget| self.money <= budget)
    }

    fn open(&mut self, site: u32) {
        self.is_open[site as usize] = true;
        self.money += self.cells.cost[site as usize];
        self.counted += usize::from(self.cells.counted[site as usize]);
        for &cell in self.cells.cells_of.get(site) {
            let cell = cell as usize;
            self.count[cell] += 1;
            if self.count[cell] == self.cells.need[cell] {
                self.value += self.cells.weight[cell];
            }
        }
        self.work += self.cells.cells_of.get(site).len();
    }

    fn close(&mut self, site: u32) {
        self.is_open[site as usize] = false;
        self.money -= self.cells.cost[site as usize];
        self.counted -= usize::from(self.cells.counted[site as usize]);
        for &cell in self.cells.cells_of.get(site) {
            let cell = cell as usize;
            if self.count[cell] == self.cells.need[cell] {
                self.value -= self.cells.weight[cell];
            }
            self.count[cell] -= 1;
        }
        self.work += self.cells.cells_of.get(site).len();
    }

    /// Whether a site may open (in exchange for another) so that p can still be completed within the budget.
    fn fits(&self, site: u32, instead_of: Option<u32>) -> bool {
        let site = site as usize;
        if self.is_open[site] {
            return false;
        }
        let (mut money, mut counted) =
            (self.money + self.cells.cost[site], self.counted + usize::from(self.cells.counted[site]));
        if let Some(out) = instead_of {
            money -= self.cells.cost[out as usize];
            counted -= usize::from(self.cells.counted[out as usize]);
        }
        let missing = match self.cells.p {
            Some(p) if counted > p => return false,
            Some(p) => p - counted,
            None => 0,
        };
        let Some(budget) = self.cells.budget else { return true };
        if missing > 0 {
            // A lower bound on what is still to pay; the cheapest sites may be open already.
            money += self.cheapest.iter().take(missing).sum::<f64>();
        }
        money <= budget
    }

    fn gain(&self, site: u32) -> f64 {
        let reached = self.cells.cells_of.get(site);
        let counts = reached.iter().filter(|&&cell| self.count[cell as usize] + 1 == self.cells.need[cell as usize]);
        counts.map(|&cell| self.cells.weight[cell as usize]).sum()
    }

    /// Opens sites greedily: most gain, or most gain per money under a budget, until nothing more fits.
    fn complete(&mut self) {
        let weighed = self.cells.budget.is_some();
        loop {
            let mut best: Option<(f64, f64, u32)> = None;
            for (j, at) in (0_u32..).zip(0..self.cells.n_sites()) {
                if !self.fits(j, None) {
                    continue;
                }
                let gain = self.gain(j);
                self.work += self.cells.cells_of.get(j).len() + 1;
                let needed = self.cells.p.is_some() && self.cells.counted[at];
                if gain <= 0.0 && !needed {
                    continue;
                }
                let cost = self.cells.cost[at];
                let score = if weighed && cost > 0.0 { gain / cost } else { gain };
                if best.is_none_or(|(most, least, _)| score > most || (score == most && cost < least)) {
                    best = Some((score, cost, j));
                }
            }
            match best {
                Some((_, _, j)) => self.open(j),
                None => return,
            }
        }
    }

    /// Swaps one open site for a closed one while that helps; under a budget also fills what is left.
    fn improve(&mut self, control: &Control) {
        let n = self.cells.n_sites();
        let mut correction = vec![0.0; n];
        loop {
            if control.stop().is_some() {
                return;
            }
            let gains: Vec<f64> =
                (0_u32..).zip(&self.is_open).map(|(j, open)| if *open { 0.0 } else { self.gain(j) }).collect();
            self.work += self.cells.cells_of.entries();
            let mut best: Option<(f64, u32, u32)> = None;
            for out in self.chosen() {
                let loss = self.corrections(out, &mut correction);
                for (j, at) in (0_u32..).zip(0..n) {
                    if self.is_open[at] {
                        continue;
                    }
                    let change = gains[at] - loss + correction[at];
                    if change > best.map_or(1e-9 * self.value.max(1e-9), |(most, _, _)| most) && self.fits(j, Some(out))
                    {
                        best = Some((change, out, j));
                    }
                }
                self.clear_corrections(out, &mut correction);
                self.work += n;
            }
            let Some((_, out, site)) = best else { return };
            self.close(out);
            self.open(site);
            if self.cells.budget.is_some() {
                self.complete();
            }
        }
    }

    /// What closing `out` loses, and for each other site how much less it would lose (or gain) in its place.
    fn corrections(&mut self, out: u32, correction: &mut [f64]) -> f64 {
        let mut loss = 0.0;
        for &cell in self.cells.cells_of.get(out) {
            let (count, need, weight) = self.cell(cell);
            let sign = if count == need {
                loss += weight;
                weight
            } else if count + 1 == need {
                -weight
            } else {
                continue;
            };
            let sites = self.cells.sites_of.get(cell);
            for &site in sites {
                correction[site as usize] += sign;
            }
            self.work += sites.len();
        }
        loss
    }

    fn clear_corrections(&self, out: u32, correction: &mut [f64]) {
        for &cell in self.cells.cells_of.get(out) {
            let (count, need, _) = self.cell(cell);
            if count == need || count + 1 == need {
                for &site in self.cells.sites_of.get(cell) {
                    correction[site as usize] = 0.0;
                }
            }
        }
    }

    fn cell(&self, cell: u32) -> (u32, u32, f64) {
        let cell = cell as usize;
        (self.count[cell], self.cells.need[cell], self.cells.weight[cell])
    }

    /// Iterated local search: exchange a few open sites at random, improve, keep what is better.
    fn iterate(&mut self, work: usize, seed: u64, control: &Control) {
        let mut random = Random::of_seed(seed);
        let mut best = self.chosen();
        let mut best_value = self.value;
        if best.is_empty() || best.len() == self.cells.n_sites() {
            return;
        }
        self.work = 0;
        let mut rounds = 0_u32;
        while self.work < work && rounds < 2_000 && control.stop().is_none() {
            rounds += 1;
            let strength = 2 + random.below(3);
            for _ in 0..strength {
                let open = self.chosen();
                if let Some(&out) = open.get(random.below(open.len())) {
                    self.close(out);
                }
            }
            // Some of the sites come back at random, the rest by greed.
            for _ in 0..strength {
                let site = u32::try_from(random.below(self.cells.n_sites())).unwrap_or(0);
                if self.fits(site, None) {
                    self.open(site);
                }
            }
            self.complete();
            self.improve(control);
            if self.is_complete() && self.value > best_value * (1.0 + 1e-12) {
                best = self.chosen();
                best_value = self.value;
            } else {
                self.restore(&best);
                self.value = best_value;
            }
        }
    }
}
