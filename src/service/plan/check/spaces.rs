//! What may stand in a space, and how much of it.

use rustc_hash::FxHashMap;

use super::{unverified, within};
use crate::error::Error;
use crate::service::{Complexes, Fitout, PairRule, PlanRules, Programme, Service, Size, Space};

/// The rules on single spaces and on their number: kinds, floors, slots, area, pairs, complexes, required and forbidden.
pub(super) fn check(programme: &Programme, rules: &PlanRules, fitouts: &[Fitout]) -> Result<(), Error> {
    let pairs = pairs(programme);
    let core = rules.complexes.as_ref().map(|rule| core(programme, rule)).unwrap_or_default();
    let mut used = vec![false; programme.spaces.len()];
    let mut complexes = 0_u32;
    for here in by_space(fitouts) {
        let Some((j, space)) =
            here.first().and_then(|own| Some((own.space, programme.spaces.get(own.space as usize)?)))
        else {
            continue;
        };
        used[j as usize] = true;
        for fitout in here {
            check_fit(programme, space, fitout)?;
        }
        check_area(programme, space, here, &pairs)?;
        for pair in &pairs {
            if pair.shared.is_none() && pair.both(here).is_some() {
                let [first, second] = pair.services.map(|s| &programme.services[s as usize].name);
                return unverified(format!("{first:?} and {second:?} must stay apart, but both are in space {j}"));
            }
        }
        if let Some(rule) = &rules.complexes {
            complexes += u32::from(check_sharing(rule, &core, space, here)?);
        }
    }
    for &j in &rules.required {
        if !used.get(j as usize).copied().unwrap_or_default() {
            return unverified(format!("required space {j} hosts nothing"));
        }
    }
    if let Some(j) = rules.forbidden.iter().find(|&&j| used.get(j as usize) == Some(&true)) {
        return unverified(format!("forbidden space {j} hosts something"));
    }
    let count = used.iter().filter(|used| **used).count();
    if let Some(most) = rules.most_spaces.filter(|&most| count > most) {
        return unverified(format!("{count} spaces are used, more than most_spaces = {most}"));
    }
    if let Some(rule) = rules.complexes.as_ref().filter(|rule| complexes < rule.least) {
        return unverified(format!("{complexes} spaces are complexes, fewer than complexes.least = {}", rule.least));
    }
    Ok(())
}

/// What the pairs that belong together are worth: once for each space that hosts both.
pub(super) fn rewards(programme: &Programme, fitouts: &[Fitout]) -> f64 {
    let pairs = pairs(programme);
    let both = |pair: &PairHere, here: &[Fitout]| if pair.both(here).is_some() { pair.reward } else { 0.0 };
    by_space(fitouts).flat_map(|here| pairs.iter().map(move |pair| both(pair, here))).fold(0.0, |sum, part| sum + part)
}

/// The fit-outs of each space that is used.
fn by_space(fitouts: &[Fitout]) -> impl Iterator<Item = &[Fitout]> {
    fitouts.chunk_by(|a, b| a.space == b.space)
}

/// A pair with the positions of its services.
struct PairHere {
    services: [u32; 2],
    /// m² that both share; `None` where they must stay apart.
    shared: Option<f64>,
    reward: f64,
}

impl PairHere {
    /// The two fit-outs, where a space has both.
    fn both<'a>(&self, here: &'a [Fitout]) -> Option<[&'a Fitout; 2]> {
        let [first, second] = self.services.map(|service| here.iter().find(|fitout| fitout.service == service));
        Some([first?, second?])
    }
}

fn pairs(programme: &Programme) -> Vec<PairHere> {
    let at: FxHashMap<&str, u32> = programme.services.iter().map(|service| service.name.as_str()).zip(0..).collect();
    let here = |pair: &crate::service::Pair| {
        let [first, second] = [&pair.services[0], &pair.services[1]].map(|name| at.get(name.as_str()).copied());
        let (shared, reward) = match pair.rule {
            PairRule::Together { shared_area, reward } => (Some(shared_area), reward),
            PairRule::Apart => (None, 0.0),
        };
        Some(PairHere { services: [first?, second?], shared, reward })
    };
    programme.pairs.iter().filter_map(here).collect()
}

/// Whether each service is one of the core.
fn core(programme: &Programme, rule: &Complexes) -> Vec<bool> {
    programme.services.iter().map(|service| rule.core.contains(&service.name)).collect()
}

/// The kind of space, its floor, the slots of both, and for a facility that moves in its service and its one slot.
fn check_fit(programme: &Programme, space: &Space, fitout: &Fitout) -> Result<(), Error> {
    let j = fitout.space;
    let service: &Service = &programme.services[fitout.service as usize];
    let name = &service.name;
    if !service.kinds.is_empty() && !service.kinds.contains(&space.kind) {
        return unverified(format!("{name:?} is in space {j}, whose kind {:?} does not suit it", space.kind));
    }
    if let Some((lowest, highest)) = service.floors
        && !(lowest..=highest).contains(&space.floor)
    {
        return unverified(format!("{name:?} is in space {j} on floor {}, not {lowest} to {highest}", space.floor));
    }
    for slot in fitout.slots.iter().filter_map(|&slot| programme.slots.get(slot as usize)) {
        for (who, slots) in [("the service", &service.slots), ("the space", &space.slots)] {
            if !slots.is_empty() && !slots.contains(&slot.name) {
                return unverified(format!(
                    "{name:?} is open in space {j} in slot {:?}, which is none of those of {who}",
                    slot.name
                ));
            }
        }
    }
    if let Size::Moved(f) = fitout.size {
        let own = &programme.facilities[f as usize].service;
        if own != name {
            return unverified(format!("facility {f} offers {own:?}, but moves into space {j} as {name:?}"));
        }
        if fitout.slots.len() > 1 {
            let count = fitout.slots.len();
            return unverified(format!("facility {f} moves into space {j} in {count} slots, not in one"));
        }
    }
    Ok(())
}

/// The area that a fit-out takes.
pub(super) fn area_of(programme: &Programme, fitout: &Fitout) -> f64 {
    match fitout.size {
        Size::Module(module) => programme.services[fitout.service as usize].modules[module as usize].area,
        // A facility that may move has an area: the programme was checked.
        Size::Moved(facility) => programme.facilities[facility as usize].area.unwrap_or(f64::INFINITY),
    }
}

/// In every slot, what is open fits in.
fn check_area(programme: &Programme, space: &Space, here: &[Fitout], pairs: &[PairHere]) -> Result<(), Error> {
    for slot in 0..programme.slots.len().max(1) {
        // Without slots everything is open at once.
        let open = |fitout: &Fitout| programme.slots.is_empty() || fitout.slots.iter().any(|&own| own as usize == slot);
        let areas: f64 = here.iter().filter(|fitout| open(fitout)).map(|fitout| area_of(programme, fitout)).sum();
        let shared: f64 = pairs
            .iter()
            .filter(|pair| pair.both(here).is_some_and(|both| both.iter().all(|fitout| open(fitout))))
            .filter_map(|pair| pair.shared)
            .sum();
        let taken = areas - shared;
        if !within(taken, space.area) {
            let when = programme.slots.get(slot).map_or_else(String::new, |slot| format!(" in slot {:?}", slot.name));
            let (j, own) = (here.first().map_or(0, |fitout| fitout.space), space.area);
            return unverified(format!("the services in space {j} take {taken} m²{when}, more than its area of {own}"));
        }
    }
    Ok(())
}

/// Whether a space is a complex; one that is not hosts few services.
fn check_sharing(rule: &Complexes, core: &[bool], space: &Space, here: &[Fitout]) -> Result<bool, Error> {
    let count = here.len();
    let core = here.iter().filter(|fitout| core.get(fitout.service as usize) == Some(&true)).count();
    let at_least = |count: usize, least: u32| u32::try_from(count).is_ok_and(|count| count >= least);
    let large = space.area >= rule.area;
    if large && at_least(count, rule.services) && at_least(core, rule.core_services) {
        return Ok(true);
    }
    let j = here.first().map_or(0, |fitout| fitout.space);
    let why = format!("space {j} of {} m² hosts {count} services, {core} of the core, and is no complex", space.area);
    if large && rule.always {
        return unverified(format!("{why}, though every used space of {} m² must be one", rule.area));
    }
    if !u32::try_from(count).is_ok_and(|count| count <= rule.apart) {
        return unverified(format!("{why}: it hosts more than complexes.apart = {}", rule.apart));
    }
    Ok(false)
}
