//! The rules that every model shares: how many sites, for how much money, and which must, must not or already do exist.

use serde::{Deserialize, Serialize};

use crate::error::{Error, check_length, check_non_negative, only};

/// Which sets of open sites a model may choose from.
///
/// * `required` sites must open. They count towards `p` and cost what they cost.
/// * `forbidden` sites must not open.
/// * `existing` sites are open today. They stay open, free of charge and without counting towards `p`, unless
///   `closing_costs` are given: then each may close at its closing cost (a negative one frees money).
/// * `p` is the exact number of sites to open besides the existing ones.
/// * `budget` bounds the cost of the opened sites plus that of the closed ones.
///
/// Models set these through their own builder methods; the struct is public for reading.
///
/// # Example
///
/// ```
/// use siting::{Rules, SiteState};
/// let rules =
///     Rules { required: vec![0], existing: vec![2], site_costs: Some(vec![5.0, 7.0, 9.0]), ..Rules::default() };
/// let by_site = rules.by_site(3)?;
/// assert_eq!(by_site.state, [SiteState::Required, SiteState::Free, SiteState::Existing]);
/// assert_eq!((by_site.money(&[0, 1, 2]), by_site.counted(&[0, 1, 2])), (12.0, 2));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Rules {
    /// Exact number of new sites.
    pub p: Option<usize>,
    /// Most money that opening (and closing) may cost.
    pub budget: Option<f64>,
    /// Cost of opening each site; `None` means 1 each.
    pub site_costs: Option<Vec<f64>>,
    /// Indices of sites that must open.
    pub required: Vec<u32>,
    /// Indices of sites that must not open.
    pub forbidden: Vec<u32>,
    /// Indices of sites that are open today.
    pub existing: Vec<u32>,
    /// Cost of closing each existing site, in the order of `existing`; infinity, or `None` for all: must stay open.
    pub closing_costs: Option<Vec<f64>>,
}

/// What may become of a site.
///
/// The example of [`Rules`] shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SiteState {
    /// May open.
    Free,
    /// Must open.
    Required,
    /// Must not open.
    Forbidden,
    /// Is open and stays so.
    Existing,
    /// Is open and may close.
    Closable,
}

impl SiteState {
    /// Whether the site may be open in a plan.
    #[must_use]
    pub fn may_open(self) -> bool {
        self != Self::Forbidden
    }

    /// Whether the site is open in every plan.
    #[must_use]
    pub fn must_open(self) -> bool {
        matches!(self, Self::Required | Self::Existing)
    }

    /// Whether the site is open today.
    #[must_use]
    pub fn exists(self) -> bool {
        matches!(self, Self::Existing | Self::Closable)
    }
}

/// The rules spread over the sites: one entry for each site. Built by [`Rules::by_site`].
///
/// The example of [`Rules`] shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteRules {
    /// State of each site.
    pub state: Vec<SiteState>,
    /// Cost of each site when open: its opening cost, or for a closable site minus its closing cost.
    pub cost: Vec<f64>,
    /// Sum of all closing costs: the constant that makes `constant + Σ cost over open sites` the money spent.
    pub constant: f64,
}

impl SiteRules {
    /// Money that a set of open sites costs: opening the new ones and closing the closable ones that are not open.
    ///
    /// `open` must be ascending.
    #[must_use]
    pub fn money(&self, open: &[u32]) -> f64 {
        let mut money = 0.0;
        for ((j, state), cost) in (0_u32..).zip(&self.state).zip(&self.cost) {
            let is_open = open.binary_search(&j).is_ok();
            // Added up directly: a constant minus what stays open would cancel where closing is dear.
            match state {
                SiteState::Closable if !is_open => money -= cost,
                SiteState::Free | SiteState::Required | SiteState::Forbidden if is_open => money += cost,
                _ => {}
            }
        }
        money
    }

    /// What sums of money may lose to rounding: a part of all that can be spent, the budget and what closing frees.
    fn noise(&self, budget: f64) -> f64 {
        let closable = self.state.iter().zip(&self.cost).filter(|(state, _)| **state == SiteState::Closable);
        let freed: f64 = closable.map(|(_, cost)| cost.max(0.0)).sum();
        1e-9 * (budget + freed)
    }

    /// Whether a cost is above a budget by more than rounding.
    pub(crate) fn exceeds(&self, cost: f64, budget: f64) -> bool {
        // A sum that is not a number is no money to spend. The last digits are left to sums within `spendable`.
        cost.is_nan() || cost > budget + 1.001 * self.noise(budget)
    }

    /// The budget with the room for rounding that [`SiteRules::exceeds`] leaves, so that sums and differences of costs can
    /// be compared with it plainly.
    pub(crate) fn spendable(&self, budget: f64) -> f64 {
        budget + self.noise(budget)
    }

    /// How many of the open sites count towards `p`.
    #[must_use]
    pub fn counted(&self, open: &[u32]) -> usize {
        open.iter().filter(|&&j| self.state.get(j as usize).is_some_and(|state| !state.exists())).count()
    }
}

impl Rules {
    /// Checks the rules against the number of sites.
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfBounds`], [`Error::Duplicate`], [`Error::WrongLength`], [`Error::NotANumber`],
    /// [`Error::OutOfRange`]; [`Error::Conflict`] for a site that is in two of the lists.
    pub fn validate(&self, n_sites: usize) -> Result<(), Error> {
        let lists = [("required", &self.required), ("forbidden", &self.forbidden), ("existing", &self.existing)];
        let mut seen: Vec<Option<(&'static str, usize)>> = vec![None; n_sites];
        for (argument, list) in lists {
            for (position, &site) in list.iter().enumerate() {
                let index = site as usize;
                let Some(slot) = seen.get_mut(index) else {
                    return Err(Error::IndexOutOfBounds { argument, position, index, len: n_sites, counted: "sites" });
                };
                match *slot {
                    Some((other, first)) if other == argument => {
                        return Err(Error::Duplicate {
                            argument,
                            value: format!("site {index}"),
                            first,
                            second: position,
                        });
                    }
                    Some((other, _)) => {
                        let reason = format!("site {index} stands in both; keep it in one of them");
                        return Err(Error::Conflict { argument: other, other: argument, reason });
                    }
                    None => *slot = Some((argument, position)),
                }
            }
        }
        if let Some(costs) = &self.site_costs {
            check_length("site_costs", costs.len(), n_sites, "one per site")?;
            check_non_negative("site_costs", costs)?;
        }
        if let Some(costs) = &self.closing_costs {
            check_length("closing_costs", costs.len(), self.existing.len(), "one per existing site")?;
            for (index, &value) in costs.iter().enumerate() {
                if value.is_nan() {
                    return Err(Error::NotANumber { argument: "closing_costs", index });
                }
                if value == f64::NEG_INFINITY {
                    return Err(Error::OutOfRange {
                        argument: "closing_costs",
                        index,
                        value,
                        reason: "a finite cost is expected, or infinity for a site that must stay open",
                    });
                }
            }
        }
        if let Some(costs) = self.closing_costs.as_ref().filter(|_| self.all_costs() == f64::INFINITY) {
            let (index, value) = (0..).zip(costs).fold((0, 0.0), |most: (usize, f64), (index, &cost)| {
                if cost.is_finite() && cost.abs() > most.1.abs() { (index, cost) } else { most }
            });
            let reason = "opening and closing costs add up to more than a number can hold; use a larger unit";
            return Err(Error::OutOfRange { argument: "closing_costs", index, value, reason });
        }
        if let Some(budget) = self.budget
            && (!(budget + self.all_costs()).is_finite() || budget < 0.0)
        {
            return Err(Error::InvalidValue {
                argument: "budget",
                value: budget.to_string(),
                reason: "a finite sum of 0 or more is expected, with the costs no more than a number can hold".into(),
            });
        }
        if self.p.is_some_and(|p| p > n_sites) {
            return Err(Error::InvalidValue {
                argument: "p",
                value: self.p.unwrap_or_default().to_string(),
                reason: only(n_sites, "sites"),
            });
        }
        Ok(())
    }

    /// What opening all sites and closing all existing ones costs or frees.
    pub(crate) fn all_costs(&self) -> f64 {
        let opening: f64 = self.site_costs.iter().flatten().sum();
        opening
            + self.closing_costs.iter().flatten().filter(|cost| cost.is_finite()).map(|cost| cost.abs()).sum::<f64>()
    }

    /// Spreads valid rules over the sites.
    ///
    /// # Errors
    ///
    /// Those of [`Rules::validate`].
    pub fn by_site(&self, n_sites: usize) -> Result<SiteRules, Error> {
        self.validate(n_sites)?;
        let mut state = vec![SiteState::Free; n_sites];
        let mut cost = self.site_costs.clone().unwrap_or_else(|| vec![1.0; n_sites]);
        let mut constant = 0.0;
        for &j in &self.required {
            state[j as usize] = SiteState::Required;
        }
        for &j in &self.forbidden {
            state[j as usize] = SiteState::Forbidden;
        }
        for (at, &j) in self.existing.iter().enumerate() {
            match self.closing_costs.as_ref().and_then(|costs| costs.get(at)).filter(|cost| cost.is_finite()) {
                Some(closing) => {
                    state[j as usize] = SiteState::Closable;
                    cost[j as usize] = -closing;
                    constant += closing;
                }
                None => {
                    state[j as usize] = SiteState::Existing;
                    cost[j as usize] = 0.0;
                }
            }
        }
        Ok(SiteRules { state, cost, constant })
    }
}

/// Builder methods for the rules that a model takes; each model names those that make sense for it.
macro_rules! rule_setters {
    ($($name:ident),+ $(,)?) => { $(rule_setters!(@ $name);)+ };
    (@ p) => {
        /// Opens exactly `p` sites besides the existing ones.
        #[must_use]
        pub fn p(mut self, p: usize) -> Self {
            self.rules.p = Some(p);
            self
        }
    };
    (@ budget) => {
        /// Bounds the money spent on opening sites (and on closing existing ones).
        #[must_use]
        pub fn budget(mut self, budget: f64) -> Self {
            self.rules.budget = Some(budget);
            self
        }
    };
    (@ site_costs) => {
        /// Cost of opening each site, one per site; 1 each when not given.
        #[must_use]
        pub fn site_costs(mut self, costs: impl Into<Vec<f64>>) -> Self {
            self.rules.site_costs = Some(costs.into());
            self
        }
    };
    (@ required) => {
        /// Sites that must open, by index; they count towards `p` and the budget.
        #[must_use]
        pub fn required(mut self, sites: impl IntoIterator<Item = u32>) -> Self {
            self.rules.required = sites.into_iter().collect();
            self
        }
    };
    (@ forbidden) => {
        /// Sites that must not open, by index.
        #[must_use]
        pub fn forbidden(mut self, sites: impl IntoIterator<Item = u32>) -> Self {
            self.rules.forbidden = sites.into_iter().collect();
            self
        }
    };
    (@ existing) => {
        /// Sites open today, by index; they serve free of charge and do not count towards `p`.
        #[must_use]
        pub fn existing(mut self, sites: impl IntoIterator<Item = u32>) -> Self {
            self.rules.existing = sites.into_iter().collect();
            self
        }
    };
    (@ closing_costs) => {
        /// Lets each existing site close at a cost, in the order of the existing sites: negative where closing frees
        /// money, infinity where the site must stay.
        #[must_use]
        pub fn closing_costs(mut self, costs: impl Into<Vec<f64>>) -> Self {
            self.rules.closing_costs = Some(costs.into());
            self
        }
    };
}
pub(crate) use rule_setters;
