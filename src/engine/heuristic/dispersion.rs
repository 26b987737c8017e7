//! The p-dispersion: farthest-first construction and interchange of one of the two closest sites.
//!
//! Construction follows Ravi, Rosenkrantz and Tayi (1994), "Heuristic and special case algorithms for dispersion
//! problems", Operations Research 42; interchange moves a site of a closest pair, the only moves that can help.

use crate::engine::random::Random;

use crate::engine::dispersion::instance::Instance;
use crate::solve::Control;

/// Work of the search with restarts, in looked-at distances: some hundredths of a second.
const WORK: usize = 20_000_000;

/// Most different first sites that construction starts from.
const STARTS: usize = 30;

/// Improves a choice of local sites by interchange.
pub(crate) fn improved(instance: &Instance, chosen: &[u32], control: &Control) -> Option<(f64, Vec<u32>)> {
    let (mut state, mut best) = (State::new(instance), None);
    state.start(chosen);
    state.finish(control, &mut best);
    best
}

/// A good choice of local sites that obeys the rules, with its smallest distance (those open anyway included); `None`
/// when the search finds none.
pub(crate) fn search(
    instance: &Instance,
    warm: Option<&[u32]>,
    seed: u64,
    control: &Control,
) -> Option<(f64, Vec<u32>)> {
    let mut random = Random::of_seed(seed);
    let mut state = State::new(instance);
    let mut best: Option<(f64, Vec<u32>)> = None;
    if let Some(warm) = warm {
        state.start(warm);
        state.finish(control, &mut best);
    }
    state.start(&[]);
    state.finish(control, &mut best);
    // Where money is short, the cheapest sites are a plan in any case.
    let mut cheapest = instance.saving.clone();
    cheapest.extend(instance.cheapest.iter().take(instance.p));
    state.start(&cheapest);
    state.finish(control, &mut best);
    state.work = 0;
    let n = instance.n_sites();
    for start in 0..STARTS.min(n) {
        if state.work > WORK / 2 || control.stop().is_some() {
            break;
        }
        let first = if n <= STARTS { start } else { random.below(n) };
        state.start(&[u32::try_from(first).unwrap_or(0)]);
        state.finish(control, &mut best);
    }
    let mut rounds = 0;
    while let Some((_, chosen)) = &best
        && !chosen.is_empty()
        && state.work < WORK
        && rounds < 1_000
        && control.stop().is_none()
    {
        rounds += 1;
        let mut kept = chosen.clone();
        for _ in 0..(2 + rounds % 4).min(chosen.len()) {
            kept.swap_remove(random.below(kept.len()));
        }
        kept.push(u32::try_from(random.below(n)).unwrap_or(0));
        state.start(&kept);
        state.work += n;
        state.finish(control, &mut best);
    }
    best
}

struct State<'a> {
    instance: &'a Instance,
    chosen: Vec<u32>,
    is_chosen: Vec<bool>,
    /// Distance of each local site to the nearest other one that is chosen or open.
    nearest: Vec<f64>,
    count: usize,
    money: f64,
    work: usize,
}

impl<'a> State<'a> {
    fn new(instance: &'a Instance) -> Self {
        Self {
            instance,
            chosen: Vec::new(),
            is_chosen: vec![false; instance.n_sites()],
            nearest: Vec::new(),
            count: 0,
            money: 0.0,
            work: 0,
        }
    }

    /// Chooses these sites, as far as the rules allow, and no others.
    fn start(&mut self, chosen: &[u32]) {
        self.chosen.clear();
        self.is_chosen.fill(false);
        self.nearest.clone_from(&self.instance.to_open);
        (self.count, self.money) = (0, 0.0);
        for &site in chosen {
            if self.fits(site) {
                self.choose(site);
            }
        }
    }

    /// Completes, improves, and keeps the result when it is the best.
    fn finish(&mut self, control: &Control, best: &mut Option<(f64, Vec<u32>)>) {
        self.complete();
        if self.count != self.instance.p || !self.instance.affords(self.money) {
            return;
        }
        self.improve(control);
        let distance = self.distance();
        if best.as_ref().is_none_or(|(most, _)| distance > *most) {
            let mut chosen = self.chosen.clone();
            chosen.sort_unstable();
            *best = Some((distance, chosen));
        }
    }

    fn distance(&self) -> f64 {
        let chosen = self.chosen.iter().map(|&site| self.nearest[site as usize]);
        chosen.fold(self.instance.among_open, f64::min)
    }

    /// Whether a site can be chosen besides the others, as far as the rules tell.
    fn fits(&self, site: u32) -> bool {
        let at = site as usize;
        self.is_chosen.get(at) == Some(&false)
            && self
                .instance
                .allows(self.count + usize::from(self.instance.counted[at]), self.money + self.instance.cost[at])
    }

    fn choose(&mut self, site: u32) {
        self.is_chosen[site as usize] = true;
        self.chosen.push(site);
        self.count += usize::from(self.instance.counted[site as usize]);
        self.money += self.instance.cost[site as usize];
        for (other, distance) in self.instance.near(site) {
            let nearest = &mut self.nearest[other as usize];
            *nearest = nearest.min(distance);
            self.work += 1;
        }
    }

    fn drop(&mut self, site: u32) {
        self.is_chosen[site as usize] = false;
        self.chosen.retain(|&other| other != site);
        self.count -= usize::from(self.instance.counted[site as usize]);
        self.money -= self.instance.cost[site as usize];
        for (other, distance) in self.instance.near(site) {
            // Only those that had it as their nearest look for another.
            if distance <= self.nearest[other as usize] {
                let distances = self.chosen.iter().filter(|&&k| k != other).map(|&k| self.instance.distance(k, other));
                self.nearest[other as usize] = distances.fold(self.instance.to_open[other as usize], f64::min);
                self.work += self.chosen.len();
            }
            self.work += 1;
        }
    }

    /// Farthest-first: the site farthest from all chosen ones, of those with which the rules can still be kept.
    fn complete(&mut self) {
        while self.count < self.instance.p {
            let counts = |site: u32| self.instance.counted[site as usize];
            match self.farthest(|site| counts(site) && self.fits(site)) {
                Some(site) => self.choose(site),
                None => return,
            }
        }
        // Keeping an existing site can be cheaper than closing it.
        while !self.instance.affords(self.money) {
            let saving = |site: &u32| !self.is_chosen[*site as usize];
            match self.farthest(|site| self.instance.saving.contains(&site) && saving(&site)) {
                Some(site) => self.choose(site),
                None => return,
            }
        }
    }

    /// Of some sites the one whose nearest chosen site is farthest; of equals the first.
    fn farthest(&self, wanted: impl Fn(u32) -> bool) -> Option<u32> {
        let mut best: Option<(f64, u32)> = None;
        for (site, &distance) in (0_u32..).zip(&self.nearest) {
            if best.is_none_or(|(most, _)| distance > most) && wanted(site) {
                best = Some((distance, site));
            }
        }
        best.map(|(_, site)| site)
    }

    /// Moves a site of the closest pair to where the smallest distance grows most, while it grows.
    fn improve(&mut self, control: &Control) {
        while control.stop().is_none() {
            let distance = self.distance();
            let mut closest: Vec<u32> =
                self.chosen.iter().copied().filter(|&site| self.nearest[site as usize] <= distance).collect();
            closest.sort_unstable();
            let mut best: Option<(f64, u32, u32)> = None;
            for out in closest {
                let money = self.money;
                self.drop(out);
                let rest = self.distance();
                for (site, &to_chosen) in (0_u32..).zip(&self.nearest) {
                    let after = rest.min(to_chosen);
                    let same_kind = self.instance.counted[site as usize] == self.instance.counted[out as usize];
                    let above = best.map_or(distance, |(most, _, _)| most);
                    if after > above && site != out && same_kind && self.keeps_budget_with(site) && self.fits(site) {
                        best = Some((after, out, site));
                    }
                }
                self.work += self.nearest.len();
                self.choose(out);
                // No rounding creeps in by going back and forth.
                self.money = money;
            }
            let Some((_, out, site)) = best else { return };
            self.drop(out);
            self.choose(site);
        }
    }

    fn keeps_budget_with(&self, site: u32) -> bool {
        self.instance.affords(self.money + self.instance.cost[site as usize])
    }
}
