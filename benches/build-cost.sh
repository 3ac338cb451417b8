#!/usr/bin/env bash
# The cost of depending on a client, compared with reqwest: crates in the tree, and the time of a clean build. ROUNDS=0
# only counts; CLIENTS="…" selects clients. Only crates in Cargo.lock are downloaded.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
rounds=${ROUNDS:-3}
read -ra clients <<<"${CLIENTS:-svix-client pacerpro-client aivo-client}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CARGO_TERM_COLOR=never

# A project that makes one call: `project <name> <dependency line>`, with its main.rs on stdin. It uses the versions of
# our lock file.
project() {
    mkdir -p "$scratch/$1/src"
    cat >"$scratch/$1/src/main.rs"
    cp "$root/Cargo.lock" "$scratch/$1/Cargo.lock"
    cat >"$scratch/$1/Cargo.toml" <<TOML
[package]
name = "hello-$1"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
$2
tokio = { version = "1", features = ["macros", "rt"] }
TOML
    # Removes the entries of the lock file that this project doesn't need.
    cargo metadata --quiet --format-version 1 --manifest-path "$scratch/$1/Cargo.toml" >/dev/null
}

project reqwest 'reqwest = { version = "0.13", default-features = false, features = ["json", "query", "stream", "rustls"] }' <<'RUST'
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let http = reqwest::Client::builder().build()?;
    let response = http.post("https://api.example.com/login").bearer_auth("key").json(&["hello"]).send().await?;
    println!("{} {}", response.status(), response.json::<Vec<String>>().await?.join(" "));
    Ok(())
}
RUST

dependency() { printf '%s = { path = "%s", default-features = false, features = ["rustls"] }' "$1" "$root/crates/$1"; }

project svix-client "$(dependency svix-client)" <<'RUST'
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = svix_client::Client::builder().static_token("key").build()?;
    println!("{}", client.logout().await?.status());
    Ok(())
}
RUST
project pacerpro-client "$(dependency pacerpro-client)" <<'RUST'
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = pacerpro_client::Client::builder().build()?;
    let user = pacerpro_client::types::User::new("me@example.com", "password");
    println!("{}", client.create_session(&user).await?.status());
    Ok(())
}
RUST
project aivo-client "$(dependency aivo-client)" <<'RUST'
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = aivo_client::Client::builder().build()?;
    let credentials = aivo_client::types::LoginRequest::new("me@example.com", "password");
    println!("{}", client.login(&credentials).await?.status());
    Ok(())
}
RUST

# The crates below a dependency of a project: `crates <project> <package> [options]`.
crates() {
    cargo tree --offline --manifest-path "$scratch/$1/Cargo.toml" -p "$2" -e normal,build --prefix none "${@:3}" |
        awk 'NF { print $1, $2 }' | sort -u | grep -v "^$2 "
}

printf '%-18s %8s %8s\n' "crates" "in tree" "more"
bare=$(crates reqwest reqwest | wc -l)
# Its own tree, and reqwest itself: a client has it in its tree, too.
bare=$((bare + 1))
printf '%-18s %8d %8s\n' reqwest "$bare" ""
for client in "${clients[@]}"; do
    count=$(crates "$client" "$client" | wc -l)
    printf '%-18s %8d %8s\n' "$client" "$count" "+$((count - bare))"
done

echo
echo "without default features, crates that do TLS:"
for client in "${clients[@]}"; do
    tls=$(cargo tree --offline --manifest-path "$root/Cargo.toml" -p "$client" --no-default-features -e normal,build --prefix none |
        awk 'NF { print $1 }' | sort -u |
        grep -E '^(rustls|tokio-rustls|hyper-rustls|ring|aws-lc|native-tls|tokio-native-tls|hyper-tls|openssl|schannel|security-framework|webpki|boring)' || true)
    printf '%-18s %s\n' "$client" "${tls:-none}"
done

[ "$rounds" -gt 0 ] || exit 0
echo
jobs=2
TIMEFORMAT='%R %U %S'
# Wall-clock seconds and CPU seconds of one clean debug build.
build() {
    rm -rf "$scratch/target"
    { time cargo build --offline --quiet --jobs "$jobs" --manifest-path "$scratch/$1/Cargo.toml" \
        --target-dir "$scratch/target" >/dev/null; } 2>"$scratch/time" || { cat "$scratch/time" >&2; return 1; }
    tail -n 1 "$scratch/time" | awk '{ print $1, $2 + $3 }'
}
for ((round = 0; round < rounds; round++)); do
    for one in reqwest "${clients[@]}"; do
        build "$one" >>"$scratch/$one.times"
    done
done
# The best round is the one that other load disturbed least.
best() { sort -g "$scratch/$1.times" | awk -v field="$2" 'NR == 1 || $field < best { best = $field } END { print best }'; }
printf '%-18s %9s %7s %9s %7s\n' "clean debug build" "clock, s" "ratio" "work, s" "ratio"
for one in reqwest "${clients[@]}"; do
    awk -v name="$one" -v clock="$(best "$one" 1)" -v work="$(best "$one" 2)" \
        -v clock0="$(best reqwest 1)" -v work0="$(best reqwest 2)" \
        'BEGIN { printf "%-18s %9.1f %7.2f %9.1f %7.2f\n", name, clock, clock / clock0, work, work / work0 }'
done
