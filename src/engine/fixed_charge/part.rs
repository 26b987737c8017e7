//! What is left of a problem at a node of the tree: the sites still to be decided, and the rows that depend on them.
//!
//! An open site serves at its cost whoever has nothing nearer, so a row ends there; what it costs is the row's cap. The
//! entry of the open site itself is not kept: a multiplier above the cap gains nothing.

use crate::engine::median::{Problem, Role};

/// What became of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Free,
    Open,
    Closed,
}

/// A problem without p and budget in which some sites are decided.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Where each row starts; one more entry than rows.
    pub start: Vec<usize>,
    /// Free sites of each row, by ascending cost.
    pub site: Vec<u32>,
    pub cost: Vec<f64>,
    /// Cost at the nearest open site; infinite where a free one must serve.
    pub cap: Vec<f64>,
    /// Number of each row at the root.
    pub row: Vec<u32>,
    /// Free sites that are in some row, ascending.
    pub free: Vec<u32>,
    /// Sites that are open.
    pub opened: Vec<u32>,
    /// What is paid already.
    pub constant: f64,
}

impl Part {
    /// The whole of a problem, none of whose rows begins with an open site.
    pub fn of(problem: &Problem) -> Self {
        let n_rows = problem.n_rows();
        let mut part = Self {
            start: vec![0],
            site: Vec::with_capacity(problem.site.len()),
            cost: Vec::with_capacity(problem.site.len()),
            cap: vec![f64::INFINITY; n_rows],
            row: (0_u32..).take(n_rows).collect(),
            free: problem.free().collect(),
            opened: problem.open_sites(),
            constant: problem.constant,
        };
        for (ends, cap) in problem.start.windows(2).zip(&mut part.cap) {
            for entry in ends[0]..ends[1] {
                let (j, cost) = (problem.site[entry], problem.cost[entry]);
                if problem.role[j as usize] == Role::Open {
                    *cap = cost;
                    break;
                }
                part.site.push(j);
                part.cost.push(cost);
            }
            part.start.push(part.site.len());
        }
        part
    }

    /// The entries of a row.
    pub fn entries(&self, r: usize) -> impl Iterator<Item = (u32, f64)> + '_ {
        let ends = self.start[r]..self.start[r + 1];
        self.site[ends.clone()].iter().copied().zip(self.cost[ends].iter().copied())
    }

    /// What is left once the free sites met their fate and no row pays more than `most`, with the multipliers of its
    /// rows; `None` where somebody is left without a site.
    pub fn reduced(
        &self,
        charge: &[f64],
        fate: &[Fate],
        at: &[f64],
        most: impl Fn(usize) -> f64,
    ) -> Option<(Self, Vec<f64>)> {
        let mut smaller = Self {
            start: Vec::with_capacity(self.start.len()),
            site: Vec::with_capacity(self.site.len()),
            cost: Vec::with_capacity(self.cost.len()),
            cap: Vec::with_capacity(self.cap.len()),
            row: Vec::with_capacity(self.row.len()),
            free: Vec::new(),
            opened: self.opened.clone(),
            constant: self.constant,
        };
        smaller.start.push(0);
        for &j in self.free.iter().filter(|&&j| fate[j as usize] == Fate::Open) {
            smaller.opened.push(j);
            smaller.constant += charge[j as usize];
        }
        let mut rows = Vec::with_capacity(at.len());
        let mut is_used = vec![false; charge.len()];
        for (r, &u) in at.iter().enumerate() {
            let (from, most) = (smaller.site.len(), most(r));
            let mut cap = self.cap[r];
            for (j, cost) in self.entries(r).take_while(|&(_, cost)| cost <= most) {
                match fate[j as usize] {
                    Fate::Free => {
                        smaller.site.push(j);
                        smaller.cost.push(cost);
                        is_used[j as usize] = true;
                    }
                    Fate::Open => {
                        cap = cost;
                        break;
                    }
                    Fate::Closed => {}
                }
            }
            // Too dear for a better plan: one of the free sites must serve.
            if cap > most {
                cap = f64::INFINITY;
            }
            if smaller.site.len() > from {
                smaller.start.push(smaller.site.len());
                smaller.cap.push(cap);
                smaller.row.push(self.row[r]);
                rows.push(u.min(cap));
            } else if cap < f64::INFINITY {
                smaller.constant += cap;
            } else {
                return None;
            }
        }
        smaller.free.extend(self.free.iter().filter(|&&j| is_used[j as usize]));
        Some((smaller, rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part() -> Part {
        Part {
            start: vec![0, 2, 4],
            site: vec![0, 1, 1, 2],
            cost: vec![1.0, 5.0, 2.0, 7.0],
            cap: vec![9.0, f64::INFINITY],
            row: vec![0, 1],
            free: vec![0, 1, 2],
            opened: Vec::new(),
            constant: 100.0,
        }
    }

    #[test]
    fn rows_end_at_open_sites_and_are_settled_where_no_free_site_is_nearer() {
        let fate = [Fate::Free, Fate::Open, Fate::Free];
        let (left, at) = part().reduced(&[10.0; 3], &fate, &[8.0, 3.0], |_| f64::INFINITY).unwrap();
        // The second row is served by site 1 at 2, and nobody can use site 2 any more.
        assert_eq!((left.constant, left.opened, left.free), (112.0, vec![1], vec![0]));
        assert_eq!((left.row, left.cap, at), (vec![0], vec![5.0], vec![5.0]));
    }

    #[test]
    fn an_open_site_that_is_too_dear_for_a_better_plan_serves_nobody() {
        let fate = [Fate::Free; 3];
        let (left, _) = part().reduced(&[10.0; 3], &fate, &[8.0, 3.0], |_| 6.0).unwrap();
        assert_eq!((left.cap, left.site), (vec![f64::INFINITY; 2], vec![0, 1, 1]));
        assert!(part().reduced(&[10.0; 3], &fate, &[8.0, 3.0], |_| 1.5).is_none());
    }
}
