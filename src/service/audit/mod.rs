//! The audit: who lacks what today, before anything is built.
//!
//! For each service s and demand point i, with need d_i, walk c_i to the nearest facility of s, and limit L_i (that of the
//! point's setting):
//!
//! * **in reach**: c_i ≤ L_i; the share of people in reach is Σ d_i [c_i ≤ L_i] / Σ d_i. The unit is people in need, never
//!   facilities divided by communities.
//! * a **community** is in reach when at least a share ([`AuditOptions::community_share`]) of its people in need are.
//! * **places** are compared with the need and with what a standard asks per 1,000 people; **area** with what it asks per
//!   100 households. A figure that needs an unknown number of places, area or households is `None`, and the number of
//!   facilities that lack it stands beside it.
//! * **accessibility** A_i, places per person in need, by floating catchments: see [`Catchment`].
//! * **inequality** of A_i among people in need: Gini, Theil, Palma ratio, see [`Inequality`]; the walk of the worst-off
//!   tenth, see [`Coverage::worst_decile_walk`].
//! * a **score** from 0 to 100 for each community: see [`ScoreWeights`].

mod catchment;
mod coverage;
mod inequality;
mod points;
mod score;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use catchment::{Band, Catchment};
pub use coverage::Coverage;
pub use inequality::Inequality;
pub use points::{PointAudit, WorstServed};
pub use score::{CommunityAudit, ScoreWeights};

use super::Programme;
use super::field::Entry;
use crate::error::Error;

/// What the audit counts and how.
///
/// # Example
///
/// ```
/// use siting::service::{AuditOptions, Catchment};
/// let options = AuditOptions::default().catchment(Catchment::Gaussian).worst(5).community_share(0.8);
/// assert_eq!(options.worst, 5);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditOptions {
    /// How accessibility is measured; two-step floating catchments by default.
    pub catchment: Catchment,
    /// A community is in reach when at least this share of its people in need are: above 0, at most 1; 0.5 by default.
    pub community_share: f64,
    /// How many of the worst-served demand points are named for each service; 10 by default.
    pub worst: usize,
    /// The weights of the communities' score.
    pub score: ScoreWeights,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self { catchment: Catchment::TwoStep, community_share: 0.5, worst: 10, score: ScoreWeights::default() }
    }
}

impl AuditOptions {
    /// How accessibility is measured.
    #[must_use]
    pub fn catchment(mut self, catchment: Catchment) -> Self {
        self.catchment = catchment;
        self
    }

    /// The share of a community's people in need who must be in reach for the community to count.
    #[must_use]
    pub fn community_share(mut self, share: f64) -> Self {
        self.community_share = share;
        self
    }

    /// How many of the worst-served demand points are named for each service.
    #[must_use]
    pub fn worst(mut self, count: usize) -> Self {
        self.worst = count;
        self
    }

    /// The weights of the communities' score.
    #[must_use]
    pub fn score(mut self, weights: ScoreWeights) -> Self {
        self.score = weights;
        self
    }

    fn validate(&self, services: &[String]) -> Result<(), Error> {
        self.catchment.validate()?;
        if !(self.community_share > 0.0 && self.community_share <= 1.0) {
            return Err(Error::InvalidValue {
                argument: "community_share",
                value: self.community_share.to_string(),
                reason: "a share above 0 and at most 1 is expected".into(),
            });
        }
        self.score.validate(services)
    }
}

/// What the audit found; see [`Programme::audit`].
///
/// # Example
///
/// ```
/// use siting::service::{AuditOptions, Demand, Facility, Programme, Service};
/// use siting::TravelMatrix;
///
/// // A clinic with 10 places: 5 minutes from one home, 20 from the other.
/// let demand = Demand::new([40.0, 60.0]).districts(["North", "South"], [0, 1]).communities(["Mill", "Quay"], [0, 1]);
/// let walks = TravelMatrix::from_pairs(2, 1, &[(0, 0, 5.0), (1, 0, 20.0)])?;
/// let programme = Programme::new(demand, [Service::new("health", 15.0).need(Demand::PEOPLE, 1.0)])
///     .existing([Facility::new("health").places(10.0).district("North")], walks);
/// let audit = programme.audit(&AuditOptions::default())?;
///
/// let health = &audit.services[0];
/// assert_eq!((health.whole.need, health.whole.in_reach, health.whole.places_lacking), (100.0, 40.0, Some(90.0)));
/// assert_eq!(health.districts[1].share_in_reach, Some(0.0));
/// assert_eq!(health.points.accessibility, Some(vec![0.25, 0.0])); // places per person in need
/// assert_eq!((health.worst[0].demand, health.worst[0].walk), (1, Some(20.0)));
/// assert!((health.whole.inequality.unwrap().gini - 0.6).abs() < 1e-12);
/// assert_eq!((audit.communities[1].community.as_str(), audit.communities[1].score), ("Quay", Some(0.0)));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// The options it was made with.
    pub options: AuditOptions,
    /// Service by service, in the order of the programme.
    pub services: Vec<ServiceAudit>,
    /// Community by community; empty when the demand has no communities.
    pub communities: Vec<CommunityAudit>,
}

/// What the audit found about one service.
///
/// A part of [`Audit`], whose example shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceAudit {
    /// Name of the service.
    pub service: String,
    /// The whole programme.
    pub whole: Coverage,
    /// District by district; empty when the demand has no districts.
    pub districts: Vec<Coverage>,
    /// Demand point by demand point, as columns.
    pub points: PointAudit,
    /// The worst-served demand points, the worst first.
    pub worst: Vec<WorstServed>,
}

impl Audit {
    /// The mean score of the communities that have one, each counting once; `None` when none has.
    #[must_use]
    pub fn mean_score(&self) -> Option<f64> {
        let scores: Vec<f64> = self.communities.iter().filter_map(|community| community.score).collect();
        (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
    }
}

impl Programme {
    /// Measures what is there today: see [`Audit`] and `docs/service/audit.md` for each figure.
    ///
    /// # Errors
    ///
    /// Those of [`Programme::validate`]; [`Error::InvalidValue`] for options out of range and [`Error::InvalidField`] for a
    /// score weight of an unknown service.
    ///
    /// ```
    /// use siting::service::{AuditOptions, Demand, Facility, Programme, Service};
    /// use siting::{Metric, SyntheticTown, TravelMatrix};
    ///
    /// let town = SyntheticTown::new(24, 0)?;
    /// let homes: Vec<_> = town.homes.iter().map(|home| home.at).collect();
    /// let places: Vec<_> = town.facilities.iter().map(|facility| facility.at).collect();
    /// let travel = TravelMatrix::from_points(&homes, &places, Metric::Euclidean, None)?;
    /// let services = [
    ///     Service::new("community canteen", 900.0).need("age_60_plus", 0.03),
    ///     Service::new("childcare", 900.0).need("age_0_3", 0.25).places_per_1000_people(4.55),
    ///     Service::new("after-school care", 900.0).need("age_7_12", 0.15),
    /// ];
    /// let programme =
    ///     Programme::new(Demand::of_town(&town), services).existing(Facility::of_town(&town), travel);
    /// let audit = programme.audit(&AuditOptions::default())?;
    /// let childcare = &audit.services[1].whole;
    /// assert!(childcare.places_lacking_to_standard.unwrap() > 0.0);
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn audit(&self, options: &AuditOptions) -> Result<Audit, Error> {
        self.validate()?;
        options.validate(&self.service_names())?;
        // Collected in order before the first error is taken, so that the answer does not depend on the threads.
        let audited: Vec<Result<ServiceAudit, Error>> =
            (0..self.services.len()).into_par_iter().map(|index| self.audit_service(index, options)).collect();
        let services = audited.into_iter().collect::<Result<Vec<_>, _>>()?;
        let communities = score::communities(self, &services, &options.score);
        Ok(Audit { options: options.clone(), services, communities })
    }

    fn audit_service(&self, index: usize, options: &AuditOptions) -> Result<ServiceAudit, Error> {
        let Some(service) = self.services.get(index) else {
            return Err(Error::IndexOutOfBounds {
                argument: "service",
                position: 0,
                index,
                len: self.services.len(),
                counted: "services",
            });
        };
        let need = service.needs_at(&self.demand, Entry::new("services", index))?;
        let points = points::measure(self, service, need, &options.catchment)?;
        let measure = coverage::Measure { programme: self, service, points: &points, options };
        Ok(ServiceAudit {
            service: service.name.clone(),
            whole: measure.whole()?,
            districts: measure.districts()?,
            worst: points::worst(&points, options.worst),
            points,
        })
    }

    /// Accessibility of one service at each demand point: places per person in need.
    ///
    /// # Errors
    ///
    /// Those of [`Programme::audit`]; [`Error::Missing`] when a facility's places are unknown.
    ///
    /// ```
    /// use siting::service::{Catchment, Demand, Facility, Programme, Service};
    /// use siting::TravelMatrix;
    /// let travel = TravelMatrix::from_pairs(2, 1, &[(0, 0, 5.0), (1, 0, 20.0)])?;
    /// let clinic = Service::new("health", 15.0).need(Demand::PEOPLE, 1.0);
    /// let programme = Programme::new(Demand::new([40.0, 60.0]), [clinic])
    ///     .existing([Facility::new("health").places(10.0)], travel);
    /// assert_eq!(programme.accessibility(0, &Catchment::TwoStep)?, vec![0.25, 0.0]);
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn accessibility(&self, service: usize, catchment: &Catchment) -> Result<Vec<f64>, Error> {
        self.validate()?;
        let options = AuditOptions::default().catchment(catchment.clone());
        options.validate(&self.service_names())?;
        self.audit_service(service, &options)?
            .points
            .accessibility
            .ok_or(Error::Missing { argument: "places", reason: "give the places of every facility of the service" })
    }
}
