//! The figures of one service in one district, or in all of them.

use serde::{Deserialize, Serialize};

use super::inequality::{Inequality, inequality, worst_decile};
use super::{AuditOptions, PointAudit};
use crate::error::Error;
use crate::service::{Programme, Service};

/// The figures of one service in one district, or in the whole programme.
///
/// People are counted where they live, facilities and spaces where they stand: people of one district may walk to a
/// facility of another.
///
/// A part of [`Audit`](super::Audit), whose example shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Name of the district; `None` for the whole programme.
    pub district: Option<String>,
    /// All people.
    pub people: f64,
    /// Households; `None` where unknown.
    pub households: Option<f64>,
    /// People in need: Σ d_i.
    pub need: f64,
    /// People in need within the limit of a facility.
    pub in_reach: f64,
    /// `in_reach` as a share of `need`; `None` without need.
    pub share_in_reach: Option<f64>,
    /// Communities with people in need; `None` when the demand has no communities. One that lies in two districts counts
    /// in both, with its people there.
    pub communities: Option<usize>,
    /// Communities in reach; `None` when the demand has no communities.
    pub communities_in_reach: Option<usize>,
    /// `communities_in_reach` as a share of `communities`; `None` without any.
    pub share_of_communities: Option<f64>,
    /// Facilities of the service.
    pub facilities: usize,
    /// Facilities whose places are unknown.
    pub facilities_without_places: usize,
    /// Facilities whose area is unknown.
    pub facilities_without_area: usize,
    /// Places; `None` when a facility's are unknown.
    pub places: Option<f64>,
    /// Places per person in need.
    pub places_per_need: Option<f64>,
    /// Places that the need exceeds those that are there by, 0 or more.
    pub places_lacking: Option<f64>,
    /// Places per 1,000 people.
    pub places_per_1000_people: Option<f64>,
    /// Places that the standard asks for; `None` when it asks for none.
    pub places_required: Option<f64>,
    /// Places that the standard asks for beyond those that are there, 0 or more.
    pub places_lacking_to_standard: Option<f64>,
    /// Area of the facilities in m²; `None` when a facility's is unknown.
    pub area: Option<f64>,
    /// m² per 100 households.
    pub area_per_100_households: Option<f64>,
    /// m² that the standard asks for; `None` when it asks for none or the households are unknown.
    pub area_required: Option<f64>,
    /// m² that the standard asks for beyond those that are there, 0 or more.
    pub area_lacking_to_standard: Option<f64>,
    /// Idle spaces that suit the service.
    pub spaces: usize,
    /// Their area in m².
    pub space_area: f64,
    /// People in need for whom the travel matrix has no facility at all.
    pub without_pair: f64,
    /// Mean walk to the nearest facility of people in need, those in `without_pair` left out; `None` without any.
    pub mean_walk: Option<f64>,
    /// Mean walk of the tenth of people in need who walk farthest; `None` when one of them is in `without_pair`.
    pub worst_decile_walk: Option<f64>,
    /// Inequality of accessibility among people in need; `None` when accessibility is unknown or nobody has any.
    pub inequality: Option<Inequality>,
}

/// What the figures are taken from.
pub(super) struct Measure<'a> {
    pub programme: &'a Programme,
    pub service: &'a Service,
    pub points: &'a PointAudit,
    pub options: &'a AuditOptions,
}

impl Measure<'_> {
    pub(super) fn whole(&self) -> Result<Coverage, Error> {
        let all: Vec<usize> = (0..self.programme.demand.len()).collect();
        self.coverage(None, &all)
    }

    pub(super) fn districts(&self) -> Result<Vec<Coverage>, Error> {
        let districts = &self.programme.demand.districts;
        let mut points_of = vec![Vec::new(); districts.names.len()];
        for (i, &district) in districts.of.iter().enumerate() {
            if let Some(points) = points_of.get_mut(district as usize) {
                points.push(i);
            }
        }
        districts.names.iter().zip(points_of).map(|(name, points)| self.coverage(Some(name), &points)).collect()
    }

    /// The figures of some demand points and of what stands in a district.
    fn coverage(&self, district: Option<&str>, at: &[usize]) -> Result<Coverage, Error> {
        let Self { programme, service, points, .. } = self;
        let demand = &programme.demand;
        let sum = |values: &[f64]| total(at.iter().filter_map(|&i| values.get(i).copied()));
        let need_at = |i: usize| points.need.get(i).copied().unwrap_or(0.0);
        let reached = |i: usize| points.in_reach.get(i) == Some(&true);
        let walk_at = |i: usize| points.walk.get(i).copied().flatten();

        let (people, need) = (sum(&demand.people), sum(&points.need));
        let households = demand.households.as_deref().map(sum);
        let in_reach = total(at.iter().filter(|&&i| reached(i)).map(|&i| need_at(i)));
        let with_pair = total(at.iter().filter(|&&i| walk_at(i).is_some()).map(|&i| need_at(i)));
        let without_pair = total(at.iter().filter(|&&i| walk_at(i).is_none()).map(|&i| need_at(i)));
        let walked = at.iter().filter_map(|&i| walk_at(i).map(|walk| walk * (need_at(i) / with_pair)));
        let (communities, communities_in_reach) = self.communities(at).unzip();

        let here = |name: &Option<String>| district.is_none_or(|district| name.as_deref() == Some(district));
        let facilities: Vec<_> =
            programme.facilities.iter().filter(|own| own.service == service.name && here(&own.district)).collect();
        let places =
            facilities.iter().map(|own| own.places).collect::<Option<Vec<f64>>>().map(|all| total(all.into_iter()));
        let area =
            facilities.iter().map(|own| own.area).collect::<Option<Vec<f64>>>().map(|all| total(all.into_iter()));
        check_sum("places", places)?;
        check_sum("area", area)?;
        let spaces: Vec<f64> = programme
            .spaces
            .iter()
            .filter(|space| here(&space.district) && service.fits(space))
            .map(|space| space.area)
            .collect();
        let space_area = total(spaces.iter().copied());
        check_sum("spaces", Some(space_area))?;

        let places_required = service.target.places_per_1000_people.map(|places| places * (people / 1000.0));
        let area_required = service
            .target
            .area_per_100_households
            .zip(households)
            .map(|(area, households)| area * (households / 100.0));
        check_sum("places_per_1000_people", places_required)?;
        check_sum("area_per_100_households", area_required)?;
        let lacking = |wanted: Option<f64>, there: Option<f64>| {
            wanted.zip(there).map(|(wanted, there)| (wanted - there).max(0.0))
        };
        Ok(Coverage {
            district: district.map(ToOwned::to_owned),
            people,
            households,
            need,
            in_reach,
            share_in_reach: ratio(in_reach, need).map(|share| share.min(1.0)),
            communities,
            communities_in_reach,
            share_of_communities: communities_in_reach
                .zip(communities)
                .and_then(|(reached, all)| ratio(reached as f64, all as f64)),
            facilities: facilities.len(),
            facilities_without_places: facilities.iter().filter(|own| own.places.is_none()).count(),
            facilities_without_area: facilities.iter().filter(|own| own.area.is_none()).count(),
            places,
            places_per_need: places.and_then(|places| ratio(places, need)),
            places_lacking: lacking(Some(need), places),
            places_per_1000_people: places.and_then(|places| ratio(places, people / 1000.0)),
            places_required,
            places_lacking_to_standard: lacking(places_required, places),
            area,
            area_per_100_households: area
                .zip(households)
                .and_then(|(area, households)| ratio(area, households / 100.0)),
            area_required,
            area_lacking_to_standard: lacking(area_required, area),
            spaces: spaces.len(),
            space_area,
            without_pair,
            mean_walk: (with_pair > 0.0).then(|| total(walked)),
            worst_decile_walk: worst_decile(at.iter().map(|&i| (need_at(i), walk_at(i)))),
            inequality: points
                .accessibility
                .as_ref()
                .and_then(|values| inequality(at.iter().map(|&i| (need_at(i), values.get(i).copied().unwrap_or(0.0))))),
        })
    }

    /// Communities with people in need among some demand points, and those in reach; `None` without communities.
    fn communities(&self, at: &[usize]) -> Option<(usize, usize)> {
        let communities = &self.programme.demand.communities;
        if communities.names.is_empty() {
            return None;
        }
        let mut sums = vec![(0.0, 0.0); communities.names.len()];
        for &i in at {
            let (Some(&community), Some(need)) = (communities.of.get(i), self.points.need.get(i)) else { continue };
            if let Some((all, reached)) = sums.get_mut(community as usize) {
                *all += need;
                if self.points.in_reach.get(i) == Some(&true) {
                    *reached += need;
                }
            }
        }
        let with_need = sums.iter().filter(|(all, _)| *all > 0.0);
        // A hair below the share is rounding in the sums.
        let enough = self.options.community_share * (1.0 - 1e-12);
        let in_reach = with_need.clone().filter(|(all, reached)| *reached >= enough * all).count();
        Some((with_need.count(), in_reach))
    }
}

/// A sum that is 0, not -0, of nothing.
fn total(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |sum, value| sum + value)
}

/// A ratio; `None` where there is nothing to divide by, or where a number cannot hold it.
fn ratio(part: f64, whole: f64) -> Option<f64> {
    let ratio = part / whole;
    (whole > 0.0 && ratio.is_finite()).then_some(ratio)
}

fn check_sum(argument: &'static str, sum: Option<f64>) -> Result<(), Error> {
    match sum {
        Some(sum) if !sum.is_finite() => Err(Error::InvalidValue {
            argument,
            value: "infinite in all".into(),
            reason: "the sum is larger than a number can hold; use a larger unit".into(),
        }),
        _ => Ok(()),
    }
}
