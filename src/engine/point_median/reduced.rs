//! What is left to decide once bounds have closed in: few sites, and for each row only those that a better plan can use.
//!
//! With a bound L at multipliers u, a plan better than `target` serves row i at no more than u_i + (target − L): its cost
//! is at least L plus what any single row pays beyond its multiplier. Farther sites go, settled rows go into the constant.

use super::lists::Lists;
use super::state::Role;

/// The remaining problem. Columns are the free sites that some row can use.
#[derive(Debug, Clone, Default)]
pub(super) struct Reduced {
    /// What the settled rows cost.
    pub constant: f64,
    /// How many free sites open (fewer do no better).
    pub free: usize,
    /// The site of each column.
    pub sites: Vec<u32>,
    /// Sites that are open in every better plan.
    pub open: Vec<u32>,
    start: Vec<usize>,
    pub column: Vec<u32>,
    pub cost: Vec<f64>,
    /// What a row pays where none of its columns is open.
    pub cap: Vec<f64>,
    /// Whether one of a row's columns must be open: no better plan can pay its cap.
    pub must: Vec<bool>,
    /// Multiplier of each row at the bound that cut it.
    pub level: Vec<f64>,
    /// Number of each row in the problem that this one was made of.
    pub origin: Vec<u32>,
}

/// The most that a row with multiplier `u` pays in a plan better than a target that is `slack` away.
pub(super) fn most(u: f64, slack: f64) -> f64 {
    let most = u + slack;
    most + 1e-9 * most.abs()
}

impl Reduced {
    /// The remaining problem of lists that reach far enough, after settling sites. `None` when no better plan is left.
    pub fn of(lists: &Lists, role: &[Role], free: usize, multipliers: &[f64], slack: f64) -> Option<Self> {
        let rows = (0..lists.n_rows()).map(|row| {
            let entries = lists.row(row).map(|at| (lists.site[at], lists.cost[at]));
            (entries, f64::INFINITY, true, multipliers[row])
        });
        let open = (0_u32..).zip(role).filter(|(_, role)| **role == Role::Open).map(|(j, _)| j).collect();
        Self::built(rows, |site| role[site as usize], free, 0.0, open, role.len(), slack)
    }

    /// The same problem with columns settled and rows cut by other multipliers.
    pub fn tightened(&self, role: &[Role], free: usize, levels: &[f64], slack: f64) -> Option<Self> {
        let rows = (0..self.n_rows()).map(|row| {
            let entries = self.row(row).map(|at| (self.column[at], self.cost[at]));
            (entries, self.cap[row], self.must[row], levels[row])
        });
        let n = self.sites.len();
        let (constant, open) = (self.constant, self.open.clone());
        let mut tighter = Self::built(rows, |column| role[column as usize], free, constant, open, n, slack)?;
        for site in &mut tighter.sites {
            *site = self.sites[*site as usize];
        }
        for (column, role) in role.iter().enumerate() {
            if *role == Role::Open {
                tighter.open.push(self.sites[column]);
            }
        }
        Some(tighter)
    }

    /// `names` is the number of different names that entries may have.
    fn built<E: Iterator<Item = (u32, f64)>>(
        rows: impl Iterator<Item = (E, f64, bool, f64)>,
        role: impl Fn(u32) -> Role,
        free: usize,
        constant: f64,
        open: Vec<u32>,
        names: usize,
        slack: f64,
    ) -> Option<Self> {
        let mut problem = Self {
            constant,
            free,
            sites: Vec::new(),
            open,
            start: vec![0],
            column: Vec::new(),
            cost: Vec::new(),
            cap: Vec::new(),
            must: Vec::new(),
            level: Vec::new(),
            origin: Vec::new(),
        };
        let mut column_of = vec![u32::MAX; names];
        for (number, (entries, cap, must, level)) in (0_u32..).zip(rows) {
            let limit = most(level, slack);
            let (mut cap, mut must) = if cap <= limit { (cap, must) } else { (limit, true) };
            let from = problem.column.len();
            for (name, cost) in entries {
                if cost > limit || cost >= cap {
                    break;
                }
                match role(name) {
                    Role::Closed => {}
                    Role::Open => {
                        (cap, must) = (cost, false);
                        break;
                    }
                    Role::Free => {
                        let slot = &mut column_of[name as usize];
                        if *slot == u32::MAX {
                            *slot = u32::try_from(problem.sites.len()).unwrap_or(u32::MAX);
                            problem.sites.push(name);
                        }
                        problem.column.push(*slot);
                        problem.cost.push(cost);
                    }
                }
            }
            if problem.column.len() == from {
                if must {
                    return None;
                }
                problem.constant += cap;
                continue;
            }
            problem.start.push(problem.column.len());
            problem.cap.push(cap);
            problem.must.push(must);
            problem.level.push(level.min(cap));
            problem.origin.push(number);
        }
        Some(problem)
    }

    /// The parts of a problem: each column is in one of so many, each row in that of its columns. Their columns stand for
    /// columns of this problem, and all may open.
    pub fn split(&self, of_column: &[usize], count: usize) -> Vec<Self> {
        let empty = Self { start: vec![0], ..Self::default() };
        let mut parts = vec![empty; count];
        let mut number = Vec::with_capacity(of_column.len());
        for (column, &part) in (0_u32..).zip(of_column) {
            let sites = &mut parts[part].sites;
            number.push(u32::try_from(sites.len()).unwrap_or(u32::MAX));
            sites.push(column);
        }
        for row in 0..self.n_rows() {
            let entries = self.row(row);
            let part = &mut parts[of_column[self.column[entries.start] as usize]];
            part.column.extend(self.column[entries.clone()].iter().map(|&column| number[column as usize]));
            part.cost.extend_from_slice(&self.cost[entries]);
            part.start.push(part.column.len());
            part.cap.push(self.cap[row]);
            part.must.push(self.must[row]);
            part.level.push(self.level[row]);
            part.origin.push(u32::try_from(row).unwrap_or(u32::MAX));
        }
        for part in &mut parts {
            part.free = part.sites.len();
        }
        parts
    }

    pub fn n_rows(&self) -> usize {
        self.cap.len()
    }

    /// Where a row's entries stand.
    pub fn row(&self, row: usize) -> std::ops::Range<usize> {
        self.start[row]..self.start[row + 1]
    }

    /// The cheapest that a row can be.
    pub fn least(&self, row: usize) -> f64 {
        self.cost[self.start[row]]
    }

    /// What a set of open columns costs here; infinite where a row that must be served is not.
    pub fn value(&self, is_open: &[bool]) -> f64 {
        let mut value = self.constant;
        for row in 0..self.n_rows() {
            let found = self.row(row).find(|&at| is_open[self.column[at] as usize]);
            value += match found {
                Some(at) => self.cost[at],
                None if self.must[row] => return f64::INFINITY,
                None => self.cap[row],
            };
        }
        value
    }
}
