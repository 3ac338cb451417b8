#!/usr/bin/env bash
# Instructions of a call through the client, as a ratio to the same call with reqwest by hand. Each way is run twice
# under callgrind, with FEW and with MANY calls: the slope between them is the cost of one call, without that of setting
# up. Needs valgrind. `PROFILES=folder` keeps what callgrind wrote.
set -euo pipefail
cd "$(dirname "$0")"

few=${FEW:-200}
many=${MANY:-1200}
if ! command -v valgrind >/dev/null; then
    echo "skipped: valgrind is not here"
    exit 0
fi

cargo build --release --quiet --package call-bench
binaries=${CARGO_TARGET_DIR:-../../target/benches}/release
scratch=$(mktemp -d)
profiles=${PROFILES:-$scratch}
mkdir -p "$profiles"

"$binaries/server" >"$scratch/url" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$scratch"' EXIT
until [ -s "$scratch/url" ]; do read -rt 0.05 <> <(:) || :; done
url=$(head -n 1 "$scratch/url")

# The instructions of `way` with `count` calls.
instructions() {
    local profile=$profiles/$1-$2.callgrind
    valgrind --tool=callgrind --callgrind-out-file="$profile" "$binaries/call" "$1" "$2" "$url" 2>"$scratch/log" ||
        { cat "$scratch/log" >&2; return 1; }
    awk '/^(totals|summary):/ { print $2; exit }' "$profile"
}

# The instructions of one call.
slope() {
    local low high
    low=$(instructions "$1" "$few")
    high=$(instructions "$1" "$many")
    echo $(((high - low) / (many - few)))
}

printf '%-26s %12s %12s %8s\n' "instructions a call" "by hand" "client" "ratio"
for key in "" -key; do
    title="without a key"
    [ -z "$key" ] || title="with a fresh key"
    hand=$(slope "hand$key")
    family=$(slope "family$key")
    printf '%-26s %12d %12d %8s\n' "$title" "$hand" "$family" \
        "$(awk "BEGIN { printf \"%.3f\", $family / $hand }")"
done
