//! Facilities of today that may move, priced once for all rooms in which they gain and take the same.
//!
//! A facility may move into any space that suits it, so that a room of a large programme may be asked by hundreds. What a
//! facility costs does not depend on the room, and what it counts for in quotas only on the district of the room: those
//! that another beats are found once for each service and district.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::instance::{Choice, Group, Instance};
use super::offers::Priced;
use crate::service::Size;

/// Rooms that are asked together at least for this to be worth it.
const ROOMS: usize = 4;

/// Which groups the same facilities may move into at the same terms.
#[derive(Debug, Clone, Default)]
pub(crate) struct Movers {
    /// The family of each group.
    family: Vec<usize>,
    /// For each family a choice of each facility: those of all other groups gain and take the same.
    choices: Vec<Vec<usize>>,
}

impl Movers {
    /// Families of groups; `district` tells that of a room.
    pub fn new(groups: &[Group], choices: &[Choice], district: impl Fn(usize) -> Option<usize>) -> Self {
        let mut movers = Self { family: Vec::with_capacity(groups.len()), choices: Vec::new() };
        let mut families = FxHashMap::default();
        // For each family whether a facility is in it.
        let mut seen: Vec<Vec<bool>> = Vec::new();
        for group in groups {
            let family = *families.entry((group.service, district(group.room))).or_insert(seen.len());
            if family == seen.len() {
                seen.push(Vec::new());
                movers.choices.push(Vec::new());
            }
            movers.family.push(family);
            let seen = &mut seen[family];
            for at in group.choices.clone() {
                let Size::Moved(f) = choices[at].size else { continue };
                seen.resize(seen.len().max(f as usize + 1), false);
                if !std::mem::replace(&mut seen[f as usize], true) {
                    movers.choices[family].push(at);
                }
            }
        }
        movers
    }

    /// Whether nothing is known: rooms differ.
    fn is_empty(&self) -> bool {
        self.family.is_empty()
    }
}

/// The facilities that may move at some prices, family by family, once they are asked for.
pub(crate) struct PricedMovers(Vec<OnceLock<Vec<Priced>>>);

impl PricedMovers {
    /// For so many rooms.
    pub fn new(instance: &Instance, rooms: usize) -> Self {
        let families = if rooms < ROOMS { 0 } else { instance.movers.choices.len() };
        Self(vec![OnceLock::new(); families])
    }

    /// The choices of a group that no other beats; all calls must leave out the same choices.
    pub fn undominated(
        &self,
        instance: &Instance,
        index: usize,
        rows: &[f64],
        allowed: impl Fn(&Choice) -> bool,
    ) -> Vec<Priced> {
        let group = &instance.groups[index];
        let movers = &instance.movers;
        if self.0.is_empty() || movers.is_empty() {
            return Priced::undominated(Priced::of(instance, group.choices.clone(), rows, allowed).collect());
        }
        let family = movers.family[index];
        let priced = self.0[family].get_or_init(|| {
            let all = movers.choices[family].iter().copied();
            Priced::undominated(Priced::of(instance, all, rows, &allowed).collect())
        });
        let choices = &instance.choices[group.choices.clone()];
        let modules = choices.partition_point(|choice| matches!(choice.size, Size::Module(_)));
        let first = group.choices.start;
        let mut sizes = Vec::with_capacity(modules + priced.len());
        sizes.extend(Priced::of(instance, first..first + modules, rows, allowed));
        let area = instance.rooms[group.room].area;
        for priced in priced.iter().filter(|priced| priced.area <= area) {
            if sizes.iter().take(modules).any(|module| module.beats(priced)) {
                continue;
            }
            let size = instance.choices[priced.choice].size;
            let place = choices[modules..].binary_search_by_key(&size, |choice| choice.size);
            sizes.extend(place.ok().map(|place| priced.at(first + modules + place)));
        }
        Priced::undominated(sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::programme::pricing::tests::instance;
    use crate::engine::random::Random;
    use crate::service::PlanObjective;

    #[test]
    fn families_price_as_rooms_one_by_one_do() {
        let mut moves = 0;
        for seed in 0..8 {
            let instance = instance(seed, PlanObjective::Cover);
            let mut random = Random::of_seed(seed);
            for _ in 0..20 {
                let price = |limit: &f64| random.unit() * 50.0 / limit.abs().max(1.0);
                let rows: Vec<f64> = instance.rows.limits.iter().map(price).collect();
                let stays: Vec<bool> = instance.stays.iter().map(|_| random.unit() < 0.3).collect();
                let free = |choice: &Choice| !matches!(choice.size, Size::Moved(f) if stays[f as usize]);
                let together = PricedMovers::new(&instance, instance.rooms.len());
                let alone = PricedMovers::new(&instance, 1);
                assert!(!together.0.is_empty() && alone.0.is_empty());
                for group in 0..instance.groups.len() {
                    let [one, other] =
                        [&together, &alone].map(|movers| movers.undominated(&instance, group, &rows, free));
                    assert_eq!(one, other, "group {group} of seed {seed}");
                    let is_move = |size: &&Priced| matches!(instance.choices[size.choice].size, Size::Moved(_));
                    moves += one.iter().filter(is_move).count();
                }
            }
        }
        assert!(moves > 300, "{moves}");
    }
}
