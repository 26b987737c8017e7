//! A set cover at one radius, reduced: which of some demand points still need a site, and which sites can matter.
//!
//! The reductions of Toregas and ReVelle (1973), repeated until none applies: a demand point with a single site fixes
//! it, one whose sites include all sites of another follows from that other, and a site that covers no more than
//! another at no less cost is not needed.

use super::instance::Instance;
use crate::engine::bits::Bits;

/// Columns whose fate is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settled {
    /// No cover within the limits has them.
    pub out: Vec<u32>,
    /// Every cover within the limits has them.
    pub into: Vec<u32>,
}

impl Settled {
    /// Whether no column is settled.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty() && self.into.is_empty()
    }
}

/// A set cover: rows are demand points, columns the sites left to choose from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cover {
    /// Demand point of each row.
    pub demand: Vec<u32>,
    /// Columns of each row, ascending.
    pub rows: Vec<Vec<u32>>,
    /// Rows of each column, ascending.
    pub columns: Vec<Vec<u32>>,
    /// Local site of each column.
    pub site: Vec<u32>,
    /// Local sites that every cover has.
    pub fixed: Vec<u32>,
    /// Demand points that led to them.
    pub fixed_for: Vec<u32>,
    /// How many sites that count may still open.
    pub p: Option<usize>,
    /// Money left.
    pub budget: Option<f64>,
    /// Whether it is known that nothing covers the rows within the rules.
    pub impossible: bool,
}

impl Cover {
    /// The cover of some demand points at a radius, by all sites that reach them.
    pub fn plain(instance: &Instance, demand: &[u32], radius: f64) -> Self {
        let mut column = vec![None; instance.n_sites()];
        let mut cover = Self { p: instance.p, budget: instance.budget, ..Self::default() };
        if cover.has_two_limits() {
            // Sites that cover nothing may be needed to make p.
            for (j, column) in (0_u32..).zip(&mut column) {
                cover.site.push(j);
                *column = Some(j);
            }
        }
        for &i in demand.iter().filter(|&&i| !instance.is_served(i, radius)) {
            let mut row = Vec::new();
            for &j in instance.sites_within(i, radius) {
                let at = *column[j as usize].get_or_insert_with(|| {
                    cover.site.push(j);
                    u32::try_from(cover.site.len() - 1).unwrap_or(u32::MAX)
                });
                row.push(at);
            }
            row.sort_unstable();
            cover.impossible |= row.is_empty();
            cover.rows.push(row);
            cover.demand.push(i);
        }
        cover.fill_columns();
        cover
    }

    fn fill_columns(&mut self) {
        self.columns = vec![Vec::new(); self.site.len()];
        for (i, row) in (0_u32..).zip(&self.rows) {
            for &j in row {
                self.columns[j as usize].push(i);
            }
        }
    }

    /// Whether p and the budget must both hold: then a site may be wanted although it covers nothing.
    pub fn has_two_limits(&self) -> bool {
        self.p.is_some() && self.budget.is_some()
    }

    /// Applies all reductions, after settling the columns that no cover within the limits can have, or can lack.
    pub fn reduce(&mut self, instance: &Instance, settled: &Settled) {
        let mut work = Reduction::of(self);
        for &column in &settled.out {
            work.drop_column(column);
        }
        for &column in &settled.into {
            work.take(column, self, instance);
        }
        while !self.impossible {
            let mut changed = work.fix_single(self, instance);
            changed |= work.drop_implied_rows();
            if !self.has_two_limits() {
                changed |= work.drop_dominated_columns(self, instance);
            }
            if !changed {
                break;
            }
        }
        work.write(self);
    }

    fn take(&mut self, column: u32, instance: &Instance) {
        let site = self.site[column as usize];
        self.fixed.push(site);
        if let Some(p) = &mut self.p
            && instance.counted[site as usize]
        {
            match p.checked_sub(1) {
                Some(left) => *p = left,
                None => self.impossible = true,
            }
        }
        if let Some(budget) = &mut self.budget {
            *budget -= instance.cost[site as usize];
            self.impossible |= *budget < 0.0;
        }
    }
}

/// Rows and columns that are left, as sets.
struct Reduction {
    rows: Vec<Bits>,
    columns: Vec<Bits>,
    row_size: Vec<usize>,
    column_size: Vec<usize>,
    row_left: Vec<bool>,
    column_left: Vec<bool>,
}

impl Reduction {
    fn of(cover: &Cover) -> Self {
        let sets = |lists: &[Vec<u32>], n: usize| -> Vec<Bits> {
            let set = |list: &Vec<u32>| {
                let mut bits = Bits::new(n);
                list.iter().for_each(|&at| bits.set(at));
                bits
            };
            lists.iter().map(set).collect()
        };
        Self {
            rows: sets(&cover.rows, cover.columns.len()),
            columns: sets(&cover.columns, cover.rows.len()),
            row_size: cover.rows.iter().map(Vec::len).collect(),
            column_size: cover.columns.iter().map(Vec::len).collect(),
            row_left: vec![true; cover.rows.len()],
            column_left: vec![true; cover.columns.len()],
        }
    }

    fn drop_row(&mut self, row: u32) {
        self.row_left[row as usize] = false;
        for column in self.rows[row as usize].iter() {
            self.columns[column as usize].clear(row);
            self.column_size[column as usize] -= 1;
        }
    }

    fn drop_column(&mut self, column: u32) {
        if !self.column_left[column as usize] {
            return;
        }
        self.column_left[column as usize] = false;
        for row in self.columns[column as usize].iter() {
            self.rows[row as usize].clear(column);
            self.row_size[row as usize] -= 1;
        }
    }

    fn left(flags: &[bool]) -> Vec<u32> {
        (0_u32..).zip(flags).filter(|(_, left)| **left).map(|(at, _)| at).collect()
    }

    /// Opens a site: its rows are covered.
    fn take(&mut self, column: u32, cover: &mut Cover, instance: &Instance) {
        cover.take(column, instance);
        for covered in self.columns[column as usize].clone().iter() {
            self.drop_row(covered);
        }
        self.column_left[column as usize] = false;
    }

    /// Opens the site of every row that has only one.
    fn fix_single(&mut self, cover: &mut Cover, instance: &Instance) -> bool {
        let mut changed = false;
        for row in Self::left(&self.row_left) {
            if !self.row_left[row as usize] || self.row_size[row as usize] > 1 {
                continue;
            }
            changed = true;
            cover.fixed_for.push(cover.demand[row as usize]);
            let Some(column) = self.rows[row as usize].iter().next() else {
                cover.impossible = true;
                return true;
            };
            self.take(column, cover, instance);
        }
        changed
    }

    /// Drops rows whose sites include all sites of another row.
    fn drop_implied_rows(&mut self) -> bool {
        let mut changed = false;
        for row in Self::left(&self.row_left) {
            if !self.row_left[row as usize] {
                continue;
            }
            // Whatever includes this row also includes its rarest column.
            let rarest = self.rows[row as usize].iter().min_by_key(|&column| self.column_size[column as usize]);
            let Some(rarest) = rarest else { continue };
            for other in self.columns[rarest as usize].clone().iter() {
                if other != row
                    && self.row_size[other as usize] >= self.row_size[row as usize]
                    && self.rows[row as usize].is_subset(&self.rows[other as usize])
                {
                    self.drop_row(other);
                    changed = true;
                }
            }
        }
        changed
    }

    /// Drops columns whose rows another column covers too, for no more of what is limited.
    fn drop_dominated_columns(&mut self, cover: &Cover, instance: &Instance) -> bool {
        let mut changed = false;
        for column in Self::left(&self.column_left) {
            let rarest = self.columns[column as usize].iter().min_by_key(|&row| self.row_size[row as usize]);
            let Some(rarest) = rarest else {
                self.drop_column(column);
                changed = true;
                continue;
            };
            let site = |column: u32| cover.site[column as usize] as usize;
            let dominated = self.rows[rarest as usize].iter().any(|other| {
                let (mine, theirs) = (site(column), site(other));
                let cheaper = instance.cost[theirs] <= instance.cost[mine]
                    && (cover.p.is_none() || instance.counted[theirs] <= instance.counted[mine]);
                other != column
                    && cheaper
                    && self.column_size[other as usize] >= self.column_size[column as usize]
                    && self.columns[column as usize].is_subset(&self.columns[other as usize])
            });
            // A column that goes at once cannot take along an equal one that comes later.
            if dominated {
                self.drop_column(column);
                changed = true;
            }
        }
        changed
    }

    fn write(self, cover: &mut Cover) {
        let mut renamed = vec![None; self.columns.len()];
        let mut site = Vec::new();
        for column in Self::left(&self.column_left) {
            renamed[column as usize] = u32::try_from(site.len()).ok();
            site.push(cover.site[column as usize]);
        }
        let rows = Self::left(&self.row_left);
        let columns_of =
            |row: &u32| self.rows[*row as usize].iter().filter_map(|column| renamed[column as usize]).collect();
        cover.rows = rows.iter().map(columns_of).collect();
        cover.demand = rows.iter().map(|&row| cover.demand[row as usize]).collect();
        cover.site = site;
        cover.fill_columns();
    }
}
