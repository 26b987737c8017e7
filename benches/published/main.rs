//! The published instances: our value, bound, gap, seconds and memory beside the published value.
//!
//! `cargo bench --bench published -- --data DIR [--family pmedian] [--only rl1304] [--p 100] [--method mip]
//! [--seconds 60] [--gap 0.001] [--threads 2] [--write benches/solutions] [--list]`; without `--data` nothing runs. `--family`, `--only`
//! and `--p` may be given several times; with `--list` instances are named only, a line for each with its p. DIR holds
//! `optima.csv` and a folder for each kind of file; files may be compressed (`.xz`, by the program xz).
//!
//! With `--write` each solution becomes a file there: its sites, counted from 1, below what was solved and what came of
//! it. `python benches/recompute.py --data DIR benches/solutions/*.txt` adds their objectives up from the coordinates
//! alone.
//!
//! | family | instances |
//! | --- | --- |
//! | `pmedian` | OR-Library pmed1 to pmed40, TSPLIB, BIRCH |
//! | `pcenter` | the same graphs, TSPLIB's u1060 and rl1323 |
//! | `uflp` | OR-Library, Kratica's series M, Körkel and Ghosh's series |
//! | `cflp` | OR-Library, Holmberg, 300 x 300 |
//! | `sscflp` | Holmberg, each demand point at one site |
//! | `cpmp` | capacitated p-median: San José dos Campos, pcb3038, Osman and Christofides |
//!
//! Seconds are those of the solve; MiB is the most that the process has held so far.

mod cflp;
mod cpmp;
mod pcenter;
mod pmedian;
mod table;
mod uflp;
mod write;

use std::path::PathBuf;
use std::time::Duration;

use siting::{Method, Solution, SolveOptions};
use table::{Family, Instance};

/// All families that there are, in the order in which they run.
static FAMILIES: [Family; 6] =
    [pmedian::FAMILY, pcenter::FAMILY, uflp::FAMILY, cflp::FAMILY, cflp::SINGLE_SOURCE, cpmp::FAMILY];

/// What the command line asks for.
struct Asked {
    data: PathBuf,
    family: Vec<String>,
    only: Vec<String>,
    p: Vec<usize>,
    options: SolveOptions,
    /// The folder for files of solutions.
    write: Option<PathBuf>,
    /// Whether the instances are to be named only.
    list: bool,
}

impl Asked {
    /// `None` without a folder: then there is nothing to measure.
    fn read() -> Result<Option<Self>, Box<dyn std::error::Error>> {
        let options = SolveOptions::default().time_limit(Duration::from_secs(300));
        let (data, family, only, p) = (PathBuf::new(), Vec::new(), Vec::new(), Vec::new());
        let mut asked = Self { data, family, only, p, options, write: None, list: false };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            // cargo adds --bench.
            if word == "--bench" || word == "--list" {
                asked.list |= word == "--list";
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--data" => asked.data = value.into(),
                "--write" => asked.write = Some(value.into()),
                "--family" if FAMILIES.iter().any(|family| family.name == value) => asked.family.push(value),
                "--family" => {
                    let known = FAMILIES.each_ref().map(|family| family.name).join(", ");
                    return Err(format!("family is {value:?}; there are {known}").into());
                }
                "--only" => asked.only.push(value),
                "--p" => asked.p.push(value.parse()?),
                "--method" => asked.options.method = method(&value)?,
                "--seconds" => asked.options.time_limit = Some(Duration::try_from_secs_f64(value.parse()?)?),
                "--gap" => asked.options.gap = value.parse()?,
                "--threads" => asked.options.threads = Some(value.parse()?),
                _ => return Err(format!("{word} is not known").into()),
            }
        }
        Ok((!asked.data.as_os_str().is_empty()).then_some(asked))
    }

    /// The instances that are asked for, with their families.
    fn instances(&self) -> Result<Vec<(&'static Family, Instance)>, Box<dyn std::error::Error>> {
        let mut all = Vec::new();
        for family in FAMILIES.iter().filter(|family| self.wants_family(family)) {
            let own = family.instances(&self.data)?.into_iter().filter(|instance| self.wants(instance));
            all.extend(own.map(|instance| (family, instance)));
        }
        Ok(all)
    }

    fn wants_family(&self, family: &Family) -> bool {
        self.family.is_empty() || self.family.iter().any(|name| name == family.name)
    }

    fn wants(&self, instance: &Instance) -> bool {
        (self.only.is_empty() || self.only.contains(&instance.name))
            && (self.p.is_empty() || instance.p.is_some_and(|p| self.p.contains(&p)))
    }
}

fn method(name: &str) -> Result<Method, String> {
    match name {
        "auto" => Ok(Method::Auto),
        "mip" => Ok(Method::Mip),
        "heuristic" => Ok(Method::Heuristic),
        _ => Err(format!("method is {name:?}; there are auto, mip, heuristic")),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(asked) = Asked::read()? else { return Ok(()) };
    let instances = asked.instances()?;
    if asked.list {
        instances.iter().for_each(|(_, instance)| println!("{} {}", instance.name, p_of(instance)));
        return Ok(());
    }
    println!("| instance | n | p | value | bound | gap % | seconds | nodes | MiB | published | proven |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
    for (family, instance) in &instances {
        let solution = (family.solve)(instance, &asked.data, &asked.options)?;
        println!("{}", line(instance, &solution));
        if let Some(folder) = &asked.write {
            write::solution(folder, family, instance, &solution)?;
        }
    }
    Ok(())
}

/// A line of the table.
fn line(instance: &Instance, solution: &Solution) -> String {
    format!(
        "| {} | {} | {} | {} | {} | {} | {:.3} | {} | {} | {} | {} |",
        instance.name,
        solution.demand_ids.len(),
        p_of(instance),
        number(solution.objective),
        solution.bound.map_or("-".into(), number),
        solution.gap.map_or("-".into(), |gap| format!("{:.4}", 100.0 * gap)),
        solution.seconds,
        solution.nodes,
        most_memory().map_or("-".into(), |bytes| (bytes >> 20).to_string()),
        instance.published,
        if solution.is_optimal() { "yes" } else { "no" },
    )
}

/// p as the table has it.
fn p_of(instance: &Instance) -> String {
    instance.p.map_or("-".into(), |p| p.to_string())
}

/// To four decimals, without the zeros at the end.
fn number(value: f64) -> String {
    let digits = format!("{value:.4}");
    digits.trim_end_matches('0').trim_end_matches('.').into()
}

/// The most memory that this process has held so far, where the system tells.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib << 10)
}
