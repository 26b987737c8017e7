//! The instances of the table of optima, and how each is read.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use siting::io::{coordinates, or_library_p_median, tsplib};
use siting::{PMedian, Rounding, Solution, SolveOptions, TravelMatrix};

/// One line of the table.
pub struct Instance {
    family: String,
    pub name: String,
    pub p: usize,
    pub published: String,
}

/// All p-median instances.
pub struct Table {
    pub instances: Vec<Instance>,
}

impl Table {
    /// Reads `optima.csv`.
    pub fn read(data: &Path) -> Result<Self, Box<dyn Error>> {
        let text = fs::read_to_string(data.join("optima.csv"))?;
        let instances = text.lines().filter(|line| line.starts_with("pmedian_")).map(|line| {
            let words: Vec<&str> = line.split(',').collect();
            let [family, name, _, p, published, ..] = words[..] else { return Err(format!("{line:?} is too short")) };
            let p = p.parse().map_err(|_| format!("p is {p:?} in {line:?}"))?;
            Ok(Instance { family: family.into(), name: name.into(), p, published: published.into() })
        });
        Ok(Self { instances: instances.collect::<Result<_, _>>()? })
    }
}

impl Instance {
    /// Reads the instance and solves it.
    pub fn solve(&self, data: &Path, options: &SolveOptions) -> Result<Solution, Box<dyn Error>> {
        let folder = data.join("pmedian");
        let solution = match self.family.as_str() {
            "pmedian_orlib" => {
                let text = text(&folder.join("orlib").join(format!("{}.txt", self.name)))?;
                let graph = or_library_p_median(&text, &self.name)?;
                let travel = TravelMatrix::from_dense(graph.costs.view())?;
                PMedian::new(travel, vec![1.0; graph.costs.nrows()]).p(graph.p).solve(options)?
            }
            "pmedian_birch_realdist" => {
                let text = text(&folder.join("birch").join(format!("{}.txt", self.name)))?;
                PMedian::from_points(coordinates(&text, &self.name)?).p(self.p).solve(options)?
            }
            _ => {
                let text = text(&folder.join("tsplib").join(format!("{}.tsp", self.name)))?;
                let points = tsplib(&text, &self.name)?;
                PMedian::from_points(points).rounding(Rounding::Floor).p(self.p).solve(options)?
            }
        };
        Ok(solution)
    }
}

/// A file's text; where there is only a compressed one, the program xz reads it.
fn text(path: &Path) -> Result<String, Box<dyn Error>> {
    if path.exists() {
        return Ok(fs::read_to_string(path)?);
    }
    let compressed = path.with_added_extension("xz");
    let output = Command::new("xz").arg("-dc").arg(&compressed).output()?;
    if !output.status.success() {
        return Err(format!("{}: {}", compressed.display(), String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
