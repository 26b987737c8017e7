//! What is left of a problem when some sites and some assignments are decided.

use crate::engine::serve::problem::Serve;
use crate::solve::PRECISION;

/// A site that may serve a demand point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    /// Position of the site in the part.
    pub site: u32,
    /// What serving the whole demand point there costs.
    pub cost: f64,
}

/// The demand points that nobody serves for sure, and the sites that may open or must.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Index of each demand point in the whole problem.
    pub point: Vec<u32>,
    pub demand: Vec<f64>,
    start: Vec<usize>,
    /// The pairs of all demand points, the cheapest of each first.
    pub pairs: Vec<Pair>,
    /// Index of each site in the whole problem.
    pub site: Vec<u32>,
    /// What each site can still serve.
    pub room: Vec<f64>,
    pub charge: Vec<f64>,
    pub must: Vec<bool>,
    pub counted: Vec<bool>,
    /// How many sites that count must open beside those that are open for sure; `None` where any number may.
    pub places: Option<usize>,
    /// What the decided assignments cost.
    pub given: f64,
    /// The decided assignments: demand point and site of the whole problem.
    pub taken: Vec<(u32, u32)>,
}

/// Something decided.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decision {
    /// A site of the whole problem opens, or not.
    Site(u32, bool),
    /// A demand point of the whole problem is served by one of its sites up to this cost and site, or by one beyond: sites
    /// stand by ascending cost, those of equal cost in their order.
    Near(u32, (f64, u32), bool),
}

impl Part {
    /// Everything is still open; `None` when the rules on sites cannot hold.
    pub fn of(serve: &Serve) -> Option<Self> {
        let mut part = Self {
            point: (0_u32..).take(serve.n_demand()).collect(),
            demand: serve.demand.clone(),
            start: vec![0],
            pairs: Vec::with_capacity(serve.pairs.len()),
            site: (0_u32..).take(serve.n_sites()).collect(),
            room: serve.capacity.iter().map(|capacity| capacity * (1.0 + PRECISION)).collect(),
            charge: serve.charge.clone(),
            must: serve.must_open.clone(),
            counted: serve.counted.clone(),
            places: None,
            given: serve.constant,
            taken: Vec::new(),
        };
        for i in 0..serve.n_demand() {
            let from = part.pairs.len();
            let usable = serve.pairs_of(i).iter().filter(|pair| pair.usable);
            part.pairs.extend(usable.map(|pair| Pair { site: pair.site, cost: pair.cost }));
            part.pairs[from..].sort_unstable_by(|a, b| a.cost.total_cmp(&b.cost).then(a.site.cmp(&b.site)));
            part.start.push(part.pairs.len());
        }
        if let Some(p) = serve.p {
            let must = part.must.iter().zip(&part.counted).filter(|(must, counted)| **must && **counted).count();
            part.places = Some(p.checked_sub(must)?);
        }
        let (n_sites, n_pairs) = (part.n_sites(), part.pairs.len());
        part.restricted(&vec![false; n_sites], &vec![false; n_sites], &vec![true; n_pairs])
    }

    pub fn n_points(&self) -> usize {
        self.point.len()
    }

    pub fn n_sites(&self) -> usize {
        self.site.len()
    }

    /// Where the pairs of a demand point stand.
    pub fn range(&self, at: usize) -> std::ops::Range<usize> {
        self.start[at]..self.start[at + 1]
    }

    /// Whether a site counts towards the places that are left.
    pub fn takes_place(&self, j: usize) -> bool {
        self.places.is_some() && self.counted[j] && !self.must[j]
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        16 * self.pairs.len() + 32 * (self.n_points() + self.n_sites()) + 8 * self.taken.len() + 200
    }

    /// What is left after one more decision; `None` where nothing obeys every rule then.
    pub fn decided(&self, decision: Decision) -> Option<Self> {
        let mut closed = vec![false; self.n_sites()];
        let mut opened = vec![false; self.n_sites()];
        let mut alive = vec![true; self.pairs.len()];
        match decision {
            Decision::Site(site, open) => {
                if let Ok(at) = self.site.binary_search(&site) {
                    let turned = if open { &mut opened } else { &mut closed };
                    turned[at] = true;
                }
            }
            Decision::Near(point, (most, last), near) => {
                if let Ok(at) = self.point.binary_search(&point) {
                    for pair in self.range(at) {
                        let Pair { cost, site } = self.pairs[pair];
                        let is_near = cost < most || cost == most && self.site[site as usize] <= last;
                        alive[pair] = is_near == near;
                    }
                }
            }
        }
        self.restricted(&closed, &opened, &alive)
    }

    /// What is left without some sites and pairs, and with other sites open, and all that follows from it; `None` where
    /// nothing obeys every rule then.
    pub fn restricted(&self, closed: &[bool], opened: &[bool], alive: &[bool]) -> Option<Self> {
        let mut draft = Draft {
            part: self,
            closed: closed.to_vec(),
            must: self.must.iter().zip(opened).map(|(must, opened)| *must || *opened).collect(),
            room: self.room.clone(),
            taken: vec![None; self.n_points()],
            alive: alive.to_vec(),
        };
        let places = draft.settle()?;
        Some(draft.finish(places))
    }
}

/// A part in the making.
struct Draft<'a> {
    part: &'a Part,
    closed: Vec<bool>,
    must: Vec<bool>,
    room: Vec<f64>,
    /// Site of each demand point that is decided.
    taken: Vec<Option<u32>>,
    alive: Vec<bool>,
}

impl Draft<'_> {
    /// Follows every decision to its end. Gives the places that are left.
    fn settle(&mut self) -> Option<Option<usize>> {
        loop {
            let mut again = self.assign()?;
            let places = self.places()?;
            if places == Some(0) {
                for j in 0..self.part.n_sites() {
                    if self.part.counted[j] && !self.must[j] && !self.closed[j] {
                        self.closed[j] = true;
                        again = true;
                    }
                }
            } else if let Some(places) = places {
                let free: Vec<usize> = (0..self.part.n_sites()).filter(|&j| self.is_free(j)).collect();
                if free.len() < places {
                    return None;
                }
                if free.len() == places {
                    free.into_iter().for_each(|j| self.must[j] = true);
                    again = true;
                }
            }
            if !again {
                return (!self.lacks_room(places)).then_some(places);
            }
        }
    }

    fn is_free(&self, j: usize) -> bool {
        self.part.counted[j] && !self.must[j] && !self.closed[j]
    }

    /// Assigns demand points of which only one pair is left. Gives whether something changed.
    fn assign(&mut self) -> Option<bool> {
        let part = self.part;
        let mut changed = false;
        for at in 0..part.n_points() {
            if self.taken[at].is_some() {
                continue;
            }
            let demand = part.demand[at];
            let (mut count, mut only) = (0, None);
            for pair in part.range(at) {
                if !self.alive[pair] {
                    continue;
                }
                let site = part.pairs[pair].site;
                if self.closed[site as usize] || demand > self.room[site as usize] {
                    self.alive[pair] = false;
                } else {
                    count += 1;
                    only = Some(site);
                }
            }
            if count > 1 {
                continue;
            }
            let site = only?;
            self.taken[at] = Some(site);
            self.room[site as usize] -= demand;
            self.must[site as usize] = true;
            changed = true;
        }
        Some(changed)
    }

    /// The places that are left.
    fn places(&self) -> Option<Option<usize>> {
        if (0..self.part.n_sites()).any(|j| self.must[j] && self.closed[j]) {
            return None;
        }
        let Some(before) = self.part.places else { return Some(None) };
        let new = |j: &usize| self.must[*j] && !self.part.must[*j] && self.part.counted[*j];
        Some(Some(before.checked_sub((0..self.part.n_sites()).filter(new).count())?))
    }

    /// Whether the sites that may open cannot take all demand that is left.
    fn lacks_room(&self, places: Option<usize>) -> bool {
        let part = self.part;
        let free = self.taken.iter().zip(&part.demand).filter(|(taken, _)| taken.is_none());
        let demand: f64 = free.map(|(_, demand)| demand).sum();
        let open = (0..part.n_sites()).filter(|&j| !self.closed[j]);
        let (chosen, others): (Vec<usize>, Vec<usize>) = open.partition(|&j| places.is_some() && self.is_free(j));
        let mut rooms: Vec<f64> = chosen.iter().map(|&j| self.room[j]).collect();
        rooms.sort_unstable_by(|a, b| b.total_cmp(a));
        let most =
            rooms.iter().take(places.unwrap_or(0)).sum::<f64>() + others.iter().map(|&j| self.room[j]).sum::<f64>();
        most * (1.0 + PRECISION) < demand
    }

    fn finish(self, places: Option<usize>) -> Part {
        let part = self.part;
        let kept: Vec<usize> = (0..part.n_sites()).filter(|&j| !self.closed[j]).collect();
        let mut local = vec![u32::MAX; part.n_sites()];
        for (new, &j) in (0_u32..).zip(&kept) {
            local[j] = new;
        }
        let mut left = Part {
            point: Vec::new(),
            demand: Vec::new(),
            start: vec![0],
            pairs: Vec::new(),
            site: kept.iter().map(|&j| part.site[j]).collect(),
            room: kept.iter().map(|&j| self.room[j]).collect(),
            charge: kept.iter().map(|&j| part.charge[j]).collect(),
            must: kept.iter().map(|&j| self.must[j]).collect(),
            counted: kept.iter().map(|&j| part.counted[j]).collect(),
            places,
            given: part.given,
            taken: part.taken.clone(),
        };
        for at in 0..part.n_points() {
            let pairs = part.range(at).filter(|&pair| self.alive[pair]).map(|pair| part.pairs[pair]);
            if let Some(site) = self.taken[at] {
                left.given += pairs.filter(|pair| pair.site == site).map(|pair| pair.cost).sum::<f64>();
                left.taken.push((part.point[at], part.site[site as usize]));
                continue;
            }
            left.point.push(part.point[at]);
            left.demand.push(part.demand[at]);
            left.pairs.extend(pairs.map(|pair| Pair { site: local[pair.site as usize], ..pair }));
            left.start.push(left.pairs.len());
        }
        left
    }
}
