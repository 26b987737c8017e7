//! The climb of the bound: prices of the programme as it is, then of the programme with [`super::cuts`].

use super::ascent::Ascent;
use super::cuts::broken_by;
use super::instance::Instance;
use super::reach::Reach;
use super::tariff::Prices;

/// Steps between two looks for cuts around all groups, and such looks at most.
const STEPS: usize = 15;
const LOOKS: usize = 20;
/// Groups that are looked around at once.
const GROUPS: usize = 1_500;

/// The ascent of a programme, and that of the programme with cuts once the first gets slow.
pub(crate) struct Climb<'a> {
    instance: &'a Instance,
    /// Prices that plans follow.
    pub guide: Ascent,
    tightened: Option<Tightened>,
}

/// A programme with cuts.
struct Tightened {
    instance: Instance,
    ascent: Ascent,
    /// Looks so far, each around one of so many parts of the groups, and steps at the last one.
    looks: usize,
    parts: usize,
    looked: usize,
}

impl<'a> Climb<'a> {
    pub fn new(instance: &'a Instance, reach: &Reach, seed: u64) -> Self {
        Self { instance, guide: Ascent::new(instance, reach, seed), tightened: None }
    }

    /// A step; false when there is nothing left to gain, or when a required room can host nothing.
    pub fn step(&mut self, reach: &Reach) -> bool {
        if let Some(tightened) = &mut self.tightened {
            return tightened.step(reach);
        }
        if !self.guide.is_slow() || self.instance.is_beyond_solvers() {
            return self.guide.step(self.instance, reach);
        }
        let (instance, ascent) = (self.instance.clone(), self.guide.clone());
        let parts = instance.groups.len().div_ceil(GROUPS).max(1);
        let mut tightened = Tightened { instance, ascent, looks: 0, parts, looked: 0 };
        let goes_on = tightened.step(reach);
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
    fn step(&mut self, reach: &Reach) -> bool {
        let due = self.looks == 0 || self.ascent.steps() >= self.looked + (STEPS / self.parts).max(1);
        if due && !self.has_looked() {
            let some = (self.looks % self.parts..self.instance.groups.len()).step_by(self.parts);
            let cuts = broken_by(&self.instance, reach, &self.ascent.mixture, some);
            self.looks += 1;
            self.looked = self.ascent.steps();
            log::debug!("programme: bound {}, {} cuts more", self.ascent.bound, cuts.len());
            if !cuts.is_empty() {
                cuts.iter().for_each(|cut| cut.add_to(&mut self.instance));
                self.ascent.widen(&self.instance, reach);
            }
        }
        self.ascent.step(&self.instance, reach);
        !self.is_done()
    }

    /// Whether all looks are over.
    fn has_looked(&self) -> bool {
        self.looks >= LOOKS * self.parts
    }

    fn is_done(&self) -> bool {
        self.has_looked() && self.ascent.is_done() || self.ascent.is_blocked
    }
}
