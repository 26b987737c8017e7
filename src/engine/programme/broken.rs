//! Rules that decisions break, in words.

use super::instance::Instance;
use super::rows::RowKind;
use super::wording::shown;
use crate::service::{BrokenRule, PlanRules, Programme};
use crate::solve::grouped;

/// The rules whose rows are passed by so much.
pub(crate) fn broken(programme: &Programme, rules: &PlanRules, instance: &Instance, passed: &[f64]) -> Vec<BrokenRule> {
    let rows = instance.rows.kinds.iter().zip(passed).filter(|(_, passed)| **passed > 0.0);
    rows.filter_map(|(kind, &passed)| told(programme, rules, instance, *kind, passed)).collect()
}

fn told(
    programme: &Programme,
    rules: &PlanRules,
    instance: &Instance,
    kind: RowKind,
    passed: f64,
) -> Option<BrokenRule> {
    let over = |what: &str, most: f64, named: &str| {
        format!("{what} would be {}, more than {named} = {}", shown(most + passed, most), grouped(most))
    };
    let under = |whose: String, least: f64, named: &str| {
        format!("{whose} would be met to a share of {}, less than {named} = {least}", shown(least - passed, least))
    };
    let service = |s: usize| programme.services.get(s).map(|service| service.name.as_str()).unwrap_or_default();
    let districts = &programme.demand.districts.names;
    let (rule, message) = match kind {
        RowKind::Budget => ("budget", over("the capital", rules.budget?, "budget")),
        RowKind::Subsidy => ("subsidy", over("the yearly subsidy", rules.subsidy?, "subsidy")),
        RowKind::MostSpaces => ("most_spaces", "more than most_spaces would be used".into()),
        RowKind::LeastComplexes => {
            let least = f64::from(rules.complexes.as_ref()?.least);
            let there = shown(least - passed, least);
            ("complexes", format!("{there} spaces would be complexes, fewer than complexes.least = {least}"))
        }
        RowKind::Quota(at) => {
            let quota = instance.rows.quotas.get(at)?;
            let district = quota.district.and_then(|d| districts.get(d));
            let place = district.map_or_else(|| "in all".to_owned(), |name| format!("in district {name:?}"));
            let (name, amount, there) = (service(quota.service), quota.amount, quota.amount - passed);
            let (unit, least, there) = (quota.least.unit(there), shown(amount, amount), shown(there, amount));
            ("quotas", format!("{name:?} would have {there} {unit} {place}, fewer than its quota of {least}"))
        }
        RowKind::LeastMet => ("least_met", under("the need".into(), rules.least_met?, "least_met")),
        RowKind::LeastMetOfService(s) => {
            let (_, least) = rules.least_met_by_service.iter().find(|(name, _)| name == service(s))?;
            let whose = format!("the need of {:?}", service(s));
            ("least_met_by_service", under(whose, *least, "least_met_by_service"))
        }
        RowKind::LeastMetInDistrict(d) => {
            let whose = format!("the need of district {:?}", districts.get(d)?);
            ("least_met_by_district", under(whose, rules.least_met_by_district?, "least_met_by_district"))
        }
        RowKind::MostWalking => ("most_walking", over("the mean walk", rules.most_walking?, "most_walking")),
        RowKind::MostEnvy => ("most_envy", over("the mean envy", rules.most_envy?.most, "most_envy")),
        RowKind::WorstDistrict(_)
        | RowKind::Once(_)
        | RowKind::AtLeastOnce(_)
        | RowKind::OneInstead
        | RowKind::Rounding => return None,
    };
    Some(BrokenRule { rule: rule.into(), message })
}
