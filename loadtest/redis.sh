#!/usr/bin/env bash
# What a store on one Redis costs: how quickly records are imported, how many bytes of its memory a
# code takes, and how many codes that nobody has asked for yet an edge answers beside the embedded
# store.
#
# Starts redis-servers of its own, which keep nothing on disk, and stops them. Core 0 is saoma's;
# core 1 has Redis and whoever asks.
set -euo pipefail

usage() {
    cat <<'END'
Usage: redis.sh [import|memory|cold]... [options]     all three without a name

  import             records/s into one empty Redis; every sort of record
  memory             bytes of the server that has the public room, by code: each vehicle with one
                     battery and one plate
  cold               requests/s with no page cache: on Redis, on the embedded store, in turns

  --saoma PATH       the program: target/release/saoma
  --vehicles N       100000
  --seed N           1
  --cores LIST       cores of the import: 0
  --rounds N         of cold: 4
  --seconds N        of each half of a round: 4
  --floor N          exit with 1 if fewer records a second are imported: 0
  --ceiling N        exit with 1 if a code takes more bytes: no ceiling
  --ratio R          exit with 1 if cold codes come to less than so much of the embedded store: 0
  --keep FOLDER      make the records in this folder, and use those that are there already

A million vehicles take some 2.2 GB for the records and 6 GB for both rooms.

Example: redis.sh import --vehicles 200000 --floor 50000
END
}

complain() { printf 'redis.sh: %s\n' "$*" >&2; exit 2; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
saoma=$here/../target/release/saoma vehicles=100000 seed=1 cores=0 rounds=4 seconds=4
floor=0 ceiling=0 ratio=0 keep='' wanted=()
while (($#)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        import | memory | cold) wanted+=("$1"); shift; continue ;;
    esac
    (($# > 1)) || complain "$1 needs a value, or is not known; see --help"
    case $1 in
        --saoma) saoma=$2 ;;
        --vehicles) vehicles=$2 ;;
        --seed) seed=$2 ;;
        --cores) cores=$2 ;;
        --rounds) rounds=$2 ;;
        --seconds) seconds=$2 ;;
        --floor) floor=$2 ;;
        --ceiling) ceiling=$2 ;;
        --ratio) ratio=$2 ;;
        --keep) keep=$2 ;;
        *) complain "$1 is not known; see --help" ;;
    esac
    shift 2
done
((${#wanted[@]})) || wanted=(import memory cold)
tool=${SAOMA_LOADTEST:-$here/../target/release/saoma-loadtest}
[[ -x $tool ]] || complain 'build it first: cargo build --release -p saoma-loadtest'
[[ -x $saoma ]] || complain "$saoma is not there; build it first, or name it with --saoma"
for one in redis-server redis-cli taskset curl; do
    command -v "$one" >/dev/null || complain "$one is missing"
done
saoma=$(realpath -- "$saoma") tool=$(realpath -- "$tool")
(($(nproc) > 1)) || complain 'two cores are needed'

scratch=$(mktemp -d)
[[ -z $keep ]] || { mkdir -p "$keep"; keep=$(realpath -- "$keep"); }
made=${keep:-$scratch}
started=()
stop_all() {
    trap - EXIT
    for one in "${started[@]}"; do kill "$one" 2>/dev/null || true; done
    for one in "${started[@]}"; do wait "$one" 2>/dev/null || true; done
    rm -rf "$scratch"
}
trap stop_all EXIT
trap 'exit 130' INT TERM HUP

wait_for() { # what, command...
    local what=$1 end=$((SECONDS + 30))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || complain "$what: not within 30 s"
        sleep 0.1
    done
}

# Leaves its port in $port and its process in $newest.
start_redis() {
    local attempt
    for attempt in {1..20}; do
        port=$((20000 + RANDOM % 12000))
        taskset -c 1 redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no \
            --dir "$scratch" >"$scratch/redis.log" 2>&1 </dev/null &
        newest=$!
        for _ in {1..100}; do
            kill -0 "$newest" 2>/dev/null || break
            # Another server may have this port: the one that answers has to be ours.
            if redis-cli -p "$port" info server 2>/dev/null | grep -q "^process_id:$newest[^0-9]*$"; then
                started+=("$newest")
                return
            fi
            sleep 0.1
        done
        kill "$newest" 2>/dev/null || true
    done
    complain "no redis-server starts: $(tail -2 "$scratch/redis.log")"
}
stop() { # process
    kill "$1"
    wait "$1" 2>/dev/null || true
}
# Wants a name of INFO; the last character is a carriage return.
info() { redis-cli -p "$1" info | sed -n "s/^$2:\(.*\).$/\1/p"; }

# The records of all sorts, or of vehicles with one battery and one plate each, in $records.
make_records() { # name, options...
    records=$made/$1-$vehicles-$seed.ndjson
    shift
    [[ -s $records ]] ||
        "$tool" generate --vehicles "$vehicles" --seed "$seed" "$@" --out "$records"
}
count_codes() { # options...
    local kind count=0
    for kind in vin pwb lic; do
        count=$((count + $("$tool" codes --vehicles "$vehicles" --seed "$seed" "$@" --kind "$kind" | wc -l)))
    done
    echo "$count"
}
import_into() { # cores, store, further options...
    local on=$1 store=$2
    shift 2
    (cd "$scratch" && taskset -c "$on" "$saoma" import "$records" --store "$store" \
        --pair-key-file "$scratch/pair-key" "$@") >"$scratch/import.out" 2>&1 ||
        complain "the import failed: $(tail -3 "$scratch/import.out")"
}

cat <<END
machine    $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc --all) cores, Linux $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg)
commit     $(git -C "$here" describe --always --dirty 2>/dev/null || echo unknown), $(date -u +%FT%TZ)
redis      $(redis-server --version | cut -d' ' -f3), nothing on disk, core 1; $vehicles vehicles, seed $seed
END
status=0
judge() { # what, figure, "at least" or "at most", bound
    awk -v what="$1" -v figure="$2" -v sense="$3" -v bound="$4" 'BEGIN {
        held = bound == 0 || (sense == "at least" ? figure >= bound : figure <= bound)
        printf "result     %s %s, %s %s wanted: %s\n", what, figure, sense, bound, held ? "held" : "BROKEN"
        exit held ? 0 : 1
    }' || status=1
}

measure_import() {
    make_records all
    local count from to cpu
    count=$(wc -l <"$records")
    start_redis
    from=$EPOCHREALTIME
    import_into "$cores" "redis://127.0.0.1:$port"
    to=$EPOCHREALTIME
    cpu=$(($(info "$port" used_cpu_user | cut -d. -f1) + $(info "$port" used_cpu_sys | cut -d. -f1)))
    rate=$(awk -v from="$from" -v to="$to" -v count="$count" 'BEGIN { printf "%.0f", count / (to - from) }')
    awk -v from="$from" -v to="$to" -v count="$count" -v cpu="$cpu" -v cores="$cores" 'BEGIN {
        printf "import     %d records in %.2f s; saoma on core %s, Redis used %d s of its own\n", count, to - from, cores, cpu
    }'
    stop "$newest"
    judge 'records/s' "$rate" 'at least' "$floor"
}

measure_memory() {
    make_records trios --trios
    local core public room before after codes
    codes=$(count_codes --trios)
    start_redis
    room=$newest core=$port
    start_redis
    public=$port
    before=$(info "$public" used_memory)
    import_into 0 "redis://127.0.0.1:$core" --public-store "redis://127.0.0.1:$public"
    after=$(info "$public" used_memory)
    printf 'memory     %s codes in %s keys, %s bytes of the public server (%s resident)\n' "$codes" \
        "$(redis-cli -p "$public" dbsize)" "$((after - before))" "$(info "$public" used_memory_rss)"
    local head
    for head in v s c p; do
        # Of each sort, the first few hundred keys that a scan comes upon.
        redis-cli -p "$public" eval "
            local count, bytes, at, cursor = 0, 0, 0, '0'
            repeat
                local found = redis.call('SCAN', cursor, 'COUNT', 1000)
                cursor = found[1]
                for _, key in ipairs(found[2]) do
                    at = at + 1
                    if key:sub(1, 2) == ARGV[1] then
                        count = count + 1
                        bytes = bytes + redis.call('MEMORY', 'USAGE', key)
                    end
                end
            until cursor == '0' or at >= 50000
            local all = redis.call('DBSIZE') / at
            return string.format('%d %.1f', count * all, count == 0 and 0 or bytes / count)" 0 "$head:" |
            tr -d '"' | awk -v head="$head" -v codes="$codes" '{
                printf "           %s: some %d keys of %.1f bytes, the table of keys aside: %.1f a code\n", head, $1, $2, $1 * $2 / codes }'
    done
    printf 'dossiers   %s bytes of the other server\n' "$(info "$core" used_memory)"
    stop "$newest"
    stop "$room"
    judge 'bytes a code' "$(((after - before + codes - 1) / codes))" 'at most' "$ceiling"
}

start_edge() { # name, store; leaves its process in $newest, its port in $port, its other one in $admin
    local attempt
    for attempt in {1..20}; do
        port=$((32000 + RANDOM % 6000)) admin=$((38000 + RANDOM % 6000))
        (cd "$scratch" && SAOMA_STORE=$2 SAOMA_PUBLIC_LISTEN="127.0.0.1:$port" SAOMA_ADMIN_LISTEN="127.0.0.1:$admin" \
            SAOMA_CACHE_BYTES=0 SAOMA_PAIR_KEY_FILE="$scratch/pair-key" SAOMA_LOG_LEVEL=warn \
            exec taskset -c 0 "$saoma" serve) >"$scratch/$1.log" 2>&1 </dev/null &
        newest=$!
        for _ in {1..100}; do
            kill -0 "$newest" 2>/dev/null || break
            if curl -s -o "$scratch/first" -m 2 "http://127.0.0.1:$port/robots.txt"; then
                started+=("$newest")
                return
            fi
            sleep 0.1
        done
        kill "$newest" 2>/dev/null || true
    done
    complain "saoma does not serve: $(tail -2 "$scratch/$1.log")"
}

# Answers of a scan that had another status than 200, and all of them.
no_pages() { # file of the scan
    sed -n '/"statuses": {/,/}/p' "$1" | awk -F'[:,]' '
        /"[0-9]+":/ { all += $2; if ($1 !~ /200/) other += $2 }
        END { print other + 0, all + 0 }'
}
# Why a store had no answer, since its edge was started.
why_not() { # admin port
    curl -s -m 5 "http://127.0.0.1:$1/metrics" |
        sed -n 's/^saoma_store_errors_total{kind="\([^"]*\)"} \([1-9].*\)$/\2 \1/p' | paste -sd, -
}

measure_cold() {
    make_records all
    local redis edges=() ports=() admins=() kind accept round turn name missed all
    local names=(redis embedded)
    for kind in vin pwb lic; do
        "$tool" codes --vehicles "$vehicles" --seed "$seed" --kind "$kind" --sample 60000 --draw uniform
    done | shuf --random-source=<(yes) >"$scratch/codes"
    start_redis
    redis=$newest
    local store=redis://127.0.0.1:$port
    import_into 0,1 "$store"
    import_into 0,1 "embedded:$scratch/store"
    start_edge redis "$store"
    edges+=("$newest") ports+=("$port") admins+=("$admin")
    start_edge embedded "embedded:$scratch/store"
    edges+=("$newest") ports+=("$port") admins+=("$admin")
    local same
    # The same bytes, or the comparison means nothing.
    while read -r same; do
        for turn in 0 1; do
            curl -s -m 10 "http://127.0.0.1:${ports[turn]}$same" >"$scratch/answer.$turn"
        done
        cmp -s "$scratch/answer.0" "$scratch/answer.1" || complain "two answers to one code differ"
    done < <(head -100 "$scratch/codes")
    for accept in application/json text/html; do
        printf '\n%-16s  redis/s  embedded/s  ratio   redis µs  embedded µs  ratio   cores used\n' "$accept"
        : >"$scratch/rounds"
        for ((round = 1; round <= rounds; round++)); do
            local turns=(0 1)
            ((round % 2)) || turns=(1 0)
            for turn in "${turns[@]}"; do
                taskset -c 1 "$tool" scan --closed --connections 64 --seconds "$seconds" --warm-up 1 \
                    --codes "$scratch/codes" --url "http://127.0.0.1:${ports[turn]}" \
                    --pid "${edges[turn]}" --format json --header "Accept: $accept" \
                    --header 'Accept-Encoding: gzip, deflate, br, zstd' --seed "$round" >"$scratch/scan.$turn" ||
                    complain 'the load failed'
                grep -q '"failures": {}' "$scratch/scan.$turn" || complain 'not every answer was good'
                # A machine that stands still for 150 ms makes a 503; more than a few are a fault.
                read -r missed all < <(no_pages "$scratch/scan.$turn")
                ((missed == 0)) || printf '%16d  %s of %s answers of the %s store were no page; why, in all: %s\n' \
                    "$round" "$missed" "$all" "${names[turn]}" "$(why_not "${admins[turn]}")"
                ((missed * 1000 <= all)) || complain "not every answer was a page"
                awk -F'[:,]' '/"requests_per_second":|"per_second":/ { r = $2 } /"server_cpu_us_per_request":/ { c = $2 }
                    /"server_cpu_share":/ { s = $2 } /"requests":/ { n = $2 } /"seconds":/ { t = $2 }
                    END { print (r ? r : n / t), c, s }' "$scratch/scan.$turn" >"$scratch/figures.$turn"
            done
            paste -d' ' "$scratch/figures.0" "$scratch/figures.1" | awk -v round="$round" '{
                printf "%16d  %7.0f  %10.0f  %.3f  %9.2f  %11.2f  %.3f   %.2f %.2f\n",
                    round, $1, $4, $1 / $4, $2, $5, $5 / $2, $3, $6 }' | tee -a "$scratch/rounds"
        done
        # Where an edge did not use up its core, the load was the limit, and both figures of
        # requests lean towards it: then the processor's time tells.
        name=$(awk '
            function median(list, n,    i, j, swap) {
                for (i = 1; i < n; i++) for (j = i + 1; j <= n; j++)
                    if (list[j] < list[i]) { swap = list[i]; list[i] = list[j]; list[j] = swap }
                return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
            }
            { rate[NR] = $4; cpu[NR] = $7; busy[NR] = $8 < $9 ? $8 : $9 }
            END { printf "%.3f %.3f %s", median(rate, NR), median(cpu, NR), (median(busy, NR) >= 0.9 ? "rate" : "cpu") }' \
            "$scratch/rounds")
        read -r by_rate by_cpu judged <<<"$name"
        printf 'medians    %s by requests/s, %s by CPU time a request; judged by %s\n' "$by_rate" "$by_cpu" "$judged"
        [[ $judged == rate ]] || by_rate=$by_cpu
        judge "cold $accept" "$by_rate" 'at least' "$ratio"
    done
    stop "${edges[0]}"
    stop "${edges[1]}"
    stop "$redis"
}

for one in "${wanted[@]}"; do "measure_$one"; done
exit "$status"
