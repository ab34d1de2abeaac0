#!/usr/bin/env python3
"""Whether the time of a "no" tells why it is one.

    cargo build --release && target/release/saoma demo &      (with both SAOMA_MATCH_ limits at 1000000)
    loadtest/match_timing.py http://127.0.0.1:8080 [rounds]

Asks the pair check the same number of codes for each reason there is, in turns so that whatever else
the machine does falls on all of them alike, over one connection. Prints the quartiles of each reason
and its median against that of the first, and beside them the spread that chance alone makes: the
first reason is asked twice, as if it were two.
"""

import http.client
import json
import random
import statistics
import sys
import time
from urllib.parse import urlsplit

VIN = "vin/218622108311027"
PWB = "pwb/76392965TN21080500543B48V121513522"
REASONS = {
    "nobody knows either": ["vin/218622199999999", "pwb/76392965NONE00000000000000000001"],
    "the same once more": ["vin/218622199999999", "pwb/76392965NONE00000000000000000001"],
    "nobody knows one": [VIN, "pwb/76392965NONE00000000000000000001"],
    "known, in no pair": ["vin/218622203150043", "pwb/76392965TN22010100002A48V12"],
    "each in a pair with another": ["vin/218622203150042", PWB],
}


def ask(connection, codes):
    body = json.dumps({"codes": codes})
    started = time.perf_counter_ns()
    connection.request("POST", "/match", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    read = answer.read()
    took = time.perf_counter_ns() - started
    if answer.status != 200 or b"no-or-unknown" not in read:
        sys.exit(f"{answer.status}: {read.decode()}")
    return took / 1000, read


def main():
    address = urlsplit(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    took = {reason: [] for reason in REASONS}
    bodies = set()
    for turn in range(rounds + 100):
        for reason in random.sample(list(REASONS), len(REASONS)):
            micros, body = ask(connection, REASONS[reason])
            bodies.add(body)
            if turn >= 100:  # the first ones warm up
                took[reason].append(micros)
    first = statistics.median(took["nobody knows either"])
    print(f"{len(bodies)} body in {rounds} rounds")
    for reason, all_of_it in took.items():
        low, middle, high = statistics.quantiles(all_of_it, n=4)
        print(f"{reason:28} {low:7.1f} {middle:7.1f} {high:7.1f} µs   {middle / first:.3f}")


main()
