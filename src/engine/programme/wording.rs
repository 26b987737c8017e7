//! Rows in the words of the rules behind them.

use crate::service::{Least, PlanRules, Programme, QuotaHere};
use crate::solve::Reason;
use crate::travel::Id;

use super::instance::Instance;
use super::rows::RowKind;

/// The difference of two figures is nothing below this part of them.
const NOTHING: f64 = 1e-9;

/// A programme, its rules and its rows, to be spoken of.
#[derive(Clone, Copy)]
pub(crate) struct Wording<'a> {
    pub programme: &'a Programme,
    pub rules: &'a PlanRules,
    pub instance: &'a Instance,
}

impl Wording<'_> {
    /// The figure that a rule gives; `None` for rows that no rule stands behind.
    pub fn figure(&self, row: usize) -> Option<f64> {
        let rules = self.rules;
        match *self.instance.rows.kinds.get(row)? {
            RowKind::Budget => rules.budget,
            RowKind::Subsidy => rules.subsidy,
            RowKind::MostSpaces => rules.most_spaces.map(|most| most as f64),
            RowKind::LeastComplexes => rules.complexes.as_ref().map(|rule| f64::from(rule.least)),
            RowKind::Quota(at) => self.instance.rows.quotas.get(at).map(|quota| quota.amount),
            RowKind::LeastMet => rules.least_met,
            RowKind::LeastMetOfService(service) => {
                let name = self.service(service);
                rules.least_met_by_service.iter().find(|(own, _)| own == name).map(|(_, share)| *share)
            }
            RowKind::LeastMetInDistrict(_) => rules.least_met_by_district,
            RowKind::MostWalking => rules.most_walking,
            RowKind::MostEnvy => rules.most_envy.map(|envy| envy.most),
            RowKind::WorstDistrict(_)
            | RowKind::Once(_)
            | RowKind::AtLeastOnce(_)
            | RowKind::OneInstead
            | RowKind::Rounding => None,
        }
    }

    /// Whether a row is about a share of need.
    pub fn is_share(&self, row: usize) -> bool {
        use RowKind::{LeastMet, LeastMetInDistrict, LeastMetOfService};
        let kind = self.instance.rows.kinds.get(row);
        matches!(kind, Some(LeastMet | LeastMetOfService(_) | LeastMetInDistrict(_)))
    }

    /// What a rule lacks.
    pub fn lacks(&self, row: usize, missing: f64, why: Option<String>) -> Option<Reason> {
        let district = |at: usize| self.programme.demand.districts.names.get(at).cloned();
        let (rule, place, unit) = match *self.instance.rows.kinds.get(row)? {
            RowKind::Budget => ("the budget".into(), None, ""),
            RowKind::Subsidy => ("the subsidy".into(), None, "a year"),
            RowKind::MostSpaces => ("the limit on spaces".into(), None, ""),
            RowKind::LeastComplexes => ("the number of complexes".into(), None, ""),
            RowKind::Quota(at) => {
                let quota = self.instance.rows.quotas.get(at)?;
                let rule = format!("{} quota", self.service(quota.service));
                (rule, quota.district.and_then(district), quota.least.unit(missing))
            }
            RowKind::LeastMet => ("the share of need met".into(), None, ""),
            RowKind::LeastMetOfService(service) => {
                (format!("the share of {} need met", self.service(service)), None, "")
            }
            RowKind::LeastMetInDistrict(at) => ("the share of need met".into(), district(at), ""),
            RowKind::MostWalking => ("the limit on the mean walk".into(), None, ""),
            RowKind::MostEnvy => ("the limit on the mean envy".into(), None, ""),
            RowKind::WorstDistrict(_)
            | RowKind::Once(_)
            | RowKind::AtLeastOnce(_)
            | RowKind::OneInstead
            | RowKind::Rounding => {
                return None;
            }
        };
        Some(Reason::Lacks { rule, place, missing: rounded_up(missing), unit: unit.into(), why })
    }

    /// A required space that cannot be used.
    pub fn required(&self, space: u32, why: impl Into<String>) -> Reason {
        let names = self.programme.travel_to_spaces.as_ref().map(|travel| travel.site_ids());
        let space = names.and_then(|names| names.get(space as usize)).unwrap_or(Id::Int(i64::from(space)));
        Reason::RequiredSpace { space, why: why.into() }
    }

    /// All rules that take part, where it is not known which of them clash.
    pub fn all(&self) -> Reason {
        let rules = self.rules;
        let asked = [
            (rules.budget.is_some(), "budget"),
            (rules.subsidy.is_some(), "subsidy"),
            (rules.break_even, "break_even"),
            (rules.most_spaces.is_some(), "most_spaces"),
            (!rules.required.is_empty(), "required"),
            (!rules.forbidden.is_empty(), "forbidden"),
            (rules.complexes.is_some(), "complexes"),
            (!rules.quotas.is_empty(), "quotas"),
            (rules.least_met.is_some(), "least_met"),
            (!rules.least_met_by_service.is_empty(), "least_met_by_service"),
            (rules.least_met_by_district.is_some(), "least_met_by_district"),
            (rules.most_walking.is_some(), "most_walking"),
            (rules.most_envy.is_some(), "most_envy"),
        ];
        let names: Vec<&str> = asked.iter().filter(|(asked, _)| *asked).map(|(_, name)| *name).collect();
        Reason::Rules { rules: format!("{}, with minimum use, areas and pairs", names.join(", ")) }
    }

    /// Why a district cannot have what a quota asks for, when at most so much of it can be offered.
    pub fn short_of(&self, quota: &QuotaHere, most: f64) -> String {
        let (programme, districts) = (self.programme, &self.programme.demand.districts.names);
        let Some(service) = programme.services.get(quota.service) else { return String::new() };
        let there = if quota.district.is_some() { " in the district" } else { "" };
        let movable =
            programme.facilities.iter().filter(|own| own.moving_cost.is_some() && own.service == service.name);
        let sizes = service.modules.iter().map(|module| module.area).chain(movable.filter_map(|own| own.area));
        let Some(smallest) = sizes.reduce(f64::min) else { return "the service has no module".into() };
        let inside = |name: Option<&String>| quota.district.is_none_or(|at| districts.get(at) == name);
        let spaces = (0_u32..).zip(&programme.spaces).filter(|(_, space)| inside(space.district.as_ref()));
        let compatible: Vec<_> = spaces.filter(|(_, space)| suits(programme, service, space)).collect();
        if compatible.is_empty() {
            return format!("no compatible space{there}");
        }
        let free = compatible.iter().filter(|(at, _)| !self.rules.forbidden.contains(at));
        let Some(largest) = free.map(|(_, space)| space.area).reduce(f64::max) else {
            return format!("every compatible space{there} is forbidden");
        };
        if largest < smallest {
            return format!(
                "too little area{there}: its smallest size takes {smallest} m², the largest compatible space has {largest} m²"
            );
        }
        let figure = shown(most, quota.amount);
        match quota.least {
            Least::Facilities(_) => format!("all that can be{there} is {figure}"),
            least => format!("all that can be{there} is {figure} {}", least.unit(most)),
        }
    }

    /// Why nothing fits into a space.
    pub fn unfit(&self, space: u32) -> String {
        let Some(own) = self.programme.spaces.get(space as usize) else { return String::new() };
        if self.programme.services.iter().any(|service| suits(self.programme, service, own)) {
            return format!("every size of the services that suit it takes more than its {} m²", own.area);
        }
        format!("no service suits its kind ({:?}), floor ({}) and slots", own.kind, own.floor)
    }

    fn service(&self, at: usize) -> &str {
        self.programme.services.get(at).map_or("", |service| service.name.as_str())
    }
}

/// Of reasons with the same words, the one that lacks most: what it lacks is enough for the others.
pub(crate) fn strongest(reasons: Vec<Reason>) -> Vec<Reason> {
    let mut kept: Vec<Reason> = Vec::with_capacity(reasons.len());
    for reason in reasons {
        let Some(at) = kept.iter().position(|own| same_words(own, &reason)) else {
            kept.push(reason);
            continue;
        };
        let lacks = |reason: &Reason| if let Reason::Lacks { missing, .. } = reason { *missing } else { 0.0 };
        if lacks(&reason) > lacks(&kept[at]) {
            kept[at] = reason;
        }
    }
    kept
}

fn same_words(one: &Reason, other: &Reason) -> bool {
    match (one, other) {
        (Reason::Lacks { rule: a, place: b, unit: c, .. }, Reason::Lacks { rule: x, place: y, unit: z, .. }) => {
            (a, b) == (x, y) && (c == z || [c, z].iter().all(|unit| unit.starts_with("facilit")))
        }
        _ => false,
    }
}

/// Whether kind, floor and slots of a space suit a service.
fn suits(programme: &Programme, service: &crate::service::Service, space: &crate::service::Space) -> bool {
    let open = |name: &String, list: &[String]| list.is_empty() || list.contains(name);
    let shared = |name: &String| open(name, &service.slots) && open(name, &space.slots);
    service.suits(space) && (programme.slots.is_empty() || programme.slots.iter().any(|slot| shared(&slot.name)))
}

/// A figure to be read, with at most seven digits; what is nothing beside the other figure is 0.
pub(crate) fn shown(value: f64, beside: f64) -> String {
    if value.abs() <= NOTHING * beside.abs() {
        return "0".into();
    }
    let rounded = if value < 0.0 { -nearest(-value, f64::round) } else { nearest(value, f64::round) };
    crate::solve::grouped(rounded)
}

/// The next number of at most seven digits, so that whoever gives as much gives enough.
fn rounded_up(value: f64) -> f64 {
    // What rounding errors alone add is no digit.
    nearest(value * (1.0 - 1e-11), f64::ceil)
}

fn nearest(value: f64, whole: impl Fn(f64) -> f64) -> f64 {
    if !value.is_finite() || value <= 0.0 {
        return value;
    }
    let digits = 6.0 - value.log10().floor();
    let rounded = if digits >= 0.0 {
        let unit = 10_f64.powf(digits);
        whole(value * unit) / unit
    } else {
        let unit = 10_f64.powf(-digits);
        whole(value / unit) * unit
    };
    if rounded.is_finite() { rounded } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded_up_to_seven_digits() {
        assert_eq!(rounded_up(119_999.999_999_999_9), 120_000.0);
        assert_eq!(rounded_up(120_000.000_000_000_1), 120_000.0);
        assert_eq!(rounded_up(1.0 / 3.0), 0.333_333_4);
        assert_eq!(rounded_up(123_456_789.0), 123_456_800.0);
        assert_eq!(rounded_up(5e-324), 5e-324);
        assert!(rounded_up(f64::MAX).is_finite());
    }

    #[test]
    fn figures_are_read_with_their_thousands_apart() {
        assert_eq!(shown(1_234_567.8, 0.0), "1,234,568");
        assert_eq!(shown(-1_500.25, 0.0), "-1,500.25");
        assert_eq!((shown(0.0, 0.0), shown(999.0, 0.0)), ("0".into(), "999".into()));
    }

    #[test]
    fn what_rounding_leaves_of_a_difference_is_shown_as_nothing() {
        assert_eq!(shown(0.3 - (0.1 + 0.2), 0.3), "0");
        assert_eq!(shown(3e-7, 0.3), "0.0000003");
    }
}
