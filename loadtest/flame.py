#!/usr/bin/env python3
"""A flame graph of what a server does, as one SVG that needs nothing else.

    perf record --call-graph dwarf,16384 -F 499 -p PID -- sleep 10
    perf script --no-inline | loadtest/flame.py --title 'cold' > cold.svg

Each box is a function, as wide as its share of the samples, upon the one that called it; the names of
all are in the boxes' titles. Boxes below a thousandth are left out. `bench.sh --flame DIR` does it all.
"""

import argparse
import html
import re
import sys

WIDTH, HEIGHT, TEXT = 1600, 17, 6.6
LEAST = 0.001


class Box:
    def __init__(self):
        self.samples = 0
        self.above = {}

    def add(self, stack):
        self.samples += 1
        box = self
        for name in stack:
            box = box.above.setdefault(name, Box())
            box.samples += 1

    def height(self, least):
        above = [box.height(least) for box in self.above.values() if box.samples >= least]
        return 1 + max(above, default=0)


def stacks(lines):
    """The stacks that perf prints, outermost function first."""
    stack = []
    for line in lines:
        frame = re.match(r"\s+[0-9a-f]+ (.+) \((.*)\)$", line)
        if frame:
            stack.append(short(frame[1], frame[2]))
        elif not line.strip() and stack:
            yield list(reversed(stack))
            stack = []
    if stack:
        yield list(reversed(stack))


def short(name, where):
    """Without the offset, the hash and the generic arguments."""
    name = re.sub(r"\+0x[0-9a-f]+$", "", name)
    name = re.sub(r"::h[0-9a-f]{16}$", "", name)
    while re.search(r"<[^<>]*>", name) and len(name) > 60:
        name = re.sub(r"<[^<>]*>", "", name, count=1)
    if name == "[unknown]":
        name = "[kernel]" if "kernel" in where else "[?]"
    return name


def colour(name):
    """By whose code it is."""
    for words, hue in (
        (("saoma",), 140),
        (("rustls", "aws_lc", "x25519", "ecp_", "bignum", "EVP_", "SHA", "HMAC", "HKDF"), 210),
        (("hyper", "tokio", "http", "mio"), 45),
        (("je_", "_rjem", "malloc", "free", "alloc"), 300),
        (("mdb_", "heed", "moka"), 180),
    ):
        if any(word in name for word in words):
            return f"hsl({hue} 45% {68 + hash_of(name) % 12}%)"
    return f"hsl(15 45% {72 + hash_of(name) % 12}%)"


def hash_of(name):
    return sum(name.encode())


def draw(root, title):
    least = max(1, root.samples * LEAST)
    depth = root.height(least)
    tall = (depth + 2) * HEIGHT
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" font-family="monospace" font-size="11">',
        f'<rect width="100%" height="100%" fill="#fff"/><text x="4" y="13">{html.escape(title)}, {root.samples} samples</text>',
    ]

    def box(one, name, left, level):
        wide = WIDTH * one.samples / root.samples
        top = tall - (level + 1) * HEIGHT
        share = 100 * one.samples / root.samples
        said = html.escape(name)
        out.append(
            f'<g><title>{said}: {share:.1f} %</title><rect x="{left:.1f}" y="{top}" width="{wide:.1f}" '
            f'height="{HEIGHT - 1}" fill="{colour(name)}"/>'
        )
        room = int((wide - 4) / TEXT)
        if room >= 4:
            shown = name if len(name) <= room else ".." + name[len(name) - room + 2 :]
            out.append(f'<text x="{left + 2:.1f}" y="{top + 12}">{html.escape(shown)}</text>')
        out.append("</g>")
        for above, inner in sorted(one.above.items()):
            if inner.samples >= least:
                box(inner, above, left, level + 1)
                left += WIDTH * inner.samples / root.samples

    box(root, "all", 0.0, 0)
    out.append("</svg>")
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--title", default="all")
    root = Box()
    told = parser.parse_args()
    sys.setrecursionlimit(10000)
    for stack in stacks(sys.stdin):
        root.add(stack[-120:])
    if not root.samples:
        sys.exit("flame.py: no samples; is this what `perf script` prints?")
    print(draw(root, told.title))


if __name__ == "__main__":
    main()
