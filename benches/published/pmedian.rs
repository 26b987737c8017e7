//! The p-median: OR-Library's graphs, TSPLIB's points with distances rounded down, BIRCH's with real ones.

use std::path::Path;

use siting::io::{coordinates, or_library_p_median, tsplib};
use siting::{PMedian, Rounding, SolveOptions, TravelMatrix};

use crate::table::{Family, Instance, Solved, text};

pub const FAMILY: Family = Family {
    name: "pmedian",
    lines: &["pmedian_orlib,", "pmedian_tsp_floordist,", "pmedian_birch_realdist,"],
    more: &[],
    costs,
    solve,
};

fn costs(series: &str) -> &'static str {
    match series {
        "pmedian_orlib" => "shortest paths",
        "pmedian_birch_realdist" => "euclidean",
        _ => "euclidean, rounded down",
    }
}

fn solve(instance: &Instance, data: &Path, options: &SolveOptions) -> Solved {
    let (folder, name) = (data.join("pmedian"), &instance.name);
    let solution = match instance.series.as_str() {
        "pmedian_orlib" => {
            let graph = or_library_p_median(&text(&folder.join("orlib").join(format!("{name}.txt")))?, name)?;
            let travel = TravelMatrix::from_dense(graph.costs.view())?;
            PMedian::new(travel, vec![1.0; graph.costs.nrows()]).p(graph.p).solve(options)?
        }
        "pmedian_birch_realdist" => {
            let points = coordinates(&text(&folder.join("birch").join(format!("{name}.txt")))?, name)?;
            PMedian::from_points(points).p(instance.given_p()?).solve(options)?
        }
        _ => {
            let points = tsplib(&text(&folder.join("tsplib").join(format!("{name}.tsp")))?, name)?;
            PMedian::from_points(points).rounding(Rounding::Floor).p(instance.given_p()?).solve(options)?
        }
    };
    Ok(solution)
}
