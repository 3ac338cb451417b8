//! Prints where the time of a generation goes, stage by stage, and how long the real binary takes as a process.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use families::Workspace;
use generation_bench::{PROGENITOR, Stages, families, growth, published, repository, scratch, upstream};

const RUNS: usize = 20;

fn main() -> io::Result<()> {
    let workspace = Workspace::find(Some(&repository())).expect("the repository is a workspace");
    stages("the families", &workspace);
    match upstream() {
        Ok(folder) => stages("78 paths", &Workspace::find(Some(folder.path())).expect("it is a workspace")),
        Err(why) => println!("skipped: the whole description: {why}\n"),
    }
    match published() {
        Ok(text) => growth(&serde_json::from_str(&text).expect("it is JSON"))?,
        Err(why) => println!("skipped: parts of a description: {why}\n"),
    }
    processes()
}

/// `xtask client` on descriptions of several sizes.
fn growth(whole: &serde_json::Value) -> io::Result<()> {
    let xtask = build("release")?;
    println!("{:<20} {:>10} {:>9} {:>9} {:>17}", "release xtask client", "operations", "KiB", "ms", "us an operation");
    for description in growth::parts(whole).iter().chain([&growth::large(whole, 250, 2_600_000)]) {
        let time = growth::time(&xtask, description, 9)?;
        println!(
            "{:<20} {:>10} {:>9} {:>9.1} {:>17.0}",
            description.name,
            description.operations,
            description.text.len() / 1024,
            milliseconds(time),
            time.as_micros() as f64 / description.operations as f64
        );
    }
    println!();
    Ok(())
}

/// A column per family, a row per stage: the median of several runs.
fn stages(title: &str, workspace: &Workspace) {
    let families = families(workspace);
    let columns: Vec<Stages> = families.iter().map(|family| median_stages(workspace, family)).collect();
    let cells = |row: &dyn Fn(&Stages) -> Duration| {
        let times: Vec<Duration> = columns.iter().map(row).collect();
        let all = times.iter().sum();
        times.into_iter().chain([all]).map(|time| format!(" {:>9.2}", milliseconds(time))).collect::<String>()
    };
    let names: String = families.iter().map(|family| format!(" {:>9}", family.name)).collect();
    println!("{:<20}{names} {:>9}", format!("{title}, ms"), "all");
    let mut rows: Vec<&'static str> = Vec::new();
    for (stage, _) in columns.iter().flat_map(|column| &column.0) {
        if !rows.contains(stage) {
            rows.push(stage);
        }
    }
    rows.sort_by_key(|stage| ORDER.iter().position(|known| known == stage));
    for stage in rows {
        if stage == PROGENITOR {
            println!("{:<20}{}", "total", cells(&Stages::total));
        }
        let of = |column: &Stages| column.0.iter().find(|(name, _)| *name == stage).map_or(Duration::ZERO, |row| row.1);
        println!("{stage:<20}{}", cells(&of));
    }
    println!();
}

const ORDER: [&str; 9] =
    ["load", "convert", "overlay", "select", "merge", "lower", "write the document", "generate", PROGENITOR];

fn median_stages(workspace: &Workspace, family: &families::config::Family) -> Stages {
    let runs: Vec<Stages> =
        (0..9).map(|_| Stages::of(workspace, family).unwrap_or_else(|problems| panic!("{problems}"))).collect();
    let of = |index: usize| median(runs.iter().map(|run| run.0[index].1).collect());
    Stages(runs[0].0.iter().enumerate().map(|(index, (stage, _))| (*stage, of(index))).collect())
}

/// The binary that `cargo xtask` runs, in a copy of the descriptions, so that the repository stays as it is.
fn processes() -> io::Result<()> {
    let folder = scratch()?;
    let in_scratch = |binary: &Path, arguments: &[&str]| {
        let mut command = Command::new(binary);
        command.arg("generate").args(arguments).arg("--workspace").arg(folder.path());
        command
    };
    println!("{:<44} {:>9} {:>9}", format!("processes, median and worst of {RUNS} runs, ms"), "median", "worst");
    for profile in ["release", "debug"] {
        let binary = build(profile)?;
        report(&format!("{profile} xtask generate --force"), || in_scratch(&binary, &["--force"]))?;
        // The previous run was this binary's, so nothing is left to do.
        report(&format!("{profile} xtask generate, nothing to do"), || in_scratch(&binary, &[]))?;
    }
    report("cargo xtask generate, nothing to do", || {
        let mut command = Command::new(cargo());
        command.current_dir(repository()).args(["xtask", "generate", "--workspace"]).arg(folder.path());
        command
    })
}

fn report(title: &str, command: impl Fn() -> Command) -> io::Result<()> {
    let mut times = Vec::new();
    // The first run warms the caches.
    for _ in 0..=RUNS {
        let started = Instant::now();
        let output = command().stdin(Stdio::null()).output()?;
        times.push(started.elapsed());
        assert!(output.status.success(), "{title}: {}", String::from_utf8_lossy(&output.stderr));
        let shortcut = String::from_utf8_lossy(&output.stdout).contains("nothing changed since the last run");
        assert!(times.len() == 1 || shortcut == title.ends_with("nothing to do"), "{title} did something else");
    }
    times.remove(0);
    let worst = times.iter().max().copied().unwrap_or_default();
    println!("{title:<44} {:>9.1} {:>9.1}", milliseconds(median(times)), milliseconds(worst));
    Ok(())
}

fn build(profile: &str) -> io::Result<PathBuf> {
    let target = repository().join("target");
    let mut command = Command::new(cargo());
    command.current_dir(repository()).args(["build", "--quiet", "--package", "xtask", "--target-dir"]).arg(&target);
    if profile == "release" {
        command.arg("--release");
    }
    assert!(command.status()?.success(), "xtask doesn't build");
    Ok(target.join(profile).join(format!("xtask{}", std::env::consts::EXE_SUFFIX)))
}

fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
