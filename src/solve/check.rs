//! The check of a solution against the data: the last gate before it leaves the library.
//!
//! Nothing here knows how a plan was found. Every rule is looked at again, the objective is added up anew, and the
//! first disagreement is reported.

use super::solution::PRECISION;
use super::{Limit, Proof, Solution, SolveOptions, Status, relative_gap};
use crate::error::Error;
use crate::model::{Assignment, Flow, Model, Plan, Sense, SiteState, weights_of};

/// Feasibility tolerance on capacities and shares, relative to the capacity or to one: that of linear programming.
pub(super) const TOLERANCE: f64 = 1e-6;

/// Checks a solution against its model: every rule on sites and service, and the objective.
///
/// The library does this before it returns any solution; call it for solutions that were stored, edited or made
/// elsewhere.
///
/// # Errors
///
/// [`Error::Unverified`] with the first rule or figure that does not hold; input errors of the model.
///
/// # Example
///
/// ```
/// use siting::{MaxCover, Metric, SolveOptions, TravelMatrix, check};
///
/// let travel = TravelMatrix::from_points(&[[0.0, 0.0]], &[[1.0, 0.0], [9.0, 0.0]], Metric::Euclidean, Some(5.0))?;
/// let model = MaxCover::new(travel, [30.0]).p(1);
/// let mut solution = model.solve(&SolveOptions::default())?;
/// check(&model, &solution)?;
///
/// solution.sites = vec![1]; // a site that reaches nobody
/// assert!(check(&model, &solution).is_err());
/// # Ok::<(), siting::Error>(())
/// ```
pub fn check<M: Checked>(model: &M, solution: &Solution) -> Result<(), Error> {
    model.validate()?;
    let plan = Plan {
        sites: solution.sites.clone(),
        assignment: solution.assignment.clone(),
        flows: solution.flows.clone(),
        objective: solution.objective,
    };
    check_sites(model, &plan)?;
    let flows = check_service(model, &plan)?;
    let objective = model.recompute(&plan, &flows)?;
    agree("objective", objective, plan.objective)?;
    if let Some(bound) = solution.bound
        && M::SENSE.better(solution.objective, bound)
        && relative_gap(solution.objective, bound) > TOLERANCE
    {
        return Err(Error::Unverified(format!(
            "the objective {} is better than its bound {bound}",
            solution.objective
        )));
    }
    Ok(())
}

/// A model whose objective can be recomputed from a plan; implemented by all models of the library.
///
/// [`check`](check()) has an example.
pub trait Checked: Model {
    /// Adds the objective up from the open sites and the shares served, and checks the rules of this model alone.
    ///
    /// # Errors
    ///
    /// [`Error::Unverified`] when a rule of the model does not hold.
    #[doc(hidden)]
    fn recompute(&self, plan: &Plan, flows: &[Flow]) -> Result<f64, Error>;

    /// Whether the model assigns demand points to sites at all.
    #[doc(hidden)]
    fn assigns(&self) -> bool {
        true
    }
}

impl Solution {
    /// Makes a solution of a plan after checking it, with all figures recomputed.
    pub(crate) fn verified<M: Checked>(
        model: &M,
        plan: Plan,
        proof: Proof,
        options: &SolveOptions,
        seconds: f64,
    ) -> Result<Self, Error> {
        let travel = model.travel();
        check_sites(model, &plan)?;
        let flows = check_service(model, &plan)?;
        let objective = model.recompute(&plan, &flows)?;
        agree("objective", objective, plan.objective)?;
        let weights = weights_of(model);
        let figures = Figures::of(model, &flows, &weights);
        let proof = proof.beside(objective, M::SENSE)?;
        let Verdict { status, gap, limit, bound } = proof.verdict(objective, options.gap);
        Ok(Self {
            model: M::NAME.into(),
            sense: M::SENSE,
            method: options.method,
            backend: proof.backend,
            status,
            limit,
            objective,
            bound,
            gap,
            seconds,
            nodes: proof.nodes,
            sites: plan.sites,
            assignment: plan.assignment,
            flows: plan.flows,
            covered_weight: figures.covered,
            total_weight: figures.total,
            covered_share: if figures.total > 0.0 { (figures.covered / figures.total).min(1.0) } else { 0.0 },
            mean_cost: figures.mean,
            max_cost: figures.max,
            demand_ids: travel.demand_ids().clone(),
            site_ids: travel.site_ids().clone(),
        })
    }
}

/// What a proof says of a plan.
pub(crate) struct Verdict {
    pub status: Status,
    pub gap: Option<f64>,
    pub limit: Option<Limit>,
    pub bound: Option<f64>,
}

impl Proof {
    /// The proof beside the objective of a plan that was checked.
    pub fn beside(mut self, objective: f64, sense: Sense) -> Result<Self, Error> {
        if let Some(bound) = self.bound.filter(|&bound| sense.better(objective, bound)) {
            let beyond = relative_gap(objective, bound);
            if beyond > TOLERANCE {
                return unverified(format!("the objective {objective} is better than the proven bound {bound}"));
            }
            // What a plan passes by the noise of a solver is no bound, and proves nothing.
            self.bound = self.bound.filter(|_| beyond == 0.0);
        }
        Ok(self)
    }

    /// Status, gap, limit and bound, with the gap that was asked for.
    pub fn verdict(&self, objective: f64, asked: f64) -> Verdict {
        let bound = self.bound.filter(|bound| bound.is_finite());
        match bound.map(|bound| relative_gap(objective, bound)) {
            // Bound and objective within the precision of the arithmetic are the same number: print one.
            Some(0.0) => Verdict { status: Status::Optimal, gap: Some(0.0), limit: None, bound: Some(objective) },
            Some(gap) if asked > 0.0 && gap <= asked => {
                let limit = Some(self.limit.unwrap_or(Limit::Gap));
                Verdict { status: Status::Feasible, gap: Some(gap), limit, bound }
            }
            // Nothing is a part of zero.
            gap => {
                let gap = gap.filter(|gap| gap.is_finite());
                Verdict { status: Status::Feasible, gap, limit: self.limit, bound }
            }
        }
    }
}

pub(super) fn unverified<T>(message: String) -> Result<T, Error> {
    Err(Error::Unverified(message))
}

/// Two numbers must be equal to the precision of the arithmetic.
pub(super) fn agree(what: &str, recomputed: f64, claimed: f64) -> Result<(), Error> {
    // Long sums in another order differ by more than the last digit.
    let finite = recomputed.is_finite() && claimed.is_finite();
    if recomputed == claimed
        || finite && (recomputed - claimed).abs() <= TOLERANCE * recomputed.abs().max(claimed.abs()).max(PRECISION)
    {
        return Ok(());
    }
    unverified(format!("the {what} is {recomputed} by the data, but {claimed} was claimed"))
}

/// The rules on sites: distinct, allowed, required ones open, p and budget kept.
fn check_sites<M: Model>(model: &M, plan: &Plan) -> Result<(), Error> {
    let n_sites = model.travel().n_sites();
    let rules = model.rules();
    let by_site = rules.by_site(n_sites)?;
    if plan.sites.windows(2).any(|two| two[0] >= two[1]) {
        return unverified("the open sites are not in ascending order".into());
    }
    let mut open = vec![false; n_sites];
    for &j in &plan.sites {
        match open.get_mut(j as usize) {
            Some(slot) => *slot = true,
            None => return unverified(format!("site {j} does not exist")),
        }
    }
    for (j, state) in by_site.state.iter().enumerate() {
        match state {
            SiteState::Required if !open[j] => return unverified(format!("required site {j} is not open")),
            SiteState::Existing if !open[j] => return unverified(format!("existing site {j} is closed")),
            SiteState::Forbidden if open[j] => return unverified(format!("forbidden site {j} is open")),
            _ => {}
        }
    }
    if let Some(p) = rules.p {
        let counted = by_site.counted(&plan.sites);
        if counted != p {
            return unverified(format!("{counted} new sites are open where p = {p}"));
        }
    }
    if let Some(budget) = rules.budget {
        let money = by_site.money(&plan.sites);
        if by_site.exceeds(money, budget) {
            return unverified(format!("the open sites cost {money}, more than the budget of {budget}"));
        }
    }
    Ok(())
}

/// The rules of service: only open sites within reach serve, shares add up, capacities hold. Gives the shares.
fn check_service<M: Checked>(model: &M, plan: &Plan) -> Result<Vec<Flow>, Error> {
    let travel = model.travel();
    if plan.assignment.len() != travel.n_demand() {
        return unverified(format!(
            "{} demand points are assigned where there are {}",
            plan.assignment.len(),
            travel.n_demand()
        ));
    }
    if !model.assigns() {
        return Ok(Vec::new());
    }
    let flows = match &plan.flows {
        Some(flows) => flows.clone(),
        None => (0_u32..)
            .zip(&plan.assignment)
            .filter_map(|(demand, site)| site.map(|site| Flow { demand, site, share: 1.0 }))
            .collect(),
    };
    let mut open = vec![false; travel.n_sites()];
    for &j in &plan.sites {
        open[j as usize] = true;
    }
    let mut served = vec![0.0; travel.n_demand()];
    let mut largest = vec![(0.0, None); travel.n_demand()];
    for flow in &flows {
        let (i, j) = (flow.demand as usize, flow.site as usize);
        if i >= travel.n_demand() || !open.get(j).copied().unwrap_or(false) {
            return unverified(format!("demand point {i} is served by site {j}, which is not open"));
        }
        if !(flow.share > 0.0 && flow.share <= 1.0 + TOLERANCE) {
            return unverified(format!("site {j} serves a share of {} of demand point {i}", flow.share));
        }
        match travel.cost(flow.demand, flow.site) {
            Some(cost) if cost <= model.reach().radius(i) => {}
            _ => return unverified(format!("demand point {i} is served by site {j}, which is out of its reach")),
        }
        served[i] += flow.share;
        if flow.share > largest[i].0 {
            largest[i] = (flow.share, Some(flow.site));
        }
    }
    for (i, &share) in served.iter().enumerate() {
        if share > 1.0 + TOLERANCE {
            return unverified(format!("demand point {i} is served {share} times"));
        }
        // Of two equal shares either may be named.
        let named = plan.assignment[i];
        let share_of_named = flows_of(&flows, i).find(|flow| Some(flow.site) == named).map_or(0.0, |flow| flow.share);
        if named.is_some() != largest[i].1.is_some() || share_of_named < largest[i].0 - TOLERANCE {
            return unverified(format!(
                "demand point {i} is assigned to {named:?}, not to the site that serves most of it"
            ));
        }
    }
    check_capacity(model, plan, &flows)?;
    Ok(flows)
}

/// The shares of one demand point, in shares ordered by demand point.
fn flows_of(flows: &[Flow], i: usize) -> impl Iterator<Item = &Flow> {
    let from = flows.partition_point(|flow| (flow.demand as usize) < i);
    flows[from..].iter().take_while(move |flow| flow.demand as usize == i)
}

fn check_capacity<M: Model>(model: &M, plan: &Plan, flows: &[Flow]) -> Result<(), Error> {
    let Some(capacity) = model.capacity() else { return Ok(()) };
    let travel = model.travel();
    if flows.windows(2).any(|two| (two[0].demand, two[0].site) >= (two[1].demand, two[1].site)) {
        return unverified("the shares are not ordered by demand point and site".into());
    }
    if capacity.single_source && flows.iter().any(|flow| flow.share < 1.0 - TOLERANCE) {
        return unverified("a demand point is split, but single_source is set".into());
    }
    let weights = weights_of(model);
    let demands = capacity.demands.as_deref().unwrap_or(&weights);
    let mut load = vec![0.0; travel.n_sites()];
    for flow in flows {
        load[flow.site as usize] += demands[flow.demand as usize] * flow.share;
    }
    for &j in &plan.sites {
        let used = load[j as usize];
        if let Some(limit) = capacity.capacities.as_ref().map(|limits| limits[j as usize])
            && used * (1.0 - TOLERANCE) > limit
        {
            return unverified(format!("site {j} serves {used}, more than its capacity of {limit}"));
        }
        if let Some(least) = capacity.min_use.as_ref().map(|least| least[j as usize])
            && used < least * (1.0 - TOLERANCE)
        {
            return unverified(format!("site {j} serves {used}, less than its minimum use of {least}"));
        }
    }
    if capacity.assignment == Assignment::Closest || capacity.is_unlimited() {
        check_closest(model, plan, flows)?;
    }
    Ok(())
}

/// Residents walk to the nearest open site: nobody is served farther away.
fn check_closest<M: Model>(model: &M, plan: &Plan, flows: &[Flow]) -> Result<(), Error> {
    let travel = model.travel();
    let nearest = crate::model::nearest_open(travel, model.reach(), &plan.sites);
    for flow in flows {
        let cost = travel.cost(flow.demand, flow.site).unwrap_or(f64::INFINITY);
        if let Some((near, least)) = nearest[flow.demand as usize]
            && cost > least
        {
            return unverified(format!(
                "demand point {} is served by site {}, though open site {near} is nearer",
                flow.demand, flow.site
            ));
        }
    }
    Ok(())
}

struct Figures {
    covered: f64,
    total: f64,
    mean: Option<f64>,
    max: Option<f64>,
}

impl Figures {
    fn of<M: Checked>(model: &M, flows: &[Flow], weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let (mut covered, mut walked, mut max) = (0.0, 0.0, None::<f64>);
        for flow in flows {
            let weight = weights[flow.demand as usize] * flow.share;
            let cost = model.travel().cost(flow.demand, flow.site).unwrap_or(0.0);
            covered += weight;
            walked += weight * cost;
            if weight > 0.0 {
                max = Some(max.map_or(cost, |most| most.max(cost)));
            }
        }
        let mean = (covered > 0.0).then(|| walked / covered);
        let known = model.has_costs();
        Self { covered, total, mean: mean.filter(|_| known), max: max.filter(|_| known) }
    }
}

/// The weight that a plan covers: shared by the covering models.
pub(super) fn served_weight(flows: &[Flow], weights: &[f64]) -> f64 {
    // An empty sum is -0; nothing covered is 0.
    flows.iter().map(|flow| weights[flow.demand as usize] * flow.share).sum::<f64>() + 0.0
}

/// Everyone must be served wholly: shared by the models that serve all.
pub(super) fn check_all_served(flows: &[Flow], n_demand: usize) -> Result<(), Error> {
    let mut served = vec![0.0; n_demand];
    for flow in flows {
        served[flow.demand as usize] += flow.share;
    }
    match served.iter().position(|&share| share < 1.0 - TOLERANCE) {
        Some(i) => unverified(format!("demand point {i} is served to a share of {} only", served[i])),
        None => Ok(()),
    }
}
