//! What a space is to a plan, and the plan under other conditions.

use std::sync::Arc;

use super::assignment::{Assignment, assign};
use super::broken::broken;
use super::candidate::Candidate;
use super::formulation::Scope;
use super::instance::{Instance, State, Terms};
use super::movers::Movers;
use super::nearby::{cells_in_reach, cells_of, part, rooms_of};
use super::rows::RowKind;
use super::{Outcome, exact};
use crate::engine::Ended;
use crate::error::Error;
use crate::model::Sense;
use crate::service::{
    BrokenRule, Change, Explanation, Fitout, Host, HostedService, Money, PlanRules, Programme, Replacement, Served,
    ServicePlan, Size, verify,
};
use crate::solve::{Control, Limit, Method, SolveOptions, Status};

impl Programme {
    /// What a space is to a plan: whom it serves whom nobody else would, what is lost if it falls through, and which single
    /// unused space would replace it best while every other decision stands.
    ///
    /// In programmes of more than some hundred ways between homes and hosts, replacements are looked for among the unused
    /// spaces that could serve people who go to this one; while these are compared, people farther away go where they went.
    ///
    /// Of the options, `time_limit`, `backend`, `threads` and `memory_limit` count.
    ///
    /// # Errors
    ///
    /// Those of [`Programme::check`]; [`Error::InvalidValue`] when the plan does not use the space, or for a warm start of
    /// sites; [`Error::NoSolution`] when a limit came before the loss was known.
    ///
    /// # Example
    ///
    /// ```
    /// use siting::service::{Demand, Module, PlanRules, Programme, Service, Space};
    /// use siting::{SolveOptions, TravelMatrix};
    ///
    /// let canteen = Service::new("canteen", 900.0)
    ///     .need(Demand::PEOPLE, 0.1)
    ///     .module(Module::new("small", 100.0, 30.0).capital_cost(200_000.0));
    /// let walks = [(0, 0, 100.0), (1, 0, 400.0), (1, 1, 100.0)];
    /// let programme = Programme::new(Demand::new([100.0, 200.0]), [canteen])
    ///     .spaces([Space::new(120.0, "hall"), Space::new(120.0, "hall")])
    ///     .travel_to_spaces(TravelMatrix::from_pairs(2, 2, &walks)?);
    /// let options = SolveOptions::default();
    /// let plan = programme.solve(&PlanRules::default().budget(200_000.0), &options)?;
    /// assert_eq!((plan.objective, plan.fitouts[0].space), (30.0, 0));
    ///
    /// let told = programme.explain(&plan, 0, &options)?;
    /// assert_eq!((told.lost, told.capital_freed, told.services[0].nobody_else), (30.0, 200_000.0, 30.0));
    /// let replacement = told.replacement.unwrap();
    /// assert_eq!((replacement.space, replacement.lost), (1, 10.0));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn explain(&self, plan: &ServicePlan, space: u32, options: &SolveOptions) -> Result<Explanation, Error> {
        let sense = plan.sense();
        let control = Control::maximising(options, sense);
        options.validate()?;
        super::no_sites(options)?;
        self.check(plan)?;
        let (here, others): (Vec<Fitout>, Vec<Fitout>) =
            plan.fitouts.iter().cloned().partition(|fitout| fitout.space == space);
        if here.is_empty() {
            return Err(unused(plan, space));
        }
        let mut facilities = plan.facilities.clone();
        let stays_here = |change: &&mut Change| **change == Change::Moved { to: space };
        facilities.iter_mut().filter(stays_here).for_each(|change| *change = Change::Kept);
        let left = ServicePlan { rules: closed(&plan.rules, space), fitouts: others, facilities, ..plan.clone() };

        let instance = Instance::keeping(self, &left.rules, &left.fitouts)?;
        let decided = instance.decisions(&left);
        let Assignment { candidate, passed } = assign(&instance, &decided, &control)?;
        let objective = Instance::told(sense, candidate.value);
        let served = candidate.parts(&instance, self).served;
        let (met, met_without) = (self.met(&plan.served)?, self.met(&served)?);
        let own: Vec<Served> = plan.served.iter().filter(|row| row.host.is_space(space)).copied().collect();
        let own = self.met(&own)?;
        let hosted = |fitout: &Fitout| {
            let s = fitout.service as usize;
            // Where the plan in hand left people out for whom there was a place, others may serve more.
            let nobody_else = (met[s] - met_without[s]).max(0.0);
            HostedService { service: fitout.service, served: own[s], nobody_else }
        };
        let money = Money::of(self, &plan.fitouts, &plan.facilities);
        let money_without = Money::of(self, &left.fitouts, &left.facilities);
        let mut rules = Vec::new();
        if plan.rules.required.contains(&space) {
            let message = format!("required space {space} would host nothing");
            rules.push(BrokenRule { rule: "required".into(), message });
        }
        rules.extend(broken(self, &plan.rules, &instance, &passed));
        let (replacement, limit) = self.replacement(plan, &left, instance, candidate, space, &control)?;
        Ok(Explanation {
            space,
            services: here.iter().map(hosted).collect(),
            objective: plan.objective,
            objective_without: objective,
            lost: worse_by(sense, plan.objective, objective),
            capital_freed: money.capital - money_without.capital,
            yearly_freed: money.yearly - money_without.yearly,
            broken: rules,
            replacement,
            limit,
        })
    }

    /// People in need who are served, service by service.
    pub(super) fn met(&self, served: &[Served]) -> Result<Vec<f64>, Error> {
        let mut met = vec![0.0; self.services.len()];
        for rows in served.chunk_by(|a, b| a.service == b.service) {
            let Some(s) = rows.first().map(|row| row.service as usize) else { continue };
            let needs = self.services[s].needs_of(&self.demand)?;
            met[s] = rows.iter().map(|row| needs[row.demand as usize] * row.share).sum();
        }
        Ok(met)
    }

    /// The best fit-out of one unused space, everything else standing as in `left`.
    fn replacement(
        &self,
        plan: &ServicePlan,
        left: &ServicePlan,
        mut instance: Instance,
        mut decided: Candidate,
        space: u32,
        control: &Control,
    ) -> Result<(Option<Replacement>, Option<Limit>), Error> {
        let displaced: Vec<bool> =
            plan.facilities.iter().zip(&left.facilities).map(|(before, after)| before != after).collect();
        settle(&mut instance, &mut decided, &displaced);
        let used: Vec<bool> = instance.rooms.iter().map(|room| decided.is_used(&instance, room)).collect();
        let may_move = |size: Size| match size {
            Size::Module(_) => true,
            Size::Moved(f) => displaced.get(f as usize) == Some(&true),
        };
        let free = |at: usize| {
            let choice = &instance.choices[at];
            !used[instance.groups[choice.group].room] && may_move(choice.size)
        };
        let choices: Vec<bool> = (0..instance.choices.len()).map(|at| decided.open[at] != 0 || free(at)).collect();
        if choices.iter().zip(&decided.open).all(|(&kept, &open)| !kept || open != 0) {
            return Ok((None, None));
        }
        one_instead(&mut instance, &used);
        let mut people: Vec<u32> =
            plan.served.iter().filter(|row| row.host == Host::Space(space)).map(|row| row.demand).collect();
        people.sort_unstable();
        people.dedup();
        let size = instance.cells.arcs.len() + choices.iter().filter(|kept| **kept).count();
        let found = if size <= SMALL {
            let options = control.options.on_the_way();
            let scope = Scope { choices, settled: Some((decided, used)) };
            exact(&instance, &scope, None, &control.on_the_way(&options, Sense::Maximize))?
        } else {
            one_by_one(&instance, decided, &choices, used, &people, control)?
        };
        let limit = found.ended.limit();
        let Some(candidate) = found.candidate else { return Ok((None, limit)) };
        let parts = candidate.parts(&instance, self);
        let objective = verify(self, &left.rules, &parts.fitouts, &parts.facilities, &parts.served)?;
        let stood = |fitout: &Fitout| left.fitouts.iter().any(|other| other.space == fitout.space);
        let fitouts: Vec<Fitout> = parts.fitouts.iter().filter(|fitout| !stood(fitout)).cloned().collect();
        let Some(instead) = fitouts.first().map(|fitout| fitout.space) else { return Ok((None, limit)) };
        let replaced = ServicePlan {
            rules: left.rules.clone(),
            method: Method::Mip,
            backend: Some(control.options.backend),
            status: Status::Feasible,
            limit,
            objective,
            bound: None,
            gap: None,
            seconds: control.seconds(),
            nodes: found.nodes,
            fitouts: parts.fitouts,
            facilities: parts.facilities,
            served: parts.served,
        };
        let lost = worse_by(plan.sense(), plan.objective, objective);
        Ok((Some(Replacement { space: instead, fitouts, objective, lost, plan: replaced }), limit))
    }
}

/// Looks at the rooms near these people one by one; people farther away go where they went until the room is found.
fn one_by_one(
    instance: &Instance,
    base: Candidate,
    choices: &[bool],
    used: Vec<bool>,
    people: &[u32],
    control: &Control,
) -> Result<Outcome, Error> {
    let unused: Vec<bool> = used.iter().map(|used| !used).collect();
    let near = rooms_of(instance, &cells_of(instance, people), &unused);
    let kept: Vec<bool> =
        cells_of(instance, people).into_iter().zip(cells_in_reach(instance, &near)).map(|(a, b)| a || b).collect();
    let part = part(instance, &base, &kept);
    let options = control.options.on_the_way();
    let mut best: Option<Candidate> = None;
    let (mut ended, mut nodes) = (Ended::Complete, 0);
    let mut scope = Scope { choices: Vec::new(), settled: Some((base.clone(), used)) };
    for room in (0..near.len()).filter(|&room| near[room]) {
        let here = |at: usize| instance.groups[instance.choices[at].group].room == room;
        scope.choices = (0..choices.len()).map(|at| choices[at] && (base.open[at] != 0 || here(at))).collect();
        let found = exact(&part, &scope, None, &control.on_the_way(&options, Sense::Maximize))?;
        nodes += found.nodes;
        if let Some(candidate) = found.candidate
            && best.as_ref().is_none_or(|best| candidate.value > best.value)
        {
            best = Some(candidate);
        }
        if found.ended != Ended::Complete {
            ended = found.ended;
            break;
        }
    }
    let Some(best) = best else { return Ok(Outcome { candidate: None, bound: None, ended, nodes }) };
    let decided = Candidate { flows: base.flows, ..best };
    let Assignment { candidate, .. } = assign(instance, &decided, control)?;
    Ok(Outcome { candidate: Some(candidate), bound: None, ended, nodes })
}

/// How much worse an objective is than another.
fn worse_by(sense: Sense, of: f64, than: f64) -> f64 {
    match sense {
        Sense::Maximize => of - than,
        Sense::Minimize => than - of,
    }
}

fn unused(plan: &ServicePlan, space: u32) -> Error {
    let mut used: Vec<u32> = plan.fitouts.iter().map(|fitout| fitout.space).collect();
    used.dedup();
    let some: Vec<String> = used.iter().take(10).map(u32::to_string).collect();
    let more = if used.len() > some.len() { ", ..." } else { "" };
    let reason = match used.len() {
        0 => "the plan uses no space".to_owned(),
        _ => format!("the plan does not use this space: it uses {}{more}", some.join(", ")),
    };
    Error::InvalidValue { argument: "space", value: space.to_string(), reason }
}

/// The rules once a space is closed.
fn closed(rules: &PlanRules, space: u32) -> PlanRules {
    let mut rules = rules.clone();
    rules.required.retain(|&own| own != space);
    rules.forbidden.push(space);
    rules
}

/// Settles facilities: what they are counts as given. Those that are displaced stay where they are, or move
/// elsewhere.
fn settle(instance: &mut Instance, decided: &mut Candidate, displaced: &[bool]) {
    let Instance { stays, rows, constant, .. } = instance;
    for ((stay, state), displaced) in stays.iter_mut().zip(&mut decided.states).zip(displaced) {
        let Some(now) = state.and_then(|at| stay.states.get(at)).cloned() else { continue };
        if *displaced {
            stay.states = vec![now];
        } else {
            for &(row, amount) in &now.terms.rows {
                rows.limits[row as usize] -= amount;
            }
            *constant += now.terms.gain;
            stay.states = vec![State { terms: Terms::default(), ..now }];
            stay.movable = false;
            stay.moves.clear();
        }
        *state = Some(0);
    }
}

/// Up to so many arcs and choices all rooms are looked at in one go.
const SMALL: usize = 600;

/// Exactly one of the rooms that are not used is to be.
fn one_instead(instance: &mut Instance, used: &[bool]) {
    instance.movers = Movers::default();
    let [most, least] = [1.0, -1.0].map(|limit| instance.rows.push(RowKind::OneInstead, limit));
    for (room, used) in instance.rooms.iter_mut().zip(used) {
        if !used {
            room.terms.take(Some(most), 1.0);
            for choice in room.groups.clone().flat_map(|group| instance.groups[group].choices.clone()) {
                Arc::make_mut(&mut instance.choices[choice].terms).take(Some(least), -1.0);
            }
        }
    }
}
