//! A score from 0 to 100 for each community.

use serde::{Deserialize, Serialize};

use super::ServiceAudit;
use super::catchment::share_of;
use crate::error::Error;
use crate::service::Programme;
use crate::service::field::Entry;

/// The weights of a community's score.
///
/// For community c and service s, over the demand points i of the community, weighted by their need d_i:
///
/// * R: the share of people in need who are in reach;
/// * P: the mean of min(1, A_i), where accessibility A_i is places per person in need and one place each is enough;
/// * W: the mean of max(0, 1 - c_i / L_i): 1 next door, 0 at the limit and beyond.
///
/// ```text
/// score_c = 100 · Σ_s ω_s (a R + b P + w W) / ((a + b + w) Σ_s ω_s)
/// ```
///
/// over the services with people in need in c. Where a service's places are unknown, b P and b are left out for it. a, b
/// and w are `reach`, `places` and `walk`; ω_s is 1 unless `services` says otherwise. The weights are this library's own
/// choice, not those of a document: set yours.
///
/// # Example
///
/// ```
/// use siting::service::ScoreWeights;
/// let weights = ScoreWeights { reach: 1.0, places: 0.0, walk: 0.0, ..ScoreWeights::default() }.service("childcare", 2.0);
/// assert_eq!(weights.of("childcare"), 2.0);
/// assert_eq!(weights.of("fitness"), 1.0);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreWeights {
    /// a: weight of being in reach; 0.5 by default.
    pub reach: f64,
    /// b: weight of having a place; 0.3 by default.
    pub places: f64,
    /// w: weight of a short walk; 0.2 by default.
    pub walk: f64,
    /// ω_s of services by name; 1 for those not named.
    pub services: Vec<(String, f64)>,
}

impl Default for ScoreWeights {
    fn default() -> Self {
        Self { reach: 0.5, places: 0.3, walk: 0.2, services: Vec::new() }
    }
}

impl ScoreWeights {
    /// Sets the weight of one service.
    #[must_use]
    pub fn service(mut self, name: impl Into<String>, weight: f64) -> Self {
        self.services.push((name.into(), weight));
        self
    }

    /// The weight of a service.
    #[must_use]
    pub fn of(&self, service: &str) -> f64 {
        self.services.iter().find(|(name, _)| name == service).map_or(1.0, |(_, weight)| *weight)
    }

    pub(super) fn validate(&self, services: &[String]) -> Result<(), Error> {
        let entry = Entry::new("score", 0);
        for (field, value) in [("reach", self.reach), ("places", self.places), ("walk", self.walk)] {
            entry.non_negative(field, value)?;
        }
        let sum = self.reach + self.places + self.walk;
        if !(sum > 0.0 && sum.is_finite()) {
            return Err(entry.wrong(
                "reach + places + walk",
                sum,
                "at least one weight must be above 0, and none huge",
            ));
        }
        let names: Vec<String> = self.services.iter().map(|(name, _)| name.clone()).collect();
        entry.known("services", &names, services, "services")?;
        entry.distinct("services", &names)?;
        for (at, (name, weight)) in self.services.iter().enumerate() {
            entry.non_negative(&format!("services[{at}] ({name:?})"), *weight)?;
        }
        if !services.iter().map(|name| self.of(name)).sum::<f64>().is_finite() {
            return Err(entry.wrong("services", "infinite in all", "use smaller weights"));
        }
        Ok(())
    }
}

/// What the audit found about one community.
///
/// A part of [`Audit`](super::Audit), whose example shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommunityAudit {
    /// Its name.
    pub community: String,
    /// All people.
    pub people: f64,
    /// The share of people in need who are in reach, for each service; `None` without need.
    pub share_in_reach: Vec<Option<f64>>,
    /// The score, 0 to 100: see [`ScoreWeights`]; `None` when no service with a weight is needed here.
    pub score: Option<f64>,
}

/// Sums over the demand points of one community for one service.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    need: f64,
    reach: f64,
    places: f64,
    walk: f64,
}

/// Scores every community.
pub(super) fn communities(
    programme: &Programme,
    services: &[ServiceAudit],
    weights: &ScoreWeights,
) -> Vec<CommunityAudit> {
    let communities = &programme.demand.communities;
    let mut people = vec![0.0; communities.names.len()];
    for (&community, people_here) in communities.of.iter().zip(&programme.demand.people) {
        if let Some(sum) = people.get_mut(community as usize) {
            *sum += people_here;
        }
    }
    let sums: Vec<Vec<Sums>> = services.iter().map(|audit| sums(audit, &communities.of, people.len())).collect();
    let names = communities.names.iter().zip(people).enumerate();
    names
        .map(|(c, (name, people))| {
            let here: Vec<Sums> = sums.iter().map(|of| of.get(c).copied().unwrap_or_default()).collect();
            let share = |sums: &Sums| (sums.need > 0.0).then(|| (sums.reach / sums.need).min(1.0));
            CommunityAudit {
                community: name.clone(),
                people,
                share_in_reach: here.iter().map(share).collect(),
                score: score(&here, services, weights),
            }
        })
        .collect()
}

fn sums(audit: &ServiceAudit, community_of: &[u32], n: usize) -> Vec<Sums> {
    let points = &audit.points;
    let mut all = vec![Sums::default(); n];
    for (i, &community) in community_of.iter().enumerate() {
        let (Some(sums), Some(&need)) = (all.get_mut(community as usize), points.need.get(i)) else { continue };
        sums.need += need;
        if points.in_reach.get(i) == Some(&true) {
            sums.reach += need;
        }
        if let Some(accessibility) = points.accessibility.as_ref().and_then(|values| values.get(i)) {
            sums.places += need * accessibility.min(1.0);
        }
        if let (Some(Some(walk)), Some(&limit)) = (points.walk.get(i), points.limit.get(i))
            && *walk <= limit
        {
            sums.walk += need * (1.0 - share_of(*walk, limit));
        }
    }
    all
}

fn score(here: &[Sums], services: &[ServiceAudit], weights: &ScoreWeights) -> Option<f64> {
    let (mut score, mut total) = (0.0, 0.0);
    for (sums, audit) in here.iter().zip(services) {
        let places = if audit.points.accessibility.is_some() { weights.places } else { 0.0 };
        let (weight, parts) = (weights.of(&audit.service), weights.reach + places + weights.walk);
        if sums.need > 0.0 && weight > 0.0 && parts > 0.0 {
            let worth = weights.reach * sums.reach + places * sums.places + weights.walk * sums.walk;
            score += weight * (worth / sums.need / parts).clamp(0.0, 1.0);
            total += weight;
        }
    }
    (total > 0.0).then(|| 100.0 * score / total)
}
