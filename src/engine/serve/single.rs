//! Who is served where when demand points must not split: a generalised assignment problem, solved well, not proven.
//!
//! The shares of the transportation problem name a site for nearly every demand point; the few that it splits are
//! inserted where they fit, if need be by moving another one, and the whole is improved by shifts and exchanges.

use super::columns::Ways;
use super::problem::{Serve, Serving};
use super::transport::Served;
use crate::solve::PRECISION;

/// Rounds of shifts and exchanges.
const ROUNDS: usize = 20;
/// Most work of one improvement, in looked-at entries.
const WORK: usize = 20_000_000;

/// Assigns each demand point to one open site, close to the shares of the transportation problem.
pub(crate) fn assign(serve: &Serve, open: &[bool], split: &Served) -> Served {
    let mut whole = Whole::new(serve, open);
    whole.follow(split);
    whole.fill_min_use();
    whole.improve();
    let mut best = whole.result(split);
    if best.violation > 0.0 {
        let mut fresh = Whole::new(serve, open);
        fresh.largest_first();
        fresh.fill_min_use();
        fresh.improve();
        let fresh = fresh.result(split);
        if fresh.violation < best.violation {
            best = Served { work: best.work + fresh.work, ..fresh };
        }
    }
    best
}

/// One way to serve a demand point.
#[derive(Debug, Clone, Copy)]
struct Choice {
    site: u32,
    cost: f64,
}

struct Whole<'a> {
    serve: &'a Serve,
    open: &'a [bool],
    start: Vec<usize>,
    /// The choices of each demand point, cheapest first.
    choices: Vec<Choice>,
    chosen: Vec<Option<Choice>>,
    load: Vec<f64>,
    /// Demand points at each site.
    at: Vec<Vec<u32>>,
    work: usize,
}

impl<'a> Whole<'a> {
    fn new(serve: &'a Serve, open: &'a [bool]) -> Self {
        let ways = Ways::of(serve, open);
        let mut whole = Self {
            serve,
            open,
            start: vec![0],
            choices: Vec::with_capacity(ways.len()),
            chosen: vec![None; serve.n_demand()],
            load: vec![0.0; serve.n_sites()],
            at: vec![Vec::new(); serve.n_sites()],
            work: 10 * ways.len() + serve.n_demand(),
        };
        for i in 0..serve.n_demand() {
            let from = whole.choices.len();
            let demand = serve.demand[i];
            let size = if demand > 0.0 { demand } else { 1.0 };
            let mut order: Vec<_> = ways.get(i).to_vec();
            order.sort_by(|a, b| a.unit.total_cmp(&b.unit).then(a.walk.total_cmp(&b.walk)));
            whole.choices.extend(order.iter().map(|way| Choice { site: way.site, cost: way.unit * size }));
            whole.start.push(whole.choices.len());
            if demand == 0.0 {
                let site = ways.free(i);
                whole.chosen[i] = whole.choices[from..].iter().find(|choice| Some(choice.site) == site).copied();
            }
        }
        whole
    }

    fn choices_of(&self, i: usize) -> &[Choice] {
        &self.choices[self.start[i]..self.start[i + 1]]
    }

    /// Room at a site, with the slack of rounding.
    fn room(&self, site: u32) -> f64 {
        let capacity = self.serve.capacity[site as usize];
        capacity * (1.0 + PRECISION) - self.load[site as usize]
    }

    /// Whether a site can spare some demand without falling below its minimum use.
    fn spares(&self, site: u32, demand: f64) -> bool {
        let least = self.serve.min_use[site as usize];
        least == 0.0 || self.load[site as usize] - demand >= least * (1.0 - PRECISION)
    }

    fn put(&mut self, i: u32, choice: Choice) {
        self.take(i);
        self.chosen[i as usize] = Some(choice);
        self.load[choice.site as usize] += self.serve.demand[i as usize];
        self.at[choice.site as usize].push(i);
    }

    fn take(&mut self, i: u32) {
        if let Some(choice) = self.chosen[i as usize].take() {
            let site = choice.site as usize;
            self.at[site].retain(|&other| other != i);
            // Adding up anew keeps the load free of rounding that builds up.
            self.load[site] = self.at[site].iter().map(|&i| self.serve.demand[i as usize]).sum();
        }
    }

    /// Demand points with demand, the largest first.
    fn by_size(&self) -> Vec<u32> {
        let mut order: Vec<u32> =
            (0_u32..).zip(&self.serve.demand).filter(|(_, demand)| **demand > 0.0).map(|(i, _)| i).collect();
        order.sort_by(|&a, &b| self.serve.demand[b as usize].total_cmp(&self.serve.demand[a as usize]).then(a.cmp(&b)));
        order
    }

    fn follow(&mut self, split: &Served) {
        let order = self.by_size();
        for &i in &order {
            if let [(site, share)] = split.shares[i as usize].as_slice()
                && *share > 1.0 - 1e-6
                && let Some(choice) = self.choices_of(i as usize).iter().find(|choice| choice.site == *site).copied()
                && self.room(*site) >= self.serve.demand[i as usize]
            {
                self.put(i, choice);
            }
        }
        self.insert_rest(&order);
    }

    /// Largest first, each to its cheapest site with room: packs where the transportation problem does not help.
    fn largest_first(&mut self) {
        let order = self.by_size();
        self.insert_rest(&order);
    }

    fn insert_rest(&mut self, order: &[u32]) {
        for &i in order {
            if self.chosen[i as usize].is_none() {
                self.insert(i);
            }
        }
    }

    /// Serves one more demand point where it fits, or makes room by moving another one.
    fn insert(&mut self, i: u32) -> bool {
        let demand = self.serve.demand[i as usize];
        let fits = self.choices_of(i as usize).iter().find(|choice| self.room(choice.site) >= demand).copied();
        if let Some(choice) = fits {
            self.put(i, choice);
            return true;
        }
        let mut best: Option<(f64, Choice, u32, Option<Choice>)> = None;
        for &choice in self.choices_of(i as usize) {
            let needed = demand - self.room(choice.site);
            for &other in &self.at[choice.site as usize] {
                let size = self.serve.demand[other as usize];
                if size < needed || !self.spares(choice.site, size - demand) {
                    continue;
                }
                let before = self.chosen[other as usize].map_or(0.0, |choice| choice.cost);
                let elsewhere = self.choices_of(other as usize).iter();
                let elsewhere =
                    elsewhere.filter(|to| to.site != choice.site && self.room(to.site) >= size).copied().next();
                let change = choice.cost - before + elsewhere.map_or(0.0, |to| to.cost);
                let allowed = match (elsewhere, self.serve.serving) {
                    (Some(_), _) => true,
                    // Where all must be served, less demand may stay out; else less weight.
                    (None, Serving::All) => size < demand,
                    (None, _) => change < 0.0,
                };
                let rank = (elsewhere.is_none(), change);
                if allowed && best.is_none_or(|(least, _, _, to)| rank < (to.is_none(), least)) {
                    best = Some((change, choice, other, elsewhere));
                }
            }
        }
        self.work +=
            self.choices_of(i as usize).iter().map(|choice| 4 * self.at[choice.site as usize].len() + 1).sum::<usize>();
        let Some((_, choice, other, elsewhere)) = best else { return false };
        match elsewhere {
            Some(to) => self.put(other, to),
            None => self.take(other),
        }
        self.put(i, choice);
        true
    }

    /// Brings demand to the sites that are used too little.
    fn fill_min_use(&mut self) {
        if self.serve.min_use.iter().all(|&least| least == 0.0) {
            return;
        }
        for (site, at) in (0_u32..).zip(0..self.serve.n_sites()) {
            while self.open[at] && self.load[at] < self.serve.min_use[at] * (1.0 - PRECISION) {
                let mut best: Option<(f64, u32, Choice)> = None;
                for (i, index) in (0_u32..).zip(0..self.serve.n_demand()) {
                    let demand = self.serve.demand[index];
                    let here = self.chosen[index];
                    if demand == 0.0 || here.is_some_and(|here| here.site == site || !self.spares(here.site, demand)) {
                        continue;
                    }
                    let Some(choice) = self.choices_of(index).iter().find(|choice| choice.site == site).copied() else {
                        continue;
                    };
                    let change = (choice.cost - here.map_or(0.0, |here| here.cost)) / demand;
                    if self.room(site) >= demand && best.is_none_or(|(least, _, _)| change < least) {
                        best = Some((change, i, choice));
                    }
                }
                self.work += self.serve.n_demand();
                let Some((_, i, choice)) = best else { break };
                self.put(i, choice);
            }
        }
    }

    /// Shifts single demand points and exchanges pairs while that lowers the cost.
    fn improve(&mut self) {
        let limit = self.work + WORK;
        for _ in 0..ROUNDS {
            let mut improved = false;
            for (i, index) in (0_u32..).zip(0..self.serve.n_demand()) {
                if self.work > limit {
                    return;
                }
                if self.serve.demand[index] == 0.0 {
                    continue;
                }
                improved |= if self.chosen[index].is_none() { self.insert(i) } else { self.shift(i) || self.swap(i) };
            }
            if !improved {
                return;
            }
        }
    }

    fn shift(&mut self, i: u32) -> bool {
        let demand = self.serve.demand[i as usize];
        let Some(here) = self.chosen[i as usize] else { return false };
        let better = |choice: &&Choice| choice.cost < here.cost && self.room(choice.site) >= demand;
        let Some(to) = self.choices_of(i as usize).iter().find(better).copied() else { return false };
        if !self.spares(here.site, demand) {
            return false;
        }
        self.put(i, to);
        true
    }

    fn swap(&mut self, i: u32) -> bool {
        let demand = self.serve.demand[i as usize];
        let Some(here) = self.chosen[i as usize] else { return false };
        let mut best: Option<(f64, Choice, u32, Choice)> = None;
        let mut work = 0;
        for &to in self.choices_of(i as usize).iter().take_while(|choice| choice.cost < here.cost) {
            let room = self.room(to.site);
            for &other in &self.at[to.site as usize] {
                work += 1;
                let size = self.serve.demand[other as usize];
                if demand - size > room || size - demand > self.room(here.site) {
                    continue;
                }
                if !self.spares(here.site, demand - size) || !self.spares(to.site, size - demand) {
                    continue;
                }
                let Some(back) = self.choices_of(other as usize).iter().find(|choice| choice.site == here.site) else {
                    continue;
                };
                let before = self.chosen[other as usize].map_or(0.0, |choice| choice.cost);
                let change = (to.cost - here.cost) + (back.cost - before);
                if change < -1e-9 * here.cost.abs() && best.is_none_or(|(least, ..)| change < least) {
                    best = Some((change, to, other, *back));
                }
            }
        }
        self.work += work;
        let Some((_, to, other, back)) = best else { return false };
        self.take(i);
        self.put(other, back);
        self.put(i, to);
        true
    }

    fn result(self, split: &Served) -> Served {
        let serve = self.serve;
        let mut served = Served { price: split.price.clone(), work: self.work, ..Served::default() };
        let mut weight = 0.0;
        for (i, choice) in self.chosen.iter().enumerate() {
            let shares: Vec<(u32, f64)> = choice.iter().map(|choice| (choice.site, 1.0)).collect();
            if shares.is_empty() && serve.serving == Serving::All {
                served.violation += if serve.demand[i] == 0.0 { 1.0 } else { serve.demand[i] };
            }
            if !shares.is_empty() {
                weight += serve.weight[i];
            }
            served.cost += serve.cost_of(i, &shares);
            served.shares.push(shares);
        }
        if let Serving::Weight(wanted) = serve.serving {
            served.violation += serve.lacking(weight, wanted);
        }
        for (j, least) in serve.min_use.iter().enumerate() {
            if self.open[j] && self.load[j] < least * (1.0 - PRECISION) {
                served.violation += least - self.load[j];
            }
        }
        served
    }
}
