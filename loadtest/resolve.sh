#!/usr/bin/env bash
# How much longer a hundred codes take than one, asked of the staff door's POST /v1/resolve.
#
# Its own server on core 0, with an embedded store of its own, asks after asks over one connection
# from core 1, one code and a hundred distinct codes in turns. Both answers wait for their line of the
# audit log to be on disk; the bytes of a look are what the disk takes them for, so the same is said
# once more with the log where nothing is waited for (/dev/shm).
set -euo pipefail

usage() {
    cat <<'END'
Usage: resolve.sh [--rounds N] [--vehicles N] [--ceiling RATIO]

  --rounds N       of one ask each: 2000
  --vehicles N     in the store: 2000
  --ceiling RATIO  exit with 1 if a hundred codes take longer than this many times one: 0, none

Example: resolve.sh --ceiling 3
END
}

rounds=2000 vehicles=2000 ceiling=0
while (($#)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --rounds) rounds=$2 ;;
        --vehicles) vehicles=$2 ;;
        --ceiling) ceiling=$2 ;;
        *) printf 'resolve.sh: %s is not known; see --help\n' "$1" >&2; exit 2 ;;
    esac
    shift 2
done

source "$(dirname "${BASH_SOURCE[0]}")/staff_door.sh"
fill "$vehicles"
# Of every kind, as an app has them: a bike, its battery, its plate.
{ codes "$vehicles" vin 34; codes "$vehicles" pwb 33; codes "$vehicles" lic 33; } >"$scratch/codes"
token=$(token app)

measure() { # what
    serve
    TOKEN=$token taskset -c 1 python3 - "$staff" "$scratch/codes" "$rounds" "$ceiling" "$1" <<'END'
import http.client, json, os, statistics, sys, time

port, file, rounds, ceiling, what = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
codes = [line.strip().lstrip("/") for line in open(file) if line.strip()]
if len(set(codes)) != 100:
    sys.exit(f"{len(set(codes))} distinct codes")
headers = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Content-Type": "application/json"}
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

def ask(asked):
    body = json.dumps({"codes": asked})
    started = time.perf_counter_ns()
    connection.request("POST", "/v1/resolve", body, headers)
    answer = connection.getresponse()
    read = answer.read()
    took = (time.perf_counter_ns() - started) / 1000
    if answer.status != 200:
        sys.exit(f"{answer.status}: {read.decode()}")
    return took, read

_, read = ask(codes)
found = sum(result["status"] == 200 for result in json.loads(read)["results"])
if found != 100:
    sys.exit(f"{found} of 100 found")
one, hundred = [], []
for turn in range(rounds + 100):
    first, second = (one, hundred) if turn % 2 else (hundred, one)
    for took in (first, second):
        micros, _ = ask([codes[turn % 100]] if took is one else codes)
        if turn >= 100:  # the first ones warm up
            took.append(micros)
ratio = statistics.median(hundred) / statistics.median(one)
def said(name, all_of_it):
    low, middle, high = statistics.quantiles(all_of_it, n=4)
    print(f"  {name:12} {low:8.1f} {middle:8.1f} {high:8.1f} µs")
print(f"{what}: {rounds} rounds, {len(read)} bytes for a hundred")
said("one code", one)
said("100 codes", hundred)
print(f"  ratio of the medians {ratio:.2f}")
if ceiling and ratio > ceiling:
    print(f"  above the ceiling of {ceiling}")
    sys.exit(1)
END
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=
}

failed=0
measure 'the line on disk' || failed=1
if [[ -d /dev/shm && -w /dev/shm ]]; then
    log=$(mktemp -d /dev/shm/saoma-resolve.XXXXXX)
    export SAOMA_AUDIT_FILE=$log/audit.ndjson
    ceiling=0
    measure 'the line in memory' || failed=1
fi
exit "$failed"
