//! What a programme needs to be solved, beyond what its audit needs.

use crate::error::Error;
use crate::service::{PlanObjective, PlanRules, Programme, stranger};

use super::rows::Totals;

/// Checks that a valid programme can be solved.
pub(crate) fn check(programme: &Programme, rules: &PlanRules) -> Result<(), Error> {
    if programme.travel_to_spaces.is_none() && !programme.spaces.is_empty() {
        let reason = "a plan needs the travel matrix from the demand points to each of the spaces";
        return Err(Error::Missing { argument: "travel_to_spaces", reason });
    }
    has_room(programme)?;
    has_kinds(programme)?;
    adds_up(programme, rules)
}

/// Every module fits into some space: one that does not is most likely given in another unit.
fn has_room(programme: &Programme) -> Result<(), Error> {
    let areas = programme.spaces.iter().map(|space| space.area);
    let largest = (0_usize..).zip(areas).reduce(|most, own| if own.1 > most.1 { own } else { most });
    let Some((at, largest)) = largest else { return Ok(()) };
    for (index, service) in programme.services.iter().enumerate() {
        let too_large = service.modules.iter().enumerate().find(|(_, module)| module.area > largest);
        let Some((m, module)) = too_large else { continue };
        let ids = programme.travel_to_spaces.as_ref().and_then(|travel| travel.site_ids().get(at));
        let space = ids.map_or_else(|| at.to_string(), |id| id.to_string());
        let reason = format!(
            "module {:?} of {:?} is larger than every space, the largest (space {space}) has {largest} m²: check the \
             unit of areas, give a smaller module, or leave it out",
            module.name, service.name
        );
        let (field, value) = (format!("modules[{m}].area"), module.area.to_string());
        return Err(Error::InvalidField { argument: "services", index, field, value, reason });
    }
    Ok(())
}

/// Every service that could be built, and is nowhere today, suits the kind of some space: one that does not is most likely
/// misspelt, or its spaces are. A service that is there may well stay as it is.
fn has_kinds(programme: &Programme) -> Result<(), Error> {
    let mut kinds: Vec<String> = Vec::new();
    for space in &programme.spaces {
        if !kinds.contains(&space.kind) {
            kinds.push(space.kind.clone());
        }
    }
    for (index, service) in programme.services.iter().enumerate() {
        let suits = service.kinds.is_empty() || service.kinds.iter().any(|kind| kinds.contains(kind));
        let is_there = programme.facilities.iter().any(|facility| facility.service == service.name);
        if suits || is_there || kinds.is_empty() || service.modules.is_empty() {
            continue;
        }
        let own: Vec<String> = service.kinds.iter().map(|kind| format!("{kind:?}")).collect();
        let reason = format!(
            "no space is of a kind that suits {:?}, which could be nowhere; {}: check the spelling of both, or leave the \
             service out",
            service.name,
            stranger("kinds of the spaces", &kinds)
        );
        return Err(Error::InvalidField {
            argument: "services",
            index,
            field: "kinds".into(),
            value: own.join(", "),
            reason,
        });
    }
    Ok(())
}

/// All the money that a plan could cost, and all need, are numbers that a float can hold.
fn adds_up(programme: &Programme, rules: &PlanRules) -> Result<(), Error> {
    let (spaces, slots) = (programme.spaces.len() as f64, programme.slots.len().max(1) as f64);
    let (mut capital, mut yearly) = (0.0_f64, 0.0_f64);
    let mut add = |argument: &'static str, (now, each_year): (f64, f64)| {
        capital += now;
        yearly += each_year;
        for (what, sum) in [("capital", capital), ("yearly cost and income", yearly)] {
            if !sum.is_finite() {
                let reason =
                    format!("the {what} of all that could be there is no finite number: count money in a larger unit");
                return Err(Error::InvalidValue { argument, value: "infinite in all".into(), reason });
            }
        }
        Ok(())
    };
    for space in &programme.spaces {
        add("spaces", (space.conversion_cost, space.rent))?;
    }
    for module in programme.services.iter().flat_map(|service| &service.modules) {
        let yearly = (module.running_cost + module.income) * spaces * slots;
        add("services", (module.capital_cost * spaces, yearly))?;
    }
    for facility in &programme.facilities {
        let mut now = facility.moving_cost.unwrap_or(0.0) * spaces.max(1.0) + facility.closing_cost.unwrap_or(0.0);
        let mut each_year = facility.running_cost + facility.income;
        if let Some(module) = &facility.enlargement {
            now += module.capital_cost;
            each_year += module.running_cost + module.income;
        }
        add("facilities", (now, each_year))?;
    }
    if let PlanObjective::Cost { years } = rules.objective
        && !(capital + years * yearly).is_finite()
    {
        let reason = "capital and so many years of subsidy are no finite number: give fewer".into();
        return Err(Error::InvalidValue { argument: "objective.years", value: years.to_string(), reason });
    }
    let all = Totals::of(programme, rules).all;
    if !all.is_finite() {
        let reason = "need times the weights of services and surveys is no finite number: use smaller weights".into();
        return Err(Error::InvalidValue { argument: "service_weights", value: "infinite in all".into(), reason });
    }
    let limits = programme.services.iter().flat_map(|service| [service.limit.urban, service.limit.rural]);
    let longest = limits.fold(0.0, f64::max);
    let toll = match rules.objective {
        PlanObjective::Envy { .. } => longest * longest,
        _ if rules.most_envy.is_some() => longest * longest,
        _ => longest,
    };
    if !(all * toll).is_finite() {
        let reason =
            "need times the longest walk, or its square for envy, is no finite number: measure walks in a larger unit";
        return Err(Error::InvalidValue { argument: "services", value: longest.to_string(), reason: reason.into() });
    }
    Ok(())
}
