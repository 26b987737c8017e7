//! The check of a p-median over points: nothing here knows how a plan was found, or stores a matrix.

use super::check::{Verdict, agree, unverified};
use super::{Infeasible, Proof, Reason, Solution, SolveOptions};
use crate::error::Error;
use crate::model::{Model, PMedian, Plan, PointMedian, Sense, SiteState};

impl PointMedian {
    /// Checks a solution against the model: the rules on sites, who serves whom, and the objective.
    ///
    /// The library does this before it returns any solution; call it for solutions that were stored or made elsewhere.
    ///
    /// # Errors
    ///
    /// [`Error::Unverified`] with the first rule or figure that does not hold; input errors of the model.
    ///
    /// ```
    /// use siting::{PMedian, SolveOptions};
    /// let model = PMedian::from_points([[0.0, 0.0], [4.0, 0.0], [5.0, 0.0]]).p(2);
    /// let mut solution = model.solve(&SolveOptions::default())?;
    /// assert!(model.check(&solution).is_ok());
    /// solution.objective = 0.5;
    /// assert!(model.check(&solution).is_err());
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn check(&self, solution: &Solution) -> Result<(), Error> {
        self.validate()?;
        if solution.model != PMedian::NAME {
            return unverified(format!("it is a solution of {}, not of {}", solution.model, PMedian::NAME));
        }
        let plan = Plan {
            sites: solution.sites.clone(),
            assignment: solution.assignment.clone(),
            flows: None,
            objective: solution.objective,
        };
        self.check_plan(&plan)?;
        let proof = Proof { bound: solution.bound, limit: None, nodes: 0, backend: None };
        proof.beside(solution.objective, Sense::Minimize).map(|_| ())
    }

    /// Makes a solution of a plan after checking it, with all figures recomputed.
    pub(crate) fn verified(
        &self,
        plan: Plan,
        proof: Proof,
        options: &SolveOptions,
        seconds: f64,
    ) -> Result<Solution, Error> {
        let figures = self.check_plan(&plan)?;
        let proof = proof.beside(figures.objective, Sense::Minimize)?;
        let (demand_ids, site_ids) = self.ids();
        let Verdict { status, gap, limit, bound } = proof.verdict(figures.objective, options.gap);
        Ok(Solution {
            model: PMedian::NAME.into(),
            sense: Sense::Minimize,
            method: options.method,
            backend: proof.backend,
            status,
            limit,
            objective: figures.objective,
            bound,
            gap,
            seconds,
            nodes: proof.nodes,
            sites: plan.sites,
            assignment: plan.assignment,
            flows: None,
            covered_weight: figures.weight,
            total_weight: figures.weight,
            covered_share: if figures.weight > 0.0 { 1.0 } else { 0.0 },
            mean_cost: (figures.weight > 0.0).then(|| figures.objective / figures.weight),
            max_cost: figures.farthest,
            demand_ids,
            site_ids,
        })
    }

    /// Looks at every rule again and adds the objective up from the coordinates.
    fn check_plan(&self, plan: &Plan) -> Result<Figures, Error> {
        self.check_open(&plan.sites)?;
        let n = self.points().len();
        if plan.assignment.len() != n {
            return unverified(format!("{} points are assigned where there are {n}", plan.assignment.len()));
        }
        let nearest = self.evaluate(&plan.sites)?;
        let mut figures = Figures { objective: 0.0, weight: 0.0, farthest: None };
        for (i, (site, near)) in plan.assignment.iter().zip(&nearest.assignment).enumerate() {
            let Some(j) = *site else { return unverified(format!("point {i} is served by no site")) };
            if plan.sites.binary_search(&j).is_err() {
                return unverified(format!("point {i} is served by site {j}, which is not open"));
            }
            let to = |j: u32| self.distance(self.points()[i], self.candidates()[j as usize]);
            let distance = to(j);
            if let Some(near) = near.filter(|&near| to(near) < distance) {
                return unverified(format!("point {i} is served by site {j}, though open site {near} is nearer"));
            }
            let weight = self.weight(i);
            figures.objective += weight * distance;
            figures.weight += weight;
            if weight > 0.0 {
                figures.farthest = Some(figures.farthest.map_or(distance, |most: f64| most.max(distance)));
            }
        }
        agree("objective", figures.objective, plan.objective)?;
        Ok(figures)
    }

    /// The rules on sites: distinct, allowed, required and existing ones open, p kept.
    fn check_open(&self, sites: &[u32]) -> Result<(), Error> {
        let by_site = self.rules().by_site(self.candidates().len())?;
        if sites.windows(2).any(|two| two[0] >= two[1]) {
            return unverified("the open sites are not in ascending order".into());
        }
        let mut open = vec![false; by_site.state.len()];
        for &j in sites {
            match open.get_mut(j as usize) {
                Some(slot) => *slot = true,
                None => return unverified(format!("site {j} does not exist")),
            }
        }
        for (j, (state, open)) in by_site.state.iter().zip(&open).enumerate() {
            match (state, open) {
                (SiteState::Required, false) => return unverified(format!("required site {j} is not open")),
                (SiteState::Existing, false) => return unverified(format!("existing site {j} is closed")),
                (SiteState::Forbidden, true) => return unverified(format!("forbidden site {j} is open")),
                _ => {}
            }
        }
        let counted = by_site.counted(sites);
        match self.rules().p {
            Some(p) if counted != p => unverified(format!("{counted} new sites are open where p = {p}")),
            _ => Ok(()),
        }
    }

    /// The error for rules that leave no plan.
    pub(crate) fn infeasible(reasons: Vec<Reason>) -> Error {
        Error::Infeasible(Infeasible { model: PMedian::NAME.into(), reasons, together: false })
    }
}

struct Figures {
    objective: f64,
    weight: f64,
    farthest: Option<f64>,
}
