//! Solutions as files that others can check: `benches/recompute.py` adds their objective up from the coordinates alone.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use siting::Solution;

use crate::table::{Family, Instance};
use crate::{number, p_of};

/// Writes the open sites, counted from 1 and ascending, one a line, below what was solved and what came of it.
pub fn solution(folder: &Path, family: &Family, instance: &Instance, solved: &Solution) -> Result<(), Box<dyn Error>> {
    let p = p_of(instance);
    let mut text = String::new();
    for (key, value) in [
        ("instance", instance.name.clone()),
        ("problem", family.name.into()),
        ("p", p.clone()),
        ("costs", (family.costs)(&instance.series).into()),
        ("objective", number(solved.objective)),
        ("bound", solved.bound.map_or("-".into(), number)),
        ("seconds", format!("{:.1}", solved.seconds)),
    ] {
        writeln!(text, "# {key}: {value}")?;
    }
    writeln!(text, "# sites: in the order of the instance, counted from 1")?;
    let mut sites = solved.sites.clone();
    sites.sort_unstable();
    for site in sites {
        writeln!(text, "{}", u64::from(site) + 1)?;
    }
    fs::create_dir_all(folder)?;
    Ok(fs::write(folder.join(format!("{}_p{p}.txt", instance.name)), text)?)
}
