//! The published p-median instances: our value, bound, gap, seconds and memory beside the published value.
//!
//! `cargo bench --bench published -- --data DIR [--only rl1304] [--p 100] [--seconds 60] [--threads 2]`; without
//! `--data` nothing runs. DIR holds `optima.csv` and the folder `pmedian`; files may be compressed (`.xz`, by the
//! program xz).

mod instances;

use std::path::PathBuf;
use std::time::Duration;

use instances::{Instance, Table};
use siting::SolveOptions;

/// What the command line asks for.
struct Asked {
    data: PathBuf,
    only: Vec<String>,
    p: Vec<usize>,
    seconds: f64,
    threads: Option<usize>,
}

impl Asked {
    /// `None` without a folder: then there is nothing to measure.
    fn read() -> Result<Option<Self>, Box<dyn std::error::Error>> {
        let mut asked = Self { data: PathBuf::new(), only: Vec::new(), p: Vec::new(), seconds: 300.0, threads: None };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            // cargo adds --bench.
            if word == "--bench" {
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--data" => asked.data = value.into(),
                "--only" => asked.only.push(value),
                "--p" => asked.p.push(value.parse()?),
                "--seconds" => asked.seconds = value.parse()?,
                "--threads" => asked.threads = Some(value.parse()?),
                _ => return Err(format!("{word} is not known").into()),
            }
        }
        Ok((!asked.data.as_os_str().is_empty()).then_some(asked))
    }

    fn wants(&self, instance: &Instance) -> bool {
        (self.only.is_empty() || self.only.contains(&instance.name))
            && (self.p.is_empty() || self.p.contains(&instance.p))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(asked) = Asked::read()? else { return Ok(()) };
    let table = Table::read(&asked.data)?;
    println!("| instance | n | p | value | bound | gap % | seconds | nodes | MiB | published | proven |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
    for instance in table.instances.iter().filter(|instance| asked.wants(instance)) {
        let mut options = SolveOptions::default().time_limit(Duration::from_secs_f64(asked.seconds));
        options.threads = asked.threads;
        let solution = instance.solve(&asked.data, &options)?;
        let number = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.1}"));
        println!(
            "| {} | {} | {} | {} | {} | {} | {:.2} | {} | {} | {} | {} |",
            instance.name,
            solution.demand_ids.len(),
            instance.p,
            number(Some(solution.objective)),
            number(solution.bound),
            solution.gap.map_or("-".into(), |gap| format!("{:.4}", 100.0 * gap)),
            solution.seconds,
            solution.nodes,
            most_memory().map_or("-".into(), |bytes| (bytes >> 20).to_string()),
            instance.published,
            if solution.is_optimal() { "yes" } else { "no" },
        );
    }
    Ok(())
}

/// The most memory that this process has held so far, where the system tells.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib << 10)
}
