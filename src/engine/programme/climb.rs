//! The climb of the bound: prices of the programme as it is, then of the programme with [`super::cuts`].

use rustc_hash::FxHashSet;

use super::ascent::Ascent;
use super::cuts::broken_by;
use super::instance::Instance;
use super::reach::Reach;
use super::tariff::Prices;
use crate::solve::Control;

/// Steps between two looks for cuts around all groups, and such looks at most.
const STEPS: usize = 15;
const LOOKS: usize = 20;
/// Groups that are looked around at once.
const GROUPS: usize = 1_500;
/// Rows that a cell is in, on average, at which no more are looked for.
const ROWS_OF_CELL: usize = 20;

/// The ascent of a programme, and that of the programme with cuts once the first gets slow.
pub(crate) struct Climb<'a> {
    instance: &'a Instance,
    /// Prices that plans follow.
    pub guide: Ascent,
    /// Whether rows are worth looking for: plans do not follow their prices.
    tightens: bool,
    tightened: Option<Tightened>,
}

/// A programme with cuts.
struct Tightened {
    instance: Instance,
    ascent: Ascent,
    /// Looks so far, each around one of so many parts of the groups, those in vain of late, and steps at the last one.
    looks: usize,
    in_vain: usize,
    parts: usize,
    looked: usize,
    /// The keys of the rows that are there, and how many cells they have in all.
    present: FxHashSet<(Vec<u32>, u64, bool)>,
    entries: usize,
}

impl<'a> Climb<'a> {
    /// A climb for prices, and for the best bound where `tightens` is set.
    pub fn new(instance: &'a Instance, reach: &Reach, seed: u64, tightens: bool) -> Self {
        let tightens = tightens && !instance.is_beyond_solvers();
        Self { instance, guide: Ascent::new(instance, reach, seed), tightens, tightened: None }
    }

    /// A step; false when there is nothing left to gain, or when a required room can host nothing.
    pub fn step(&mut self, reach: &Reach, control: &Control) -> bool {
        if let Some(tightened) = &mut self.tightened {
            return tightened.step(reach, control);
        }
        if !self.guide.is_slow() || !self.tightens {
            return self.guide.step(self.instance, reach);
        }
        let (instance, ascent) = (self.instance.clone(), self.guide.clone());
        let parts = instance.groups.len().div_ceil(GROUPS).max(1);
        let (present, entries) = (FxHashSet::default(), 0);
        let mut tightened = Tightened { instance, ascent, looks: 0, in_vain: 0, parts, looked: 0, present, entries };
        let goes_on = tightened.step(reach, control);
        self.tightened = Some(tightened);
        goes_on
    }

    /// No plan is worth more.
    pub fn bound(&self) -> f64 {
        self.tightened.as_ref().map_or(self.guide.bound, |tightened| tightened.ascent.bound)
    }

    /// Whether the bound has stopped to improve.
    pub fn is_done(&self) -> bool {
        self.tightened.as_ref().map_or(self.guide.is_done(), Tightened::is_done)
    }

    /// Whether a required room can host nothing: there is no plan.
    pub fn is_blocked(&self) -> bool {
        self.guide.is_blocked || self.tightened.as_ref().is_some_and(|tightened| tightened.ascent.is_blocked)
    }

    /// The programme and the prices of the best bound.
    pub fn best(&self) -> (&Instance, &Prices) {
        match &self.tightened {
            Some(tightened) => (&tightened.instance, &tightened.ascent.best),
            None => (self.instance, &self.guide.best),
        }
    }
}

impl Tightened {
    fn step(&mut self, reach: &Reach, control: &Control) -> bool {
        let due = self.looks == 0 || self.ascent.steps() >= self.looked + (STEPS / self.parts).max(1);
        if due && !self.has_looked() {
            let some = (self.looks % self.parts..self.instance.groups.len()).step_by(self.parts);
            let mut cuts = broken_by(&self.instance, reach, &self.ascent.mixture, some, control);
            cuts.retain(|cut| self.present.insert(cut.key()));
            self.looks += 1;
            self.in_vain = if cuts.is_empty() { self.in_vain + 1 } else { 0 };
            self.looked = self.ascent.steps();
            self.entries += cuts.iter().map(|cut| cut.cells.len()).sum::<usize>();
            log::debug!("programme: bound {}, {} cuts more", self.ascent.bound, cuts.len());
            if !cuts.is_empty() {
                cuts.iter().for_each(|cut| cut.add_to(&mut self.instance));
                self.ascent.widen(&self.instance, reach);
            }
        }
        self.ascent.step(&self.instance, reach);
        !self.is_done()
    }

    /// Whether all looks are over, or more are in vain.
    fn has_looked(&self) -> bool {
        let is_full = self.entries > ROWS_OF_CELL * self.instance.cells.cells.len();
        self.looks >= LOOKS * self.parts || is_full || self.in_vain >= self.parts && self.ascent.is_done()
    }

    fn is_done(&self) -> bool {
        self.has_looked() && self.ascent.is_done() || self.ascent.is_blocked
    }
}
