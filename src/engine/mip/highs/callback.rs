//! What HiGHS tells while it runs, and how it is stopped.

use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use highs_sys::{HighsCallbackDataIn, HighsCallbackDataOut, HighsInt};

/// Callbacks that we ask for: interrupts, the log of the branch and bound, and its plans.
pub(super) const CALLBACKS: [HighsInt; 5] = [
    highs_sys::kHighsCallbackSimplexInterrupt,
    highs_sys::kHighsCallbackIpmInterrupt,
    highs_sys::kHighsCallbackMipInterrupt,
    highs_sys::kHighsCallbackMipLogging,
    highs_sys::kHighsCallbackMipImprovingSolution,
];

/// What the callbacks told last, without the constant of the objective.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    pub plan: Option<Vec<f64>>,
    pub primal: Option<f64>,
    pub dual: Option<f64>,
    pub nodes: u64,
}

/// What a worker's thread shares with its owner.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub stop: AtomicBool,
    pub told: Mutex<Told>,
}

impl Shared {
    pub fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        // A thread that panicked while holding the lock left whole values behind.
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// HiGHS writes infinity as 1e200 and more.
pub(super) fn usable(value: f64) -> bool {
    value.is_finite() && value.abs() < 1e100
}

/// Called by HiGHS, perhaps from several threads.
pub(super) unsafe extern "C" fn on_callback(
    kind: c_int,
    _message: *const c_char,
    out: *const HighsCallbackDataOut,
    answer: *mut HighsCallbackDataIn,
    user_data: *mut c_void,
) {
    // SAFETY: HiGHS passes back the pointer given to Highs_setCallback, which outlives the run; `out` and `answer` are
    // null or valid during the call.
    let (shared, out, answer) = unsafe { (user_data.cast::<Shared>().as_ref(), out.as_ref(), answer.as_mut()) };
    let Some(shared) = shared else { return };
    // A panic must not cross into C++; there is none to expect.
    let told = catch_unwind(AssertUnwindSafe(|| {
        if let Some(out) = out
            && (kind == highs_sys::kHighsCallbackMipLogging || kind == highs_sys::kHighsCallbackMipImprovingSolution)
        {
            keep(&mut shared.told(), kind, out);
        }
    }));
    if (told.is_err() || shared.stop.load(Ordering::Relaxed))
        && let Some(answer) = answer
    {
        answer.user_interrupt = 1;
    }
}

fn keep(told: &mut Told, kind: c_int, out: &HighsCallbackDataOut) {
    if kind == highs_sys::kHighsCallbackMipImprovingSolution {
        let len = usize::try_from(out.mip_solution_size).unwrap_or(0);
        if !out.mip_solution.is_null() && len > 0 {
            // SAFETY: HiGHS gives the number of values behind the pointer, valid during the call.
            told.plan = Some(unsafe { std::slice::from_raw_parts(out.mip_solution, len) }.to_vec());
        }
    }
    told.primal = Some(out.mip_primal_bound).filter(|value| usable(*value)).or(told.primal);
    // A bound of presolve alone may be wrong: see `run::solve`.
    let searched = out.mip_total_lp_iterations > 0;
    told.dual = Some(out.mip_dual_bound).filter(|value| searched && usable(*value)).or(told.dual);
    told.nodes = u64::try_from(out.mip_node_count).unwrap_or(told.nodes);
}
