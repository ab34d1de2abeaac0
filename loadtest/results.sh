#!/usr/bin/env bash
# Measures every line of the table in RESULTS.md again, and writes that file.
#
#   loadtest/results.sh                    all, a quarter of an hour on a machine that does nothing else
#   loadtest/results.sh cold hot           only these profiles of bench.sh; the other lines stay as they were
#   loadtest/results.sh cold-sizes         ten million vehicles: 40 GB of disk, 8 GB of memory, half an hour more
#
# What was measured is kept in FOLDER (RESULTS=target/results): rounds, figures, plots. `--table` measures
# nothing and writes the file from what is there. ROUNDS=5 and SECONDS_EACH=3 are what a turn takes;
# GUARD=counted or free is --guard of bench.sh for all. Without it the guard counts where each phone has
# an address of its own; a few addresses that ask for a thousand codes are a raid to it, as they should be.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
out=${RESULTS:-target/results}
rounds=${ROUNDS:-5} seconds=${SECONDS_EACH:-3}
command -v jq >/dev/null || { echo 'results.sh: jq is missing' >&2; exit 2; }
all=(cold cold-mlkem cold-redis resumed hot hot-tls api miss storm mixed batch allocations latency)
wanted=("$@")
((${#wanted[@]})) || wanted=("${all[@]}")
mkdir -p "$out"
guard_of() { case $1 in cold* | resumed) echo counted ;; *) echo free ;; esac; }
if [[ ${wanted[0]} != --table ]]; then
    # One after another, each with servers of its own: none finds what another left in a cache.
    for profile in "${wanted[@]}"; do
        more=()
        [[ $profile != cold-sizes ]] || more=(--larger 100)
        loadtest/bench.sh --data "$out/data" --out "$out" --rounds "$rounds" --seconds "$seconds" \
            --guard "${GUARD:-$(guard_of "$profile")}" "${more[@]}" "$profile"
    done
fi

# The figure of one candidate in one file: "median (least–greatest)", and its median alone.
figure() { # section, candidate, field, digits
    jq -r --arg name "$2" --arg field "$3" --argjson digits "$4" '
        def short: . * pow(10; $digits) | round / pow(10; $digits);
        .candidates[] | select(.candidate == $name) | .[$field] // empty
        | "\(.median | short) (\(.least | short)–\(.greatest | short))"' "$out/$1.json" 2>/dev/null || true
}
line() { # what, against, wanted, section, candidate, field
    local measured held='not measured' sign=${3%% *} bound=${3##* }
    measured=$(figure "$4" "$5" "$6" 2)
    if [[ -n $measured ]]; then
        # Of the figure itself, not of what is left of it in two digits.
        held=$(awk -v a="$(jq -r --arg name "$5" --arg field "$6" \
            '.candidates[] | select(.candidate == $name) | .[$field].median' "$out/$4.json")" -v b="$bound" -v sign="$sign" 'BEGIN {
            good = sign == "≥" ? a >= b : a <= b
            print good ? "yes" : "**no**" }')
    fi
    local command=${4%-70}
    [[ $4 != cold-sizes ]] || command='--larger 100 cold-sizes'
    printf '| %s | %s | %s | %s | %s | `bench.sh %s` |\n' "$1" "$2" "$3" "${measured:--}" "$held" "$command"
}
said() { # file: the line that a profile printed
    [[ -s $out/$1 ]] && tail -n 1 "$out/$1" || echo '-'
}

{
    echo '# Results'
    echo
    echo 'Written by `loadtest/results.sh`, which measures all of it again. How to read it is in README.md: the'
    echo 'ratio is of the server processor time for a request, over the same round; median, least and greatest.'
    echo 'Machine and commit are those of the newest run; lines that it did not measure are of earlier ones.'
    echo
    sed 's/^/    /' "$out/machine"
    echo
    echo 'In cold scans and resumed ones each phone has an address of its own, and the guard counts it. The other'
    echo 'profiles have few addresses, which would be a raid to it: they run with `--guard free`.'
    echo
    echo '| line | against | at least | measured | held | command |'
    echo '|---|---|---|---|---|---|'
    line 'cold, embedded store, distinct codes' floor '≥ 0.85' cold floor over_subject
    line 'cold, X25519MLKEM768' 'floor, the same' '≥ 0.85' cold-mlkem floor over_subject
    line 'cold, Redis on the same machine, its CPU not counted' floor '≥ 0.70' cold-redis floor over_subject
    line cold 'nginx static' '≥ 2.5' cold nginx over_subject
    line 'hot, plain http' floor '≥ 0.85' hot floor over_subject
    line 'hot, plain http' 'nginx + Lua + Redis, CPU of nginx alone' '≥ 4' hot nginx-lua-redis over_subject
    line 'hot over TLS, h1' floor '≥ 0.85' hot-tls floor over_subject
    line 'hot over TLS, h2' floor '≥ 0.85' api floor over_subject
    line miss hot '≥ 0.9' miss saoma-hot over_subject
    line 'ten million vehicles, cold' 'a hundred thousand' '≤ 1.3' cold-sizes saoma-large over_subject
    line 'p99 at 70 % of capacity, cold' 'floor at its 70 %' '≤ 1.5' latency-70 floor p99_of_subject_over
    echo
    echo "- storm: $(said storm.md | sed 's/^storm: //')"
    echo "- miss: $(said miss.md)"
    echo "- $(said allocations.md)"
    for bytes in "$out"/bytes-*.md; do
        [[ ! -s $bytes ]] || echo "- $(<"$bytes")"
    done
    echo '- rate and memory of an import: `import.sh`'
    echo
    [[ ! -s $out/latency.svg ]] || echo '![latency against load](latency.svg)'
    for section in cold cold-mlkem cold-redis resumed hot hot-tls api miss mixed batch latency-70; do
        [[ ! -s $out/$section.md ]] || cat "$out/$section.md"
    done
} >loadtest/RESULTS.md
[[ ! -s $out/latency.svg ]] || cp "$out/latency.svg" loadtest/latency.svg
sed -n '/^| line/,/^$/p' loadtest/RESULTS.md
