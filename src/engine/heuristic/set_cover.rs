//! Set covering: greedy by cost per newly covered weight, pruning, and iterated ruin and repair.

use crate::engine::random::Random;
use crate::engine::reduce::Cells;
use crate::solve::Control;

/// Work of the iterated search, in looked-at entries: some tenths of a second.
const WORK: usize = 40_000_000;

/// A cheap choice of local sites that covers every cell, or cells of at least the `wanted` weight (that of the open
/// sites included); `None` when all sites together do not.
pub(crate) fn search(
    cells: &Cells,
    wanted: Option<f64>,
    warm: Option<&[u32]>,
    seed: u64,
    control: &Control,
) -> Option<Vec<u32>> {
    let mut state = State::new(cells, wanted);
    for &site in warm.unwrap_or_default() {
        state.open(site);
    }
    if !state.repair() {
        return None;
    }
    state.prune();
    let mut random = Random::of_seed(seed);
    let mut best = state.chosen();
    let mut best_money = state.money;
    state.work = 0;
    let mut rounds = 0_u32;
    while state.work < WORK && rounds < 3_000 && best.len() > 1 && control.stop().is_none() {
        rounds += 1;
        let ruined = 1 + random.below(best.len().div_ceil(4));
        for _ in 0..ruined {
            let open = state.chosen();
            if let Some(&site) = open.get(random.below(open.len())) {
                state.close(site);
            }
        }
        // A site or two at random lead the repair elsewhere.
        for _ in 0..random.below(3) {
            let site = u32::try_from(random.below(cells.n_sites())).unwrap_or(0);
            state.open(site);
        }
        if state.repair() {
            state.prune();
        }
        if state.is_covered() && state.money <= best_money * (1.0 + 1e-12) {
            best = state.chosen();
            best_money = state.money;
        } else {
            state.restore(&best);
            state.money = best_money;
        }
    }
    Some(best)
}

/// A choice made of shares of sites: those with the largest shares that cover something new, completed by greed. `None`
/// when all sites together do not cover what is wanted.
pub(crate) fn rounded(cells: &Cells, wanted: Option<f64>, shares: &[f64]) -> Option<Vec<u32>> {
    let mut state = State::new(cells, wanted);
    let mut order: Vec<u32> =
        (0_u32..).zip(shares.iter().take(cells.n_sites())).filter(|(_, y)| **y > 1e-6).map(|(j, _)| j).collect();
    order.sort_by(|&a, &b| shares[b as usize].total_cmp(&shares[a as usize]).then(a.cmp(&b)));
    for site in order {
        if !state.is_covered() && state.gain(site) > 0.0 {
            state.open(site);
        }
    }
    if !state.repair() {
        return None;
    }
    state.prune();
    Some(state.chosen())
}

/// Whether a choice of local sites covers what is wanted.
pub(crate) fn covers(cells: &Cells, wanted: Option<f64>, chosen: &[u32]) -> bool {
    let mut state = State::new(cells, wanted);
    for &site in chosen {
        state.open(site);
    }
    state.is_covered()
}

struct State<'a> {
    cells: &'a Cells,
    wanted: Option<f64>,
    is_open: Vec<bool>,
    count: Vec<u32>,
    /// Cells that are not covered yet.
    missing: usize,
    covered: f64,
    money: f64,
    work: usize,
}

impl<'a> State<'a> {
    fn new(cells: &'a Cells, wanted: Option<f64>) -> Self {
        Self {
            cells,
            wanted,
            is_open: vec![false; cells.n_sites()],
            count: vec![0; cells.len()],
            missing: cells.len(),
            covered: cells.covered,
            money: 0.0,
            work: 0,
        }
    }

    fn is_covered(&self) -> bool {
        match self.wanted {
            None => self.missing == 0,
            Some(wanted) => self.covered >= wanted - 1e-12 * wanted,
        }
    }

    fn chosen(&self) -> Vec<u32> {
        (0_u32..).zip(&self.is_open).filter(|(_, open)| **open).map(|(j, _)| j).collect()
    }

    fn restore(&mut self, chosen: &[u32]) {
        for (j, at) in (0_u32..).zip(0..self.is_open.len()) {
            let wanted = chosen.binary_search(&j).is_ok();
            if wanted && !self.is_open[at] {
                self.open(j);
            } else if !wanted {
                self.close(j);
            }
        }
    }

    fn open(&mut self, site: u32) {
        if std::mem::replace(&mut self.is_open[site as usize], true) {
            return;
        }
        self.money += self.cells.cost[site as usize];
        let reached = self.cells.cells_of.get(site);
        for cell in reached.iter().map(|&cell| cell as usize) {
            self.count[cell] += 1;
            if self.count[cell] == self.cells.need[cell] {
                self.missing -= 1;
                self.covered += self.cells.weight[cell];
            }
        }
        self.work += reached.len();
    }

    fn close(&mut self, site: u32) {
        if !std::mem::replace(&mut self.is_open[site as usize], false) {
            return;
        }
        self.money -= self.cells.cost[site as usize];
        let reached = self.cells.cells_of.get(site);
        for cell in reached.iter().map(|&cell| cell as usize) {
            if self.count[cell] == self.cells.need[cell] {
                self.missing += 1;
                self.covered -= self.cells.weight[cell];
            }
            self.count[cell] -= 1;
        }
        self.work += reached.len();
    }

    /// What a site adds: weight where a share is wanted, otherwise cells, the rarely reached counting more.
    fn gain(&self, site: u32) -> f64 {
        let mut gain = 0.0;
        for cell in self.cells.cells_of.get(site).iter().map(|&cell| cell as usize) {
            if self.count[cell] < self.cells.need[cell] {
                gain += match self.wanted {
                    Some(_) => self.cells.weight[cell] / f64::from(self.cells.need[cell] - self.count[cell]),
                    None => 1.0 / self.cells.sites_of.get(u32::try_from(cell).unwrap_or(0)).len() as f64,
                };
            }
        }
        gain
    }

    /// Opens sites greedily until everything wanted is covered; `false` when that cannot be.
    fn repair(&mut self) -> bool {
        while !self.is_covered() {
            let mut best: Option<(f64, u32)> = None;
            for (j, at) in (0_u32..).zip(0..self.cells.n_sites()) {
                if self.is_open[at] {
                    continue;
                }
                self.work += self.cells.cells_of.get(j).len() + 1;
                let gain = self.gain(j);
                let score = gain / self.cells.cost[at].max(1e-12);
                if gain > 0.0 && best.is_none_or(|(most, _)| score > most) {
                    best = Some((score, j));
                }
            }
            match best {
                Some((_, site)) => self.open(site),
                None => return false,
            }
        }
        true
    }

    /// Closes sites that are not needed, the dearest first.
    fn prune(&mut self) {
        let mut open = self.chosen();
        open.sort_by(|&a, &b| self.cells.cost[b as usize].total_cmp(&self.cells.cost[a as usize]).then(a.cmp(&b)));
        for site in open {
            self.close(site);
            if !self.is_covered() {
                self.open(site);
            }
        }
    }
}
