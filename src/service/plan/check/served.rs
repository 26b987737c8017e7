//! Who is served where: reach, shares, capacity and minimum use.

use super::aims::Need;
use super::{TOLERANCE, reaches, unverified, within};
use crate::error::Error;
use crate::service::plan::money::open_slots;
use crate::service::{Change, Fitout, Host, Programme, Served, Size};

/// Checks that only hosts within reach that are open serve, to no more than the whole need and the places that there are.
/// Gives the walk of each row.
pub(super) fn check(
    programme: &Programme,
    needs: &[Need],
    fitouts: &[Fitout],
    changes: &[Change],
    served: &[Served],
) -> Result<Vec<f64>, Error> {
    let mut walks = Vec::with_capacity(served.len());
    let mut at_fitout = vec![0.0; fitouts.len()];
    let mut at_facility = vec![0.0; changes.len()];
    for row in served {
        let (s, i) = (row.service as usize, row.demand as usize);
        let (need, name) = (&needs[s], &programme.services[s].name);
        if !(row.share > 0.0 && row.share <= 1.0 + TOLERANCE) {
            return unverified(format!(
                "{} serves a share of {} of demand point {i} with {name:?}",
                shown(row.host),
                row.share
            ));
        }
        let amount = need.amount[i] * row.share;
        let walk = match row.host {
            Host::Space(j) => {
                let Ok(at) = fitouts.binary_search_by_key(&(j, row.service), |own| (own.space, own.service)) else {
                    return unverified(format!("demand point {i} is served {name:?} in space {j}, which has none"));
                };
                at_fitout[at] += amount;
                programme.travel_to_spaces.as_ref().and_then(|travel| travel.cost(row.demand, j))
            }
            Host::Facility(f) => {
                if programme.facilities[f as usize].service != *name {
                    return unverified(format!("demand point {i} is served {name:?} at facility {f}, which has none"));
                }
                if !matches!(changes[f as usize], Change::Kept | Change::Enlarged) {
                    return unverified(format!("demand point {i} is served {name:?} at facility {f}, which is gone"));
                }
                at_facility[f as usize] += amount;
                programme.travel.as_ref().and_then(|travel| travel.cost(row.demand, f))
            }
        };
        let limit = need.limit[i];
        match walk {
            Some(walk) if walk <= limit => walks.push(walk),
            other => {
                let walk = other.map_or_else(|| "without a walk there".into(), |walk| format!("{walk} away"));
                let host = shown(row.host);
                return unverified(format!(
                    "demand point {i} is served {name:?} by {host}, {walk}, out of its limit of {limit}"
                ));
            }
        }
    }
    for rows in served.chunk_by(|a, b| (a.service, a.demand) == (b.service, b.demand)) {
        let met: f64 = rows.iter().map(|row| row.share).sum();
        if met > 1.0 + TOLERANCE {
            let (i, name) = (rows[0].demand, &programme.services[rows[0].service as usize].name);
            return unverified(format!("demand point {i} is served {name:?} {met} times"));
        }
    }
    check_fitouts(programme, fitouts, &at_fitout)?;
    check_facilities(programme, changes, &at_facility)?;
    Ok(walks)
}

fn check_fitouts(programme: &Programme, fitouts: &[Fitout], amounts: &[f64]) -> Result<(), Error> {
    for (fitout, &amount) in fitouts.iter().zip(amounts) {
        let service = &programme.services[fitout.service as usize];
        let places = match fitout.size {
            Size::Module(module) => service.modules[module as usize].places * open_slots(fitout),
            // A facility that may move has places: the programme was checked.
            Size::Moved(facility) => programme.facilities[facility as usize].places.unwrap_or(0.0),
        };
        let (j, name, least) = (fitout.space, &service.name, service.minimum_use);
        if !within(amount, places) {
            return unverified(format!("{name:?} in space {j} serves {amount}, more than its {places} places"));
        }
        if !reaches(amount, least) {
            return unverified(format!("{name:?} in space {j} serves {amount}, less than its minimum use of {least}"));
        }
    }
    Ok(())
}

fn check_facilities(programme: &Programme, changes: &[Change], amounts: &[f64]) -> Result<(), Error> {
    for (f, ((facility, change), &amount)) in programme.facilities.iter().zip(changes).zip(amounts).enumerate() {
        // Unknown places serve all who are in reach.
        let Some(own) = facility.places else { continue };
        let more = facility.enlargement.as_ref().filter(|_| *change == Change::Enlarged);
        let places = own + more.map_or(0.0, |module| module.places);
        if !within(amount, places) {
            let name = &facility.service;
            return unverified(format!("{name:?} at facility {f} serves {amount}, more than its {places} places"));
        }
    }
    Ok(())
}

fn shown(host: Host) -> String {
    match host {
        Host::Space(j) => format!("space {j}"),
        Host::Facility(f) => format!("facility {f}"),
    }
}
