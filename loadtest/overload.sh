#!/usr/bin/env bash
# What is still served when more phones come than can be served:
#   loadtest/overload.sh          in the clear
#   loadtest/overload.sh --tls    every phone that comes anew shakes hands
# Everybody comes on a connection of their own, asks for one page and leaves the connection open for a
# second, as phones do. First how many there can be when each waits for the one before, which says where
# to look; then the rate at which most are served within a second, looked for below that: the peak. Then
# twice and five times as many as that come, in an open loop, whether they are served or not. Meanwhile an
# app with a token asks the staff door, and a probe the private port, five times a second each. Ends with
# an error if less than nine tenths of the peak are served at twice or five times as many.
# The server is on core 0, those who ask on core 1. BIN and LOADTEST are the programs (default: built
# here, optimised), SECONDS_EACH how long a round is, and AT_MOST a rate above which nothing is offered:
# what one core can send. Where "come/s" stays behind what is offered, that core was the limit, and the
# row says less; SLOW=0.15 gives the server so much of its core (a control group; only root may), so that
# who asks is never the limit. A debug build of the server is no slow machine: its costs lie elsewhere, above all
# behind TLS, where the mathematics is as fast as ever and everything around it is not.
set -euo pipefail
cd "$(dirname "$0")/.."
exec </dev/null

tls=
[ "${1:-}" != --tls ] || tls=1
seconds=${SECONDS_EACH:-8}
slow=${SLOW:-}
group=
at_most=${AT_MOST:-60000}
scratch=$(mktemp -d)
server=
beside=()

finish() {
    local status=$?
    trap - EXIT
    for process in ${beside[@]+"${beside[@]}"} $server; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    [ -z "$group" ] || rmdir "$group"
    rm -rf "$scratch"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for tool in taskset openssl curl python3; do
    command -v "$tool" >/dev/null || { echo "overload.sh: $tool is missing" >&2; exit 2; }
done
if [ -z "${BIN:-}" ]; then
    cargo build --quiet --locked --release --bin saoma
    BIN=${CARGO_TARGET_DIR:-target}/release/saoma
fi
if [ -z "${LOADTEST:-}" ]; then
    cargo build --quiet --locked --release -p saoma-loadtest
    LOADTEST=${CARGO_TARGET_DIR:-target}/release/saoma-loadtest
fi

openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj "/CN=overload test" \
    -keyout "$scratch/ca.key" -out "$scratch/ca.pem" 2>/dev/null
openssl req -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=localhost \
    -keyout "$scratch/leaf.key" -out "$scratch/leaf.csr" 2>/dev/null
printf 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n' >"$scratch/ext"
openssl x509 -req -days 2 -in "$scratch/leaf.csr" -CA "$scratch/ca.pem" -CAkey "$scratch/ca.key" \
    -CAcreateserial -extfile "$scratch/ext" -out "$scratch/leaf.pem" 2>/dev/null

export SAOMA_STORE=embedded:$scratch/store SAOMA_STAFF_KEYS=$scratch/keys
cp src/shell/demo/records.ndjson "$scratch/"
"$BIN" import "$scratch/records.ndjson" >/dev/null 2>&1
token=$("$BIN" token issue --audience app --subject overload --ttl 1h 2>/dev/null)
SAOMA_PUBLIC_LISTEN=127.0.0.1:0 SAOMA_PUBLIC_LISTEN_HTTPS=127.0.0.1:0 SAOMA_STAFF_LISTEN=127.0.0.1:0 \
    SAOMA_ADMIN_LISTEN=127.0.0.1:0 SAOMA_LOG_FORMAT=json SAOMA_AUDIT_FILE=$scratch/audit \
    SAOMA_TLS_CERTIFICATES=$scratch/leaf.pem SAOMA_TLS_KEYS=$scratch/leaf.key \
    taskset -c 0 "$BIN" serve >"$scratch/log" 2>&1 &
server=$!

# In shares of ten milliseconds: in longer ones everybody would wait for the next.
if [ -n "$slow" ]; then
    share=$(awk -v slow="$slow" 'BEGIN { printf "%d", slow * 10000 }')
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        group=/sys/fs/cgroup/saoma-overload-$$
        mkdir "$group"
        echo "$share 10000" >"$group/cpu.max"
    else
        group=/sys/fs/cgroup/cpu/saoma-overload-$$
        mkdir "$group"
        echo 10000 >"$group/cpu.cfs_period_us"
        echo "$share" >"$group/cpu.cfs_quota_us"
    fi
    echo "$server" >"$group/cgroup.procs"
fi

# at WHAT: the port of the first line of the log that says this.
at() { grep -E "$1" "$scratch/log" | sed -n 's/.*"address":"127.0.0.1:\([0-9]*\)".*/\1/p' | head -n 1 || true; }
for _ in $(seq 300); do
    # The last to be opened.
    [ -z "$(at '"name":"staff"')" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
staff=$(at '"name":"staff"')
admin=$(at 'private port open')
if [ -n "$tls" ]; then
    public=$(at '"name":"public".*"tls":true')
    way=(--ca "$scratch/ca.pem")
else
    public=$(at '"name":"public".*"tls":false')
    way=()
fi
if [ -z "$staff" ] || [ -z "$admin" ] || [ -z "$public" ]; then
    cat "$scratch/log" >&2
    echo "overload.sh: the doors did not open" >&2
    exit 1
fi

# ask FILE ARGS...: five times a second, with how it ended and how long it took.
ask() {
    local file=$1
    shift
    while :; do
        taskset -c 1 curl --silent --max-time 10 --output /dev/null \
            --write-out '%{http_code} %{time_total}\n' "$@" >>"$file" || echo "000 10" >>"$file"
        sleep 0.2
    done
}

rush() {
    taskset -c 1 "$LOADTEST" rush --at "127.0.0.1:$public" ${way[@]+"${way[@]}"} --pid "$server" \
        --path /vin/218622108311027 --seconds "$seconds" --anew 100 --staying 64 "$@"
}

field() { python3 -c 'import json,sys; d=json.load(sys.stdin)
print(*[d[k] if not isinstance(d[k], dict) else sum(d[k].values()) for k in sys.argv[1:]])' "$@"; }

# "p99 ms (answered/asked)" of a file of ask.
beside() {
    awk '{ all[NR] = $2; well += $1 == 200 }
        END { n = asort_(all, NR); printf "%.0f ms (%d/%d)", 1000 * all[(NR ? int((NR - 1) * 0.99) + 1 : 0)], well, NR }
        function asort_(a, n,    i, j, t) { for (i = 2; i <= n; i++) { t = a[i]; for (j = i - 1; j > 0 && a[j] + 0 > t + 0; j--) a[j + 1] = a[j]; a[j + 1] = t } return n }' "$1"
}

printf '%-10s %9s %9s %7s %8s %8s %8s %8s %8s %8s %6s %7s  %-18s %-18s\n' offered "come/s" "pages/s" "of peak" "p50 ms" "p99 ms" \
    "503" left refused dropped cores "MiB" "app, p99" "healthz, p99"
peak=0
status=0
rate_of() { python3 -c "print(min($at_most, round($1 * $2)))"; }
for row in capacity 0.3 0.4 0.5 0.6 0.8 "2 x" "5 x"; do
    : >"$scratch/app"
    : >"$scratch/probe"
    ask "$scratch/app" -H "Authorization: Bearer $token" -H "Content-Type: application/json" \
        --data '{"codes":["vin/218622108311027"]}' "http://127.0.0.1:$staff/v1/resolve" &
    beside=($!)
    ask "$scratch/probe" "http://127.0.0.1:$admin/healthz" &
    beside+=($!)
    case $row in
        capacity) rush --patience 10000 >"$scratch/figures" ;;
        *x) rush --rate "$(rate_of "$peak" "${row% x}")" --lingers 1000 >"$scratch/figures" ;;
        *) rush --rate "$(rate_of "$capacity" "$row")" --lingers 1000 >"$scratch/figures" ;;
    esac
    for process in "${beside[@]}"; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    beside=()
    read -r came took pages p50 p99 shed left refused dropped cores mib \
        < <(field came seconds pages_per_second p50_ms p99_ms shed left refused dropped server_cores resident_mib <"$scratch/figures")
    case $row in
        capacity) capacity=$pages share=- ;;
        *x)
            share=$(python3 -c "print(round(100 * $pages / $peak))")
            [ "$share" -ge 90 ] || status=1
            ;;
        *)
            peak=$(python3 -c "print(max($peak, $pages))")
            share=-
            ;;
    esac
    printf '%-10s %9.0f %9.0f %7s %8.1f %8.1f %8d %8d %8d %8d %6.2f %7d  %-18s %-18s\n' "$row" \
        "$(python3 -c "print($came / $took)")" "$pages" "$share" "$p50" "$p99" "$shed" "$left" "$refused" "$dropped" "$cores" "$mib" \
        "$(beside "$scratch/app")" "$(beside "$scratch/probe")"
    # A second and more, so that what lingers is gone.
    sleep 3
done
exit "$status"
