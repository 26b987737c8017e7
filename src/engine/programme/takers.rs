//! Who takes the places of a host when everything has a price: those who pay most, until its places are full.

/// The cells that a host reaches, those that pay most per person first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Takers {
    /// Worth per person, people, arc.
    takers: Vec<(f64, f64, u32)>,
    /// People and worth up to and including each.
    sums: Vec<(f64, f64)>,
    /// How many pay anything.
    paying: usize,
}

impl Takers {
    /// Takes arcs with people and worth of all of them.
    pub fn fill(&mut self, arcs: impl Iterator<Item = (u32, f64, f64)>) {
        self.takers.clear();
        self.takers
            .extend(arcs.filter(|entry| entry.1 > 0.0).map(|(arc, people, worth)| (worth / people, people, arc)));
        self.takers.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
        self.sums.clear();
        let (mut people, mut worth) = (0.0, 0.0);
        for taker in &self.takers {
            people += taker.1;
            worth += taker.0 * taker.1;
            self.sums.push((people, worth));
        }
        self.paying = self.takers.partition_point(|taker| taker.0 > 0.0);
    }

    /// People in reach.
    pub fn people(&self) -> f64 {
        self.sums.last().map_or(0.0, |sum| sum.0)
    }

    /// People who are served by so many places: those who pay, and as many others as the minimum use asks for.
    fn served(&self, places: f64, least: f64) -> f64 {
        let paying = self.paying.checked_sub(1).map_or(0.0, |at| self.sums[at].0);
        paying.max(least).min(places)
    }

    /// What so many places are worth; `None` where the minimum use is out of reach.
    pub fn worth(&self, places: f64, least: f64) -> Option<f64> {
        let slack = 1e-9 * least;
        if least > places + slack || least > self.people() + slack {
            return None;
        }
        let people = self.served(places, least);
        let at = self.sums.partition_point(|sum| sum.0 <= people);
        let (before, worth) = at.checked_sub(1).map_or((0.0, 0.0), |at| self.sums[at]);
        Some(worth + self.takers.get(at).map_or(0.0, |taker| taker.0 * (people - before)))
    }

    /// Who is served by so many places: arc and people.
    pub fn serve(&self, places: f64, least: f64, mut tell: impl FnMut(u32, f64)) {
        let mut left = self.served(places, least);
        for &(_, people, arc) in &self.takers {
            if left <= 0.0 {
                return;
            }
            tell(arc, people.min(left));
            left -= people;
        }
    }
}
