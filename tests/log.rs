//! What a solve tells in the log of the way that it takes.

use std::sync::Mutex;

use log::{LevelFilter, Log, Metadata, Record};
use siting::{FixedCharge, MaxCover, Method, Metric, PCenter, PMedian, SetCover, SolveOptions, TravelMatrix};

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
    let way = "branch and bound, with cuts for demand points that ask for more than one site";
    assert_eq!(lines[1], format!("max-cover: {way}"));

    let all = TravelMatrix::from_points(&homes, &homes, Metric::Euclidean, None).unwrap();
    let median = PMedian::new(all.clone(), vec![1.0; 40]).p(8).capacities(vec![6.0; 40]);
    let one_site_each = median.single_source(true);
    let lines = told(|| drop(one_site_each.solve(&auto).unwrap()));
    assert_eq!(lines[0], "p-median: 40 demand points and 40 sites with limits, 1600 pairs in reach");
    assert!(lines[1].starts_with("single source: knapsacks bound it"), "{lines:?}");

    let few = TravelMatrix::from_points(&homes[..16], &homes[..16], Metric::Euclidean, None).unwrap();
    let median =
        PMedian::new(few, vec![1.0; 16]).p(3).capacities((0..16).map(|j| 4.5 + f64::from(j % 3)).collect::<Vec<_>>());
    let lines = told(|| drop(median.solve(&auto).unwrap()));
    assert_eq!(lines[1], "p-median: Lagrangian bound of what limited sites can serve, sites settled by it");
    assert_eq!(lines[2], "p-median: the formulation as a whole on highs: p or a budget ties the sites");

    let uneven = (0..40).map(|i| 3.0 + f64::from(i * 11 % 7)).collect::<Vec<_>>();
    let limited = MaxCover::new(travel.clone(), uneven).p(3).capacities(vec![22.5; 40]).single_source(true);
    let lines = told(|| drop(limited.solve(&auto.clone().gap(0.02)).unwrap()));
    let why = "whom to serve is to be decided too";
    assert_eq!(lines.last(), Some(&format!("max-cover: the formulation as a whole on highs: {why}")));

    let charged = FixedCharge::new(all.clone(), vec![1.0; 40], vec![9.0; 40]);
    let lines = told(|| drop(charged.solve(&auto).unwrap()));
    assert!(lines[0].starts_with("fixed-charge: Lagrangian bound, sites settled by it"), "{lines:?}");
    let lines = told(|| drop(charged.clone().capacities(vec![6.0; 40]).solve(&auto).unwrap()));
    assert!(lines[1].starts_with("fixed-charge: Lagrangian bound of what limited sites can serve"), "{lines:?}");

    let lines = told(|| drop(PCenter::new(all).p(4).solve(&auto).unwrap()));
    assert!(lines[0].starts_with("p-center: search over the radii"), "{lines:?}");

    let many: Vec<[f64; 2]> = (0..300).map(|i| [f64::from(i * i % 307), f64::from(i * i * i % 311)]).collect();
    let median = PMedian::from_points(many).p(12);
    let lines = told(|| drop(median.solve(&auto).unwrap()));
    assert_eq!(lines[0], "p-median: 300 points x 300 sites: lists of near sites instead of all pairs");
    assert!(lines[1].starts_with("p-median: Lagrangian bound beside interchange"), "{lines:?}");
    let lines = told(|| drop(median.solve(&auto.clone().method(Method::Heuristic)).unwrap()));
    assert_eq!(lines[1], "p-median: the heuristic alone: the method asks for no proof");
    let small = auto.clone().method(Method::Mip).memory_limit(1_000);
    let lines = told(|| drop(median.solve(&small).unwrap()));
    assert!(lines[0].ends_with("takes all pairs, which memory does not hold"), "{lines:?}");

    let lines = told(|| drop(SetCover::new(travel).solve(&auto).unwrap()));
    let why = "everybody is to be covered, which it is good at";
    assert_eq!(lines[1], format!("set-cover: the formulation as a whole on highs: {why}"));
}
