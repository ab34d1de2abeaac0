# Sourced by resolve.sh and police.sh: a server of both doors on a store of its own, and its tokens.
# Everything lies in one folder under TMPDIR, or in the other one named in "log", and goes with them.

complain() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 2; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release=${CARGO_TARGET_DIR:-$here/../target}/release
saoma=${SAOMA:-$release/saoma}
tool=${SAOMA_LOADTEST:-$release/saoma-loadtest}
[[ -x $saoma && -x $tool ]] || complain 'build them first: cargo build --release --workspace --bins'
(($(nproc) > 1)) || complain 'two cores are needed'

scratch=$(mktemp -d) log='' server=''
finish() {
    local status=$?
    trap - EXIT
    if [[ -n $server ]]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$scratch" ${log:+"$log"}
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A free port. Somebody else could take it before the server does; then the server says so.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# The province, imported; limits that let one client ask for all of it.
fill() { # vehicles
    "$tool" generate --vehicles "$1" --seed 1 --out "$scratch/province.ndjson" 2>"$scratch/generate"
    export SAOMA_STORE=embedded:$scratch/data SAOMA_STAFF_KEYS=$scratch/keys
    "$saoma" import "$scratch/province.ndjson" >"$scratch/import" 2>&1 || {
        cat "$scratch/import" >&2
        complain 'the province could not be imported'
    }
    rm "$scratch/province.ndjson"
    "$saoma" token keygen --keys "$scratch/keys" >/dev/null
}

codes() { # vehicles, kind, how many
    "$tool" codes --vehicles "$1" --seed 1 --kind "$2" --sample "$3" --draw uniform
}

token() { # audience
    "$saoma" token issue --keys "$scratch/keys" --audience "$1" --subject measured --ttl 1h 2>/dev/null
}

# Both doors on core 0, in one process, as a small deployment has them.
serve() {
    public=$(free_port) staff=$(free_port)
    SAOMA_PUBLIC_LISTEN=127.0.0.1:$public SAOMA_STAFF_LISTEN=127.0.0.1:$staff SAOMA_ADMIN_LISTEN= \
        SAOMA_STAFF_CODES_PER_DAY_POLICE=1000000 SAOMA_STAFF_CODES_PER_DAY_APP=1000000 \
        taskset -c 0 "$saoma" serve >"$scratch/serve" 2>&1 </dev/null &
    server=$!
    local end=$((SECONDS + 30))
    until curl -s -o /dev/null "http://127.0.0.1:$staff/robots.txt" &&
        curl -s -o /dev/null "http://127.0.0.1:$public/robots.txt"; do
        kill -0 "$server" 2>/dev/null || { cat "$scratch/serve" >&2; complain 'the server ended'; }
        ((SECONDS < end)) || { cat "$scratch/serve" >&2; complain 'no door within 30 s'; }
        sleep 0.1
    done
}
