#!/usr/bin/env python3
"""Whether the time of an answer tells more than the answer.

    cargo build --release && loadtest/answer_timing.py [--rounds 20000] [--bin target/release]

What may differ is meant: a code that is found and one that is not registered are different answers.
Within one answer nothing may differ, so these are asked for, in turns and in pairs (DESIGN, rule 3):

  battery     made                        and made, in stock, sold, registered and repaired
  vehicle     made                        and made, in stock, sold, registered and repaired
  plate       with its owner's name       and without one, under the policy that withholds it
  not found   never heard of              and sold, which is nothing public

each as a page and as JSON, from the page cache and without one. It makes its own records, imports
them, starts the servers it needs on loopback and ends them. Every class has COPIES codes, so that no
place in the store or in memory stands for a class; which turn is whose is drawn.

Printed for each: the medians, their difference, Welch's t of the two (both cut at the ninetieth
percentile of all, where the machine has its pauses), and the t of a class against itself, each answer
drawn into one half or the other: what chance alone makes. |t| of 4.5 and above tells two classes apart.
It ends with 1 if any pair is told apart, or if two answers of a pair differ in status or length.
"""

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time

COPIES = 64
TOLD_APART = 4.5
ORG = "76392965"
MAKERS = {"battery": "91330522763929651A", "vehicle": "91331082MA2RJ6WH89"}
SELLER, POLICE, REPAIRER = "91330106MA1DEM015F", "113301000024894011", "91330106MA3DEM035X"
WHEN, DAY = "2024-05-01T09:30:00+08:00", "2024-05-01 09:30:00"


class Records:
    def __init__(self):
        self.lines = []

    def add(self, record, source, fields, subject=None):
        line = {"id": f"t-{len(self.lines)}", "record": record, "source": source, "at": WHEN, "fields": fields}
        if subject:
            line["subject"] = subject
        self.lines.append(json.dumps(line, ensure_ascii=False))

    def battery(self, code):
        self.add("production.battery", MAKERS["battery"], {
            "XuDianCWYBH": code, "XuDianCLX": "铅酸蓄电池", "XuDianCSCQY": "示例电池股份有限公司",
            "XuDianCRL": "12Ah", "XuDianCXH": "6-DZF-12", "LinkURL": f"https://www.pzcode.cn/pwb/{code}"})

    def vehicle(self, code):
        self.add("production.vehicle", MAKERS["vehicle"], {
            "ZhenCheBM": code, "CheLiangZZS": "示例车业有限公司", "ChanPinXH": "TDR4996Z",
            "ShengChanQYMC": "示例车业有限公司", "LinkURL": f"https://www.pzcode.cn/vin/{code}"})

    def life(self, vin, pwb, lic):
        """All that is not public of a vehicle and its battery."""
        for kind, code in (("整车", vin), ("蓄电池", pwb)):
            self.add("stock.item", SELLER, {"uniscid": SELLER, "proddt": "2024-04-01", "chechi_type": kind,
                                            "chechibm": code, "create_time": DAY})
        self.sale(vin, pwb)
        self.plate(lic, {"XingMing": "王示例", "IdentityCard": "330106199001011238", "XuDianCWYBH": [pwb],
                         "ZhenCheBM": vin})
        self.add("repair.job", REPAIRER, {"ZhenCheBM": vin, "XuDianCWYBH": pwb, "datetime": DAY})

    def sale(self, vin, pwb):
        self.add("sale.binding", SELLER, {"uniscid": SELLER, "ZhenCheBM": vin, "XuDianCWYBH": [pwb],
                                          "create_time": DAY, "update_time": DAY})

    def plate(self, lic, more):
        self.add("registration.plate", POLICE, {
            "ChePaiHM": lic[6:13], "LinkUrl": f"https://www.pzcode.cn/lic/{lic}", "CommitDate": DAY, **more},
            subject=f"lic/{lic}")


def register():
    """The records, and the paths of each class. Classes take turns in the order of codes."""
    records = Records()
    pairs = {name: ([], []) for name in ("battery", "vehicle", "plate", "not found")}
    for n in range(2 * COPIES):
        known = n % 2
        vin, pwb, lic = f"2186224{n:08}", f"{ORG}TN24{n:06}A48V12", f"330106{n:07}0"
        records.vehicle(vin)
        records.battery(pwb)
        if known:
            records.life(vin, pwb, f"330106{5_000_000 + n}0")
        pairs["vehicle"][known].append(f"/vin/{vin}")
        pairs["battery"][known].append(f"/pwb/{pwb}")
        records.plate(lic, {"XingMing": "欧阳示例", "IdentityCard": "330106199001011238"} if known else {})
        pairs["plate"][known].append(f"/lic/{lic}")
        missing = f"{ORG}TN25{n:06}A48V12"
        if known:
            records.sale(f"2186225{n:08}", missing)
        pairs["not found"][known].append(f"/pwb/{missing}")
    return records.lines, pairs


class Server:
    """A door of its own on a port of its own."""

    def __init__(self, program, folder, cache_bytes):
        settings = os.path.join(folder, f"{cache_bytes}.toml")
        with open(settings, "w") as out:
            out.write(f'store = "embedded:{folder}/store"\npolicy = "strict"\ncache_bytes = {cache_bytes}\n'
                      '[public]\nlisten = ["127.0.0.1:0"]\n[admin]\nlisten = ""\n[log]\nformat = "json"\n')
        self.log = settings + ".log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([program, "serve", "--config", settings], stdout=log,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.port = self.find_port()

    def find_port(self):
        for _ in range(600):
            with open(self.log) as log:
                for word in log.read().replace('"', " ").split():
                    host, _, port = word.strip("[],/").rpartition("127.0.0.1:")
                    if port.isdigit() and port != "0":
                        return int(port)
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.end()
        with open(self.log) as log:
            sys.exit(log.read())

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=30)


class Line:
    """One connection, asked as fast as this language can."""

    def __init__(self, port):
        self.stream = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request, expected):
        started = time.perf_counter_ns()
        self.stream.sendall(request)
        got = len(self.stream.recv(65536))
        while got < expected:
            got += len(self.stream.recv(65536))
        return time.perf_counter_ns() - started, got

    def learn(self, request):
        """The whole answer, read slowly."""
        self.stream.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.stream.recv(65536)
        head, _, body = answer.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                      if line.startswith(b"content-length"))
        while len(body) < length:
            body += self.stream.recv(65536)
        return head.split(b" ")[1], len(head) + 4 + length


def welch(one, other):
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.fmean(one) - statistics.fmean(other)) / spread ** 0.5 if spread else 0.0


def compare(line, classes, accept, rounds):
    requests = [[f"GET {path} HTTP/1.1\r\nHost: a\r\nAccept: {accept}\r\n\r\n".encode() for path in paths]
                for paths in classes]
    shapes = {line.learn(request) for of_class in requests for request in of_class}
    if len(shapes) != 1:
        sys.exit(f"answers of one class differ: {shapes}")
    expected = next(iter(shapes))[1]
    took = [[], []]
    for turn in range(rounds + 200):
        for which in random.sample((0, 1), 2):
            nanos, got = line.ask(random.choice(requests[which]), expected)
            if got != expected:
                sys.exit(f"{got} bytes instead of {expected}")
            if turn >= 200:  # the first ones warm up
                took[which].append(nanos / 1000)
    medians = [statistics.median(each) for each in took]
    most = statistics.quantiles(took[0] + took[1], n=10)[-1]
    cut = [[micros for micros in each if micros <= most] for each in took]
    halves = ([], [])
    for micros in cut[0]:
        halves[random.getrandbits(1)].append(micros)
    return medians, welch(*cut), welch(*halves)


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=20_000)
    asked.add_argument("--bin", default="target/release")
    asked = asked.parse_args()
    program = os.path.abspath(os.path.join(asked.bin, "saoma"))
    lines, pairs = register()
    apart = 0
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "records.ndjson"), "w") as out:
            out.write("\n".join(lines) + "\n")
        told = subprocess.run([program, "import", "records.ndjson", "--store", f"embedded:{folder}/store",
                               "--policy", "strict"], cwd=folder, capture_output=True, text=True)
        if told.returncode:
            sys.exit(f"import ended with {told.returncode}: {told.stdout}{told.stderr}")
        print(f"{asked.rounds} rounds, {COPIES} codes a class; µs")
        print(f"{'pair':<12}{'form':<6}{'cache':<7}{'one':>9}{'other':>9}{'apart':>9}{'t':>8}{'chance':>8}")
        for cache, cache_bytes in (("warm", 1 << 26), ("none", 0)):
            server = Server(program, folder, cache_bytes)
            try:
                line = Line(server.port)
                for name, classes in pairs.items():
                    for form, accept in (("page", "text/html"), ("JSON", "application/json")):
                        (one, other), t, chance = compare(line, classes, accept, asked.rounds)
                        apart += abs(t) >= TOLD_APART
                        mark = "  TOLD APART" if abs(t) >= TOLD_APART else ""
                        print(f"{name:<12}{form:<6}{cache:<7}{one:>9.1f}{other:>9.1f}{other - one:>9.2f}"
                              f"{t:>8.2f}{chance:>8.2f}{mark}", flush=True)
            finally:
                server.end()
    sys.exit(1 if apart else 0)


main()
