# shellcheck shell=bash
# Whom bench.sh measures: each is started here, and leaves where it answers and which processes it is.
# Read by bench.sh, whose variables and functions it uses; nothing happens by reading it.

# Where a candidate answers, its processes, and the process of what it asks.
declare -A plain=() tls=() pids=() beside=()

start_redis() { # leaves redis_port and redis_pid
    [[ -z ${redis_port:-} ]] || return 0
    command -v redis-server >/dev/null || return 1
    free_port
    redis_port=$port
    start_on 0 redis redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$scratch"
    redis_pid=$newest
    wait_for redis redis-cli -p "$port" ping
}

start_saoma() { # name, store, folder
    local http https admin staff
    free_port; http=$port; free_port; https=$port; free_port; admin=$port; free_port; staff=$port
    mkdir -p "$scratch/$1"
    # Where the guard counts, its limits are raised, since here one address asks like a city.
    cat >"$scratch/$1/saoma.toml" <<END
store = "$2"
max_connections = 20000
[public]
listen = ["127.0.0.1:$http"]
listen_https = ["127.0.0.1:$https"]
connections_per_client = 20000
[tls]
certificates = ["$certificate"]
keys = ["$key"]
[admin]
listen = "127.0.0.1:$admin"
[guard]
requests_per_second = 1000000
burst = 10000000
codes_per_hour = 0
range_per_hour = 0
walk_per_hour = 0
requests_at_once = 20000
this_machine = "$guard"
[log]
level = "warn"
END
    [[ $1 != saoma-staff ]] || cat >>"$scratch/$1/saoma.toml" <<END
[staff]
listen = ["127.0.0.1:$staff"]
codes_per_day_app = 1000000
keys = "$scratch/$1/keys"
END
    start_on 0 "$1" env -C "$scratch/$1" "$saoma" serve --config "$scratch/$1/saoma.toml"
    wait_for "$1" get -o /dev/null "https://127.0.0.1:$https/"
    plain[$1]=http://127.0.0.1:$http tls[$1]=https://127.0.0.1:$https pids[$1]=$newest
    metrics=http://127.0.0.1:$admin/metrics staff_url=http://127.0.0.1:$staff
}

# A door of its own for apps; the token is for it alone.
start_staff() {
    mkdir -p "$scratch/saoma-staff"
    token=$("$saoma" token --keys "$scratch/saoma-staff/keys" issue --audience app --subject loadtest \
        --ttl 1h 2>/dev/null) || complain 'no token'
    start_saoma saoma-staff "embedded:$data/$vehicles/store"
}

# The page of one code with its head, as saoma sends it: what the floor and nginx repeat.
take_page() { # url of saoma, name
    [[ ! -s $scratch/$2.answer ]] || return 0
    get -D "$scratch/$2.head" -o "$scratch/$2.body" "$1$sample"
    grep -q ' 200' "$scratch/$2.head" || complain "$1$sample is not answered 200"
    cat "$scratch/$2.head" "$scratch/$2.body" >"$scratch/$2.answer"
}

start_floor() {
    local name
    for name in floor-plain floor-tls; do
        local of=(--from-file "$scratch/plain.answer")
        [[ $name == floor-plain ]] || of=(--from-file "$scratch/tls.answer" --certificate "$certificate" --key "$key")
        start_on 0 "$name" "$tool" baseline "${of[@]}" --threads 1 --stop-after 3600
        wait_for "$name" test -s "$scratch/$name.out"
        pids[$name]=$newest
    done
    plain[floor]=$(<"$scratch/floor-plain.out") tls[floor]=$(<"$scratch/floor-tls.out")
}

start_nginx() {
    local folder=$scratch/nginx http https lua conf=$here/references/nginx.conf
    command -v nginx >/dev/null || { left_out nginx nginx-light; return 0; }
    free_port; http=$port; free_port; https=$port; free_port; lua=$port
    mkdir -p "$folder/static"
    cp "$scratch/plain.body" "$folder/static/page"
    # The same headers; nginx writes these four itself.
    tr -d '\r' <"$scratch/tls.head" | awk -F': ' '
        NR == 1 || NF < 2 || tolower($1) ~ /^(date|content-length|connection|etag)$/ { next }
        tolower($1) == "content-type" { print "default_type \"" $2 "\";"; next }
        { name = $1; sub(/^[^:]*: /, ""); gsub(/"/, "\\\""); print "add_header " name " \"" $0 "\";" }' \
        >"$folder/answer.conf"
    [[ -e $folder/headers.conf ]] || : >"$folder/headers.conf"
    if [[ ! -e /usr/lib/nginx/modules/ngx_http_lua_module.so || ! -s $folder/template.html ]]; then
        sed '/load_module/d; /lua_package/d; /init_by_lua/d; /content_by_lua/d' "$conf" >"$folder/base.conf"
        conf=$folder/base.conf
    fi
    sed "s|@FOLDER@|$folder|g; s|@HERE@|$here/references|g; s|@REDIS@|${redis_port:-0}|g; s|@PLAIN@|$http|g
        s|@TLS@|$https|g; s|@LUA@|$lua|g; s|@CERTIFICATE@|$certificate|g; s|@KEY@|$key|g; s|@USER@|$(id -un)|g" "$conf" >"$folder/nginx.conf"
    start_on 0 nginx nginx -e "$folder/error.log" -p "$folder" -c "$folder/nginx.conf"
    wait_for nginx get -o /dev/null "http://127.0.0.1:$http/"
    local worker
    worker=$(pgrep -P "$newest") || complain "nginx has no worker: $(tail -n 3 "$folder/error.log")"
    plain[nginx]=http://127.0.0.1:$http tls[nginx]=https://127.0.0.1:$https pids[nginx]=$worker
    if [[ $conf != "$folder/base.conf" ]]; then
        plain[nginx-lua-redis]=http://127.0.0.1:$lua pids[nginx-lua-redis]=$worker
        beside[nginx-lua-redis]=$redis_pid
    fi
}

# Codes and their fields for those who look up in Redis.
fill_redis() {
    mkdir -p "$scratch/nginx"
    start_redis && command -v python3 >/dev/null || return 1
    python3 "$here/references/fill.py" "${plain[saoma]}" "$data/$vehicles/hot.txt" "$scratch/nginx" |
        redis-cli -p "$redis_port" --pipe >/dev/null
}

left_out() { echo "bench.sh: $1 is left out; $2 is missing" >&2; }

start_node() {
    local folder=$data/node
    if [[ ! -d $folder/node_modules/fastify ]]; then
        command -v npm >/dev/null || { left_out node npm; return 0; }
        mkdir -p "$folder"
        cp "$here"/references/node/* "$folder"
        timeout 120 npm --prefix "$folder" install --silent --no-audit --no-fund >/dev/null 2>&1 ||
            { left_out node 'a registry of packages'; return 0; }
    fi
    cp "$here/references/node/server.mjs" "$folder"
    free_port
    start_on 0 node node "$folder/server.mjs" "$port" "$redis_port" "$scratch/nginx/template.html" "$scratch/nginx/headers.json"
    wait_for node get -o /dev/null "http://127.0.0.1:$port$sample"
    plain[node]=http://127.0.0.1:$port pids[node]=$newest beside[node]=$redis_pid
}

start_go() {
    command -v go >/dev/null || { left_out go go; return 0; }
    [[ -x $data/go-reference ]] || (cd "$here/references/go" && go build -o "$data/go-reference" .)
    free_port
    start_on 0 go env GOMAXPROCS=1 "$data/go-reference" "$port" "$redis_port" "$scratch/nginx/template.html" "$scratch/nginx/headers.json"
    wait_for go get -o /dev/null "http://127.0.0.1:$port$sample"
    plain[go]=http://127.0.0.1:$port pids[go]=$newest beside[go]=$redis_pid
}
