//! What must be there in each district.

use rustc_hash::FxHashMap;

use super::spaces::area_of;
use super::{reaches, unverified};
use crate::error::Error;
use crate::service::plan::money::open_slots;
use crate::service::{Change, Fitout, Least, PlanRules, Programme, Size};

/// What stands in one district of one service.
#[derive(Clone, Copy, Default)]
struct Standing {
    places: f64,
    area: f64,
    count: f64,
}

/// Every quota, in every district that it names. Without districts all is in one.
pub(super) fn check(
    programme: &Programme,
    rules: &PlanRules,
    fitouts: &[Fitout],
    changes: &[Change],
) -> Result<(), Error> {
    if rules.quotas.is_empty() {
        return Ok(());
    }
    let names = &programme.demand.districts.names;
    let districts = names.len().max(1);
    let standing = standing(programme, fitouts, changes);
    let people = by_district(programme, &programme.demand.people);
    let households = programme.demand.households.as_deref().map(|homes| by_district(programme, homes));
    for quota in &rules.quotas {
        let Some(service) = programme.services.iter().position(|service| service.name == quota.service) else {
            continue;
        };
        for d in 0..districts {
            let district = names.get(d);
            if quota.district.is_some() && quota.district.as_ref() != district {
                continue;
            }
            let Standing { places, area, count } = standing[service * districts + d];
            let (there, least) = match quota.least {
                Least::PlacesPer1000People(rate) => (places, rate * people[d] / 1_000.0),
                Least::AreaPer100Households(rate) => {
                    let households = households.as_ref().map_or(f64::NAN, |households| households[d]);
                    (area, rate * households / 100.0)
                }
                Least::Facilities(least) => (count, f64::from(least)),
            };
            if !reaches(there, least) {
                let place = district.map_or_else(|| "in all".to_owned(), |name| format!("in district {name:?}"));
                let (name, unit) = (&quota.service, quota.least.unit(there));
                return unverified(format!("{name:?} has {there} {unit} {place}, fewer than its quota of {least}"));
            }
        }
    }
    Ok(())
}

fn by_district(programme: &Programme, values: &[f64]) -> Vec<f64> {
    let districts = &programme.demand.districts;
    let mut sums = vec![0.0; districts.names.len().max(1)];
    for (i, value) in values.iter().enumerate() {
        let d = districts.of.get(i).map_or(0, |&d| d as usize);
        if let Some(sum) = sums.get_mut(d) {
            *sum += value;
        }
    }
    sums
}

/// What stands after the plan, by service and then by district.
fn standing(programme: &Programme, fitouts: &[Fitout], changes: &[Change]) -> Vec<Standing> {
    let names = &programme.demand.districts.names;
    let districts = names.len().max(1);
    let district_at: FxHashMap<&str, usize> = names.iter().map(String::as_str).zip(0..).collect();
    let service_at: FxHashMap<&str, usize> =
        programme.services.iter().map(|service| service.name.as_str()).zip(0..).collect();
    let mut standing = vec![Standing::default(); programme.services.len() * districts];
    let mut add = |service: usize, district: Option<&String>, places: f64, area: f64| {
        let d = district.and_then(|name| district_at.get(name.as_str())).copied().unwrap_or(0);
        if let Some(own) = standing.get_mut(service * districts + d) {
            own.places += places;
            own.area += area;
            own.count += 1.0;
        }
    };
    for fitout in fitouts {
        let places = match fitout.size {
            Size::Module(module) => {
                programme.services[fitout.service as usize].modules[module as usize].places * open_slots(fitout)
            }
            Size::Moved(facility) => programme.facilities[facility as usize].places.unwrap_or(0.0),
        };
        let district = programme.spaces[fitout.space as usize].district.as_ref();
        add(fitout.service as usize, district, places, area_of(programme, fitout));
    }
    for (facility, change) in programme.facilities.iter().zip(changes) {
        let more = match change {
            Change::Kept => None,
            Change::Enlarged => facility.enlargement.as_ref(),
            Change::Moved { .. } | Change::Closed => continue,
        };
        let Some(&service) = service_at.get(facility.service.as_str()) else { continue };
        let (places, area) = more.map_or((0.0, 0.0), |module| (module.places, module.area));
        // What is unknown counts nothing.
        let places = facility.places.unwrap_or(0.0) + places;
        add(service, facility.district.as_ref(), places, facility.area.unwrap_or(0.0) + area);
    }
    standing
}
