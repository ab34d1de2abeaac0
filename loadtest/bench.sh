#!/usr/bin/env bash
# The instrument: every candidate in turns, round after round, and what a request costs each.
#
# Servers run on core 0, the generator on core 1. In a round every candidate has its turn, and who
# goes first changes. The figure is the server's processor time for a request, as the kernel counts
# it; what is quoted is the median of the ratios of single rounds, with the least and the greatest.
set -euo pipefail

usage() {
    cat <<'END'
Usage: bench.sh [options] PROFILE...

  cold         new connection, whole TLS 1.3 handshake (x25519), a code of its own: floor, nginx
  cold-mlkem   the same with X25519MLKEM768: floor
  cold-redis   the same (x25519), views in Redis, whose time is counted apart: floor
  cold-sizes   cold with more vehicles beside it (--vehicles is the smaller, --larger how many times as many),
               the public rooms of both in memory, if they fit
  resumed      new connection with a ticket: floor, nginx
  hot          keep-alive, plain http: floor, nginx, nginx + Lua + Redis, Node, Go
  hot-tls      keep-alive over TLS: floor, nginx
  api          HTTP/2 over TLS, a hundred requests at once: floor, nginx
  miss         well-formed codes that nobody has, beside hot ones; reads of the store
  storm        one code and 10,000 phones at once; reads of the store
  mixed        seven of ten on a new connection with a ticket: floor
  batch        a hundred codes in one request at the staff door
  allocations  calls of the allocator for a hot request, counted by perf: floor
  latency      open loop at several shares of each one's own capacity, and a plot: floor

  --rounds N    5
  --seconds N   of each turn: 3
  --vehicles N  100000
  --larger N    of cold-sizes: 10
  --data DIR    where provinces are kept for the next run; without it they are made and removed
  --out DIR     where rounds (NDJSON), results (Markdown, JSON) and plots go: a folder that is named
  --guard HOW   counted: the guard weighs every phone, as it does in the street; free: it knows that they are
                this machine's, which all profiles need but cold ones and resumed: counted
  --flame DIR   a flame graph of saoma's first turn in each profile goes there, by perf; that turn is slower
  --only LIST   candidates, as in saoma,floor; saoma has to be among them

What is missing of the references (nginx with Lua, Redis, Node with npm, Go) is left out, and said.
Example: bench.sh --data /tmp/provinces --out /tmp/results cold hot
END
}

complain() { printf 'bench.sh: %s\n' "$*" >&2; exit 2; }

rounds=5 seconds=3 vehicles=100000 larger=10 guard=counted data='' out='' only='' flame='' profiles=()
while (($#)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --*) (($# > 1)) || complain "$1 needs a value" ;;&
        --rounds) rounds=$2; shift ;;
        --seconds) seconds=$2; shift ;;
        --vehicles) vehicles=$2; shift ;;
        --larger) larger=$2; shift ;;
        --data) data=$2; shift ;;
        --out) out=$2; shift ;;
        --guard) guard=$2; shift ;;
        --only) only=,$2,; shift ;;
        --flame) flame=$2; shift ;;
        --*) complain "$1 is not known; see --help" ;;
        *) profiles+=("$1") ;;
    esac
    shift
done
((${#profiles[@]})) || complain 'name a profile; see --help'
(($(nproc --all) > 1)) || complain 'two cores are needed'
for needed in curl openssl taskset shuf; do
    command -v "$needed" >/dev/null || complain "$needed is missing"
done

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
saoma=${SAOMA:-$here/../target/release/saoma}
tool=${SAOMA_LOADTEST:-$here/../target/release/saoma-loadtest}
[[ -z $flame ]] || { mkdir -p "$flame"; command -v perf >/dev/null || complain 'perf is missing'; }
for program in "$saoma" "$tool"; do
    [[ -x $program ]] || complain 'build first: cargo build --release -p saoma -p saoma-loadtest'
done
saoma=$(realpath "$saoma") tool=$(realpath "$tool")
unset SAOMA SAOMA_LOADTEST # saoma takes what begins like this for settings

scratch=$(mktemp -d)
started=()
stop() { # pid...
    for one in "$@"; do kill "$one" 2>/dev/null || true; done
    for one in "$@"; do wait "$one" 2>/dev/null || true; done
}
stop_all() {
    trap - EXIT
    ((${#started[@]} == 0)) || stop "${started[@]}"
    rm -rf "$scratch"
}
trap stop_all EXIT
trap 'exit 130' INT TERM HUP
[[ -n $out ]] || { out=$scratch/out; echo 'bench.sh: without --out only what is printed is kept' >&2; }
[[ -n $data ]] || data=$scratch/data
mkdir -p "$out" "$data"
out=$(realpath "$out") data=$(realpath "$data")

# A scheduling group of its own, and first in the queue if we may: the machine may not be ours alone.
start_on() { # core, name, command...
    local core=$1 name=$2
    shift 2
    setsid taskset -c "$core" "$@" >"$scratch/$name.out" 2>"$scratch/$name.err" </dev/null &
    newest=$!
    started+=("$newest")
    { echo -20 >"/proc/$newest/autogroup"; } 2>/dev/null || true
}
# Every wait has an end: half a minute is enough on a busy machine.
wait_for() { # name, command...
    local name=$1 whose=$newest end=$((SECONDS + 30))
    shift
    until "$@" >/dev/null 2>&1; do
        kill -0 "$whose" 2>/dev/null || complain "$name ended: $(tail -n 3 "$scratch/$name.err")"
        ((SECONDS < end)) || complain "$name: not ready within 30 s: $(tail -n 3 "$scratch/$name.err")"
        sleep 0.1
    done
}
next_port=$((20000 + RANDOM % 8000))
free_port() { # leaves it in $port
    while next_port=$((next_port + 1)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$next_port") 2>/dev/null || { port=$next_port; return; }
    done
}
get() { curl -sk -m 10 --http1.1 "${asked[@]}" "$@"; }
# As phones ask over https: the first of them gets what is made soonest.
asked=(-H 'Accept: text/html' -H 'Accept-Encoding: gzip, deflate, br, zstd' -H 'Accept-Language: zh-CN')
headers=(--header 'Accept: text/html' --header 'Accept-Encoding: gzip, deflate, br, zstd' --header 'Accept-Language: zh-CN')

# ---- what is asked for

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
    -keyout "$scratch/key.pem" -out "$scratch/certificate.pem" 2>/dev/null
certificate=$scratch/certificate.pem key=$scratch/key.pem

# Records into that store, once. What is on this machine is served as on an edge in the street: from
# public rooms without a dossier.
province() { # vehicles, store URL, folder
    local of=(--vehicles "$1" --seed 1) folder=$3
    [[ ! -e $folder/ready ]] || return 0
    mkdir -p "$folder"
    "$tool" generate "${of[@]}" | (cd "$folder" && "$saoma" import --store "$2" - >"$folder/import.out" 2>&1) ||
        complain "import: $(tail -n 3 "$folder/import.out")"
    if [[ $2 == embedded:* ]]; then
        rm -rf "$folder/rooms" # what an earlier run left that was cut off
        "$saoma" copy --public-rooms "$2" "embedded:$folder/rooms" >"$folder/copy.out" 2>&1 ||
            complain "copy: $(tail -n 3 "$folder/copy.out")"
    fi
    for kind in vin pwb lic; do "$tool" codes "${of[@]}" --kind "$kind"; done |
        shuf --random-source=<(yes) >"$folder/all.txt"
    "$tool" codes "${of[@]}" --kind vin | shuf --random-source=<(yes) -n 200 >"$folder/hot.txt"
    "$tool" codes "${of[@]}" --kind vin --unknown --sample 1000 >"$folder/unknown.txt"
    [[ $2 != embedded:* ]] || echo "bytes a code in the public rooms, $1 vehicles, at most 150 wanted:" \
        "$(($(du --summarize --block-size=1 "$folder/rooms" | cut -f1) / $(wc -l <"$folder/all.txt")))" >"$out/bytes-$1.md"
    touch "$folder/ready"
}

# shellcheck source=loadtest/candidates.sh
. "$here/candidates.sh"

# ---- rounds

scan() { # name for the report, candidate, profile, url, more options of scan...
    local name=$1 of=$2 profile=$3 url=$4 pid more=()
    shift 4
    for pid in ${pids[$of]:-} ${pids[$of-$scheme]:-}; do more+=(--pid "$pid"); done
    [[ -z ${beside[$of]:-} ]] || more+=(--beside-pid "${beside[$of]}")
    [[ -z $flame || $name != saoma || $round != 1 ]] || watch "${pids[$of]}"
    taskset -c 1 "$tool" scan --format line --candidate "$name" --round "$round" --profile "$profile" \
        --url "$url" --seconds "$seconds" --seed "$round" "${more[@]}" "${headers[@]}" "$@" \
        >"$scratch/row" 2>"$scratch/scan.err" || complain "$name: $(tail -n 3 "$scratch/scan.err")"
    # What is answered otherwise would be another comparison.
    grep -q "\"statuses\":{\"$expected\":[0-9]*}" "$scratch/row" ||
        complain "$name: not every answer is $expected: $(grep -o '"statuses":[^}]*}' "$scratch/row")"
    [[ -z $watching ]] || draw
}
watching=''
watch() { # pid
    perf record -q --call-graph dwarf,16384 -F 499 -p "$1" -o "$scratch/flame" -- sleep "$seconds" 2>"$scratch/perf.err" &
    watching=$!
}
draw() {
    local section=${rows##*/}
    wait "$watching" || complain "perf: $(tail -n 1 "$scratch/perf.err")"
    watching=''
    perf script --no-inline -i "$scratch/flame" 2>/dev/null |
        "$here/flame.py" --title "saoma, ${section%.ndjson}, ${seconds} s" >"$flame/${section%.ndjson}.svg"
}

# What whoever shares the machine took of both cores, in hundredths of a second.
stolen() { awk '/^cpu[01] / { ticks += $9 } END { print ticks + 0 }' /proc/stat; }

# Runs what `turn NAME` measures for each name, who goes first changing. A turn does not count in which
# more than a fiftieth of the cores was somebody else's, and is made again, four times at most.
rows='' scheme=tls round=0 expected=200 disturbed=0 given_up=0
in_turns() { # section, name...
    local section=$1 names=() name at count before
    shift
    for name in "$@"; do
        [[ -n $only && $only != *,$name,* ]] || names+=("$name")
    done
    rows=$out/$section.ndjson
    : >"$rows"
    count=${#names[@]}
    for ((round = 1; round <= rounds; round++)); do
        for ((at = 0; at < count; at++)); do
            for _ in {1..5}; do
                before=$(stolen)
                turn "${names[(at + round) % count]}"
                if (($(stolen) - before <= seconds * 4)); then
                    cat "$scratch/row" >>"$rows"
                    continue 2
                fi
                disturbed=$((disturbed + 1))
            done
            given_up=$((given_up + 1))
        done
    done
}
judge() { # section, subject
    {
        "$tool" compare --title "$1" --subject "$2" --json "$out/$1.json" "$out/$1.ndjson"
        echo "Turns that do not count, because others took more than a fiftieth of the cores: $disturbed; given up at the" \
            "fifth time: $given_up."
        echo
    } | tee "$out/$1.md"
    disturbed=0 given_up=0
}
reads() { curl -s -m 10 "$metrics" | awk '/^saoma_store_seconds_count/ { print $2 }'; }
running() { # names of those that have an address in this scheme
    local -n urls=$scheme
    local name
    for name in "$@"; do [[ -z ${urls[$name]:-} ]] || echo "$name"; done
}

# Calls of an allocator's functions for a request, counted by the kernel at their first instruction.
allocations() { # candidate, program or library, functions...
    local of=$1 where=$2 name count
    shift 2
    for name in "$@"; do perf probe -q -x "$where" --add "saoma_bench_$$:$name=$name" 2>/dev/null || true; done
    # The first requests of a connection are no hot ones, but few among thousands.
    perf stat -x, -e "saoma_bench_$$:*" -p "${pids[$of]:-${pids[$of-plain]}}" -o "$scratch/perf" -- \
        taskset -c 1 "$tool" scan --format line --url "${plain[$of]}$sample" --closed --connections 1 --seconds 2 \
        --warm-up 0 "${headers[@]}" >"$scratch/row" 2>"$scratch/perf.err" || { perf_gone; complain "perf: $(tail -n 1 "$scratch/perf.err")"; }
    perf_gone
    count=$(grep -o '"requests":[0-9]*' "$scratch/row" | cut -d: -f2)
    awk -F, -v count="$count" '/saoma_bench/ { calls += $1 } END { printf "%.2f", calls / count }' "$scratch/perf"
}
perf_gone() { perf probe -q -d "saoma_bench_$$:*" 2>/dev/null || true; }

# A place in the file that no round before has come to: a code is cold once, and so is a phone. A few
# phones with many codes would be what the guard is for.
seen=0
unseen() { seen=$((seen + seconds * 7000)); }
cold_turn() {
    unseen
    scan "$1" "$1" "$cold_profile" "${tls[$1]}" --closed --connections 64 --addresses 1000000 \
        --codes "$data/$vehicles/all.txt" --skip "$seen" --warm-up 0 "${cold_more[@]}"
}
hot_turn() {
    local -n urls=$scheme
    local to=$1
    scan "$1" "$to" "$hot_profile" "${urls[$to]}" --closed --connections "$hot_connections" --addresses 64 \
        --codes "$data/$vehicles/hot.txt"
}

echo "machine    $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc --all) cores, Linux $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg)" | tee "$out/machine"
echo "commit     $(git -C "$here" describe --always --dirty 2>/dev/null || echo unknown), $(date -u +%FT%TZ)" | tee -a "$out/machine"
echo "rounds     $rounds of $seconds s for each candidate, $vehicles vehicles; servers on core 0, generator on core 1" | tee -a "$out/machine"

province "$vehicles" "embedded:$data/$vehicles/store" "$data/$vehicles"
sample=$(head -n 1 "$data/$vehicles/hot.txt")
wants() { local one; for one in "${profiles[@]}"; do [[ $one == $1 ]] && return 0; done; return 1; }
is_wanted() { [[ -z $only || $only == *,$1,* ]]; }
start_saoma saoma "embedded:$data/$vehicles/rooms"
take_page "${plain[saoma]}" plain
take_page "${tls[saoma]}" tls
start_floor
if wants hot; then fill_redis || left_out 'who needs Redis' redis-server; fi
is_wanted nginx || is_wanted nginx-lua-redis && start_nginx
if wants hot && [[ -s $scratch/nginx/template.html ]]; then
    ! is_wanted node || start_node
    ! is_wanted go || start_go
fi

for profile in "${profiles[@]}"; do
    cold_profile=cold cold_more=() hot_profile=hot hot_connections=64 scheme=tls
    case $profile in
        cold | cold-mlkem | resumed)
            turn() { cold_turn "$1"; }
            names=(saoma floor nginx)
            [[ $profile != resumed ]] || cold_profile=resumed
            [[ $profile != cold-mlkem ]] || { cold_more=(--key-exchange x25519mlkem768); names=(saoma floor); }
            in_turns "$profile" $(running "${names[@]}")
            judge "$profile" saoma
            ;;
        cold-redis)
            start_redis || { left_out cold-redis redis-server; continue; }
            province "$vehicles" "redis://127.0.0.1:$redis_port" "$scratch/redis-$vehicles"
            start_saoma saoma-redis "redis://127.0.0.1:$redis_port"
            beside[saoma-redis]=$redis_pid
            turn() { cold_turn "$1"; }
            in_turns cold-redis saoma-redis floor
            judge cold-redis saoma-redis
            ;;
        cold-sizes)
            large=$((vehicles * larger))
            province "$large" "embedded:$data/$large/store" "$data/$large"
            start_saoma saoma-large "embedded:$data/$large/rooms"
            turn() {
                local of=$vehicles
                [[ $1 == saoma ]] || of=$large
                unseen
                scan "$1" "$1" cold "${tls[$1]}" --closed --connections 64 --addresses 1000000 \
                    --codes "$data/$of/all.txt" --skip "$seen" --warm-up 0
            }
            # SCALE.md says that an edge has memory for its public rooms: what was just written is there.
            cat "$data/$large/rooms/data.mdb" "$data/$vehicles/rooms/data.mdb" >/dev/null
            in_turns cold-sizes saoma-large saoma
            judge cold-sizes saoma
            ;;
        hot | hot-tls | api)
            [[ $profile != hot ]] || scheme=plain
            [[ $profile != api ]] || { hot_profile=api hot_connections=4; }
            turn() { hot_turn "$1"; }
            in_turns "$profile" $(running saoma floor nginx nginx-lua-redis node go)
            judge "$profile" saoma
            ;;
        miss)
            scheme=plain
            before=$(reads)
            turn() {
                local of=hot expected=200
                [[ $1 == saoma-hot ]] || of=unknown expected=404
                scan "$1" saoma "${1#saoma-}" "${plain[saoma]}" --closed --connections 64 --addresses 64 \
                    --codes "$data/$vehicles/$of.txt"
            }
            in_turns miss saoma-miss saoma-hot
            judge miss saoma-miss
            echo "reads of the store: $(($(reads) - before)), for 1000 unknown and 200 known codes within $SECONDS s" |
                tee -a "$out/miss.md"
            ;;
        storm)
            # A server of its own, which has never seen the code.
            start_saoma saoma-storm "embedded:$data/$vehicles/rooms"
            scheme=plain round=1 rows=$out/storm.ndjson
            : >"$rows"
            before=$(reads)
            code=$(sed -n 5p "$data/$vehicles/all.txt")
            scan saoma-storm saoma-storm storm "${plain[saoma-storm]}$code" --connections 10000 --addresses 10000 --warm-up 0
            cat "$scratch/row" >>"$rows"
            echo "storm: $(sed 's/.*"statuses":\({[^}]*}\).*/\1/' "$rows") reads of the store: $(($(reads) - before))" |
                tee "$out/storm.md"
            stop "${pids[saoma-storm]}"
            ;;
        mixed)
            turn() {
                scan "$1" "$1" mixed "${tls[$1]}" --closed --connections 64 --addresses 1000000 \
                    --codes "$data/$vehicles/hot.txt"
            }
            in_turns mixed saoma floor
            judge mixed saoma
            ;;
        batch)
            start_staff
            scheme=plain
            turn() {
                scan "$1" saoma-staff "$1" "$staff_url" --closed --connections 8 \
                    --header "Authorization: Bearer $token" --codes "$data/$vehicles/all.txt" --skip $((round * 500))
            }
            in_turns batch batch
            judge batch batch
            ;;
        latency)
            # What each can do, then shares of that.
            declare -A capacity=()
            turn() {
                cold_turn "$1"
                capacity[$1]=$(grep -o '"requests_per_second":[0-9]*' "$scratch/row" | cut -d: -f2)
            }
            names=(saoma floor) rounds_wanted=$rounds rounds=1
            in_turns latency-capacity "${names[@]}"
            rounds=$rounds_wanted files=()
            for share in 30 50 70 85; do
                turn() {
                    unseen
                    scan "$1" "$1" cold "${tls[$1]}" --rate $((capacity[$1] * share / 100)) --connections 2000 \
                        --addresses 1000000 --codes "$data/$vehicles/all.txt" --skip "$seen" --warm-up 0
                }
                in_turns "latency-$share" "${names[@]}"
                judge "latency-$share" saoma
                files+=("$out/latency-$share.ndjson")
            done
            "$tool" plot --out "$out/latency.svg" --title 'Cold scans: latency against load' "${files[@]}"
            ;;
        allocations)
            [[ $EUID == 0 ]] && command -v perf >/dev/null || { left_out allocations 'perf, or the right to probe'; continue; }
            libc=$(awk '/libc\.so/ { print $6; exit }' "/proc/${pids[floor-plain]}/maps")
            of_saoma=$(allocations saoma "$saoma" _rjem_malloc _rjem_calloc _rjem_realloc _rjem_mallocx _rjem_rallocx)
            of_floor=$(allocations floor "$libc" malloc calloc realloc posix_memalign aligned_alloc)
            echo "allocations for a hot request: saoma $of_saoma, floor $of_floor, above the floor" \
                "$(awk -v a="$of_saoma" -v b="$of_floor" 'BEGIN { printf "%.2f", a - b }')" | tee "$out/allocations.md"
            ;;
        *) complain "$profile is not known; see --help" ;;
    esac
done
