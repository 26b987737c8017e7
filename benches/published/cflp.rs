//! The capacitated fixed charge. Demand points split: OR-Library, Holmberg (their published optima are those without
//! splitting, upper bounds here), and instances of 300 x 300. Each at one site: Holmberg.

use std::path::Path;

use siting::FixedCharge;
use siting::io::{cflp, holmberg, or_library_facilities};

use crate::table::{Family, Instance, text};
use crate::uflp::model;

/// The large files of the OR-Library stand for four instances each: the name ends in the capacity of all sites.
pub const FAMILY: Family = Family {
    name: "cflp",
    lines: &["cflp_", "sscflp_holmberg"],
    more: &[
        "cflp_large,capa-8000,1000,,19240822.449",
        "cflp_large,capa-10000,1000,,18438046.543",
        "cflp_large,capa-12000,1000,,17765201.949",
        "cflp_large,capa-14000,1000,,17160439.012",
        "cflp_large,capb-5000,1000,,13656379.578",
        "cflp_large,capb-6000,1000,,13361927.449",
        "cflp_large,capb-7000,1000,,13198556.434",
        "cflp_large,capb-8000,1000,,13082516.496",
        "cflp_large,capc-5000,1000,,11646596.974",
        "cflp_large,capc-5750,1000,,11570340.289",
        "cflp_large,capc-6500,1000,,11518743.744",
        "cflp_large,capc-7250,1000,,11505767.394",
        "cflp_square,T300x300_5_1,300,,-",
        "cflp_square,T300x300_10_1,300,,-",
    ],
    costs: |_| "as given",
    solve: |instance, data, options| Ok(read(instance, data)?.solve(options)?),
};

/// The same, each demand point at one site.
pub const SINGLE_SOURCE: Family = Family {
    name: "sscflp",
    lines: &["sscflp_holmberg"],
    more: &[],
    costs: |_| "as given",
    solve: |instance, data, options| Ok(read(instance, data)?.single_source(true).solve(options)?),
};

fn read(instance: &Instance, data: &Path) -> Result<FixedCharge, Box<dyn std::error::Error>> {
    let (folder, name) = (data.join("cflp"), &instance.name);
    let facilities = match instance.series.as_str() {
        "cflp_large" => {
            let (file, capacity) = name.split_once('-').ok_or("the capacity is missing")?;
            let path = data.join("uflp").join(format!("{file}.txt"));
            let mut facilities = or_library_facilities(&text(&path)?, name, 0.0)?;
            facilities.capacities.fill(capacity.parse()?);
            facilities
        }
        "cflp_square" => cflp(&text(&folder.join(format!("{name}.cfl")))?, name)?,
        "cflp_orlib" => {
            // Those without a file here are among the uncapacitated ones, with the same text.
            let file = format!("{name}.txt");
            let path = Some(folder.join(&file)).filter(|path| path.exists());
            or_library_facilities(&text(&path.unwrap_or(data.join("uflp").join(&file)))?, name, f64::INFINITY)?
        }
        _ => holmberg(&text(&folder.join(format!("holmberg_{name}")))?, name)?,
    };
    Ok(model(&facilities)?.capacities(facilities.capacities.clone()).demands(facilities.demands))
}
