//! The data of a p-center with the rules worked in: what is left to decide, sorted by radius.

use crate::error::Error;
use crate::model::{Model, PCenter, Rules, SiteState, weights_of};

/// A p-center over the sites that are left to decide.
#[derive(Debug, Clone, Default)]
pub(crate) struct Instance {
    /// Sites that are open in every plan considered, by their index in the model.
    pub open: Vec<u32>,
    /// Index in the model of each local site.
    pub site: Vec<u32>,
    /// What opening each local site costs, 0 or more; 0 without a budget.
    pub cost: Vec<f64>,
    /// Whether each local site counts towards p.
    pub counted: Vec<bool>,
    /// How many of the sites that count are to open.
    pub p: Option<usize>,
    /// Money that remains when the open sites are paid.
    pub budget: Option<f64>,
    /// Radius of each demand point to the open sites; infinite when none reaches it.
    pub served: Vec<f64>,
    /// Costs of the sites that count, ascending.
    pub cheapest: Vec<f64>,
    rows: ByRadius,
    columns: ByRadius,
}

/// Lists of indices, each sorted by radius.
#[derive(Debug, Clone, Default)]
struct ByRadius {
    start: Vec<usize>,
    index: Vec<u32>,
    radius: Vec<f64>,
}

impl ByRadius {
    fn push(&mut self, list: &mut [(f64, u32)]) {
        if self.start.is_empty() {
            self.start.push(0);
        }
        list.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        self.index.extend(list.iter().map(|entry| entry.1));
        self.radius.extend(list.iter().map(|entry| entry.0));
        self.start.push(self.index.len());
    }

    fn get(&self, at: u32) -> (&[u32], &[f64]) {
        let (from, to) = (self.start[at as usize], self.start[at as usize + 1]);
        (&self.index[from..to], &self.radius[from..to])
    }

    fn within(&self, at: u32, radius: f64) -> &[u32] {
        let (index, radii) = self.get(at);
        &index[..radii.partition_point(|&value| value <= radius)]
    }
}

impl Instance {
    /// Works the rules of a model in.
    pub fn of(model: &PCenter) -> Result<Self, Error> {
        Self::under(model, model.rules())
    }

    /// Works other rules than those of the model in.
    pub fn under(model: &PCenter, rules: &Rules) -> Result<Self, Error> {
        let (travel, weights) = (model.travel(), weights_of(model));
        let by_site = rules.by_site(travel.n_sites())?;
        let pays = rules.budget.is_some();
        let mut instance = Self::default();
        let mut local = vec![None; travel.n_sites()];
        let mut is_open = vec![false; travel.n_sites()];
        for (j, state) in (0_u32..).zip(&by_site.state) {
            let cost = by_site.cost[j as usize];
            // Only a budget gives a reason to close an existing site, and only where closing frees money.
            let stays = *state == SiteState::Closable && (!pays || cost <= 0.0);
            if state.must_open() || stays {
                is_open[j as usize] = true;
                instance.open.push(j);
            } else if state.may_open() {
                local[j as usize] = u32::try_from(instance.site.len()).ok();
                instance.site.push(j);
                instance.cost.push(if pays { cost } else { 0.0 });
                instance.counted.push(!state.exists());
            }
        }
        instance.p = rules.p.map(|p| p.saturating_sub(rules.required.len()));
        instance.budget = rules.budget.map(|budget| by_site.spendable(budget) - by_site.money(&instance.open));
        let counting = instance.cost.iter().zip(&instance.counted).filter(|(_, counted)| **counted);
        instance.cheapest = counting.map(|(cost, _)| *cost).collect();
        instance.cheapest.sort_by(f64::total_cmp);

        let mut columns: Vec<Vec<(f64, u32)>> = vec![Vec::new(); instance.site.len()];
        let mut row: Vec<(f64, u32)> = Vec::new();
        for (i, weight) in (0_u32..).zip(weights.iter()) {
            let entries = travel.row(i as usize);
            let open = entries.iter().filter(|entry| is_open[entry.0 as usize]);
            let served = open.map(|(_, cost)| weight * cost).fold(f64::INFINITY, f64::min);
            row.clear();
            for (j, cost) in entries.iter() {
                // A site no nearer than those that are open anyway serves nobody better.
                if let Some(j) = local[j as usize]
                    && weight * cost < served
                {
                    row.push((weight * cost, j));
                    columns[j as usize].push((weight * cost, i));
                }
            }
            instance.rows.push(&mut row);
            instance.served.push(served);
        }
        for column in &mut columns {
            instance.columns.push(column);
        }
        Ok(instance)
    }

    /// All demand points.
    pub fn demand(&self) -> impl Iterator<Item = u32> + use<> {
        (0_u32..).zip(0..self.served.len()).map(|(i, _)| i)
    }

    /// Number of demand points.
    pub fn n_demand(&self) -> usize {
        self.served.len()
    }

    /// Number of sites left to decide.
    pub fn n_sites(&self) -> usize {
        self.site.len()
    }

    /// The local sites of a demand point by ascending radius, with the radii.
    pub fn row(&self, demand: u32) -> (&[u32], &[f64]) {
        self.rows.get(demand)
    }

    /// The demand points of a local site by ascending radius, with the radii.
    pub fn column(&self, site: u32) -> (&[u32], &[f64]) {
        self.columns.get(site)
    }

    /// The local sites within a radius of a demand point.
    pub fn sites_within(&self, demand: u32, radius: f64) -> &[u32] {
        self.rows.within(demand, radius)
    }

    /// The demand points within a radius of a local site.
    pub fn demand_within(&self, site: u32, radius: f64) -> &[u32] {
        self.columns.within(site, radius)
    }

    /// The next larger radius at which more sites reach a demand point, or the open ones do; infinite when there is none.
    pub fn next_radius(&self, demand: u32, radius: f64) -> f64 {
        let radii = self.row(demand).1;
        let next = radii.get(radii.partition_point(|&value| value <= radius)).copied().unwrap_or(f64::INFINITY);
        let served = self.served[demand as usize];
        if served > radius { next.min(served) } else { next }
    }

    /// Whether the sites that are open anyway keep a radius for a demand point.
    pub fn is_served(&self, demand: u32, radius: f64) -> bool {
        self.served[demand as usize] <= radius
    }

    /// No plan can be better: the largest radius of any demand point to the nearest site that may open.
    pub fn least_radius(&self) -> f64 {
        let nearest = |i: u32| self.row(i).1.first().copied().unwrap_or(f64::INFINITY).min(self.served[i as usize]);
        self.demand().map(nearest).fold(0.0, f64::max)
    }

    /// The largest radius that any plan can have.
    pub fn greatest_radius(&self) -> f64 {
        let radii = self.rows.radius.iter().chain(self.served.iter().filter(|radius| radius.is_finite()));
        radii.copied().fold(0.0, f64::max)
    }

    /// The distinct radii that a plan can have, from `least` to below `below`, ascending.
    pub fn radii(&self, least: f64, below: f64) -> Vec<f64> {
        let wanted = |radius: &f64| (least..below).contains(radius);
        let mut radii: Vec<f64> = Vec::new();
        for i in self.demand() {
            let row = self.row(i).1;
            let from = row.partition_point(|&radius| radius < least);
            let to = row.partition_point(|&radius| radius < below);
            radii.extend(&row[from..to.max(from)]);
        }
        radii.extend(self.served.iter().copied().filter(wanted));
        radii.sort_unstable_by(f64::total_cmp);
        radii.dedup();
        radii
    }

    /// Money that a choice of local sites costs.
    pub fn money(&self, chosen: &[u32]) -> f64 {
        chosen.iter().map(|&j| self.cost[j as usize]).sum()
    }

    /// How many sites of a choice count towards p.
    pub fn count(&self, chosen: &[u32]) -> usize {
        chosen.iter().filter(|&&j| self.counted[j as usize]).count()
    }

    /// Whether a choice of local sites can be completed to p sites within the budget.
    pub fn allows(&self, count: usize, money: f64) -> bool {
        let missing = match self.p {
            Some(p) if count > p => return false,
            Some(p) => p - count,
            None => 0,
        };
        let Some(budget) = self.budget else { return true };
        // The cheapest may be among the chosen already: then this is a lower bound on what is still to pay.
        money + self.cheapest.iter().take(missing).sum::<f64>() <= budget
    }

    /// The local sites among some sites of the model, ascending.
    pub fn local(&self, sites: &[u32]) -> Vec<u32> {
        (0_u32..).zip(&self.site).filter(|(_, site)| sites.contains(site)).map(|(at, _)| at).collect()
    }

    /// All open sites of the model when some local sites are chosen, ascending.
    pub fn sites(&self, chosen: &[u32]) -> Vec<u32> {
        let mut sites = self.open.clone();
        sites.extend(chosen.iter().map(|&j| self.site[j as usize]));
        sites.sort_unstable();
        sites
    }
}
