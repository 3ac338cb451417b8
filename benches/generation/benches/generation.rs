//! From descriptions to sources, by criterion: the families of this repository, and a whole published description.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use families::Workspace;
use generation_bench::{build_all, progenitor, repository, upstream, view};

fn families(criterion: &mut Criterion) {
    let workspace = Workspace::find(Some(&repository())).expect("the repository is a workspace");
    criterion.bench_function("all families", |bencher| bencher.iter(|| black_box(build_all(&workspace))));
}

fn whole_description(criterion: &mut Criterion) {
    let folder = match upstream() {
        Ok(folder) => folder,
        Err(why) => return println!("skipped: the whole description: {why}"),
    };
    let workspace = Workspace::find(Some(folder.path())).expect("the scratch folder is a workspace");
    let mut group = criterion.benchmark_group("78 paths");
    group.sample_size(10);
    group.bench_function("descriptions to sources", |bencher| bencher.iter(|| black_box(build_all(&workspace))));
    let view = view(&workspace);
    group.bench_function("progenitor alone", |bencher| bencher.iter(|| black_box(progenitor(&view))));
    group.finish();
}

criterion_group!(benches, families, whole_description);
criterion_main!(benches);
