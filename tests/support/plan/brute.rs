//! Every plan of a small programme, tried one by one.

use rustc_hash::FxHashMap;
use siting::Sense;
use siting::service::{Change, Fitout, PlanObjective, Programme, Served, Size};

use super::flows::serve;
use super::random::Case;
use super::rules::{all_allowed, money, rewards, space_allowed, stand};

/// A plan with its objective.
#[derive(Debug, Clone)]
pub struct Tried {
    pub objective: f64,
    pub fitouts: Vec<Fitout>,
    pub changes: Vec<Change>,
    pub served: Vec<Served>,
}

/// All ways to open in slots: every set that is not empty, or the whole day where there are none.
fn openings(slots: usize) -> Vec<Vec<u32>> {
    if slots == 0 {
        return vec![Vec::new()];
    }
    let of = |bits: u32| (0..u32::try_from(slots).unwrap()).filter(|t| bits >> t & 1 == 1).collect();
    (1..1_u32 << slots).map(of).collect()
}

/// All that may be done with one service in one space, whether allowed or not.
fn choices(programme: &Programme, space: u32, service: u32) -> Vec<Option<Fitout>> {
    let modules = u32::try_from(programme.services[service as usize].modules.len()).unwrap();
    let facilities = (0_u32..).zip(&programme.facilities);
    let moving = facilities.filter(|(_, own)| own.moving_cost.is_some()).map(|(f, _)| Size::Moved(f));
    let sizes: Vec<Size> = (0..modules).map(Size::Module).chain(moving).collect();
    let mut choices = vec![None];
    for size in sizes {
        for slots in openings(programme.slots.len()) {
            choices.push(Some(Fitout { space, service, size, slots }));
        }
    }
    choices
}

/// All combinations of one entry of each list.
fn combinations<T: Clone>(lists: &[Vec<T>]) -> Vec<Vec<T>> {
    lists.iter().fold(vec![Vec::new()], |all, list| {
        all.iter()
            .flat_map(|own| list.iter().map(|next| [own.as_slice(), std::slice::from_ref(next)].concat()))
            .collect()
    })
}

/// What becomes of facilities when these fit-outs are made; `None` for a facility that would move twice.
fn changes(programme: &Programme, fitouts: &[Fitout]) -> Option<Vec<Vec<Change>>> {
    let options = (0_u32..).zip(&programme.facilities).map(|(f, own)| {
        let moves: Vec<u32> = fitouts.iter().filter(|own| own.size == Size::Moved(f)).map(|own| own.space).collect();
        match moves.as_slice() {
            [] => {
                let mut options = vec![Change::Kept];
                options.extend(own.enlargement.as_ref().map(|_| Change::Enlarged));
                options.extend(own.closing_cost.map(|_| Change::Closed));
                Some(options)
            }
            [to] => Some(vec![Change::Moved { to: *to }]),
            _ => None,
        }
    });
    Some(combinations(&options.collect::<Option<Vec<_>>>()?))
}

/// What the linear programme depends on: who serves what, with how many places.
fn key(programme: &Programme, fitouts: &[Fitout], changes: &[Change]) -> Vec<(u32, u32, u64)> {
    let of = |own: &Fitout| (own.space, own.service, stand(programme, own).places.to_bits());
    let facility = |(f, change): (u32, &Change)| {
        (
            u32::MAX,
            f,
            match change {
                Change::Kept => 0,
                Change::Enlarged => 1,
                Change::Moved { .. } | Change::Closed => 2,
            },
        )
    };
    fitouts.iter().map(of).chain((0..).zip(changes).map(facility)).collect()
}

/// The objective with money and rewards.
fn worth(case: &Case, fitouts: &[Fitout], changes: &[Change], flows: f64) -> f64 {
    let Case { programme, rules } = case;
    let cost = match rules.objective {
        PlanObjective::Cost { years } => {
            let (capital, yearly) = money(programme, fitouts, changes);
            capital + years * yearly
        }
        _ => 0.0,
    };
    let rewards = rewards(programme, fitouts);
    flows + cost + if rules.objective.sense() == Sense::Maximize { rewards } else { -rewards }
}

/// The fit-outs that obey the rules of one space.
pub fn ways(case: &Case, j: usize) -> Vec<Vec<Fitout>> {
    let Case { programme, rules } = case;
    let (space, services) = (u32::try_from(j).unwrap(), u32::try_from(programme.services.len()).unwrap());
    let lists: Vec<_> = (0..services).map(|service| choices(programme, space, service)).collect();
    let all = combinations(&lists).into_iter().map(|own| own.into_iter().flatten().collect::<Vec<_>>());
    all.filter(|here| space_allowed(programme, rules, j, here)).collect()
}

/// The best plan of all; `None` when none obeys every rule.
pub fn best(case: &Case) -> Option<Tried> {
    let Case { programme, rules } = case;
    let spaces: Vec<_> = (0..programme.spaces.len()).map(|j| ways(case, j)).collect();
    let mut known: FxHashMap<_, Option<(f64, Vec<Served>)>> = FxHashMap::default();
    let mut best: Option<Tried> = None;
    for here in combinations(&spaces) {
        let fitouts = here.concat();
        for changes in changes(programme, &fitouts).into_iter().flatten() {
            if !all_allowed(programme, rules, &fitouts, &changes) {
                continue;
            }
            let flows = known
                .entry(key(programme, &fitouts, &changes))
                .or_insert_with(|| serve(programme, rules, &fitouts, &changes));
            let Some((value, served)) = flows else { continue };
            let objective = worth(case, &fitouts, &changes, *value);
            if best.as_ref().is_none_or(|best| rules.objective.sense().better(objective, best.objective)) {
                best = Some(Tried { objective, fitouts: fitouts.clone(), changes, served: served.clone() });
            }
        }
    }
    best
}

/// Any fit-outs and changes whatever, picked by thrown dice.
pub fn any(case: &Case, thrown: &[usize]) -> (Vec<Fitout>, Vec<Change>) {
    let Case { programme, .. } = case;
    let mut thrown = thrown.iter().copied().cycle();
    let mut pick = |n: usize| thrown.next().unwrap() % n;
    let mut fitouts = Vec::new();
    for space in 0..u32::try_from(programme.spaces.len()).unwrap() {
        for service in 0..u32::try_from(programme.services.len()).unwrap() {
            let mut choices = choices(programme, space, service);
            // Half of all stay empty, or hardly a plan would be allowed.
            let at = pick(2 * choices.len() - 1);
            fitouts.extend(if at < choices.len() { choices.swap_remove(at) } else { None });
        }
    }
    let mut change = |f: u32| {
        let moves = fitouts.iter().find(|own| own.size == Size::Moved(f));
        let stays = [Change::Kept, Change::Kept, Change::Enlarged, Change::Closed][pick(4)];
        moves.map_or(stays, |own| Change::Moved { to: own.space })
    };
    let changes = (0_u32..).take(programme.facilities.len()).map(&mut change).collect();
    (fitouts, changes)
}

/// The best that can be made of given fit-outs and changes; `None` when they break a rule.
pub fn tried(case: &Case, fitouts: Vec<Fitout>, changes: Vec<Change>) -> Option<Tried> {
    let Case { programme, rules } = case;
    let here = |j: usize| -> Vec<Fitout> { fitouts.iter().filter(|own| own.space as usize == j).cloned().collect() };
    let moves = |f: u32| fitouts.iter().filter(|own| own.size == Size::Moved(f)).count();
    let allowed = (0..programme.spaces.len()).all(|j| space_allowed(programme, rules, j, &here(j)))
        && (0_u32..).take(changes.len()).all(|f| moves(f) <= 1)
        && all_allowed(programme, rules, &fitouts, &changes);
    if !allowed {
        return None;
    }
    let (value, served) = serve(programme, rules, &fitouts, &changes)?;
    let objective = worth(case, &fitouts, &changes, value);
    Some(Tried { objective, fitouts, changes, served })
}
