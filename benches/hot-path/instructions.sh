#!/usr/bin/env bash
# Instructions of asking for a token that is cached and still valid. Each way is run twice under callgrind, asked FEW and
# MANY times: the slope between them is the cost of one token, without that of setting up. Needs valgrind.
# `WAYS="baseline manager"` picks ways, `PROFILES=folder` keeps what callgrind wrote.
set -euo pipefail
cd "$(dirname "$0")"

few=${FEW:-2000}
many=${MANY:-12000}
if ! command -v valgrind >/dev/null; then
    echo "skipped: valgrind is not here"
    exit 0
fi

cargo build --release --quiet --package hot-path-bench
binary=${CARGO_TARGET_DIR:-../../target/benches}/release/hot-path
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
profiles=${PROFILES:-$scratch}
mkdir -p "$profiles"

# The instructions of `way` asked `count` times.
instructions() {
    local profile=$profiles/$1-$2.callgrind
    valgrind --tool=callgrind --callgrind-out-file="$profile" "$binary" "$1" "$2" 2>"$scratch/log" ||
        { cat "$scratch/log" >&2; return 1; }
    awk '/^(totals|summary):/ { print $2; exit }' "$profile"
}

printf '%-10s %20s\n' "" "instructions a token"
for way in ${WAYS:-baseline manager aws google}; do
    low=$(instructions "$way" "$few")
    high=$(instructions "$way" "$many")
    printf '%-10s %20d\n' "$way" $(((high - low) / (many - few)))
done
