//! The cost of a cached token that is still valid, and the behaviour of a herd without one: `hot-path` prints a table
//! of each, `hot-path herd` the second only, and `hot-path <way> <count>` only asks.

use std::error::Error;
use std::sync::Barrier;
use std::time::{Duration, Instant};

mod allocations;
mod herd;
mod median;
mod server;
mod ways;

use median::median;
use ways::{NAMES, Way, prepare};

const ROUNDS: usize = 25;
/// The approximate time that a way is asked in one round.
const ROUND: Duration = Duration::from_millis(20);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => {
            table()?;
            println!();
            herd::table()
        }
        [herd] if herd == "herd" => herd::table(),
        [way, count] => {
            prepare(way)?.ask(count.parse()?);
            Ok(())
        }
        _ => Err("usage: hot-path [herd | <way> <count>]".into()),
    }
}

fn table() -> Result<(), Box<dyn Error>> {
    let ways = NAMES.iter().map(|name| prepare(name)).collect::<Result<Vec<_>, _>>()?;
    let allocated: Vec<f64> = ways.iter().map(|way| allocations_of(way.as_ref())).collect();
    let counts: Vec<usize> = ways.iter().map(|way| enough(way.as_ref())).collect();

    println!("{:<10} {:>7} {:>12} {:>10} {:>15}", "", "threads", "ns a token", "ratio", "allocations");
    for threads in [1, 2] {
        let mut times = vec![Vec::new(); ways.len()];
        // In turn, so that temporary load on the machine disturbs all ways.
        for _ in 0..ROUNDS {
            for ((way, &count), times) in ways.iter().zip(&counts).zip(&mut times) {
                times.push(nanoseconds(way.as_ref(), count, threads));
            }
        }
        for ((name, own), allocated) in NAMES.iter().zip(&times).zip(&allocated) {
            // Each round is compared with the baseline of the same round.
            let ratios = own.iter().zip(&times[0]).map(|(own, baseline)| own / baseline).collect();
            let (time, ratio) = (median(own.clone()), median(ratios));
            println!("{name:<10} {threads:>7} {time:>12.1} {ratio:>10.2} {allocated:>15.2}");
        }
    }
    Ok(())
}

/// The time of one token, with this many threads that ask at the same time.
fn nanoseconds(way: &dyn Way, count: usize, threads: usize) -> f64 {
    let start = Barrier::new(threads);
    let ask = || {
        start.wait();
        let begun = Instant::now();
        way.ask(count);
        begun.elapsed().as_nanos() as f64 / count as f64
    };
    let times: Vec<f64> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..threads).map(|_| scope.spawn(ask)).collect();
        // A way without a token panics, and there is nothing to report then.
        asking.into_iter().map(|thread| thread.join().expect("every way has its token")).collect()
    });
    times.iter().sum::<f64>() / times.len() as f64
}

/// The allocations per token.
fn allocations_of(way: &dyn Way) -> f64 {
    const COUNT: usize = 10_000;
    let counted = |count| {
        let before = allocations::count();
        way.ask(count);
        allocations::count() - before
    };
    // The difference, so that entering a runtime doesn't count; the setup of a thread has happened before.
    let _ = counted(1);
    let (few, many) = (counted(1), counted(1 + COUNT));
    many.saturating_sub(few) as f64 / COUNT as f64
}

/// How many tokens take a round's time.
fn enough(way: &dyn Way) -> usize {
    let mut count = 1_000;
    loop {
        let begun = Instant::now();
        way.ask(count);
        if begun.elapsed() >= ROUND {
            return count;
        }
        count *= 2;
    }
}
