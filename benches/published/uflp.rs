//! The uncapacitated fixed charge: OR-Library, Kratica's series M, Körkel and Ghosh's series.

use std::path::Path;

use siting::io::{FacilityLocation, or_library_facilities, ufl_lib};
use siting::{FixedCharge, SolveOptions, TravelMatrix};

use crate::table::{Family, Instance, Solved, text};

pub const FAMILY: Family = Family { name: "uflp", lines: &["ufl_"], more: &[], costs: |_| "as given", solve };

fn solve(instance: &Instance, data: &Path, options: &SolveOptions) -> Solved {
    let name = &instance.name;
    let facilities = if instance.series == "ufl_kg" {
        ufl_lib(&text(&data.join("uflp").join(name))?, name)?
    } else {
        or_library_facilities(&text(&data.join("uflp").join(format!("{name}.txt")))?, name, f64::INFINITY)?
    };
    Ok(model(&facilities)?.solve(options)?)
}

/// The model without capacities.
pub fn model(facilities: &FacilityLocation) -> Result<FixedCharge, siting::Error> {
    let travel = TravelMatrix::from_dense(facilities.costs.view())?;
    Ok(FixedCharge::new(travel, vec![1.0; facilities.demands.len()], facilities.site_costs.clone()))
}
