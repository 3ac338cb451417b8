# Shared by .ci/run and .ci/nightly: steps and their times, what was skipped and why, tools.
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
skipped=()
steps=()
current=
started=0

# Begins a step; at the end, each is listed with its time.
step() {
    end_step
    current=$1
    started=$SECONDS
    printf '\n== %s (after %s s)\n' "$current" "$SECONDS"
}

end_step() {
    if [ -n "$current" ]; then
        steps+=("$(printf '%6s s  %s' "$((SECONDS - started))" "$current")")
    fi
}

# Notes that something was not tried, for the list at the end.
skip() {
    printf 'skipped: %s\n' "$*"
    skipped+=("$*")
}

finish() {
    end_step
    printf '\n== done\n'
    printf '%s\n' "${steps[@]}"
    printf '%6s s  in all\n' "$SECONDS"
    for reason in ${skipped[@]+"${skipped[@]}"}; do printf 'skipped: %s\n' "$reason"; done
}

have() { command -v "$1" >/dev/null 2>&1; }

# Names separated by commas.
names() { local IFS=,; printf '%s' "$*"; }

# A cargo home that holds the user's settings and nothing that was downloaded before.
fresh_cargo_home() {
    local settings=${CARGO_HOME:-$HOME/.cargo}/config.toml
    rm -rf "$1"
    mkdir -p "$1"
    CARGO_HOME=$(cd "$1" && pwd)
    export CARGO_HOME
    if [ -f "$settings" ]; then cp "$settings" "$CARGO_HOME/"; fi
}

# Installs packages of the system, unless the command is there.
system_package() { # command package…
    local command=$1
    shift
    if [ -n "$command" ] && have "$command"; then return; fi
    if have apt-get && [ "$(id -u)" = 0 ]; then
        if [ -z "${apt_updated:-}" ]; then apt-get update -qq >/dev/null || true; fi
        apt_updated=1
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null || true
    elif have apt-get && have sudo && sudo -n true 2>/dev/null; then
        sudo apt-get update -qq >/dev/null && sudo apt-get install -y -qq "$@" >/dev/null || true
    fi
}

# A program that tests start: installed if need be, and required of them (REQUIRE) once it is there.
required_tool() { # requirement command
    system_package "$2" "$2"
    if have "$2"; then
        required+=("$1")
    else
        skip "$2 is not here and could not be installed: tests that need it did nothing"
    fi
}

# A cargo subcommand: as it is here, else built already from the Python package index, else from source.
cargo_tool() { # name version
    if have "$1"; then return; fi
    local folder=$PWD/target/ci/tools/$1
    export PATH="$folder/bin:$CARGO_HOME/bin:$PATH"
    if have "$1"; then return; fi
    local package="astral-dev-toolchain-$1==$2"
    if have python3 && python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target "$folder" "$package" &&
        have "$1"; then return; fi
    cargo install --quiet --locked "$1" --version "$2" || true
}

# A workspace of what was packed, with the profiles of ours: what its crates need besides one another is compiled already.
unpack_packages() { # packed unpacked
    local package name
    mkdir -p "$2"
    for package in "$1"/*.crate; do tar -xzf "$package" -C "$2"; done
    {
        printf '[workspace]\nresolver = "3"\nmembers = ["*-[0-9]*"]\n\n[patch.crates-io]\n'
        for package in "$2"/*/; do
            name=$(basename "$package")
            printf '%s = { path = "%s" }\n' "${name%-*}" "$name"
        done
        sed -n '/^\[profile\.dev/,$p' Cargo.toml
    } >"$2/Cargo.toml"
    cp Cargo.lock "$2/"
}
