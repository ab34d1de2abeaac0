#!/usr/bin/env bash
# How many instructions each step of a scan takes, and whether that is still what it was.
#
#   loadtest/steps.sh            counts, and fails where one is a tenth above its budget
#   loadtest/steps.sh --write    counts, and makes that the budget: steps.budget
#
# Instructions do not depend on who else uses the machine. Each step is counted twice, with different
# numbers of times, and only the difference counts: starting up is no part of it. Half a minute.
# What hashes are seeded with still differs, and with it one instruction in a thousand.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tool=${SAOMA_LOADTEST:-$here/../target/release/saoma-loadtest}
budget=$here/steps.budget
# What may be added before somebody has to look, in percent.
tolerance=10

complain() { printf 'steps.sh: %s\n' "$*" >&2; exit 2; }
[[ -x $tool ]] || complain 'build it first: cargo build --release -p saoma-loadtest'
command -v valgrind >/dev/null || complain 'valgrind is missing'
case ${1:-} in '' | --write) ;; *) complain "$1 is not known" ;; esac

# Addresses are the same every time, since some hashers are seeded with them.
count() { # step, times
    local out
    out=$(timeout 120 setarch -R valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$tool" steps --step "$1" --times "$2" 2>&1 >/dev/null) || complain "$1: $(tail -n 1 <<<"$out")"
    sed -n 's/.*Collected : *//p' <<<"$out"
}

status=0 lines=''
printf '%-10s %12s %12s %8s\n' step instructions budget ratio
for step in parse guard hit fresh miss render squeeze mask decode; do
    # Compressing takes a hundred times what the others take.
    few=200 many=600
    case $step in fresh | miss | squeeze) few=10 many=30 ;; esac
    counted=$((($(count "$step" "$many") - $(count "$step" "$few")) / (many - few)))
    lines+="$step $counted"$'\n'
    allowed=$(awk -v step="$step" '$1 == step { print $2 }' "$budget" 2>/dev/null || true)
    if [[ -z $allowed ]]; then
        printf '%-10s %12d %12s\n' "$step" "$counted" none
        [[ ${1:-} == --write ]] || status=1
        continue
    fi
    verdict=''
    if ((counted * 100 > allowed * (100 + tolerance))); then
        verdict='  ABOVE'
        status=1
    elif ((counted * 100 < allowed * (100 - tolerance))); then
        verdict='  below: write the new budget'
    fi
    printf '%-10s %12d %12d %8s%s\n' "$step" "$counted" "$allowed" \
        "$(awk -v a="$counted" -v b="$allowed" 'BEGIN { printf "%.3f", a / b }')" "$verdict"
done
if [[ ${1:-} == --write ]]; then
    {
        echo '# Instructions for one step of a scan, by steps.sh --write. Who raises one says why in the commit.'
        printf '%s' "$lines"
    } >"$budget"
    exit 0
fi
exit "$status"
