//! The rows that a site serves first or second although they stand too far to be in its column.
//!
//! Rows are noted where they come to a site and not taken out where they leave it: whoever asks looks at each row anyway.
//! Lists that have doubled are rid of what is stale, so that they stay as short as what they are about.

/// Such rows of each site.
pub(super) struct Strays {
    of: Vec<Rows>,
}

#[derive(Clone, Default)]
struct Rows {
    rows: Vec<u32>,
    /// The list is looked through when it is this long.
    most: usize,
}

impl Strays {
    pub fn new(n_sites: usize) -> Self {
        Self { of: vec![Rows::default(); n_sites] }
    }

    /// Notes a row; `is_served` tells whether the site serves a row now.
    pub fn note(&mut self, site: u32, row: u32, is_served: impl Fn(u32) -> bool) {
        let Rows { rows, most } = &mut self.of[site as usize];
        if rows.len() >= *most {
            rows.sort_unstable();
            rows.dedup();
            rows.retain(|&row| is_served(row));
            *most = 2 * rows.len() + 8;
        }
        rows.push(row);
    }

    /// All rows noted for a site, some of them twice or stale, and forgets them.
    pub fn take(&mut self, site: u32) -> Vec<u32> {
        std::mem::take(&mut self.of[site as usize]).rows
    }
}

#[cfg(test)]
mod tests {
    use super::Strays;

    #[test]
    fn a_site_keeps_its_rows_and_loses_stale_ones() {
        let mut strays = Strays::new(2);
        for turn in 0..1000 {
            strays.note(1, turn % 7, |row| row % 2 == 0);
        }
        let rows = strays.take(1);
        assert!(rows.len() < 30, "{} rows are kept", rows.len());
        assert!([0, 2, 4, 6].iter().all(|row| rows.contains(row)));
        assert!(strays.take(1).is_empty() && strays.take(0).is_empty());
    }
}
