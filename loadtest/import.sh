#!/usr/bin/env bash
# How quickly records are imported on one core, and what that takes.
#
# A generated province is written to a temporary folder and imported into a new embedded store
# there by one process on core 0, while core 1 looks at its memory twenty times a second.
set -euo pipefail

usage() {
    cat <<'END'
Usage: import.sh [options]

  --saoma PATH       the program: target/release/saoma
  --vehicles N       1000000
  --seed N           1
  --floor N          exit with 1 if fewer records a second are imported: 0
  --ceiling MB       exit with 1 if its own (anonymous) memory was ever above: no ceiling
  --deadline N       give up after so many seconds: 900

The temporary folder is made under TMPDIR; a million vehicles need some 2.2 GB there, and as
much again for the store.

Example: import.sh --vehicles 100000 --floor 60000 --ceiling 300
END
}

complain() { printf 'import.sh: %s\n' "$*" >&2; exit 2; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
saoma=$here/../target/release/saoma vehicles=1000000 seed=1 floor=0 ceiling=0 deadline=900
while (($#)); do
    case $1 in --help | -h) usage; exit 0 ;; esac
    (($# > 1)) || complain "$1 needs a value, or is not known; see --help"
    case $1 in
        --saoma) saoma=$2 ;;
        --vehicles) vehicles=$2 ;;
        --seed) seed=$2 ;;
        --floor) floor=$2 ;;
        --ceiling) ceiling=$2 ;;
        --deadline) deadline=$2 ;;
        *) complain "$1 is not known; see --help" ;;
    esac
    shift 2
done
tool=${SAOMA_LOADTEST:-$here/../target/release/saoma-loadtest}
unset SAOMA_LOADTEST # saoma takes what begins like this for settings
[[ -x $tool ]] || complain 'build it first: cargo build --release -p saoma-loadtest'
[[ -x $saoma ]] || complain "$saoma is not there; build it first, or name it with --saoma"
# The import runs in a folder of its own, so the path must not depend on this one.
saoma=$(realpath -- "$saoma")
(($(nproc) > 1)) || complain 'two cores are needed'

scratch=$(mktemp -d)
importing=''
stop_all() {
    trap - EXIT
    if [[ -n $importing ]]; then
        kill "$importing" 2>/dev/null || true
        wait "$importing" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}
trap stop_all EXIT
trap 'exit 130' INT TERM HUP

taskset -cp 1 $$ >/dev/null
of=(--vehicles "$vehicles" --seed "$seed")
"$tool" generate "${of[@]}" --out "$scratch/province.ndjson"
records=$(wc -l <"$scratch/province.ndjson")
codes=0
for kind in vin pwb lic; do
    codes=$((codes + $("$tool" codes "${of[@]}" --kind "$kind" | wc -l)))
done

cat <<END
machine    $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc --all) cores, Linux $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg)
commit     $(git -C "$here" describe --always --dirty 2>/dev/null || echo unknown), $(date -u +%FT%TZ)
province   $vehicles vehicles, seed $seed: $records records, $codes codes, $(du -h --apparent-size "$scratch/province.ndjson" | cut -f1)
END

begun=$EPOCHREALTIME
(cd "$scratch" && exec setsid taskset -c 0 "$saoma" import "$scratch/province.ndjson" \
    --store "embedded:$scratch/store") >"$scratch/out" 2>&1 </dev/null &
importing=$!
{ echo -20 >"/proc/$importing/autogroup"; } 2>/dev/null || true

most_total=0 most_own=0 late=''
while [[ -r /proc/$importing/status ]]; do
    while read -r name value _; do
        case $name in
            State:) [[ $value != Z ]] || break 2 ;;
            VmHWM:) ((value <= most_total)) || most_total=$value ;;
            RssAnon:) ((value <= most_own)) || most_own=$value ;;
        esac
    done <"/proc/$importing/status" 2>/dev/null || break
    if ((${EPOCHREALTIME%.*} - ${begun%.*} > deadline)); then
        late=yes
        kill "$importing"
        break
    fi
    sleep 0.05
done
status=0
wait "$importing" || status=$?
ended=$EPOCHREALTIME
importing=''
[[ -z $late ]] || complain "not done after $deadline s"
if ((status != 0)); then
    tail -5 "$scratch/out" >&2
    rejected=$({ cat "$scratch"/*.rejected.ndjson 2>/dev/null || true; } | wc -l)
    complain "import ended with $status; $rejected records were rejected"
fi
size=$(du -s --block-size=1 "$scratch/store" | cut -f1)

awk -v from="$begun" -v to="$ended" -v records="$records" -v codes="$codes" -v total="$most_total" \
    -v own="$most_own" -v size="$size" -v floor="$floor" -v ceiling="$ceiling" 'BEGIN {
    rate = records / (to - from)
    printf "import     %.2f s, %.0f records/s on one core\n", to - from, rate
    printf "memory     %.0f MB resident at most, %.0f MB of it its own (anonymous)\n", total / 1024, own / 1024
    printf "store      %.1f MB, %.0f bytes a code\n", size / 1e6, size / codes
    held = ((rate >= floor) && (ceiling == 0 || own / 1024 <= ceiling))
    printf "result     floor %s records/s, ceiling %s MB: %s\n", floor, ceiling ? ceiling : "none", held ? "held" : "BROKEN"
    exit (held) ? 0 : 1
}'
