//! Brute force for sites with limits: every open set, and for each the best way to serve, by methods that share nothing
//! with the library (enumeration when demand must not split, Bellman-Ford min-cost flow when it may).

use siting::{
    Assignment, Backend, Error, FixedCharge, MaxCover, PMedian, Reason, Rules, SetCover, Solution, SolveOptions, check,
};

use super::support::{Town, allowed, money, subsets};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    MaxCover,
    SetCover,
    PMedian,
    FixedCharge,
}

/// One case: a town, a model, and every rule that it may have.
#[derive(Debug, Clone)]
pub struct Case {
    pub kind: Kind,
    pub town: Town,
    pub rules: Rules,
    pub capacities: Option<Vec<f64>>,
    pub demands: Option<Vec<f64>>,
    pub min_use: Option<Vec<f64>>,
    pub single: bool,
    pub closest: bool,
    pub within: Option<f64>,
    pub share: Option<f64>,
}

/// What an open set costs to serve, and how much capacity it lacks.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Serving {
    cost: f64,
    lacking: f64,
}

macro_rules! dress {
    ($case:expr, $model:expr, $($setter:ident),*) => {{
        let (case, mut model) = ($case, $model);
        let assignment = if case.closest { Assignment::Closest } else { Assignment::System };
        model = model.required(case.rules.required.clone()).forbidden(case.rules.forbidden.clone());
        model = model.existing(case.rules.existing.clone()).single_source(case.single).assignment(assignment);
        if let Some(costs) = &case.rules.closing_costs {
            model = model.closing_costs(costs.clone());
        }
        if let Some(capacities) = &case.capacities {
            model = model.capacities(capacities.clone());
        }
        if let Some(demands) = &case.demands {
            model = model.demands(demands.clone());
        }
        $(dress!(@ $setter model case);)*
        model
    }};
    (@ p $model:ident $case:ident) => { if let Some(p) = $case.rules.p { $model = $model.p(p); } };
    (@ budget $model:ident $case:ident) => { if let Some(budget) = $case.rules.budget { $model = $model.budget(budget); } };
    (@ site_costs $model:ident $case:ident) => { $model = $model.site_costs($case.town.site_costs.clone()); };
    (@ within $model:ident $case:ident) => { if let Some(within) = $case.within { $model = $model.within(within); } };
    (@ share $model:ident $case:ident) => { if let Some(share) = $case.share { $model = $model.share(share); } };
    (@ min_use $model:ident $case:ident) => { if let Some(least) = &$case.min_use { $model = $model.min_use(least.clone()); } };
}

/// What sums of thirds may miss a limit by.
const ROUNDING: f64 = 1e-9;

impl Case {
    pub fn max_cover(&self) -> MaxCover {
        dress!(self, MaxCover::new(self.town.travel(), self.town.weights.clone()), p, budget, site_costs, within)
    }

    pub fn set_cover(&self) -> SetCover {
        dress!(self, SetCover::new(self.town.travel()).weights(self.town.weights.clone()), site_costs, within, share)
    }

    pub fn p_median(&self) -> PMedian {
        dress!(self, PMedian::new(self.town.travel(), self.town.weights.clone()), p, budget, site_costs)
    }

    pub fn fixed_charge(&self) -> FixedCharge {
        let town = &self.town;
        dress!(self, FixedCharge::new(town.travel(), town.weights.clone(), town.site_costs.clone()), p, budget, min_use)
    }

    /// Solves the case; a solution is checked against the model once more.
    pub fn solve(&self, options: &SolveOptions) -> Result<Solution, Error> {
        macro_rules! solve {
            ($model:expr) => {{
                let model = $model;
                let solution = model.solve(options)?;
                check(&model, &solution).unwrap();
                Ok(solution)
            }};
        }
        match self.kind {
            Kind::MaxCover => solve!(self.max_cover()),
            Kind::SetCover => solve!(self.set_cover()),
            Kind::PMedian => solve!(self.p_median()),
            Kind::FixedCharge => solve!(self.fixed_charge()),
        }
    }

    fn demand(&self, i: usize) -> f64 {
        self.demands.as_ref().map_or(self.town.weights[i], |demands| demands[i])
    }

    fn all_must_be_served(&self) -> bool {
        self.kind != Kind::MaxCover && self.share.is_none()
    }

    fn site_costs(&self) -> &[f64] {
        &self.town.site_costs
    }

    /// The open sites that may serve a demand point, with what serving all of it adds to the objective (minimised).
    fn ways(&self, i: usize, open: &[usize]) -> Vec<(usize, f64)> {
        let radius = self.within.unwrap_or(f64::INFINITY);
        let nearest = self.town.nearest(i, open, radius);
        let near = |cost: f64| cost <= radius && (!self.closest || Some(cost) == nearest);
        let reached =
            open.iter().filter_map(|&j| self.town.costs[i][j].filter(|&cost| near(cost)).map(|cost| (j, cost)));
        let weight = self.town.weights[i];
        reached.map(|(j, cost)| (j, if self.walks() { weight * cost } else { -weight })).collect()
    }

    fn walks(&self) -> bool {
        matches!(self.kind, Kind::PMedian | Kind::FixedCharge)
    }

    /// The best objective over all plans; `None` when there is none.
    pub fn best(&self) -> Option<f64> {
        let sets = subsets(self.town.n_sites()).filter(|open| allowed(&self.rules, self.site_costs(), open));
        let values = sets.filter_map(|open| {
            let serving = self.serve(&open, false)?;
            let cost = match self.kind {
                Kind::MaxCover => return Some(-serving.cost),
                Kind::PMedian => serving.cost,
                Kind::FixedCharge => serving.cost + money(&self.rules, self.site_costs(), &open),
                Kind::SetCover => {
                    let total: f64 = self.town.weights.iter().sum();
                    if self.share.is_some_and(|share| -serving.cost < share * total - 1e-9) {
                        return None;
                    }
                    money(&self.rules, self.site_costs(), &open)
                }
            };
            Some(cost)
        });
        if self.kind == Kind::MaxCover { values.reduce(f64::max) } else { values.reduce(f64::min) }
    }

    /// The least capacity that must be added so that a plan exists; `None` when no capacity helps.
    pub fn least_lacking(&self) -> Option<f64> {
        let sets = subsets(self.town.n_sites()).filter(|open| allowed(&self.rules, self.site_costs(), open));
        sets.filter_map(|open| self.serve(&open, true)).map(|serving| serving.lacking).reduce(f64::min)
    }

    /// The best way to serve from an open set; `None` when someone who must be served is not. When capacities may grow,
    /// the way that needs the least growth.
    fn serve(&self, open: &[usize], may_grow: bool) -> Option<Serving> {
        if self.single { self.serve_whole(open, may_grow) } else { self.serve_split(open, may_grow) }
    }

    fn limits(&self, j: usize) -> (f64, f64) {
        let least = self.min_use.as_ref().map_or(0.0, |least| least[j]);
        (least, self.capacities.as_ref().map_or(f64::INFINITY, |capacities| capacities[j]))
    }

    fn serve_whole(&self, open: &[usize], may_grow: bool) -> Option<Serving> {
        let ways: Vec<_> = (0..self.town.n_demand()).map(|i| self.ways(i, open)).collect();
        let mut load = vec![0.0; self.town.n_sites()];
        let mut best = None;
        self.try_all(0, &ways, &mut load, 0.0, may_grow, open, &mut best);
        best
    }

    #[allow(clippy::too_many_arguments, reason = "a plain recursion")]
    fn try_all(
        &self,
        i: usize,
        ways: &[Vec<(usize, f64)>],
        load: &mut Vec<f64>,
        cost: f64,
        may_grow: bool,
        open: &[usize],
        best: &mut Option<Serving>,
    ) {
        if i == ways.len() {
            if open.iter().any(|&j| load[j] < self.limits(j).0 - ROUNDING) {
                return;
            }
            let lacking = open.iter().map(|&j| (load[j] - self.limits(j).1).max(0.0)).sum();
            let better = |best: &Serving| if may_grow { lacking < best.lacking } else { cost < best.cost };
            if best.as_ref().is_none_or(better) {
                *best = Some(Serving { cost, lacking });
            }
            return;
        }
        for &(j, price) in &ways[i] {
            if may_grow || load[j] + self.demand(i) <= self.limits(j).1 + ROUNDING {
                load[j] += self.demand(i);
                self.try_all(i + 1, ways, load, cost + price, may_grow, open, best);
                load[j] -= self.demand(i);
            }
        }
        if !self.all_must_be_served() {
            self.try_all(i + 1, ways, load, cost, may_grow, open, best);
        }
    }

    /// Min-cost flow: source, demand points, sites, sink. Lower bounds are first units at a great bonus, growth is last
    /// units at a great price.
    fn serve_split(&self, open: &[usize], may_grow: bool) -> Option<Serving> {
        const GREAT: f64 = 1e6;
        let (n, m) = (self.town.n_demand(), self.town.n_sites());
        let (source, sink) = (n + m, n + m + 1);
        let mut flow = Flow::new(n + m + 2);
        let mut cost = 0.0;
        let mut total = 0.0;
        for i in 0..n {
            let (ways, demand) = (self.ways(i, open), self.demand(i));
            if demand == 0.0 {
                match ways.iter().map(|way| way.1).reduce(f64::min) {
                    Some(price) => cost += price,
                    None if self.all_must_be_served() => return None,
                    None => {}
                }
                continue;
            }
            total += demand;
            flow.arc(source, i, demand, 0.0);
            for (j, price) in ways {
                flow.arc(i, n + j, f64::INFINITY, price / demand);
            }
        }
        let mut bonus = 0.0;
        for &j in open {
            let (least, capacity) = self.limits(j);
            bonus += least;
            flow.arc(n + j, sink, least, -GREAT);
            flow.arc(n + j, sink, capacity - least, 0.0);
            if may_grow {
                flow.arc(n + j, sink, f64::INFINITY, GREAT);
            }
        }
        let all = self.all_must_be_served();
        let (sent, price) = flow.send(source, sink, all);
        if all && sent < total - 1e-6 {
            return None;
        }
        // The great prices tell apart what the bonuses and the growth took: both are whole multiples of a whole unit.
        let used_bonus: f64 = flow.sent_at(-GREAT);
        if used_bonus < bonus - 1e-6 {
            return None;
        }
        let lacking = if may_grow { flow.sent_at(GREAT) } else { 0.0 };
        Some(Serving { cost: cost + price + GREAT * used_bonus - GREAT * lacking, lacking })
    }
}

struct Arc {
    to: usize,
    room: f64,
    price: f64,
    back: usize,
    forward: bool,
}

struct Flow {
    arcs: Vec<Vec<Arc>>,
}

impl Flow {
    fn new(nodes: usize) -> Self {
        Self { arcs: (0..nodes).map(|_| Vec::new()).collect() }
    }

    fn arc(&mut self, from: usize, to: usize, room: f64, price: f64) {
        let (a, b) = (self.arcs[from].len(), self.arcs[to].len());
        self.arcs[from].push(Arc { to, room, price, back: b, forward: true });
        self.arcs[to].push(Arc { to: from, room: 0.0, price: -price, back: a, forward: false });
    }

    /// Sends along cheapest paths: as much as fits, or only as long as it pays.
    fn send(&mut self, source: usize, sink: usize, all: bool) -> (f64, f64) {
        let (mut sent, mut total) = (0.0, 0.0);
        loop {
            let mut distance = vec![f64::INFINITY; self.arcs.len()];
            let mut last = vec![None; self.arcs.len()];
            distance[source] = 0.0;
            for _ in 0..self.arcs.len() {
                for node in 0..self.arcs.len() {
                    for (at, arc) in self.arcs[node].iter().enumerate() {
                        if arc.room > 1e-9 && distance[node] + arc.price < distance[arc.to] - 1e-9 {
                            distance[arc.to] = distance[node] + arc.price;
                            last[arc.to] = Some((node, at));
                        }
                    }
                }
            }
            if distance[sink] == f64::INFINITY || (!all && distance[sink] >= -1e-9) {
                return (sent, total);
            }
            let mut amount = f64::INFINITY;
            let mut node = sink;
            while let Some((from, at)) = last[node] {
                amount = amount.min(self.arcs[from][at].room);
                node = from;
            }
            let mut node = sink;
            while let Some((from, at)) = last[node] {
                self.arcs[from][at].room -= amount;
                let back = self.arcs[from][at].back;
                self.arcs[node][back].room += amount;
                node = from;
            }
            sent += amount;
            total += amount * distance[sink];
        }
    }

    /// What went over the arcs of a price.
    fn sent_at(&self, price: f64) -> f64 {
        let arcs = self.arcs.iter().flatten().filter(|arc| arc.forward && arc.price == price);
        arcs.map(|arc| self.arcs[arc.to][arc.back].room).sum()
    }
}

/// Solves on a backend and compares with brute force: the optimum is proven and right, or the reasons are true.
pub fn agrees(case: &Case, backend: Backend) {
    let best = case.best();
    match case.solve(&SolveOptions::default().backend(backend)) {
        Ok(solution) => {
            let best = best.unwrap_or_else(|| panic!("brute force finds no plan, but {solution:?}"));
            assert!(
                (solution.objective - best).abs() < 1e-6,
                "{} is not the best, {best}: {solution:?}",
                solution.objective
            );
            assert!(solution.is_optimal(), "{solution:?}");
        }
        Err(Error::Infeasible(infeasible)) => {
            assert_eq!(best, None, "{infeasible}");
            assert!(!infeasible.reasons.is_empty());
            for reason in &infeasible.reasons {
                is_true(case, reason);
            }
        }
        Err(other) => panic!("{other}"),
    }
}

/// Fails when a reason for infeasibility is not true of the case.
fn is_true(case: &Case, reason: &Reason) {
    match reason {
        Reason::CapacityShort { missing, .. } if case.share.is_none() => {
            let least = case.least_lacking().unwrap_or_else(|| panic!("no capacity would help: {reason}"));
            assert!((least - missing).abs() < 1e-6, "{least} is missing: {reason}");
        }
        Reason::SitesTooFew { p, smallest: Some(smallest) } => {
            assert!(smallest > p);
            for p in 0..*smallest {
                assert_eq!(with_p(case, p).best(), None, "p = {p} would do: {reason}");
            }
            assert!(with_p(case, *smallest).best().is_some(), "{reason}");
        }
        Reason::BudgetTooSmall { smallest: Some(smallest), .. } => {
            let with = |budget| Case { rules: Rules { budget: Some(budget), ..case.rules.clone() }, ..case.clone() };
            // Reasons that come from the rules on sites alone may understate what serving takes.
            assert_eq!(with(smallest - 0.5).best(), None, "{reason}");
        }
        Reason::TooLargeToServe { size, largest, .. } => assert!(size > largest),
        Reason::MinUseUnreachable { min_use, reachable, .. } => assert!(min_use > reachable),
        Reason::Unreachable { count, .. } => assert!(*count > 0),
        _ => {}
    }
}

fn with_p(case: &Case, p: usize) -> Case {
    Case { rules: Rules { p: Some(p), ..case.rules.clone() }, ..case.clone() }
}
