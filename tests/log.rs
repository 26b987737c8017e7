//! What a solve tells in the log of the way that it takes.

use std::sync::Mutex;

use log::{LevelFilter, Log, Metadata, Record};
use siting::{MaxCover, Method, Metric, PMedian, SetCover, SolveOptions, TravelMatrix};

/// Keeps what is told.
struct Kept(Mutex<Vec<String>>);

static KEPT: Kept = Kept(Mutex::new(Vec::new()));

impl Log for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("siting")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// What is told while something runs.
fn told(run: impl FnOnce()) -> Vec<String> {
    KEPT.0.lock().unwrap().clear();
    run();
    KEPT.0.lock().unwrap().clone()
}

#[test]
fn a_solve_tells_which_way_it_takes_and_why() {
    log::set_logger(&KEPT).unwrap();
    log::set_max_level(LevelFilter::Info);
    let homes: Vec<[f64; 2]> = (0..40).map(|i| [f64::from(i * 37 % 40), f64::from(i * 17 % 40)]).collect();
    let travel = TravelMatrix::from_points(&homes, &homes, Metric::Euclidean, Some(8.0)).unwrap();
    let cover = MaxCover::new(travel.clone(), vec![1.0; 40]).p(3);
    let auto = SolveOptions::default();

    let lines = told(|| drop(cover.solve(&auto).unwrap()));
    assert!(lines[0].starts_with("max-cover: ") && lines[0].ends_with(" sites in reach"), "{lines:?}");
    assert!(lines[1].starts_with("max-cover: Lagrangian bound, then branch and bound"), "{lines:?}");

    let lines = told(|| drop(cover.solve(&auto.clone().method(Method::Mip)).unwrap()));
    assert_eq!(lines[1], "max-cover: the formulation as a whole on highs: the method asks for it");

    let twice = cover.clone().backup(2);
    let lines = told(|| drop(twice.solve(&auto).unwrap()));
    let why = "demand points ask for more than one site";
    assert_eq!(lines[1], format!("max-cover: the formulation as a whole on highs: {why}"));

    let all = TravelMatrix::from_points(&homes, &homes, Metric::Euclidean, None).unwrap();
    let median = PMedian::new(all, vec![1.0; 40]).p(8).capacities(vec![30.0; 40]).single_source(true);
    let lines = told(|| drop(median.solve(&auto).unwrap()));
    assert!(lines[0].starts_with("single source: knapsacks bound it"), "{lines:?}");

    let lines = told(|| drop(SetCover::new(travel).solve(&auto).unwrap()));
    let why = "everybody is to be covered, which it is good at";
    assert_eq!(lines[1], format!("set-cover: the formulation as a whole on highs: {why}"));
}
