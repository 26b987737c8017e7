//! The plan in hand under other conditions.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::service::{
    BeforeAfter, FacilityChange, Fitout, FitoutChange, MetChange, Money, PlanRules, Programme, ServicePlan, WhatIf,
};
use crate::solve::SolveOptions;

impl Programme {
    /// The plan under its rules with some spaces left out and others required, solved anew from the plan in hand.
    ///
    /// # Errors
    ///
    /// Those of [`Programme::check`] and [`Programme::solve_from`]; [`Error::IndexOutOfBounds`] and [`Error::Duplicate`] for
    /// positions of spaces; [`Error::Conflict`] for a space in both lists, for one left out that the rules require, and for
    /// one required that the rules forbid.
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
    ///
    /// let without = programme.what_if(&plan, &[0], &[], &options)?;
    /// assert_eq!((&without.dropped[..], &without.added[..]), (&[0][..], &[1][..]));
    /// assert_eq!((without.objective.before, without.objective.after), (30.0, 20.0));
    /// assert_eq!(without.share_met().unwrap().after, 20.0 / 30.0);
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn what_if(
        &self,
        plan: &ServicePlan,
        without: &[u32],
        with: &[u32],
        options: &SolveOptions,
    ) -> Result<WhatIf, Error> {
        self.check(plan)?;
        let rules = changed_rules(self, &plan.rules, without, with)?;
        let new = self.solve_from(&rules, Some(plan), options)?;
        let spaces = |plan: &ServicePlan| -> BTreeSet<u32> { plan.fitouts.iter().map(|own| own.space).collect() };
        let (before, after) = (spaces(plan), spaces(&new));
        let money = [plan, &new].map(|plan| Money::of(self, &plan.fitouts, &plan.facilities));
        let [before_money, after_money] = &money;
        Ok(WhatIf {
            added: after.difference(&before).copied().collect(),
            dropped: before.difference(&after).copied().collect(),
            changed: fitout_changes(plan, &new, &before, &after),
            facilities: facility_changes(plan, &new),
            objective: BeforeAfter { before: plan.objective, after: new.objective },
            capital: BeforeAfter { before: before_money.capital, after: after_money.capital },
            yearly: BeforeAfter { before: before_money.yearly, after: after_money.yearly },
            met: self.met_changes(plan, &new)?,
            plan: new,
        })
    }

    fn met_changes(&self, plan: &ServicePlan, new: &ServicePlan) -> Result<Vec<MetChange>, Error> {
        let (before, after) = (self.met(&plan.served)?, self.met(&new.served)?);
        let row = |(((service, kind), before), after): (((u32, &crate::service::Service), f64), f64)| {
            let need = kind.needs_of(&self.demand)?.iter().sum();
            Ok(MetChange { service, need, met: BeforeAfter { before, after } })
        };
        (0..).zip(&self.services).zip(before).zip(after).map(row).collect()
    }
}

/// The rules with spaces left out and others required.
fn changed_rules(programme: &Programme, rules: &PlanRules, without: &[u32], with: &[u32]) -> Result<PlanRules, Error> {
    let len = programme.spaces.len();
    for (argument, spaces) in [("without", without), ("with", with)] {
        let mut first_at = vec![None; len];
        for (position, &space) in spaces.iter().enumerate() {
            let index = space as usize;
            let Some(seen) = first_at.get_mut(index) else {
                return Err(Error::IndexOutOfBounds { argument, position, index, len, counted: "spaces" });
            };
            if let Some(first) = seen.replace(position) {
                return Err(Error::Duplicate { argument, value: index.to_string(), first, second: position });
            }
        }
    }
    for (argument, spaces, other, others, way_out) in [
        ("without", without, "with", with, "leave it in one of them"),
        ("without", without, "required", &rules.required[..], "the rules of the plan require it: solve under others"),
        ("with", with, "forbidden", &rules.forbidden[..], "the rules of the plan forbid it: solve under others"),
    ] {
        if let Some(space) = spaces.iter().find(|space| others.contains(space)) {
            let reason = format!("space {space} is in both: {way_out}");
            return Err(Error::Conflict { argument, other, reason });
        }
    }
    let mut rules = rules.clone();
    for (list, spaces) in [(&mut rules.forbidden, without), (&mut rules.required, with)] {
        let new: Vec<u32> = spaces.iter().filter(|space| !list.contains(space)).copied().collect();
        list.extend(new);
    }
    Ok(rules)
}

/// Where spaces that both plans use are fitted out otherwise.
fn fitout_changes(
    plan: &ServicePlan,
    new: &ServicePlan,
    before: &BTreeSet<u32>,
    after: &BTreeSet<u32>,
) -> Vec<FitoutChange> {
    let find = |plan: &ServicePlan, at: (u32, u32)| -> Option<Fitout> {
        let found = plan.fitouts.binary_search_by_key(&at, |own| (own.space, own.service)).ok()?;
        plan.fitouts.get(found).cloned()
    };
    let both = plan.fitouts.iter().chain(&new.fitouts).map(|own| (own.space, own.service));
    let both: BTreeSet<(u32, u32)> =
        both.filter(|(space, _)| before.contains(space) && after.contains(space)).collect();
    let change = |(space, service)| {
        let (before, after) = (find(plan, (space, service)), find(new, (space, service)));
        (before != after).then_some(FitoutChange { space, service, before, after })
    };
    both.into_iter().filter_map(change).collect()
}

fn facility_changes(plan: &ServicePlan, new: &ServicePlan) -> Vec<FacilityChange> {
    let both = (0..).zip(plan.facilities.iter().zip(&new.facilities));
    both.filter(|(_, (before, after))| before != after)
        .map(|(facility, (&before, &after))| FacilityChange { facility, before, after })
        .collect()
}
