//! Names of columns and rows, for files that people read.
//!
//! Parts are joined by dots. Spaces, facilities and demand points go by their positions, counted from 0; services, modules
//! and slots by their names, in letters and digits.

use rustc_hash::FxHashSet;

use super::layout::Layout;
use super::sum::Row;
use crate::engine::programme::instance::Instance;
use crate::engine::programme::rows::RowKind;
use crate::service::{Change, Programme, Size};

/// The names of all columns and rows, no two alike.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub columns: Vec<String>,
    pub rows: Vec<String>,
}

impl Names {
    pub(super) fn new(programme: &Programme, instance: &Instance, layout: &Layout, rows: &[Row]) -> Self {
        let words = Words::of(programme);
        Self { columns: words.columns(instance, layout), rows: words.rows(instance, rows) }
    }
}

/// The words of a programme.
struct Words {
    services: Vec<String>,
    modules: Vec<Vec<String>>,
    slots: Vec<String>,
    districts: Vec<String>,
}

impl Words {
    fn of(programme: &Programme) -> Self {
        let modules =
            programme.services.iter().map(|service| plain(service.modules.iter().map(|module| &*module.name)));
        let slots = plain(programme.slots.iter().map(|slot| &*slot.name));
        Self {
            services: plain(programme.services.iter().map(|service| &*service.name)),
            modules: modules.collect(),
            slots: if slots.is_empty() { vec!["day".into()] } else { slots },
            districts: plain(programme.demand.districts.names.iter().map(|name| &**name)),
        }
    }

    fn columns(&self, instance: &Instance, layout: &Layout) -> Vec<String> {
        let mut names = vec![String::new(); layout.len];
        let mut set = |column: Option<usize>, name: String| {
            if let Some(own) = column.and_then(|column| names.get_mut(column)) {
                *own = name;
            }
        };
        for (at, room) in instance.rooms.iter().enumerate() {
            set(layout.rooms[at], format!("use.{}", room.space));
            set(layout.complexes[at], format!("complex.{}", room.space));
            let services = |pair: usize| {
                let [first, second] = instance.together[pair].services;
                format!("{}.{}.{}", room.space, self.services[first], self.services[second])
            };
            for &(pair, column) in &layout.rewards[at] {
                set(Some(column), format!("together.{}", services(pair)));
            }
            for &(pair, first) in &layout.shared[at] {
                for (slot, name) in self.slots.iter().enumerate() {
                    set(Some(first + slot), format!("shared.{}.{name}", services(pair)));
                }
            }
        }
        for (at, choice) in instance.choices.iter().enumerate() {
            let group = &instance.groups[choice.group];
            let size = match choice.size {
                Size::Module(m) => self.modules[group.service].get(m as usize).cloned().unwrap_or_default(),
                Size::Moved(f) => format!("moved.{f}"),
            };
            let which = format!("{}.{}.{size}", instance.rooms[group.room].space, self.services[group.service]);
            for (place, &slot) in choice.slots.iter().enumerate() {
                set(layout.slots[at].map(|first| first + place), format!("open.{which}.{}", self.slots[slot]));
            }
            set(layout.choices[at], format!("fit.{which}"));
        }
        for (f, (stay, first)) in instance.stays.iter().zip(&layout.states).enumerate() {
            for (at, state) in stay.states.iter().enumerate() {
                let change = match state.change {
                    Change::Kept => "kept",
                    Change::Enlarged => "enlarged",
                    Change::Moved { .. } => "moved",
                    Change::Closed => "closed",
                };
                set(first.map(|first| first + at), format!("facility.{f}.{change}"));
            }
        }
        let cells = &instance.cells;
        for cell in &cells.cells {
            let home = cells.points.get(cell.points.start).copied().unwrap_or_default();
            for at in cell.arcs.clone() {
                let host = cells.arcs[at].host as usize;
                let host = match host.checked_sub(instance.groups.len()) {
                    None => format!("space.{}", instance.rooms[instance.groups[host].room].space),
                    Some(f) => format!("facility.{f}"),
                };
                set(layout.arcs[at], format!("serve.{}.{home}.{host}", self.services[cell.service as usize]));
            }
        }
        set(layout.worst, "worst.district".into());
        names
    }

    fn rows(&self, instance: &Instance, rows: &[Row]) -> Vec<String> {
        let quota = |at: usize| {
            let quota = &instance.rows.quotas[at];
            let district = quota.district.and_then(|at| self.districts.get(at)).map_or("", |name| name);
            format!("quota.{at}.{}.{district}", self.services[quota.service])
        };
        let named = |(at, row): (usize, &Row)| match row.shared {
            None => format!("row.{at}"),
            Some(RowKind::Budget) => "budget".into(),
            Some(RowKind::Subsidy) => "subsidy".into(),
            Some(RowKind::MostSpaces) => "most.spaces".into(),
            Some(RowKind::LeastComplexes) => "least.complexes".into(),
            Some(RowKind::Quota(at)) => quota(at),
            Some(RowKind::LeastMet) => "least.met".into(),
            Some(RowKind::LeastMetOfService(s)) => format!("least.met.service.{}", self.services[s]),
            Some(RowKind::LeastMetInDistrict(d)) => format!("least.met.district.{}", self.districts[d]),
            Some(RowKind::WorstDistrict(d)) => format!("worst.district.{}", self.districts[d]),
            Some(RowKind::MostWalking) => "most.walking".into(),
            Some(RowKind::MostEnvy) => "most.envy".into(),
            Some(RowKind::Once(f)) => format!("once.{f}"),
            Some(RowKind::AtLeastOnce(f)) => format!("at.least.once.{f}"),
            Some(RowKind::OneInstead) => format!("instead.{at}"),
            Some(RowKind::Rounding) => format!("rounding.{at}"),
        };
        rows.iter().enumerate().map(named).collect()
    }
}

/// Names in letters, digits and underscores of ASCII, which every format can hold; those that are then empty or alike go by
/// their positions.
fn plain<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut seen = FxHashSet::default();
    let mut words: Vec<String> = Vec::new();
    for (at, name) in names.enumerate() {
        let word: String = name.chars().map(letter).take(40).collect();
        let says = word.chars().any(|c| c != '_');
        // No other word has a tilde.
        let word = if says && seen.insert(word.clone()) { word } else { format!("~{at}") };
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_become_words_that_stay_apart() {
        let names = ["elderly care", "elderly-care", "养老", "托育 0-3", ""];
        assert_eq!(plain(names.into_iter()), ["elderly_care", "~1", "~2", "___0_3", "~4"]);
    }
}
