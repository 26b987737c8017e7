//! Exact reductions of covering problems: nothing that could change the best plan is lost.
//!
//! * Demand points with the same set of sites in reach (and the same need of backup) become one weighted *cell*.
//! * Sites that are open anyway are taken out; cells that they cover for good are counted once and dropped.
//! * Cells that the remaining sites cannot cover are dropped (for maximal covering they never count).
//! * A site whose cells another contains, at no more cost, is dominated and dropped.

use rustc_hash::FxHashMap;

use crate::error::Error;
use crate::model::{Model, SiteRules, SiteState, weights_of};

/// Cells times sites up to which cells that need several sites are searched with cuts.
const FEW: usize = 60_000;

/// Lists of indices, one after another.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists {
    start: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    /// One list; empty when there is no such list.
    pub fn get(&self, at: u32) -> &[u32] {
        let at = at as usize;
        match (self.start.get(at), self.start.get(at + 1)) {
            (Some(&from), Some(&to)) => &self.items[from..to],
            _ => &[],
        }
    }

    /// Number of entries in all lists.
    pub fn entries(&self) -> usize {
        self.items.len()
    }

    /// All lists in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.start.windows(2).map(|ends| &self.items[ends[0]..ends[1]])
    }

    fn push(&mut self, list: &[u32]) {
        if self.start.is_empty() {
            self.start.push(0);
        }
        self.items.extend_from_slice(list);
        self.start.push(self.items.len());
    }

    /// For each value below `n`, the lists that hold it.
    pub fn transpose(&self, n: usize) -> Self {
        let mut start = vec![0_usize; n + 1];
        for &item in &self.items {
            start[item as usize + 1] += 1;
        }
        for at in 0..n {
            start[at + 1] += start[at];
        }
        let mut next = start.clone();
        let mut items = vec![0; self.items.len()];
        for (at, list) in (0_u32..).zip(self.iter()) {
            for &item in list {
                items[next[item as usize]] = at;
                next[item as usize] += 1;
            }
        }
        Self { start, items }
    }
}

/// A covering problem after reduction: cells of demand points over the sites that are left to decide.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cells {
    /// Local sites of each cell, ascending.
    pub sites_of: Lists,
    /// Cells of each local site, ascending.
    pub cells_of: Lists,
    /// Weight of each cell.
    pub weight: Vec<f64>,
    /// How many of a cell's sites must open for it to count.
    pub need: Vec<u32>,
    /// Index of each local site in the model.
    pub site: Vec<u32>,
    /// What opening each local site costs (0 or more).
    pub cost: Vec<f64>,
    /// Whether each local site counts towards p.
    pub counted: Vec<bool>,
    /// Sites that are open in every plan considered, by their index in the model.
    pub open: Vec<u32>,
    /// Weight that the open sites cover on their own.
    pub covered: f64,
    /// Money that remains when the open sites are paid.
    pub budget: Option<f64>,
    /// Number of sites that remain to be opened.
    pub p: Option<usize>,
    /// Demand points that the sites in reach cannot cover: how many, and their weight.
    pub hopeless: (usize, f64),
}

impl Cells {
    /// Number of cells.
    pub fn len(&self) -> usize {
        self.weight.len()
    }

    /// Number of sites left to decide.
    pub fn n_sites(&self) -> usize {
        self.site.len()
    }

    /// Why this is not maximal covering in its plain form, in which one open site covers a cell and either p or a budget
    /// binds; `None` where it is. Searches and bounds of that form ask.
    pub fn why_not_plain(&self) -> Option<&'static str> {
        if self.p.is_some() && self.budget.is_some() {
            return Some("p and a budget bind at once");
        }
        self.need_several().then_some("demand points ask for more than one site")
    }

    /// Whether one open site is not enough for some cell.
    pub fn need_several(&self) -> bool {
        self.need.iter().any(|&need| need > 1)
    }

    /// Why cells that need several sites go to a solver, which finds better plans of large programmes than the search with
    /// cuts does; `None` where no cell does or they are few.
    pub fn why_several_are_many(&self) -> Option<&'static str> {
        let many = self.need_several() && self.len().saturating_mul(self.n_sites()) > FEW;
        many.then_some("many demand points ask for more than one site")
    }

    /// Builds the cells of a covering model that asks for `backup` open sites in reach of each point.
    ///
    /// `must_pay` says that site costs matter (a budget or a cost objective): then an existing site whose closing frees
    /// money is left to decide, otherwise existing sites stay open.
    pub fn of<M: Model>(model: &M, backup: usize, must_pay: bool) -> Result<Self, Error> {
        let travel = model.travel();
        let rules = model.rules();
        let by_site = rules.by_site(travel.n_sites())?;
        let mut cells = Self::default();
        let mut local = vec![None; travel.n_sites()];
        let mut is_open = vec![false; travel.n_sites()];
        for (j, index) in (0_u32..).zip(0..travel.n_sites()) {
            if stays_open(&by_site, index, must_pay) {
                is_open[index] = true;
                cells.open.push(j);
            } else if by_site.state[index].may_open() {
                local[index] = u32::try_from(cells.site.len()).ok();
                cells.site.push(j);
                cells.cost.push(if must_pay { by_site.cost[index] } else { 0.0 });
                cells.counted.push(!by_site.state[index].exists());
            }
        }
        cells.budget = rules.budget.map(|budget| by_site.spendable(budget) - by_site.money(&cells.open));
        cells.p = rules.p.map(|p| p.saturating_sub(rules.required.len()));
        cells.merge(model, backup, &local, &is_open);
        cells.cells_of = cells.sites_of.transpose(cells.site.len());
        Ok(cells)
    }

    fn merge<M: Model>(&mut self, model: &M, backup: usize, local: &[Option<u32>], is_open: &[bool]) {
        let travel = model.travel();
        let weights = weights_of(model);
        let mut seen = FxHashMap::default();
        let mut list: Vec<u32> = Vec::new();
        for (i, &weight) in weights.iter().enumerate() {
            let mut need = backup;
            list.clear();
            for (j, _) in model.reach().sites(travel, i) {
                if is_open[j as usize] {
                    need = need.saturating_sub(1);
                } else if let Some(site) = local[j as usize] {
                    list.push(site);
                }
            }
            if need == 0 {
                self.covered += weight;
                continue;
            }
            if list.len() < need {
                self.hopeless.0 += 1;
                self.hopeless.1 += weight;
                continue;
            }
            // A need above the number of sites was caught just now, so it fits.
            let need = u32::try_from(need).unwrap_or(u32::MAX);
            self.add_to_cell(&list, need, weight, &mut seen);
        }
    }

    /// Drops dominated sites: allowed where only the number or the cost of sites matters (not an exact number within a
    /// budget), and where no cell needs two sites.
    pub fn drop_dominated(&mut self) {
        if self.need_several() || (self.p.is_some() && self.budget.is_some()) {
            return;
        }
        let mut keep = vec![true; self.n_sites()];
        for (a, at) in (0_u32..).zip(0..self.n_sites()) {
            let mine = self.cells_of.get(a);
            // Whoever dominates this site covers its rarest cell too.
            let Some(&rarest) = mine.iter().min_by_key(|&&cell| self.sites_of.get(cell).len()) else {
                // A site that covers nothing; one that frees money when closed closes.
                keep[at] = false;
                continue;
            };
            keep[at] = !self.sites_of.get(rarest).iter().any(|&b| {
                let other = b as usize;
                let theirs = self.cells_of.get(b);
                let cheaper = self.cost[other] <= self.cost[at] && (self.counted[at] || !self.counted[other]);
                // Of two equal sites the first stays.
                let equal = theirs.len() == mine.len()
                    && self.cost[other] == self.cost[at]
                    && self.counted[other] == self.counted[at];
                b != a
                    && keep[other]
                    && cheaper
                    && theirs.len() >= mine.len()
                    && (!equal || b < a)
                    && contains(theirs, mine)
            });
        }
        self.retain_sites(&keep);
    }

    /// Opens some of the sites for good and closes others.
    pub fn fix(&mut self, open: &[bool], closed: &[bool]) {
        for (j, at) in (0_u32..).zip(0..self.n_sites()).filter(|&(_, at)| open[at]) {
            self.open.push(self.site[at]);
            self.budget = self.budget.map(|budget| budget - self.cost[at]);
            if self.counted[at] {
                self.p = self.p.map(|p| p.saturating_sub(1));
            }
            for &cell in self.cells_of.get(j) {
                let need = &mut self.need[cell as usize];
                *need = need.saturating_sub(1);
                if *need == 0 {
                    self.covered += std::mem::take(&mut self.weight[cell as usize]);
                }
            }
        }
        self.open.sort_unstable();
        let keep: Vec<bool> = open.iter().zip(closed).map(|(open, closed)| !open && !closed).collect();
        self.retain_sites(&keep);
    }

    /// Keeps some of the sites only, and the cells that they can still cover; cells that became alike are merged.
    fn retain_sites(&mut self, keep: &[bool]) {
        let mut renamed = vec![None; keep.len()];
        let mut next = 0_u32;
        for (at, slot) in renamed.iter_mut().enumerate() {
            if keep[at] {
                *slot = Some(next);
                next += 1;
            }
        }
        let mut at = 0;
        self.site.retain(|_| keeps(keep, &mut at));
        at = 0;
        self.cost.retain(|_| keeps(keep, &mut at));
        at = 0;
        self.counted.retain(|_| keeps(keep, &mut at));
        let old = std::mem::take(&mut self.sites_of);
        let (weight, need) = (std::mem::take(&mut self.weight), std::mem::take(&mut self.need));
        let mut seen = FxHashMap::default();
        let mut kept = Vec::new();
        for (cell, list) in old.iter().enumerate() {
            kept.clear();
            kept.extend(list.iter().filter_map(|&site| renamed[site as usize]));
            if need[cell] > 0 && kept.len() >= need[cell] as usize {
                self.add_to_cell(&kept, need[cell], weight[cell], &mut seen);
            }
        }
        self.cells_of = self.sites_of.transpose(self.site.len());
    }

    /// Adds weight to the cell with these sites and this need, making it when it is new.
    fn add_to_cell(&mut self, list: &[u32], need: u32, weight: f64, seen: &mut FxHashMap<u64, Vec<u32>>) {
        let same = seen.entry(signature(list, need)).or_default();
        if let Some(&cell) =
            same.iter().find(|&&cell| self.need[cell as usize] == need && self.sites_of.get(cell) == list)
        {
            self.weight[cell as usize] += weight;
            return;
        }
        // Cells are at most as many as demand points, which fit.
        let cell = u32::try_from(self.weight.len()).unwrap_or(u32::MAX);
        same.push(cell);
        self.sites_of.push(list);
        self.weight.push(weight);
        self.need.push(need);
    }

    /// Some of the cells alone, with the sites that reach them and without any rule; and which sites these are.
    pub fn part(&self, list: &[u32]) -> (Self, Vec<u32>) {
        let mut sites: Vec<u32> = list.iter().flat_map(|&cell| self.sites_of.get(cell)).copied().collect();
        sites.sort_unstable();
        sites.dedup();
        let mut part = Self::default();
        let mut seen = FxHashMap::default();
        for &cell in list {
            // Sites of a cell ascend, and all of them are in the list.
            let local: Vec<u32> = self
                .sites_of
                .get(cell)
                .iter()
                .filter_map(|site| sites.binary_search(site).ok()?.try_into().ok())
                .collect();
            part.add_to_cell(&local, self.need[cell as usize], self.weight[cell as usize], &mut seen);
        }
        part.cells_of = part.sites_of.transpose(sites.len());
        part.site = sites.iter().map(|&site| self.site[site as usize]).collect();
        part.cost = vec![0.0; sites.len()];
        part.counted = vec![false; sites.len()];
        (part, sites)
    }

    /// The sites of the model that are open when some local sites are, ascending.
    pub fn in_model(&self, chosen: &[u32]) -> Vec<u32> {
        let mut open = self.open.clone();
        open.extend(chosen.iter().map(|&j| self.site[j as usize]));
        open.sort_unstable();
        open
    }

    /// The local sites of a set of sites of the model; others are passed over.
    pub fn local(&self, sites: &[u32]) -> Vec<u32> {
        (0_u32..).zip(&self.site).filter(|(_, site)| sites.binary_search(site).is_ok()).map(|(at, _)| at).collect()
    }
}

fn keeps(keep: &[bool], at: &mut usize) -> bool {
    *at += 1;
    keep[*at - 1]
}

/// Whether a site is open in every plan worth considering.
fn stays_open(by_site: &SiteRules, site: usize, must_pay: bool) -> bool {
    match by_site.state[site] {
        SiteState::Required | SiteState::Existing => true,
        // An existing site covers for nothing unless closing it frees money that matters.
        SiteState::Closable => !must_pay || by_site.cost[site] <= 0.0,
        SiteState::Free | SiteState::Forbidden => false,
    }
}

/// A hash of a set of sites and a need; equal sets have equal hashes, and equality is checked where it matters.
fn signature(list: &[u32], need: u32) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    list.hash(&mut hasher);
    need.hash(&mut hasher);
    hasher.finish()
}

/// Whether a sorted list contains all of another.
fn contains(larger: &[u32], smaller: &[u32]) -> bool {
    let mut rest = larger.iter();
    smaller.iter().all(|wanted| rest.by_ref().find(|&&item| item >= *wanted) == Some(wanted))
}
