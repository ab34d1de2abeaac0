#!/usr/bin/env bash
# How many looks of officers a core answers, each with its durable line in the audit log, and beside
# it how many public pages out of the cache.
#
# Both doors are one server on core 0; wrk asks from core 1, 64 connections, in turns: JSON of plates
# from the staff door, JSON of the same plates from the public door. Only what is measured in one run
# is comparable; the ratio is of each round's two halves.
set -euo pipefail

usage() {
    cat <<'END'
Usage: police.sh [--rounds N] [--seconds N] [--plates N] [--vehicles N] [--floor RATE]

  --rounds N     5
  --seconds N    of each half of a round: 5
  --plates N     different plates: 200
  --vehicles N   in the store: 2000
  --floor RATE   exit with 1 if the median of the looks a second is below: 0

Example: police.sh --floor 2000
END
}

rounds=5 seconds=5 plates=200 vehicles=2000 floor=0
while (($#)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --rounds) rounds=$2 ;;
        --seconds) seconds=$2 ;;
        --plates) plates=$2 ;;
        --vehicles) vehicles=$2 ;;
        --floor) floor=$2 ;;
        *) printf 'police.sh: %s is not known; see --help\n' "$1" >&2; exit 2 ;;
    esac
    shift 2
done

source "$(dirname "${BASH_SOURCE[0]}")/staff_door.sh"
command -v wrk >/dev/null || complain 'wrk is needed'
fill "$vehicles"
codes "$vehicles" lic "$plates" >"$scratch/plates"
TOKEN=$(token police)
export TOKEN
serve
cat >"$scratch/ask.lua" <<'END'
local plates, at = {}, 0
for line in io.lines(os.getenv("PLATES")) do
    plates[#plates + 1] = "/" .. line:gsub("^/", "") .. ".json"
end
local headers = { Host = "127.0.0.1" }
if os.getenv("STAFF") == "yes" then
    headers["Authorization"] = "Bearer " .. os.getenv("TOKEN")
end
function request()
    at = at % #plates + 1
    return wrk.format("GET", plates[at], headers)
end
END
ask() { # whether staff, port
    local said
    said=$(PLATES=$scratch/plates STAFF=$1 taskset -c 1 wrk -t1 -c64 -d"${seconds}s" \
        -s "$scratch/ask.lua" "http://127.0.0.1:$2/")
    if grep -Eq 'Non-2xx|Socket errors' <<<"$said"; then
        printf '%s\n' "$said" >&2
        complain 'not everything was answered'
    fi
    awk '/Requests\/sec/ { print $2 }' <<<"$said"
}
# Both once, so that everything is warm.
ask yes "$staff" >/dev/null
ask no "$public" >/dev/null
: >"$scratch/rounds"
for round in $(seq "$rounds"); do
    if ((round % 2)); then
        looks=$(ask yes "$staff") pages=$(ask no "$public")
    else
        pages=$(ask no "$public") looks=$(ask yes "$staff")
    fi
    printf '%s %s\n' "$looks" "$pages" >>"$scratch/rounds"
    awk -v n="$round" '{ printf "round %d: %8.0f looks/s  %8.0f cached public pages/s  ratio %.3f\n", n, $1, $2, $1 / $2 }' \
        < <(tail -n 1 "$scratch/rounds")
done
median() { sort -n | awk '{ all[NR] = $1 } END { print (all[int((NR + 1) / 2)] + all[int((NR + 2) / 2)]) / 2 }'; }
looks=$(awk '{ print $1 }' "$scratch/rounds" | median)
ratio=$(awk '{ print $1 / $2 }' "$scratch/rounds" | median)
# A look that was answered is a line, and every line is where it belongs.
"$saoma" audit verify --file "$scratch/data.audit.ndjson" | tail -n 1
awk -v looks="$looks" -v ratio="$ratio" -v floor="$floor" 'BEGIN {
    printf "median: %.0f looks/s, %.3f of the cached public pages\n", looks, ratio
    exit looks < floor
}'
