//! Why no plan exists, and what would make one possible.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::plain;
use crate::model::{Units, times_power};
use crate::travel::Id;

/// The reasons why no plan obeys every rule.
///
/// # Example
///
/// ```
/// use siting::{Error, PMedian, Reason, SolveOptions, TravelMatrix};
/// let travel = TravelMatrix::from_pairs(2, 2, &[(0, 0, 1.0), (1, 1, 1.0)])?; // two islands
/// let error = PMedian::new(travel, [1.0, 1.0]).p(1).solve(&SolveOptions::default()).unwrap_err();
/// let Error::Infeasible(why) = error else { panic!("{error}") };
/// assert_eq!(why.reasons, [Reason::SitesTooFew { p: 1, smallest: Some(2) }]);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Infeasible {
    /// Name of the model.
    pub model: String,
    /// What cannot hold; each reason alone makes the model infeasible, unless they were found [`together`](Self::together).
    pub reasons: Vec<Reason>,
    /// Whether the reasons belong together: one by one they need not fail, but with all that they lack there is a plan.
    #[serde(default)]
    pub together: bool,
}

/// One reason why no plan exists.
///
/// The example of [`Infeasible`] shows one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// Demand points that too few of the sites that may open can reach.
    Unreachable {
        /// How many demand points.
        count: usize,
        /// Names of the first of them.
        first: Vec<Id>,
        /// How many sites must reach each.
        needed: usize,
        /// The smallest radius at which all of them would be reached; `None` when the matrix does not hold it.
        radius: Option<f64>,
    },
    /// Points merged into cells that too few of the sites that may open can reach. Where the points are is not known.
    CellsUnreachable {
        /// How many cells.
        cells: usize,
        /// The weight of their points.
        weight: f64,
        /// The weight of all points.
        total: f64,
        /// How many sites must reach each.
        needed: usize,
    },
    /// Too few sites may open: `p` is too small.
    SitesTooFew {
        /// `p` as given.
        p: usize,
        /// The smallest `p` that would do; `None` when it was not found in time.
        smallest: Option<usize>,
    },
    /// `p` is larger than the number of sites that may open.
    SitesTooMany {
        /// `p` as given.
        p: usize,
        /// How many sites may open, besides the existing ones.
        available: usize,
    },
    /// The budget is too small.
    BudgetTooSmall {
        /// The budget as given.
        budget: f64,
        /// The smallest budget that would do; `None` when it was not found in time.
        smallest: Option<f64>,
    },
    /// More sites are required than `p` allows.
    RequiredExceedP {
        /// How many are required.
        required: usize,
        /// `p` as given.
        p: usize,
    },
    /// The required sites cost more than the budget.
    RequiredExceedBudget {
        /// Their cost.
        cost: f64,
        /// The budget, with what closing existing sites can free.
        budget: f64,
    },
    /// The capacities do not suffice.
    CapacityShort {
        /// What must be served.
        demand: f64,
        /// The most that can be served under the rules.
        capacity: f64,
        /// How much is missing.
        missing: f64,
    },
    /// A demand point is larger than every site in its reach, and must not split.
    TooLargeToServe {
        /// Name of the demand point.
        demand: Id,
        /// What it takes up.
        size: f64,
        /// The largest capacity in its reach.
        largest: f64,
    },
    /// Sites that must be open cannot reach their minimum use.
    MinUseUnreachable {
        /// Name of the site.
        site: Id,
        /// Its minimum use.
        min_use: f64,
        /// All the demand in its reach.
        reachable: f64,
    },
    /// An open site falls short of its minimum use, where all open sites together fall short as little as can be.
    MinUseShort {
        /// Name of the site.
        site: Id,
        /// Its minimum use.
        min_use: f64,
        /// What it would serve.
        served: f64,
    },
    /// A rule of a programme asks for more than a plan can give.
    Lacks {
        /// The rule in words, such as "the budget" or "childcare quota".
        rule: String,
        /// The district; `None` where the rule holds for all.
        place: Option<String>,
        /// How much is missing, in the unit of the rule.
        missing: f64,
        /// What is counted, such as "places"; empty where the rule says it.
        unit: String,
        /// The cause, where it is known.
        why: Option<String>,
    },
    /// A space of a programme is required and cannot be used.
    RequiredSpace {
        /// Name of the space.
        space: Id,
        /// The cause.
        why: String,
    },
    /// The rules contradict each other in a way found by the solver alone.
    Rules {
        /// Which rules take part, in words.
        rules: String,
    },
}

impl Reason {
    /// A reason found in other units, in the units of the model.
    pub(crate) fn restored(mut self, units: &Units) -> Self {
        let restore = |power: i32| move |value: &mut f64| *value = times_power(*value, -power);
        let (money, capacity) = (restore(units.money), restore(units.capacity));
        match &mut self {
            Self::BudgetTooSmall { budget, smallest } => {
                [Some(budget), smallest.as_mut()].into_iter().flatten().for_each(money);
            }
            Self::RequiredExceedBudget { cost, budget } => [cost, budget].into_iter().for_each(money),
            Self::CapacityShort { demand, capacity: most, missing } => {
                [demand, most, missing].into_iter().for_each(capacity);
            }
            Self::TooLargeToServe { size, largest, .. } => [size, largest].into_iter().for_each(capacity),
            Self::MinUseUnreachable { min_use, reachable, .. } => [min_use, reachable].into_iter().for_each(capacity),
            Self::MinUseShort { min_use, served, .. } => [min_use, served].into_iter().for_each(capacity),
            Self::CellsUnreachable { weight, total, .. } => {
                [weight, total].into_iter().for_each(restore(units.weight));
            }
            Self::Unreachable { .. }
            | Self::SitesTooFew { .. }
            | Self::SitesTooMany { .. }
            | Self::RequiredExceedP { .. }
            | Self::Lacks { .. }
            | Self::RequiredSpace { .. }
            | Self::Rules { .. } => {}
        }
        self
    }
}

impl fmt::Display for Infeasible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has no plan that obeys every rule:", self.model)?;
        for (at, reason) in self.reasons.iter().enumerate() {
            write!(f, "{} {reason}", if at == 0 { "" } else { ";" })?;
        }
        match (self.together, self.reasons.len()) {
            (false, _) | (_, 0) => Ok(()),
            (true, 1) => f.write_str("; with that there is a plan"),
            (true, _) => f.write_str("; with all of these together there is a plan"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { count, first, needed, radius } => {
                let names: Vec<String> = first.iter().map(ToString::to_string).collect();
                let sites = reached_by(*needed);
                let more = if *count > names.len() { ", ..." } else { "" };
                let (points, ids) =
                    if *count == 1 { ("demand point has", "id") } else { ("demand points have", "ids") };
                write!(f, "{count} {points} {sites} in reach ({ids} {}{more})", names.join(", "))?;
                match radius {
                    Some(radius) => write!(f, "; the smallest radius that reaches all of them is {}", plain(*radius)),
                    None => f.write_str("; the travel matrix does not hold the radius that would reach them"),
                }
            }
            Self::CellsUnreachable { cells, weight, total, needed } => {
                let (sites, noun) = (reached_by(*needed), if *cells == 1 { "cell" } else { "cells" });
                write!(
                    f,
                    "points with a weight of {}, of {} in all, have {sites} in reach ({cells} {noun} of merged points, whose places are not kept); ",
                    plain(*weight),
                    plain(*total)
                )?;
                // Rounded down: what it names must do.
                let share = ((total - weight) / total * 1e6).floor() / 1e6;
                if share.is_finite() && *weight < *total {
                    write!(f, "a share of {share} leaves them out, ")?;
                }
                f.write_str("a larger radius or more sites may reach them")
            }
            Self::SitesTooFew { p, smallest: Some(smallest) } => {
                write!(f, "p = {p} is too small; the smallest that works is {smallest}")
            }
            Self::SitesTooFew { p, smallest: None } => write!(f, "p = {p} is too small"),
            Self::SitesTooMany { p, available } => {
                write!(f, "p = {p}, but only {available} sites may open; lower p or free forbidden sites")
            }
            Self::BudgetTooSmall { budget, smallest: Some(smallest) } => {
                write!(
                    f,
                    "a budget of {} is too small; the smallest that works is {}",
                    plain(*budget),
                    plain(*smallest)
                )
            }
            Self::BudgetTooSmall { budget, smallest: None } => write!(f, "a budget of {} is too small", plain(*budget)),
            Self::RequiredExceedP { required, p } => {
                write!(f, "{required} sites are required, but p = {p}; raise p or require fewer")
            }
            Self::RequiredExceedBudget { cost, budget } => {
                write!(f, "the required sites cost {}, more than the budget of {}", plain(*cost), plain(*budget))
            }
            Self::CapacityShort { demand, capacity, missing } => write!(
                f,
                "the demand of {} exceeds the {} that the sites can serve; {} of capacity is missing",
                plain(*demand),
                plain(*capacity),
                plain(*missing)
            ),
            Self::TooLargeToServe { demand, size, largest } => write!(
                f,
                "demand point {demand} takes up {} and must not split, but the largest capacity in its reach is {}",
                plain(*size),
                plain(*largest)
            ),
            Self::MinUseUnreachable { site, min_use, reachable } => write!(
                f,
                "site {site} must be open and serve at least {}, but the demand in its reach is {}",
                plain(*min_use),
                plain(*reachable)
            ),
            Self::MinUseShort { site, min_use, served } => write!(
                f,
                "site {site} must serve at least {} where it opens, but serves {} where all open sites together fall short the least; lower min_use",
                plain(*min_use),
                plain(*served)
            ),
            Self::Lacks { rule, place, missing, unit, why } => {
                f.write_str(rule)?;
                if let Some(place) = place {
                    f.write_str(&in_district(place))?;
                }
                write!(f, " lacks {}", grouped(*missing))?;
                if !unit.is_empty() {
                    write!(f, " {unit}")?;
                }
                why.as_ref().map_or(Ok(()), |why| write!(f, ": {why}"))
            }
            Self::RequiredSpace { space, why } => write!(f, "space {space} is required, but {why}"),
            Self::Rules { rules } => write!(f, "these rules cannot hold together: {rules}"),
        }
    }
}

/// Where a rule of a district lacks something; names that say "district" already are left alone.
fn in_district(name: &str) -> String {
    if name.to_lowercase().contains("district") { format!(" in {name}") } else { format!(" in district {name}") }
}

/// How many sites reach someone of whom fewer than needed do.
fn reached_by(needed: usize) -> String {
    if needed == 1 { "no site".into() } else { format!("fewer than {needed} sites") }
}

/// A number with its thousands apart: 1,234,567.5.
pub(crate) fn grouped(value: f64) -> String {
    let text = plain(value);
    let (whole, rest) = text.find('.').map_or((text.as_str(), ""), |dot| text.split_at(dot));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return text;
    }
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn districts_that_are_called_so_are_not_called_so_twice() {
        let lacks = |place: &str| {
            let (rule, place) = ("canteen quota".into(), Some(place.into()));
            Reason::Lacks { rule, place, missing: 1e300, unit: "places".into(), why: None }.to_string()
        };
        assert_eq!(lacks("District 1"), "canteen quota in District 1 lacks 1e300 places");
        assert_eq!(lacks("North"), "canteen quota in district North lacks 1e300 places");
    }

    #[test]
    fn figures_of_very_many_digits_are_told_in_scientific_form() {
        let told = Reason::BudgetTooSmall { budget: 5.0, smallest: Some(1e300) }.to_string();
        assert_eq!(told, "a budget of 5 is too small; the smallest that works is 1e300");
    }
}
