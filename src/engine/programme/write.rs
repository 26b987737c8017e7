//! The programme as a file for other solvers.

use std::path::Path;

use super::formulation::formulate_plainly;
use super::ready;
use crate::engine::mip;
use crate::error::Error;
use crate::service::{PlanRules, Programme};

/// Endings of paths, and so the formats that can be written.
const ENDINGS: [&str; 2] = ["mps", "lp"];

impl Programme {
    /// Writes the programme under rules as a mixed-integer programme that other solvers read: MPS in free format where the
    /// path ends in `.mps`, LP where it ends in `.lp`.
    ///
    /// It is the whole programme: no space, size or way to a host is left out by a heuristic. Demand points that reach the
    /// same hosts under the same conditions are one, and sizes are gone that offer no more than another at no less cost; neither
    /// changes what the best plan is worth. Every figure is in the unit in which it was given; coefficients have 15 digits.
    ///
    /// The file minimises, whatever the objective, and its constant is in it. So the optimum that a solver reads off is the
    /// objective of the best plan for those that are to shrink (walking, envy, cost), and *less* the objective for those that
    /// are to grow (need met, worst district).
    ///
    /// Columns (all between 0 and 1; those without a star are 0 or 1), with spaces, facilities and demand points by position,
    /// services, modules and slots by name (in letters and digits of ASCII, or `~` and the position where that leaves nothing
    /// to tell them apart):
    ///
    /// | Name | What |
    /// | --- | --- |
    /// | `use.SPACE` | the space is used |
    /// | `complex.SPACE` | it is a complex |
    /// | `fit.SPACE.SERVICE.MODULE` | the service goes there at this size; `moved.FACILITY` is a facility that moves in |
    /// | `open.SPACE.SERVICE.MODULE.SLOT` | ... and is open then; where it can be open in one slot only, `fit` says so |
    /// | `together.SPACE.SERVICE.SERVICE`* | the space hosts both of a pair, which has a reward |
    /// | `shared.SPACE.SERVICE.SERVICE.SLOT`* | both are open then and share area |
    /// | `facility.FACILITY.kept` (`enlarged`, `closed`) | what becomes of a facility of today |
    /// | `serve.SERVICE.HOME.space.SPACE` (`facility.FACILITY`)* | share of the need of a demand point, and of those merged with it, that is met there |
    /// | `worst.district`* | the least share met of a district |
    ///
    /// Rows that all share are named by their rule (`budget`, `subsidy`, `quota.0.childcare.North`), the others are numbered.
    ///
    /// # Errors
    ///
    /// Those of [`Programme::validate`] and [`PlanRules::validate`]; [`Error::Missing`] without a travel matrix to the spaces;
    /// [`Error::InvalidField`] for a module larger than every space; [`Error::Infeasible`] with reasons where some rule plainly
    /// cannot be kept (that rules cannot be kept together is left for the solver to find); [`Error::InvalidValue`] for a
    /// path with another ending; [`Error::File`] when the file cannot be written; [`Error::Unavailable`] in a build without
    /// the feature `highs`.
    ///
    /// ```
    /// use siting::service::{Demand, Module, PlanRules, Programme, Service, Space};
    /// use siting::{Metric, TravelMatrix};
    ///
    /// let homes = [[0.0, 0.0], [400.0, 0.0]];
    /// let travel = TravelMatrix::from_points(&homes, &[[100.0, 0.0]], Metric::Euclidean, Some(900.0))?;
    /// let canteen = Service::new("canteen", 900.0)
    ///     .need(Demand::PEOPLE, 0.2)
    ///     .module(Module::new("small", 135.0, 60.0).capital_cost(240_000.0));
    /// let programme = Programme::new(Demand::new([100.0, 200.0]), [canteen])
    ///     .spaces([Space::new(150.0, "hall")])
    ///     .travel_to_spaces(travel);
    ///
    /// # if !cfg!(feature = "highs") { return Ok(()); }
    /// # let folder = std::env::temp_dir().join(format!("siting-write-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// let path = folder.join("canteens.mps");
    /// programme.write_mps(&PlanRules::default().budget(300_000.0), &path)?;
    /// let text = std::fs::read_to_string(&path).unwrap();
    /// assert!(text.contains("fit.0.canteen.small  budget    240000"));
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn write_mps(&self, rules: &PlanRules, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        if !ending.is_some_and(|ending| ENDINGS.contains(&&*ending)) {
            let reason = "the ending names the format: end it in .mps (which every solver reads) or .lp".into();
            return Err(Error::InvalidValue { argument: "path", value: format!("{path:?}"), reason });
        }
        let instance = ready(self, rules)?;
        let (formulation, names) = formulate_plainly(&instance, self);
        mip::write(formulation, &names.columns, &names.rows, path)
    }
}
