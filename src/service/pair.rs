//! Pairs of services that belong together, or must stay apart.

use serde::{Deserialize, Serialize};

use super::field::Entry;
use super::{Facility, Service};
use crate::error::Error;

/// What holds for two services in one space.
///
/// The example of [`Pair`] shows both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PairRule {
    /// They gain from each other, such as elderly care and childcare around one canteen.
    Together {
        /// Area in m² that they share, so that both need less than the sum of their modules.
        shared_area: f64,
        /// Worth of each space that hosts both, in the unit of the objective.
        reward: f64,
    },
    /// They must not share a space.
    Apart,
}

/// Two services and what holds for them in one space.
///
/// # Example
///
/// ```
/// use siting::service::Pair;
/// let old_and_young = Pair::together("elderly care", "childcare", 40.0, 0.0);
/// let noise = Pair::apart("fitness", "childcare");
/// assert_ne!(old_and_young.rule, noise.rule);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The names of the two services.
    pub services: [String; 2],
    /// What holds for them.
    pub rule: PairRule,
}

impl Pair {
    /// Two services that share an area in m² when they share a space, and whose neighbourhood is worth a reward. All that a
    /// service shares with others is at most the area of its smallest size.
    #[must_use]
    pub fn together(first: impl Into<String>, second: impl Into<String>, shared_area: f64, reward: f64) -> Self {
        Self { services: [first.into(), second.into()], rule: PairRule::Together { shared_area, reward } }
    }

    /// Two services that must not share a space.
    #[must_use]
    pub fn apart(first: impl Into<String>, second: impl Into<String>) -> Self {
        Self { services: [first.into(), second.into()], rule: PairRule::Apart }
    }

    /// Checks pairs against the services of a programme and the facilities that may move in.
    pub(super) fn check_all(pairs: &[Self], services: &[Service], facilities: &[Facility]) -> Result<(), Error> {
        let names: Vec<String> = services.iter().map(|service| service.name.clone()).collect();
        Self::check_each(pairs, &names)?;
        services.iter().try_for_each(|service| Self::check_shared(pairs, service, facilities))
    }

    fn check_each(pairs: &[Self], services: &[String]) -> Result<(), Error> {
        for (index, pair) in pairs.iter().enumerate() {
            let entry = Entry::new("pairs", index);
            entry.known("services", &pair.services, services, "services")?;
            let [first, second] = &pair.services;
            if first == second {
                return Err(entry.wrong("services", format!("{first:?} twice"), "name two different services"));
            }
            if let PairRule::Together { shared_area, reward } = pair.rule {
                entry.non_negative("shared_area", shared_area)?;
                entry.non_negative("reward", reward)?;
            }
            let same = |other: &Self| other.services.contains(first) && other.services.contains(second);
            if let Some(at) = pairs.iter().take(index).position(same) {
                let reason = format!("this pair has a rule already at {at}: give one rule for each pair");
                return Err(entry.wrong("services", format!("{first:?} and {second:?}"), reason));
            }
        }
        Ok(())
    }

    /// A service cannot share more area than it has at its smallest, or a space would gain room by taking it in.
    fn check_shared(pairs: &[Self], service: &Service, facilities: &[Facility]) -> Result<(), Error> {
        let modules = service.modules.iter().map(|module| (module.area, format!("module {:?}", module.name)));
        let moving = facilities.iter().enumerate().filter(|(_, own)| own.service == service.name);
        let moving = moving.filter(|(_, own)| own.moving_cost.is_some());
        let moving = moving.filter_map(|(f, own)| Some((own.area?, format!("facility {f}, which may move"))));
        let Some((least, smallest)) = modules.chain(moving).min_by(|a, b| a.0.total_cmp(&b.0)) else { return Ok(()) };
        let mut sum = 0.0;
        for (index, pair) in pairs.iter().enumerate() {
            let PairRule::Together { shared_area, .. } = pair.rule else { continue };
            if !pair.services.contains(&service.name) {
                continue;
            }
            sum += shared_area;
            // A hair above is rounding in the sum.
            if sum > least * (1.0 + 1e-9) {
                let [first, second] = &pair.services;
                let reason = format!(
                    "with the pair of {first:?} and {second:?}, {:?} shares {sum} m² in all, more than the {least} m² of its \
                     smallest size ({smallest}): lower the shared areas, or leave that size out",
                    service.name
                );
                return Err(Entry::new("pairs", index).wrong("shared_area", shared_area, reason));
            }
        }
        Ok(())
    }
}
