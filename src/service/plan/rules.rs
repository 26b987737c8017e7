//! The rules that a plan obeys, beside those of its services, spaces and pairs.

use serde::{Deserialize, Serialize};

use super::{Complexes, PlanObjective, Quota};
use crate::error::{Error, short};
use crate::service::Programme;
use crate::service::field::stranger;

/// What a plan is to be good at and which rules it obeys, beside those that services, spaces, facilities and pairs bring
/// along. The default asks for the most need met, without limits.
///
/// Shares are of weighted need, Σ ω d, and means are weighted by it: see [`PlanObjective`] for the notation.
///
/// # Example
///
/// ```
/// use siting::service::{Least, PlanObjective, PlanRules, Quota};
///
/// let rules = PlanRules::default()
///     .budget(3_000_000.0)
///     .subsidy(400_000.0)
///     .least_met_by_district(0.4)
///     .quota(Quota::new("childcare", Least::PlacesPer1000People(4.55)));
/// assert_eq!(rules.objective, PlanObjective::Cover);
///
/// // The cheapest plan that meets 60 % of the need instead.
/// let cheapest = PlanRules::default().objective(PlanObjective::Cost { years: 10.0 }).least_met(0.6);
/// assert_eq!(cheapest.budget, None);
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanRules {
    /// What it is to be good at.
    pub objective: PlanObjective,
    /// Weights of services in all shares and means; 1 for those not named.
    pub service_weights: Vec<(String, f64)>,
    /// Capital at most: conversion, fit-out, enlarging, moving and closing.
    pub budget: Option<f64>,
    /// Yearly subsidy at most: rent and running cost less income, of all that the plan adds, less what closing saves. May
    /// be negative.
    pub subsidy: Option<f64>,
    /// Whether each space must earn its rent and running cost.
    pub break_even: bool,
    /// Spaces used at most.
    pub most_spaces: Option<usize>,
    /// Positions of spaces that must host something.
    pub required: Vec<u32>,
    /// Positions of spaces that must host nothing.
    pub forbidden: Vec<u32>,
    /// How many services share a space; `None` for no such rule.
    pub complexes: Option<Complexes>,
    /// What must be there in each district.
    pub quotas: Vec<Quota>,
    /// The share of all need that must be met at least.
    pub least_met: Option<f64>,
    /// The share of a service's need that must be met at least, by name of the service.
    pub least_met_by_service: Vec<(String, f64)>,
    /// The share of need that must be met at least in every district that has any.
    pub least_met_by_district: Option<f64>,
    /// Mean walk at most, need that is not met counted at its limit.
    pub most_walking: Option<f64>,
    /// Mean envy at most, and its threshold.
    pub most_envy: Option<EnvyLimit>,
}

/// A limit on the mean envy: see [`PlanObjective::Envy`].
///
/// # Example
///
/// ```
/// use siting::service::{EnvyLimit, PlanRules};
/// let rules = PlanRules::default().most_envy(300.0, 40_000.0);
/// assert_eq!(rules.most_envy, Some(EnvyLimit { threshold: 300.0, most: 40_000.0 }));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EnvyLimit {
    /// τ: a walk that nobody minds.
    pub threshold: f64,
    /// The mean at most, in the square of the unit of the walk.
    pub most: f64,
}

impl PlanRules {
    /// What the plan is to be good at.
    #[must_use]
    pub fn objective(mut self, objective: PlanObjective) -> Self {
        self.objective = objective;
        self
    }

    /// The weight of one service.
    #[must_use]
    pub fn service_weight(mut self, service: impl Into<String>, weight: f64) -> Self {
        self.service_weights.push((service.into(), weight));
        self
    }

    /// Capital at most.
    #[must_use]
    pub fn budget(mut self, capital: f64) -> Self {
        self.budget = Some(capital);
        self
    }

    /// Yearly subsidy at most.
    #[must_use]
    pub fn subsidy(mut self, yearly: f64) -> Self {
        self.subsidy = Some(yearly);
        self
    }

    /// Each space must earn its rent and running cost.
    #[must_use]
    pub fn break_even(mut self) -> Self {
        self.break_even = true;
        self
    }

    /// Spaces used at most.
    #[must_use]
    pub fn most_spaces(mut self, count: usize) -> Self {
        self.most_spaces = Some(count);
        self
    }

    /// Spaces that must host something.
    #[must_use]
    pub fn required(mut self, spaces: impl Into<Vec<u32>>) -> Self {
        self.required = spaces.into();
        self
    }

    /// Spaces that must host nothing.
    #[must_use]
    pub fn forbidden(mut self, spaces: impl Into<Vec<u32>>) -> Self {
        self.forbidden = spaces.into();
        self
    }

    /// How many services share a space.
    #[must_use]
    pub fn complexes(mut self, rule: Complexes) -> Self {
        self.complexes = Some(rule);
        self
    }

    /// Adds a quota.
    #[must_use]
    pub fn quota(mut self, quota: Quota) -> Self {
        self.quotas.push(quota);
        self
    }

    /// The share of all need that must be met at least.
    #[must_use]
    pub fn least_met(mut self, share: f64) -> Self {
        self.least_met = Some(share);
        self
    }

    /// The share of one service's need that must be met at least.
    #[must_use]
    pub fn least_met_of(mut self, service: impl Into<String>, share: f64) -> Self {
        self.least_met_by_service.push((service.into(), share));
        self
    }

    /// The share of need that must be met at least in every district.
    #[must_use]
    pub fn least_met_by_district(mut self, share: f64) -> Self {
        self.least_met_by_district = Some(share);
        self
    }

    /// Mean walk at most.
    #[must_use]
    pub fn most_walking(mut self, mean: f64) -> Self {
        self.most_walking = Some(mean);
        self
    }

    /// Mean envy at most, with the walk that nobody minds.
    #[must_use]
    pub fn most_envy(mut self, threshold: f64, mean: f64) -> Self {
        self.most_envy = Some(EnvyLimit { threshold, most: mean });
        self
    }

    /// The weight of a service.
    #[must_use]
    pub fn weight_of(&self, service: &str) -> f64 {
        self.service_weights.iter().find(|(name, _)| name == service).map_or(1.0, |(_, weight)| *weight)
    }

    /// Checks the rules against a programme.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`], [`Error::InvalidField`] and [`Error::Duplicate`] for numbers out of range and names that are
    /// not known; [`Error::IndexOutOfBounds`] and [`Error::Conflict`] for required and forbidden spaces; [`Error::Missing`]
    /// where a rule of districts meets a programme without.
    pub fn validate(&self, programme: &Programme) -> Result<(), Error> {
        let services = programme.service_names();
        self.objective.validate()?;
        known_services("service_weights", self.service_weights.iter().map(|(name, _)| name), &services)?;
        for (name, weight) in &self.service_weights {
            of_service("service_weights", name, non_negative("service_weights", *weight))?;
        }
        if services.iter().all(|name| self.weight_of(name) == 0.0) {
            let (value, reason) = ("0 for every service", "no plan would be better than another: weigh one above 0");
            let argument = "service_weights";
            return Err(Error::InvalidValue { argument, value: value.into(), reason: reason.into() });
        }
        if let Some(budget) = self.budget {
            non_negative("budget", budget)?;
        }
        if let Some(subsidy) = self.subsidy {
            finite("subsidy", subsidy)?;
        }
        self.check_spaces(programme.spaces.len())?;
        if let Some(complexes) = &self.complexes {
            complexes.check(&services)?;
        }
        for (index, quota) in self.quotas.iter().enumerate() {
            quota.check(index, programme)?;
        }
        known_services("least_met_by_service", self.least_met_by_service.iter().map(|(name, _)| name), &services)?;
        for (argument, value) in [("least_met", self.least_met), ("least_met_by_district", self.least_met_by_district)]
        {
            value.map_or(Ok(()), |value| share(argument, value))?;
        }
        for (name, value) in &self.least_met_by_service {
            of_service("least_met_by_service", name, share("least_met_by_service", *value))?;
        }
        let by_district = self.least_met_by_district.is_some() || self.objective == PlanObjective::WorstDistrict;
        if by_district && programme.demand.districts.names.is_empty() {
            let reason = "shares of districts need the districts of the demand points";
            return Err(Error::Missing { argument: "districts", reason });
        }
        if let Some(mean) = self.most_walking {
            non_negative("most_walking", mean)?;
        }
        if let Some(envy) = self.most_envy {
            non_negative("most_envy.threshold", envy.threshold)?;
            non_negative("most_envy.most", envy.most)?;
        }
        Ok(())
    }

    fn check_spaces(&self, len: usize) -> Result<(), Error> {
        let mut required = vec![None; len];
        for (argument, spaces) in [("required", &self.required), ("forbidden", &self.forbidden)] {
            let mut first_at = vec![None; len];
            for (position, &space) in spaces.iter().enumerate() {
                let index = space as usize;
                let Some(seen) = first_at.get_mut(index) else {
                    return Err(Error::IndexOutOfBounds { argument, position, index, len, counted: "spaces" });
                };
                if let Some(first) = seen.replace(position) {
                    return Err(Error::Duplicate { argument, value: index.to_string(), first, second: position });
                }
                if argument == "required" {
                    required[index] = Some(position);
                } else if required[index].is_some() {
                    let reason = format!("space {index} is in both: leave it in one of them");
                    return Err(Error::Conflict { argument: "required", other: "forbidden", reason });
                }
            }
        }
        Ok(())
    }
}

/// The name of the service, added to what is wrong with its number.
fn of_service(argument: &'static str, name: &str, checked: Result<(), Error>) -> Result<(), Error> {
    checked.map_err(|error| match error {
        Error::InvalidValue { value, reason, .. } => {
            Error::InvalidValue { argument, value: format!("{} for {name:?}", short(&value)), reason }
        }
        other => other,
    })
}

fn share(argument: &'static str, value: f64) -> Result<(), Error> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(Error::InvalidValue { argument, value: value.to_string(), reason: "a share from 0 to 1 is expected".into() })
}

pub(super) fn finite(argument: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() {
        return Ok(());
    }
    Err(Error::InvalidValue { argument, value: value.to_string(), reason: "a finite number is expected".into() })
}

pub(super) fn non_negative(argument: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    let reason = "a finite number of 0 or more is expected".into();
    Err(Error::InvalidValue { argument, value: value.to_string(), reason })
}

/// Names of services that all exist, none twice.
pub(super) fn known_services<'a>(
    argument: &'static str,
    names: impl Iterator<Item = &'a String>,
    services: &[String],
) -> Result<(), Error> {
    let mut seen: Vec<&String> = Vec::new();
    for (second, name) in names.enumerate() {
        let value = format!("{name:?}");
        if !services.contains(name) {
            return Err(Error::InvalidValue { argument, value, reason: stranger("services", services) });
        }
        if let Some(first) = seen.iter().position(|other| *other == name) {
            return Err(Error::Duplicate { argument, value, first, second });
        }
        seen.push(name);
    }
    Ok(())
}
