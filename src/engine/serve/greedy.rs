//! A first open set: the site that saves most, or most for its money, opens next.

use std::collections::BinaryHeap;

use super::prices::gain;
use super::problem::{Serve, Serving};

/// An open set that obeys the rules on sites, starting from `warm` where it fits; `None` when p and budget cannot both
/// be met.
pub(super) fn construct(serve: &Serve, warm: Option<&[bool]>) -> Option<Vec<bool>> {
    let mut greedy = Greedy::new(serve);
    for j in 0..serve.n_sites() {
        // Keeping an existing site is the rule, unless closing it frees money.
        let kept = !serve.counted[j] && serve.money[j] <= 0.0;
        if serve.must_open[j] || kept {
            greedy.open(j);
        }
    }
    if let Some(warm) = warm {
        for j in (0..serve.n_sites()).filter(|&j| warm[j]) {
            if greedy.fits(j) {
                greedy.open(j);
            }
        }
    }
    greedy.complete();
    if greedy.is_complete() { Some(greedy.open) } else { cheapest(serve) }
}

struct Greedy<'a> {
    serve: &'a Serve,
    open: Vec<bool>,
    /// What each demand point pays so far.
    v: Vec<f64>,
    money: f64,
    counted: usize,
    /// Money of the sites that count, ascending.
    cheapest: Vec<f64>,
    unserved: f64,
}

/// A site and what it was last seen to be worth.
struct Offer {
    score: f64,
    site: usize,
    /// How many sites were open when this was computed.
    seen: usize,
}

impl<'a> Greedy<'a> {
    fn new(serve: &'a Serve) -> Self {
        let free = (0..serve.n_sites()).filter(|&j| serve.counted[j] && !serve.must_open[j]);
        let mut cheapest: Vec<f64> = free.map(|j| serve.money[j]).collect();
        cheapest.sort_by(f64::total_cmp);
        let unserved = serve.unserved_price(serve.n_sites());
        Self {
            serve,
            open: vec![false; serve.n_sites()],
            v: vec![unserved; serve.n_demand()],
            money: 0.0,
            counted: 0,
            cheapest,
            unserved,
        }
    }

    fn open(&mut self, j: usize) {
        self.open[j] = true;
        self.money += self.serve.money[j];
        self.counted += usize::from(self.serve.counted[j]);
        // It takes those who save most, as far as its capacity goes.
        let mut order: Vec<(f64, u32, f64)> = self
            .serve
            .columns()
            .get(j)
            .iter()
            .map(|entry| (self.v[entry.demand as usize] - entry.unit, entry.demand, entry.unit))
            .collect();
        order.retain(|(saved, ..)| *saved > 0.0);
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut left = self.serve.capacity[j];
        for (_, i, unit) in order {
            let demand = self.serve.demand[i as usize];
            if demand <= left {
                left -= demand;
                self.v[i as usize] = unit;
            }
        }
    }

    fn fits(&self, j: usize) -> bool {
        if self.open[j] {
            return false;
        }
        let counted = self.counted + usize::from(self.serve.counted[j]);
        let missing = match self.serve.p {
            Some(p) if counted > p => return false,
            Some(p) => p - counted,
            None => 0,
        };
        let Some(budget) = self.serve.budget else { return true };
        let later: f64 = self.cheapest.iter().take(missing).sum();
        self.money + self.serve.money[j] + later <= budget
    }

    fn is_complete(&self) -> bool {
        self.serve.p.is_none_or(|p| self.counted == p) && self.serve.budget.is_none_or(|budget| self.money <= budget)
    }

    fn score(&self, j: usize) -> f64 {
        let (gain, _) = gain(self.serve, self.serve.columns().get(j), &self.v, self.serve.capacity[j]);
        if self.serve.p.is_some() {
            return gain - self.serve.charge[j];
        }
        let price = self.serve.charge[j].max(if self.serve.budget.is_some() { self.serve.money[j] } else { 0.0 });
        if price > 0.0 { gain / price } else { gain * 1e12 }
    }

    /// Whether opening a site with this score is still worth it.
    fn wanted(&self, j: usize, score: f64) -> bool {
        match self.serve.serving {
            _ if self.serve.p.is_some() => self.serve.counted[j] || score > 0.0,
            Serving::Most => score > 0.0,
            Serving::Weight(wanted) => {
                let served: f64 =
                    self.v.iter().zip(&self.serve.weight).filter(|(v, _)| **v < 0.0).map(|(_, weight)| weight).sum();
                score > 0.0 && served < wanted
            }
            Serving::All => {
                let all_served = self.v.iter().all(|&v| v < self.unserved);
                if self.serve.charge[j] > 0.0 && all_served { score > 1.0 } else { score > 0.0 }
            }
        }
    }

    fn complete(&mut self) {
        let mut heap: BinaryHeap<Offer> = (0..self.serve.n_sites())
            .filter(|&j| !self.open[j])
            .map(|site| Offer { score: self.score(site), site, seen: 0 })
            .collect();
        let mut opened = 0;
        while let Some(offer) = heap.pop() {
            if !self.fits(offer.site) {
                continue;
            }
            if offer.seen < opened {
                // Sites that open only lower what another can save: the first to keep its place is the best.
                heap.push(Offer { score: self.score(offer.site), seen: opened, ..offer });
                continue;
            }
            if self.wanted(offer.site, offer.score) {
                self.open(offer.site);
                opened += 1;
            } else if self.serve.p.is_none() {
                return;
            }
        }
    }
}

/// The cheapest open set that has p sites; `None` when it exceeds the budget.
fn cheapest(serve: &Serve) -> Option<Vec<bool>> {
    let mut open: Vec<bool> =
        (0..serve.n_sites()).map(|j| serve.must_open[j] || (!serve.counted[j] && serve.money[j] <= 0.0)).collect();
    if let Some(p) = serve.p {
        let mut free: Vec<usize> = (0..serve.n_sites()).filter(|&j| serve.counted[j] && !open[j]).collect();
        free.sort_by(|&a, &b| serve.money[a].total_cmp(&serve.money[b]).then(a.cmp(&b)));
        let missing = p.checked_sub(serve.counted_of(&open))?;
        if free.len() < missing {
            return None;
        }
        for &j in free.iter().take(missing) {
            open[j] = true;
        }
    }
    let money = serve.money_of(&open);
    serve.budget.is_none_or(|budget| money <= budget).then_some(open)
}

impl Ord for Offer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.score.total_cmp(&other.score).then(other.site.cmp(&self.site))
    }
}

impl PartialOrd for Offer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Offer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Offer {}
