//! The p-center: OR-Library's graphs, TSPLIB's points with real distances.

use std::path::Path;

use siting::io::{or_library_p_median, tsplib};
use siting::{Metric, PCenter, SolveOptions, TravelMatrix};

use crate::table::{Family, Instance, Solved, text};

pub const FAMILY: Family = Family { name: "pcenter", lines: &["pcenter_"], more: &[], costs, solve };

fn costs(series: &str) -> &'static str {
    if series == "pcenter_orlib" { "shortest paths" } else { "euclidean" }
}

fn solve(instance: &Instance, data: &Path, options: &SolveOptions) -> Solved {
    let (folder, name) = (data.join("pmedian"), &instance.name);
    let travel = if instance.series == "pcenter_orlib" {
        let text = text(&folder.join("orlib").join(format!("{name}.txt")))?;
        TravelMatrix::from_dense(or_library_p_median(&text, name)?.costs.view())?
    } else {
        let points = tsplib(&text(&folder.join("tsplib").join(format!("{name}.tsp")))?, name)?;
        TravelMatrix::from_points(&points, &points, Metric::Euclidean, None)?
    };
    Ok(PCenter::new(travel).p(instance.given_p()?).solve(options)?)
}
