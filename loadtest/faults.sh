#!/usr/bin/env bash
# What readers get when Redis fails, on real servers that this starts and ends by itself:
#   loadtest/faults.sh                        all three tables, small
#   loadtest/faults.sh faults                 each fault: what a reader got, and the time to recovery
#   loadtest/faults.sh invalidation           from a write to the page on three edges
#   loadtest/faults.sh cluster                six nodes, readers, and a master killed
# CHANGES=1000 VEHICLES=1000000 FAULT_SECONDS=10 PHASE_SECONDS=30 make it as large as the figures in
# the README. PROFILE=dev for a look without waiting for the optimiser.
# Debian: apt-get install redis-server redis-sentinel. A million vehicles take 2 GB for the six nodes.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A tables=(
    [faults]=table_of_faults
    [invalidation]=invalidation_latency_on_three_edges
    [cluster]=a_master_killed_under_load
)
wanted=("$@")
[ ${#wanted[@]} -gt 0 ] || wanted=(faults invalidation cluster)
for name in "${wanted[@]}"; do
    if [ -z "${tables[$name]:-}" ]; then
        echo "faults.sh: $name is none of ${!tables[*]}" >&2
        exit 2
    fi
done

command -v redis-server >/dev/null || { echo "faults.sh: redis-server is missing" >&2; exit 2; }
cargo test --quiet --locked --profile "${PROFILE:-release}" --test redis --no-run
status=0
for name in "${wanted[@]}"; do
    # One after the other: each has the machine to itself.
    cargo test --quiet --locked --profile "${PROFILE:-release}" --test redis -- \
        --ignored --exact --nocapture --test-threads=1 \
        "$(cargo test --quiet --locked --profile "${PROFILE:-release}" --test redis -- --ignored --list |
            sed -n "s/^\(.*${tables[$name]}\): test$/\1/p")" || status=$?
done
exit "$status"
