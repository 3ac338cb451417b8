#!/usr/bin/env bash
# Runs fuzz targets: `run.sh RUNS [TARGET…]`, all of them by default. Needs cargo-fuzz and a nightly toolchain.
# SEEDS names further folders with descriptions. A crash stays in artifacts/ and ends the run.
set -euo pipefail
cd "$(dirname "$0")"
runs=${1:?how many runs a target}
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(load downgrade overlay lower diff)
read -ra folders <<<"${SEEDS:-}"

cargo run --quiet --release --bin seeds -- ../openapi/svix ../openapi/pacerpro ../openapi/aivo ${folders[@]+"${folders[@]}"} --into target/seeds
for target in "${targets[@]}"; do
    mkdir -p "target/corpus/$target"
    printf '\n== %s\n' "$target"
    # No sanitizer: the workspace has no unsafe code. Five seconds and one GiB are the limits of an input.
    cargo +nightly fuzz run --fuzz-dir . --sanitizer none "$target" "target/corpus/$target" target/seeds -- \
        -runs="$runs" -timeout=5 -rss_limit_mb=1024 -malloc_limit_mb=1024 -max_len=16384 -dict=dictionary.txt \
        -print_final_stats=1 2>&1 | tee "target/$target.log" | grep -vE 'NEW|REDUCE|pulse|RELOAD' | tail -n 25
done
