#!/usr/bin/env bash
# How near a server comes to the smallest hyper server that returns the same bytes.
#
# Both run on core 0, the load comes from core 1, and the two take turns: server, baseline,
# baseline, server, ... Only ratios of the same round are worth anything on a machine that does
# other things too, so the result is their median, with the least and the greatest beside it.
set -euo pipefail

usage() {
    cat <<'END'
Usage: compare.sh --url URL (--pid PID | --command COMMAND) [options]
       compare.sh --self-test [options]

  --url URL          the page, as in http://127.0.0.1:8080/vin/218622108311027
  --pid PID          the server's process, if it runs already; moved to core 0 meanwhile
  --command COMMAND  how to start the server; it is stopped at the end
  --self-test        two baselines against each other: the ratio has to be near 1
  --rounds N         5
  --seconds N        of each half of a round: 5
  --connections N    keep-alive: 64
  --threads N        workers of the baseline's runtime, 0 for a current-thread one: 1
  --floor RATIO      exit with 1 if the ratio is below: 0
  --header HEADER    once or more; without it: text/html, br, zh-CN
  --load wrk|scan    what asks; wrk if it is installed, because it is quicker

Example: compare.sh --command 'target/release/saoma serve' \
             --url http://127.0.0.1:8080/vin/218622108311027 --floor 0.8
END
}

complain() { printf 'compare.sh: %s\n' "$*" >&2; exit 2; }

url='' pid='' command='' self_test='' rounds=5 seconds=5 connections=64 threads=1 floor=0 load=''
headers=()
while (($#)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --self-test) self_test=yes; shift; continue ;;
    esac
    (($# > 1)) || complain "$1 needs a value, or is not known; see --help"
    case $1 in
        --url) url=$2 ;;
        --pid) pid=$2 ;;
        --command) command=$2 ;;
        --rounds) rounds=$2 ;;
        --seconds) seconds=$2 ;;
        --connections) connections=$2 ;;
        --threads) threads=$2 ;;
        --floor) floor=$2 ;;
        --header) headers+=("$2") ;;
        --load) load=$2 ;;
        *) complain "$1 is not known; see --help" ;;
    esac
    shift 2
done
if [[ -z $self_test ]]; then
    [[ -n $url ]] || complain '--url is missing; see --help'
    [[ -n $pid || -n $command ]] || complain 'name --pid or --command; see --help'
    # saoma-loadtest refuses other addresses itself; wrk would not.
    [[ $url =~ ^http://(127\.[0-9]+\.[0-9]+\.[0-9]+|localhost|\[::1\]):[0-9]+(/|$) ]] ||
        complain 'only loopback addresses with a port are measured'
fi
((${#headers[@]})) || headers=('Accept: text/html' 'Accept-Encoding: br' 'Accept-Language: zh-CN')
[[ -n $load ]] || { command -v wrk >/dev/null && load=wrk || load=scan; }
(($(nproc) > 1)) || complain 'two cores are needed'

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tool=${SAOMA_LOADTEST:-$here/../target/release/saoma-loadtest}
unset SAOMA_LOADTEST # saoma takes what begins like this for settings
[[ -x $tool ]] || complain "build it first: cargo build --release -p saoma-loadtest"

scratch=$(mktemp -d)
started=() moved_from=''
stop_all() {
    trap - EXIT
    [[ -z $moved_from ]] || taskset -acp "$moved_from" "$pid" >/dev/null 2>&1 || true
    for one in "${started[@]}"; do kill "$one" 2>/dev/null || true; done
    for one in "${started[@]}"; do wait "$one" 2>/dev/null || true; done
    rm -rf "$scratch"
}
trap stop_all EXIT
trap 'exit 130' INT TERM HUP

# A scheduling group of its own, and first in the queue if we may: the machine is not ours alone.
start_on() { # core, file for its output, command...
    local core=$1 out=$2
    shift 2
    setsid taskset -c "$core" "$@" >"$out" 2>"$out.err" </dev/null &
    newest=$!
    started+=("$newest")
    prefer "$newest"
}
prefer() { { echo -20 >"/proc/$1/autogroup"; } 2>/dev/null || true; }

# Every wait has an end: fifteen seconds are enough for a debug build on a busy machine.
wait_for() { # what, whose process, command...
    local what=$1 whose=$2 end=$((SECONDS + 15))
    shift 2
    until "$@"; do
        kill -0 "$whose" 2>/dev/null || complain "$what: its process ended; $(complaints)"
        ((SECONDS < end)) || complain "$what: not within 15 s; $(complaints)"
        sleep 0.1
    done
}
complaints() { cat "$scratch"/*.err 2>/dev/null | tail -n 3; }

sent_headers=()
for header in "${headers[@]}"; do sent_headers+=(--header "$header"); done
baseline_runtime=()
((threads == 0)) || baseline_runtime=(--threads "$threads")

start_baseline() { # name, where from...
    local name=$1
    shift
    start_on 0 "$scratch/$name" "$tool" baseline "$@" "${sent_headers[@]}" \
        "${baseline_runtime[@]}" --stop-after 3600
    wait_for "the start of the $name" "$newest" test -s "$scratch/$name"
}

if [[ -n $self_test ]]; then
    printf 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 8000\r\n\r\n%8000s' '' \
        >"$scratch/answer"
    start_baseline server --from-file "$scratch/answer"
    pid=$newest
    url=$(<"$scratch/server")/
elif [[ -n $command ]]; then
    start_on 0 "$scratch/server" bash -c "exec $command"
    pid=$newest
else
    moved_from=$(taskset -cp "$pid" | sed 's/.*: //')
    taskset -acp 0 "$pid" >/dev/null
    prefer "$pid"
fi
rest=${url#http://}
path=/${rest#*/}
[[ $rest == */* ]] || path=/
answers() { "$tool" scan --url "$url" --closed --connections 1 --seconds 1 \
    --warm-up 0 "${sent_headers[@]}" >"$scratch/first" 2>"$scratch/first.err"; }
wait_for "an answer from $url" "$pid" answers
grep -q '^| statuses | 200: [0-9]* |$' "$scratch/first" ||
    complain "$url does not answer 200: $(grep statuses "$scratch/first")"

start_baseline baseline --from "$url"
baseline_pid=$newest
baseline_url=$(<"$scratch/baseline")$path

# The same bytes, or the comparison means nothing.
if command -v curl >/dev/null; then
    asked=()
    for header in "${headers[@]}"; do asked+=(-H "$header"); done
    for one in url baseline_url; do
        curl -s -m 10 -D "$scratch/$one.head" -o "$scratch/$one.body" "${asked[@]}" "${!one}"
        grep -vi '^date:' "$scratch/$one.head" | sort >"$scratch/$one.sorted"
    done
    cmp -s "$scratch/url.body" "$scratch/baseline_url.body" || complain 'the bodies differ'
    cmp -s "$scratch/url.sorted" "$scratch/baseline_url.sorted" || complain 'the headers differ'
    bytes=$(($(wc -c <"$scratch/url.head") + $(wc -c <"$scratch/url.body")))
else
    bytes='unknown'
fi

cpu_ticks() { # pid
    local stat
    stat=$(<"/proc/$1/stat")
    # Behind the name: the twelfth and thirteenth fields are user and system time.
    read -ra stat <<<"${stat##*) }"
    echo $((stat[11] + stat[12]))
}

# Leaves "requests seconds ticks" of one server in $scratch/figures.
measure() { # url, pid, seconds
    local before after
    before=$(cpu_ticks "$2")
    if [[ $load == wrk ]]; then
        local lines=()
        for header in "${headers[@]}"; do lines+=(-H "$header"); done
        start_on 1 "$scratch/load" wrk -t1 -c"$connections" -d"${3}s" "${lines[@]}" "$1"
    else
        start_on 1 "$scratch/load" "$tool" scan --closed --connections "$connections" --url "$1" \
            --seconds "$3" --warm-up 0 --format json "${sent_headers[@]}"
    fi
    wait "$newest" || complain "the load failed: $(cat "$scratch/load.err")"
    unset 'started[-1]'
    after=$(cpu_ticks "$2")
    if [[ $load == wrk ]]; then
        ! grep -E 'Non-2xx|Socket errors' "$scratch/load" >&2 || complain 'not every answer was good'
        awk -v ticks=$((after - before)) '/requests in/ { sub("s,", "", $4); unit = 1
            if ($4 ~ /m/) unit = 60
            print $1, ($4 + 0) * unit, ticks }' "$scratch/load" >"$scratch/figures"
    else
        grep -q '"failures": {}' "$scratch/load" || complain 'not every answer was good'
        awk -v ticks=$((after - before)) -F'[:,]' '/"requests":/ { n = $2 } /"seconds":/ { s = $2 }
            END { print n + 0, s + 0, ticks }' "$scratch/load" >"$scratch/figures"
    fi
    [[ -s $scratch/figures ]] || complain 'the load printed no figures'
}

cat <<END
machine    $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc --all) cores, Linux $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg)
commit     $(git -C "$here" describe --always --dirty 2>/dev/null || echo unknown), $(date -u +%FT%TZ)
server     $url, pid $pid, core 0
baseline   $baseline_url, pid $baseline_pid, core 0, $threads worker(s)
answer     $bytes bytes with its headers; ${headers[*]}
load       $load on core 1, $connections connections, $rounds rounds of 2 x $seconds s

round   server/s  baseline/s  ratio   server µs  baseline µs  ratio   cores used
END

measure "$url" "$pid" 1
measure "$baseline_url" "$baseline_pid" 1
hertz=$(getconf CLK_TCK)
for ((round = 1; round <= rounds; round++)); do
    # The one that goes first changes, so that a drift favours neither.
    turns=(server baseline)
    ((round % 2)) || turns=(baseline server)
    for turn in "${turns[@]}"; do
        if [[ $turn == server ]]; then
            measure "$url" "$pid" "$seconds"
        else
            measure "$baseline_url" "$baseline_pid" "$seconds"
        fi
        mv "$scratch/figures" "$scratch/$turn.figures"
    done
    paste -d' ' "$scratch/server.figures" "$scratch/baseline.figures" |
        awk -v hertz="$hertz" -v round="$round" '{
            a = $1 / $2; b = $4 / $5; ca = $3 / hertz; cb = $6 / hertz
            ua = ca / $1 * 1e6; ub = cb / $4 * 1e6
            printf "%5d %10.0f %11.0f %6.3f %11.2f %12.2f %6.3f   %.2f %.2f\n",
                round, a, b, a / b, ua, ub, ub / ua, ca / $2, cb / $5 }' |
        tee -a "$scratch/rounds"
done

# The requests/s count where both servers used up their core. Where they did not, the load or the
# machine was the limit, both figures lean towards it, and processor time is what tells.
awk -v floor="$floor" '
    function median(list, n,    i, j, swap) {
        for (i = 1; i < n; i++) for (j = i + 1; j <= n; j++)
            if (list[j] < list[i]) { swap = list[i]; list[i] = list[j]; list[j] = swap }
        return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
    }
    { rate[NR] = $4; cpu[NR] = $7; busy[NR] = ($8 < $9) ? $8 : $9 }
    END {
        r = median(rate, NR); c = median(cpu, NR); b = median(busy, NR)
        printf "\nrequests/s  median of ratios %.3f, from %.3f to %.3f\n", r, rate[1], rate[NR]
        printf "CPU time    median of ratios %.3f, from %.3f to %.3f (baseline / server)\n", c, cpu[1], cpu[NR]
        if (b >= 0.9) { judged = r; by = "requests/s: both servers used up their core" }
        else { judged = c; by = sprintf("CPU time: a server used its core for only %.0f %% of the time", b * 100) }
        printf "judged by   %s\n", by
        printf "result      %.3f, floor %s: %s\n", judged, floor, (judged >= floor) ? "held" : "BROKEN"
        exit (judged >= floor) ? 0 : 1
    }' "$scratch/rounds"
