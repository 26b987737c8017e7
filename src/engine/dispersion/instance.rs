//! The data of a p-dispersion with the rules worked in.

use crate::error::Error;
use crate::model::{Model, PDispersion, SiteState};

/// A p-dispersion over the sites that are left to decide.
#[derive(Debug, Clone, Default)]
pub(crate) struct Instance {
    /// Sites that are open in every plan, by their index in the model.
    pub open: Vec<u32>,
    /// Index in the model of each local site.
    pub site: Vec<u32>,
    /// What choosing each local site costs: below 0 for an existing site whose closing would cost money.
    pub cost: Vec<f64>,
    /// Whether each local site counts towards p.
    pub counted: Vec<bool>,
    /// How many of the sites that count are to be chosen.
    pub p: usize,
    /// Money that remains when the open sites are paid.
    pub budget: Option<f64>,
    /// The smallest distance among the open sites; infinite when none is known.
    pub among_open: f64,
    /// Distance from each local site to the nearest open one; infinite when none is known.
    pub to_open: Vec<f64>,
    /// Local sites that count, the cheapest first, and those that save money.
    pub cheapest: Vec<u32>,
    pub saving: Vec<u32>,
    start: Vec<usize>,
    neighbour: Vec<u32>,
    distance: Vec<f64>,
}

impl Instance {
    /// Works the rules of a model in.
    pub fn of(model: &PDispersion) -> Result<Self, Error> {
        let (travel, rules) = (model.travel(), model.rules());
        let n = travel.n_sites();
        let by_site = rules.by_site(n)?;
        let mut instance = Self { among_open: f64::INFINITY, ..Self::default() };
        let mut local = vec![None; n];
        let mut is_open = vec![false; n];
        for (j, state) in (0_u32..).zip(&by_site.state) {
            let cost = by_site.cost[j as usize];
            // An existing site stands in the way: it closes, unless a budget must hold and closing costs money.
            let closes = *state == SiteState::Closable && (rules.budget.is_none() || cost >= 0.0);
            if state.must_open() {
                is_open[j as usize] = true;
                instance.open.push(j);
            } else if state.may_open() && !closes {
                local[j as usize] = u32::try_from(instance.site.len()).ok();
                instance.site.push(j);
                instance.cost.push(if rules.budget.is_some() { cost } else { 0.0 });
                instance.counted.push(!state.exists());
            }
        }
        instance.p = rules.p.unwrap_or_default().saturating_sub(rules.required.len());
        instance.budget = rules.budget.map(|budget| by_site.spendable(budget) - by_site.money(&instance.open));
        let cost = &instance.cost;
        let sites = || (0_u32..).zip(&instance.counted);
        let mut cheapest: Vec<u32> = sites().filter(|(_, counted)| **counted).map(|(at, _)| at).collect();
        cheapest.sort_by(|&a, &b| cost[a as usize].total_cmp(&cost[b as usize]).then(a.cmp(&b)));
        let saving = sites().filter(|(at, counted)| !**counted && cost[*at as usize] < 0.0).map(|(at, _)| at).collect();
        (instance.cheapest, instance.saving) = (cheapest, saving);
        instance.measure(model, &local, &is_open);
        Ok(instance)
    }

    /// Takes the distances from the matrix: of both directions the smaller.
    fn measure(&mut self, model: &PDispersion, local: &[Option<u32>], is_open: &[bool]) {
        let travel = model.travel();
        self.to_open = vec![f64::INFINITY; self.site.len()];
        let mut near: Vec<Vec<(u32, f64)>> = vec![Vec::new(); self.site.len()];
        for (i, at) in (0_u32..).zip(0..local.len()) {
            for (j, cost) in travel.row(at).iter().filter(|entry| entry.0 != i) {
                match (local[at], local[j as usize]) {
                    (Some(a), Some(b)) => {
                        near[a as usize].push((b, cost));
                        near[b as usize].push((a, cost));
                    }
                    (None, None) if is_open[at] && is_open[j as usize] => self.among_open = self.among_open.min(cost),
                    (Some(a), None) if is_open[j as usize] => {
                        self.to_open[a as usize] = self.to_open[a as usize].min(cost);
                    }
                    (None, Some(b)) if is_open[at] => self.to_open[b as usize] = self.to_open[b as usize].min(cost),
                    _ => {}
                }
            }
        }
        self.start.push(0);
        for list in &mut near {
            list.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            list.dedup_by_key(|entry| entry.0);
            self.neighbour.extend(list.iter().map(|entry| entry.0));
            self.distance.extend(list.iter().map(|entry| entry.1));
            self.start.push(self.neighbour.len());
        }
    }

    /// Number of sites left to decide.
    pub fn n_sites(&self) -> usize {
        self.site.len()
    }

    /// Local sites at a known distance from one, with the distances.
    pub fn near(&self, site: u32) -> impl Iterator<Item = (u32, f64)> + '_ {
        let (from, to) = (self.start[site as usize], self.start[site as usize + 1]);
        self.neighbour[from..to].iter().copied().zip(self.distance[from..to].iter().copied())
    }

    /// The distance between two local sites; infinite when it is not known.
    pub fn distance(&self, a: u32, b: u32) -> f64 {
        let (from, to) = (self.start[a as usize], self.start[a as usize + 1]);
        match self.neighbour[from..to].binary_search(&b) {
            Ok(at) => self.distance[from + at],
            Err(_) => f64::INFINITY,
        }
    }

    /// The smallest distance in a choice of local sites, those open anyway included.
    pub fn spread(&self, chosen: &[u32]) -> f64 {
        let mut is_chosen = vec![false; self.n_sites()];
        chosen.iter().for_each(|&site| is_chosen[site as usize] = true);
        let nearest = |&site: &u32| {
            let others = self.near(site).filter(|entry| is_chosen[entry.0 as usize]).map(|entry| entry.1);
            others.fold(self.to_open[site as usize], f64::min)
        };
        chosen.iter().map(nearest).fold(self.among_open, f64::min)
    }

    /// No plan has a larger smallest distance: each of the p sites has p - 1 others at least that far away.
    pub fn greatest_distance(&self) -> f64 {
        let Some(others) = self.p.checked_sub(1) else { return self.among_open };
        let mut reach: Vec<f64> = Vec::with_capacity(self.cheapest.len());
        let mut distances: Vec<f64> = Vec::new();
        for &site in &self.cheapest {
            distances.clear();
            let counted = self.near(site).filter(|entry| self.counted[entry.0 as usize]);
            distances.extend(counted.map(|entry| entry.1));
            // Those at an unknown distance are the farthest.
            let unknown = self.cheapest.len() - 1 - distances.len();
            let farthest = match others.checked_sub(unknown).and_then(|rank| rank.checked_sub(1)) {
                Some(rank) if rank < distances.len() => {
                    *distances.select_nth_unstable_by(rank, |a, b| b.total_cmp(a)).1
                }
                Some(_) => 0.0,
                None => f64::INFINITY,
            };
            reach.push(farthest.min(self.to_open[site as usize]));
        }
        reach.sort_unstable_by(|a, b| b.total_cmp(a));
        reach.get(others).copied().unwrap_or(0.0).min(self.among_open)
    }

    /// The distinct distances above `above` and up to `most` that a plan can have, ascending; infinity is one of them
    /// where `most` is infinite.
    pub fn distances(&self, above: f64, most: f64) -> Vec<f64> {
        let all = self.distance.iter().chain(&self.to_open).copied().chain([self.among_open, f64::INFINITY]);
        let mut distances: Vec<f64> = all.filter(|&distance| distance > above && distance <= most).collect();
        distances.sort_unstable_by(f64::total_cmp);
        distances.dedup();
        distances
    }

    /// Money that a choice of local sites costs.
    pub fn money(&self, chosen: &[u32]) -> f64 {
        chosen.iter().map(|&site| self.cost[site as usize]).sum()
    }

    /// Whether so much money is within the budget.
    pub fn affords(&self, money: f64) -> bool {
        self.budget.is_none_or(|budget| money <= budget)
    }

    /// Whether a choice may become one of p sites within the budget; when it says no, it cannot.
    pub fn allows(&self, count: usize, money: f64) -> bool {
        let Some(missing) = self.p.checked_sub(count) else { return false };
        if self.budget.is_none() {
            return true;
        }
        let still: f64 =
            self.cheapest.iter().take(missing).chain(&self.saving).map(|&site| self.cost[site as usize]).sum();
        self.affords(money + still)
    }

    /// The local sites among some sites of the model, ascending.
    pub fn local(&self, sites: &[u32]) -> Vec<u32> {
        (0_u32..).zip(&self.site).filter(|(_, site)| sites.contains(site)).map(|(at, _)| at).collect()
    }

    /// All open sites of the model when some local sites are chosen, ascending.
    pub fn sites(&self, chosen: &[u32]) -> Vec<u32> {
        let mut sites = self.open.clone();
        sites.extend(chosen.iter().map(|&at| self.site[at as usize]));
        sites.sort_unstable();
        sites
    }
}
