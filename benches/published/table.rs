//! What `optima.csv` says of the instances, and the files beside it.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use siting::{Solution, SolveOptions};

/// What solving an instance gives.
pub type Solved = Result<Solution, Box<dyn Error>>;

/// A problem with published instances.
pub struct Family {
    /// What `--family` calls it.
    pub name: &'static str,
    /// How its lines in `optima.csv` begin.
    pub lines: &'static [&'static str],
    /// Lines that `optima.csv` lacks.
    pub more: &'static [&'static str],
    /// What a pair of the instances of a series costs.
    pub costs: fn(&str) -> &'static str,
    /// Reads an instance from the folder of all data and solves it.
    pub solve: fn(&Instance, &Path, &SolveOptions) -> Solved,
}

/// A line of `optima.csv`.
pub struct Instance {
    /// Series that the instance belongs to, its first word.
    pub series: String,
    pub name: String,
    /// How many sites to open, or how many there are; `None` where the file alone says it.
    pub p: Option<usize>,
    pub published: String,
}

impl Instance {
    /// The p that the line gives.
    pub fn given_p(&self) -> Result<usize, Box<dyn Error>> {
        self.p.ok_or_else(|| format!("{} has no p", self.name).into())
    }
}

impl Family {
    /// The instances of the family, in the order of `optima.csv`.
    pub fn instances(&self, data: &Path) -> Result<Vec<Instance>, Box<dyn Error>> {
        let text = fs::read_to_string(data.join("optima.csv"))?;
        let of_family = |line: &&str| self.lines.iter().any(|start| line.starts_with(start));
        text.lines().filter(of_family).chain(self.more.iter().copied()).map(instance).collect()
    }
}

fn instance(line: &str) -> Result<Instance, Box<dyn Error>> {
    let words: Vec<&str> = line.split(',').collect();
    let [series, name, _, p, published, ..] = words[..] else { return Err(format!("{line:?} is too short").into()) };
    let p = match p {
        "" => None,
        p => Some(p.parse().map_err(|_| format!("p is {p:?} in {line:?}"))?),
    };
    Ok(Instance { series: series.into(), name: name.into(), p, published: published.into() })
}

/// A file's text; where there is only a compressed one, the program xz reads it.
pub fn text(path: &Path) -> Result<String, Box<dyn Error>> {
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
