//! A plan under change: who is served by which open site, and by which if that one closed.
//!
//! Resende and Werneck (2007), "A fast swap-based local search procedure for location problems", Annals of Operations
//! Research 150: the profit of opening a site and closing another is gain − loss + extra, where the gain belongs to the
//! opened site, the loss to the closed one, and extra is above zero for few pairs. Here the extras of one opened site
//! are added up when it is looked at, and the least loss of all stands on top of a tournament.
//!
//! Lists may end before a row's second site, and columns before lists. What a row pays is then still that of an open site, if perhaps not of the
//! nearest: values are never too low.

use super::lists::{Columns, Lists};
use super::near::Near;
use super::strays::Strays;
use super::tournament::Tournament;

/// What may become of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Free,
    Open,
    Closed,
}

/// Who serves a row now, and who would next.
#[derive(Debug, Clone, Copy)]
struct Service {
    cost: [f64; 2],
    site: [u32; 2],
}

/// A site asked of the tree costs as much as this many distances.
const FAR: usize = 16;
/// No site.
const NONE: u32 = u32::MAX;

/// The data that a search works on.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub near: &'a dyn Near,
    pub lists: &'a Lists,
    pub columns: &'a Columns,
    pub role: &'a [Role],
    /// The columns hold what costs a row less than this.
    pub cut: &'a [f64],
}

/// A plan and what it would take to change it.
pub(super) struct State<'a> {
    pub ground: Ground<'a>,
    is_open: Vec<bool>,
    /// Open sites, existing and required ones included.
    pub open: Vec<u32>,
    place: Vec<u32>,
    service: Vec<Service>,
    loss: Vec<f64>,
    tournament: Tournament,
    pub value: f64,
    /// Rows that stand in no column of their first or second site.
    strays: Strays,
    /// Changes since the last commit: a row and what it was.
    journal: Vec<(u32, Service)>,
    swaps: Vec<(u32, u32)>,
    extra: Vec<f64>,
    met: Vec<u32>,
    stale: Vec<u32>,
    is_stale: Vec<bool>,
    /// Entries looked at so far: the measure of work.
    pub work: u64,
}

impl<'a> State<'a> {
    /// The state of a set of open sites that is not empty.
    pub fn of(ground: Ground<'a>, open: &[u32]) -> Self {
        let (n, m) = (ground.near.n_rows(), ground.near.n_sites());
        let mut state = Self {
            ground,
            is_open: vec![false; m],
            open: open.to_vec(),
            place: vec![NONE; m],
            service: Vec::with_capacity(n),
            loss: vec![0.0; m],
            tournament: Tournament::new(m),
            value: 0.0,
            strays: Strays::new(m),
            journal: Vec::new(),
            swaps: Vec::new(),
            extra: vec![0.0; m],
            met: Vec::new(),
            stale: Vec::new(),
            is_stale: vec![false; m],
            work: 0,
        };
        for (at, &j) in (0_u32..).zip(open) {
            state.is_open[j as usize] = true;
            state.place[j as usize] = at;
        }
        for (row, two) in ground.near.nearest_two(open).into_iter().enumerate() {
            let [first, mut second] = two;
            if second.1 == NONE {
                // With a single open site any other one would do: its loss is the most there is, but a number.
                second.0 =
                    4.0 * first.0.max(1.0) + ground.lists.cost[ground.lists.row(row)].last().copied().unwrap_or(0.0);
            }
            state.service.push(Service { cost: [first.0, second.0], site: [first.1, second.1] });
            state.value += first.0;
            state.loss[first.1 as usize] += second.0 - first.0;
            state.note_stray(row);
        }
        for &j in open {
            state.touch(j);
        }
        state.refresh();
        state
    }

    pub fn is_open(&self, j: u32) -> bool {
        self.is_open[j as usize]
    }

    /// The open sites, ascending.
    pub fn open_sites(&self) -> Vec<u32> {
        let mut open = self.open.clone();
        open.sort_unstable();
        open
    }

    /// Costs at the first and second open site of each row.
    pub fn costs(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        self.service.iter().map(|service| service.cost)
    }

    /// The site that serves a row.
    pub fn server(&self, row: usize) -> u32 {
        self.service[row].site[0]
    }

    fn note_stray(&mut self, row: usize) {
        let Service { cost, site } = self.service[row];
        for (cost, site) in cost.into_iter().zip(site) {
            if cost >= self.ground.cut[row] && site != NONE {
                let serves = |row: u32| self.service[row as usize].site.contains(&site);
                self.strays.note(site, u32::try_from(row).unwrap_or(NONE), serves);
            }
        }
    }

    fn touch(&mut self, j: u32) {
        if j != NONE && !self.is_stale[j as usize] {
            self.is_stale[j as usize] = true;
            self.stale.push(j);
        }
    }

    /// Brings the tournament up to date.
    fn refresh(&mut self) {
        for j in std::mem::take(&mut self.stale) {
            let at = j as usize;
            self.is_stale[at] = false;
            let closable = self.is_open[at] && self.ground.role[at] == Role::Free;
            self.tournament.set(j, if closable { self.loss[at] } else { f64::INFINITY });
        }
    }

    /// The best site to close for a site to open, and what both together save. With `local`, only sites that serve a
    /// row near the opened one are considered.
    pub fn best_for(&mut self, opened: u32, local: bool) -> Option<(u32, f64)> {
        let mut gain = 0.0;
        let entries = self.ground.columns.of_site(opened);
        self.work += entries.len() as u64 + 4;
        for &(cost, row) in entries {
            let service = &self.service[row as usize];
            if cost < service.cost[1] {
                let first = service.site[0] as usize;
                if self.extra[first] == 0.0 {
                    self.met.push(service.site[0]);
                }
                if cost < service.cost[0] {
                    gain += service.cost[0] - cost;
                    self.extra[first] += service.cost[1] - service.cost[0];
                } else {
                    self.extra[first] += service.cost[1] - cost;
                }
            }
        }
        let mut best = if local { (NONE, f64::INFINITY) } else { self.tournament.least() };
        for j in self.met.drain(..) {
            let at = j as usize;
            let loss = self.loss[at] - self.extra[at];
            self.extra[at] = 0.0;
            if self.ground.role[at] == Role::Free && (loss < best.1 || loss == best.1 && j < best.0) {
                best = (j, loss);
            }
        }
        (best.1 < f64::INFINITY).then_some((best.0, gain - best.1))
    }

    /// Changes who serves a row, keeping value, losses and the journal.
    fn serve(&mut self, row: usize, new: Service) {
        let old = self.service[row];
        self.journal.push((u32::try_from(row).unwrap_or(NONE), old));
        self.replace(row, old, new);
    }

    fn replace(&mut self, row: usize, old: Service, new: Service) {
        self.loss[old.site[0] as usize] -= old.cost[1] - old.cost[0];
        self.loss[new.site[0] as usize] += new.cost[1] - new.cost[0];
        self.touch(old.site[0]);
        self.touch(new.site[0]);
        self.value += new.cost[0] - old.cost[0];
        self.service[row] = new;
        self.note_stray(row);
    }

    /// Opens a site and closes another.
    pub fn swap(&mut self, opened: u32, closed: u32) {
        self.flip(opened, closed);
        self.swaps.push((opened, closed));
        let columns = self.ground.columns;
        for &(cost, row) in columns.of_site(opened) {
            let row = row as usize;
            let Service { cost: [first, second], site } = self.service[row];
            if cost < first {
                self.serve(row, Service { cost: [cost, first], site: [opened, site[0]] });
            } else if cost < second {
                self.serve(row, Service { cost: [first, cost], site: [site[0], opened] });
            }
        }
        self.work += (columns.of_site(opened).len() + columns.of_site(closed).len()) as u64;
        for &(_, row) in columns.of_site(closed) {
            self.leave(row as usize, closed);
        }
        let strays = self.strays.take(closed);
        self.work += strays.len() as u64;
        for row in strays {
            self.leave(row as usize, closed);
        }
        self.refresh();
    }

    fn flip(&mut self, opened: u32, closed: u32) {
        let at = self.place[closed as usize];
        self.open[at as usize] = opened;
        self.place[opened as usize] = at;
        self.place[closed as usize] = NONE;
        self.is_open[opened as usize] = true;
        self.is_open[closed as usize] = false;
        self.touch(opened);
        self.touch(closed);
    }

    /// Finds new sites for a row that a closed site served first or second.
    fn leave(&mut self, row: usize, closed: u32) {
        if self.service[row].site.contains(&closed) {
            let new = self.two_nearest(row);
            self.serve(row, new);
        }
    }

    /// The two cheapest open sites of a row: by its list, and where that ends before, by the tree of all sites or, where
    /// few are open, one after the other.
    fn two_nearest(&mut self, row: usize) -> Service {
        let mut found = Service { cost: [f64::INFINITY; 2], site: [NONE; 2] };
        let entries = self.ground.lists.row(row);
        // The second open site stands at about 2 m / p in a list.
        let (m, p) = (self.ground.near.n_sites(), self.open.len());
        if m <= 4 * p * p {
            let mut count = 0;
            for at in entries.clone() {
                let j = self.ground.lists.site[at];
                if self.is_open[j as usize] {
                    found.cost[count] = self.ground.lists.cost[at];
                    found.site[count] = j;
                    count += 1;
                    if count == 2 {
                        self.work += (at - entries.start) as u64;
                        return found;
                    }
                }
            }
        }
        if FAR * m <= p * p {
            self.work += (FAR * m / p + 8) as u64;
            let two = self.ground.near.nearest_two_of(row, &|j| self.is_open[j as usize]);
            return Service { cost: two.map(|entry| entry.0), site: two.map(|entry| entry.1) };
        }
        self.work += (p + 8) as u64;
        found = Service { cost: [f64::INFINITY; 2], site: [NONE; 2] };
        for &j in &self.open {
            let cost = self.ground.near.cost(row, j);
            if cost < found.cost[0] || cost == found.cost[0] && j < found.site[0] {
                found = Service { cost: [cost, found.cost[0]], site: [j, found.site[0]] };
            } else if cost < found.cost[1] || cost == found.cost[1] && j < found.site[1] {
                found.cost[1] = cost;
                found.site[1] = j;
            }
        }
        if found.site[1] == NONE {
            let last = self.ground.lists.cost[entries].last().copied().unwrap_or(0.0);
            found.cost[1] = 4.0 * found.cost[0].max(1.0) + last;
        }
        found
    }

    /// Rows that changed since the last commit.
    pub fn changed(&self) -> usize {
        self.journal.len()
    }

    /// One of them.
    pub fn changed_row(&self, at: usize) -> usize {
        self.journal[at].0 as usize
    }

    /// Keeps all changes.
    pub fn commit(&mut self) {
        self.journal.clear();
        self.swaps.clear();
    }

    /// Takes all changes since the last commit back.
    pub fn undo(&mut self) {
        while let Some((row, old)) = self.journal.pop() {
            let row = row as usize;
            let new = self.service[row];
            self.replace(row, new, old);
        }
        while let Some((opened, closed)) = self.swaps.pop() {
            self.flip(closed, opened);
        }
        self.refresh();
    }
}
