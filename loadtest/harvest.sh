#!/usr/bin/env bash
# What somebody gets who copies the register over HTTP, and who is refused beside, from a server that
# this starts and ends by itself:
#   loadtest/harvest.sh                                       all copiers, a minute and a half each
#   loadtest/harvest.sh --profile harvest-rotating-shuffled   one of them
# VEHICLES=200000 HOUR_SECONDS=90 are the province and how long the guard's hour takes: all limits, and
# all that the crowds ask for within an hour, hold for that time, so the figures are those of an hour.
# BIN=target/debug HOUR_SECONDS=900 for a slow machine; what follows goes to saoma-loadtest.
# The crowds come through X-Forwarded-For from this machine, which the server is told to believe.
set -euo pipefail
cd "$(dirname "$0")/.."

vehicles=${VEHICLES:-200000} hour=${HOUR_SECONDS:-90} bin=${BIN:-target/release}
for program in saoma saoma-loadtest; do
    if [ ! -x "$bin/$program" ]; then
        echo "harvest.sh: build it first: cargo build --release -p saoma -p saoma-loadtest" >&2
        exit 2
    fi
done

scratch=$(mktemp -d)
server=''
stop() {
    trap - EXIT
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

store="embedded:$scratch/store"
"$bin/saoma-loadtest" generate --vehicles "$vehicles" --out "$scratch/province.ndjson"
"$bin/saoma" import "$scratch/province.ndjson" --store "$store" >"$scratch/import" 2>&1 ||
    { tail -5 "$scratch/import" >&2; exit 1; }
rm "$scratch/province.ndjson"

# Port 0: the log says which it became.
cat >"$scratch/saoma.toml" <<END
store = "$store"
[public]
listen = ["127.0.0.1:0"]
proxies = ["127.0.0.0/8"]
[admin]
listen = ""
[guard]
hour_seconds = $hour
this_machine = "counted"
END
"$bin/saoma" serve --config "$scratch/saoma.toml" >"$scratch/log" 2>&1 </dev/null &
server=$!
address=
for _ in $(seq 300); do
    address=$(sed -n 's/.*\(127\.0\.0\.1:[1-9][0-9]*\).*/\1/p' "$scratch/log" | head -1)
    [ -z "$address" ] || break
    kill -0 "$server" 2>/dev/null || { cat "$scratch/log" >&2; exit 1; }
    sleep 0.1
done
[ -n "$address" ] || { echo "harvest.sh: the server does not say where it listens" >&2; exit 1; }

"$bin/saoma-loadtest" harvest --url "http://$address" --hour-seconds "$hour" \
    --vehicles "$vehicles" --hours 1 "$@"
