//! The lists of a plan: their order, and that they speak of what the programme has.

use super::unverified;
use crate::error::Error;
use crate::service::{Change, Fitout, Host, Programme, Served, Size};

/// Order, repetition and range of every position, and that facilities that move arrive where they are said to. Programme
/// must be valid.
pub(super) fn check(
    programme: &Programme,
    fitouts: &[Fitout],
    changes: &[Change],
    served: &[Served],
) -> Result<(), Error> {
    check_changes(programme, changes)?;
    check_fitouts(programme, fitouts)?;
    check_moves(changes, fitouts)?;
    check_served(programme, served)
}

fn check_changes(programme: &Programme, changes: &[Change]) -> Result<(), Error> {
    if changes.len() != programme.facilities.len() {
        let (told, all) = (changes.len(), programme.facilities.len());
        return unverified(format!("the plan tells what becomes of {told} facilities where there are {all}"));
    }
    for (f, change) in changes.iter().enumerate() {
        if let Change::Moved { to } = *change {
            exists("space", to, programme.spaces.len(), || format!("facility {f} moves"))?;
        }
    }
    Ok(())
}

fn check_fitouts(programme: &Programme, fitouts: &[Fitout]) -> Result<(), Error> {
    for (at, fitout) in fitouts.iter().enumerate() {
        let named = || format!("fitouts[{at}]");
        exists("space", fitout.space, programme.spaces.len(), named)?;
        exists("service", fitout.service, programme.services.len(), named)?;
        let modules = programme.services.get(fitout.service as usize).map_or(0, |service| service.modules.len());
        match fitout.size {
            Size::Module(module) => exists("module", module, modules, named)?,
            Size::Moved(facility) => exists("facility", facility, programme.facilities.len(), named)?,
        }
        for &slot in &fitout.slots {
            exists("slot", slot, programme.slots.len(), named)?;
        }
        if fitout.slots.windows(2).any(|two| two[0] >= two[1]) {
            return unverified(format!("the slots of fitouts[{at}] are not in ascending order"));
        }
        if fitout.slots.is_empty() && !programme.slots.is_empty() {
            return unverified(format!("fitouts[{at}] is open in no slot"));
        }
    }
    for (at, two) in fitouts.windows(2).enumerate() {
        let [first, second] = [&two[0], &two[1]].map(|fitout| (fitout.space, fitout.service));
        if first == second {
            let (space, service) = first;
            return unverified(format!("service {service} is fitted out twice in space {space}"));
        }
        if first > second {
            return unverified(format!("fitouts[{}] is out of the order by space and service", at + 1));
        }
    }
    Ok(())
}

/// A facility that moves is one fit-out in the space it moves to, and no other facility is.
fn check_moves(changes: &[Change], fitouts: &[Fitout]) -> Result<(), Error> {
    let mut arrived = vec![None; changes.len()];
    for fitout in fitouts {
        let Size::Moved(f) = fitout.size else { continue };
        let Some(arrived) = arrived.get_mut(f as usize) else { continue };
        if let Some(first) = arrived.replace(fitout.space) {
            return unverified(format!("facility {f} moves into space {first} and into space {} too", fitout.space));
        }
    }
    for (f, (change, arrived)) in changes.iter().zip(arrived).enumerate() {
        match (*change, arrived) {
            (Change::Moved { to }, Some(space)) if to == space => {}
            (Change::Moved { to }, Some(space)) => {
                return unverified(format!("facility {f} moves to space {to}, but is fitted out in space {space}"));
            }
            (Change::Moved { to }, None) => {
                return unverified(format!("facility {f} moves to space {to}, but is not fitted out there"));
            }
            (other, Some(space)) => {
                return unverified(format!("facility {f} is fitted out in space {space}, but is {}", word(other)));
            }
            (_, None) => {}
        }
    }
    Ok(())
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Kept => "kept",
        Change::Enlarged => "enlarged",
        Change::Moved { .. } => "moved",
        Change::Closed => "closed",
    }
}

fn check_served(programme: &Programme, served: &[Served]) -> Result<(), Error> {
    for (at, row) in served.iter().enumerate() {
        let named = || format!("served[{at}]");
        exists("service", row.service, programme.services.len(), named)?;
        exists("demand point", row.demand, programme.demand.len(), named)?;
        match row.host {
            Host::Space(space) => exists("space", space, programme.spaces.len(), named)?,
            Host::Facility(facility) => exists("facility", facility, programme.facilities.len(), named)?,
        }
    }
    for (at, two) in served.windows(2).enumerate() {
        let [first, second] = [two[0], two[1]].map(|row| (row.service, row.demand, row.host));
        if first == second {
            return unverified(format!("served[{}] repeats service, demand point and host of the row before", at + 1));
        }
        if first > second {
            return unverified(format!("served[{}] is out of the order by service, demand point and host", at + 1));
        }
    }
    Ok(())
}

/// A position must be one of a list.
fn exists(counted: &str, position: u32, len: usize, who: impl Fn() -> String) -> Result<(), Error> {
    if (position as usize) < len {
        return Ok(());
    }
    unverified(format!("{} names {counted} {position} where there are {len}", who()))
}
