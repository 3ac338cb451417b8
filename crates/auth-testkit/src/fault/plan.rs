//! The plans that decide which faults hit which requests.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::hold::{self, Hold, Stage};
use super::{Fault, Gate};
use crate::server::VendorListener;
use crate::vendor::Vendor;

/// The planned faults of a served vendor, from [`VendorServer::faults`](crate::VendorServer::faults). Clones share their
/// plans.
///
/// A request is hit by the oldest plan that fits it and isn't used up, so a sequence of faults is planned in its order.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use auth_testkit::{FakeVendor, Fault, Faults};
///
/// let aivo = FakeVendor::aivo().start().await?;
/// let lost = aivo.faults().on("refresh_token", Fault::LoseAnswer).times(2);
/// aivo.faults().on(Faults::ANY, Fault::InternalError).always();
/// assert_eq!((aivo.faults().pending(), lost.hits()), (2, 0));
/// aivo.faults().clear();
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Faults {
    vendor: Vendor,
    listener: VendorListener,
    shared: Arc<Mutex<Plans>>,
}

#[derive(Default)]
struct Plans {
    plans: Vec<Plan>,
    holds: Vec<Arc<hold::Shared>>,
    stalled: Option<Gate>,
    next_id: u64,
    is_closed: bool,
}

struct Plan {
    id: u64,
    operation: String,
    fault: Fault,
    /// `None` for an unlimited fault.
    remaining: Option<u64>,
    hits: u64,
}

impl Plan {
    fn is_outage(&self) -> bool {
        self.fault == Fault::RefuseConnections
    }
}

impl Faults {
    /// The name that stands for every request, including those for no operation.
    pub const ANY: &'static str = "*";

    pub(crate) fn new(vendor: Vendor, listener: VendorListener) -> Self {
        Self { vendor, listener, shared: Arc::default() }
    }

    /// Plans a fault for the next request for an operation; [`Planned::times`] and [`Planned::always`] extend it.
    ///
    /// # Panics
    ///
    /// If the vendor has no such operation ([`Vendor::operations`], or [`Faults::ANY`]): a fault that never happens
    /// would make a test worthless.
    #[track_caller]
    pub fn on(&self, operation: &str, fault: Fault) -> Planned {
        self.assert_known(operation);
        let mut plans = self.lock();
        plans.next_id += 1;
        let id = plans.next_id;
        let plan = Plan { id, operation: operation.to_owned(), fault, remaining: Some(1), hits: 0 };
        plans.plans.push(plan);
        self.apply_outage(&plans);
        Planned { faults: self.clone(), id }
    }

    /// Holds requests for an operation before they are processed.
    ///
    /// # Panics
    ///
    /// If the vendor has no such operation.
    #[track_caller]
    pub fn hold(&self, operation: &str) -> Hold {
        self.hold_at(operation, Stage::Request)
    }

    /// Holds answers to requests for an operation: the vendor has processed them, and the client doesn't know yet.
    ///
    /// # Panics
    ///
    /// If the vendor has no such operation.
    #[track_caller]
    pub fn hold_answer(&self, operation: &str) -> Hold {
        self.hold_at(operation, Stage::Answer)
    }

    /// Resumes answers that stopped because of [`Fault::StallHeaders`] and [`Fault::StallBody`].
    pub fn release_stalled(&self) {
        if let Some(gate) = self.lock().stalled.take() {
            gate.open();
        }
    }

    /// Ends all plans. Holds and answers that are already stalled stay.
    ///
    /// # Panics
    ///
    /// If connections were refused and can't be accepted again.
    pub fn clear(&self) {
        let mut plans = self.lock();
        plans.plans.clear();
        self.apply_outage(&plans);
    }

    /// The number of plans that are not used up.
    pub fn pending(&self) -> usize {
        self.lock().plans.iter().filter(|plan| plan.remaining != Some(0)).count()
    }

    /// The fault that hits a request for this operation.
    pub(crate) fn take(&self, operation: Option<&str>) -> Option<Fault> {
        let mut plans = self.lock();
        let is_next =
            |plan: &&mut Plan| !plan.is_outage() && plan.remaining != Some(0) && fits(&plan.operation, operation);
        let plan = plans.plans.iter_mut().find(is_next)?;
        plan.hits += 1;
        plan.remaining = plan.remaining.map(|remaining| remaining.saturating_sub(1));
        Some(plan.fault.clone())
    }

    /// Waits at the holds for this operation.
    pub(crate) async fn pass(&self, operation: Option<&str>, stage: Stage) {
        let wanted = |hold: &&Arc<hold::Shared>| hold.stage == stage && fits(&hold.operation, operation);
        let holds: Vec<_> = self.lock().holds.iter().filter(wanted).cloned().collect();
        for hold in holds {
            hold.pass().await;
        }
    }

    /// The gate that stalled answers wait at.
    pub(crate) fn stall(&self) -> Gate {
        let mut plans = self.lock();
        let gate = plans.stalled.get_or_insert_with(Gate::closed).clone();
        if plans.is_closed {
            gate.open();
        }
        gate
    }

    /// Releases all requests and answers, for good.
    pub(crate) fn close(&self) {
        let mut plans = self.lock();
        plans.is_closed = true;
        plans.holds.drain(..).for_each(|hold| hold.open());
        if let Some(gate) = &plans.stalled {
            gate.open();
        }
    }

    fn hold_at(&self, operation: &str, stage: Stage) -> Hold {
        self.assert_known(operation);
        let shared = hold::Shared::new(operation, stage);
        let mut plans = self.lock();
        // A hold whose handle is gone is removed.
        plans.holds.retain(|hold| Arc::strong_count(hold) > 1);
        plans.holds.push(Arc::clone(&shared));
        Hold { shared }
    }

    #[track_caller]
    fn assert_known(&self, operation: &str) {
        let names = self.vendor.operations();
        assert!(
            operation == Self::ANY || names.contains(&operation),
            "{} has no operation {operation:?}, only {names:?}",
            self.vendor.name()
        );
    }

    fn apply_outage(&self, plans: &Plans) {
        let is_down = plans.plans.iter().any(Plan::is_outage);
        let result = if is_down { self.listener.refuse() } else { self.listener.accept_again() };
        assert!(result.is_ok(), "the fake vendor lost its port: {result:?}");
    }

    fn update(&self, id: u64, change: impl FnOnce(&mut Plan)) {
        if let Some(plan) = self.lock().plans.iter_mut().find(|plan| plan.id == id) {
            change(plan);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Plans> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fits(planned: &str, operation: Option<&str>) -> bool {
    planned == Faults::ANY || Some(planned) == operation
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").field("vendor", &self.vendor).field("pending", &self.pending()).finish()
    }
}

/// A planned fault, as returned by [`Faults::on`]: once, unless it is changed here. Dropping this changes nothing.
#[derive(Clone, Debug)]
pub struct Planned {
    faults: Faults,
    id: u64,
}

impl Planned {
    /// Lets the fault hit this many requests.
    pub fn times(self, count: u64) -> Self {
        self.faults.update(self.id, |plan| plan.remaining = Some(count));
        self
    }

    /// Lets the fault hit every request, until it is cleared.
    pub fn always(self) -> Self {
        self.faults.update(self.id, |plan| plan.remaining = None);
        self
    }

    /// How many requests the fault has hit. Refused connections don't count.
    pub fn hits(&self) -> u64 {
        let plans = self.faults.lock();
        plans.plans.iter().find(|plan| plan.id == self.id).map_or(0, |plan| plan.hits)
    }

    /// Ends the fault.
    ///
    /// # Panics
    ///
    /// If connections were refused and can't be accepted again.
    pub fn clear(self) {
        let mut plans = self.faults.lock();
        plans.plans.retain(|plan| plan.id != self.id);
        self.faults.apply_outage(&plans);
    }
}
