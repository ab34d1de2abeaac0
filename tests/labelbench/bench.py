"""Renders stickers with `saoma label`, damages them, and counts which decoders still read them.

Fails if an undamaged sticker, or one of the mild damages marked MUST, is not read exactly by zbar and
by zxing; or if anything at all is read as another address than the one that was printed. The
same seed makes the same pictures.

A level of correction is a share of codewords, not of area: a spot spoils every codeword it touches, so
level H (30 %) is used up by mud over some 10 % of the symbol, and a finder pattern has none at all.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import zxingcpp

from damage import DAMAGES, MUST, Scene

SEED = 1323_2023
PUBLIC = "https://www.pzcode.cn"
# The standard's three examples: a vehicle, a battery, a plate.
CODES = ["vin/218622108311027", "pwb/76392965TN21080500543B48V121513522", "lic/33010621822480"]
LEVELS = ["m", "h"]
DPI = 300
DEADLINE_S = 20  # of one decoding
DECODERS = ["zbar", "zxing", "opencv"]
# OpenCV's reader is the weakest in use; it is measured, not relied upon.
RELIED = ["zbar", "zxing"]


def render(folder, code, level):
    """The sticker as `saoma label` makes it, and where its symbol is."""
    path = folder / f"{code.replace('/', '-')}-{level}.png"
    command = [os.environ["SAOMA"], "label", code, "--ecc", level, "--dpi", str(DPI), "--out", str(path)]
    if code.startswith("vin"):
        command += ["--model", "TDR4996Z", "--colour", "珍珠白"]
    subprocess.run([*command, "--public-url", PUBLIC], check=True, timeout=DEADLINE_S)
    gray = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    # The symbol is in the first 23 by 22.5 mm, and nothing else is.
    mm = DPI / 25.4
    rows, columns = np.nonzero(gray[: int(22.5 * mm), : int(23 * mm)] < 128)
    box = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    # A finder pattern is seven modules: the first dark run of the symbol's first row.
    first = gray[box[1], box[0] :]
    return Scene(gray, box, int(np.argmax(first > 128)) / 7)


def read(gray, path):
    """What each decoder makes of a picture."""
    cv2.imwrite(str(path), gray, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    zbar = subprocess.run(
        ["zbarimg", "-q", "--raw", "-S*.enable=0", "-Sqrcode.enable=1", str(path)],
        capture_output=True, text=True, timeout=DEADLINE_S,
    ).stdout.split()
    path.unlink()
    zxing = [code.text for code in zxingcpp.read_barcodes(gray, formats=zxingcpp.BarcodeFormat.QRCode)]
    try:
        opencv = [cv2.QRCodeDetector().detectAndDecode(gray)[0]]
    except (cv2.error, UnicodeDecodeError):
        opencv = []
    return {"zbar": zbar, "zxing": zxing, "opencv": [text for text in opencv if text]}


def case(folder, scenes, number, name, damage, code, level, turn):
    # Both levels get the same mud in the same place.
    rng = np.random.default_rng([SEED, zlib.crc32(f"{name} {code}".encode()), turn])
    gray = damage(scenes[code, level], rng)
    return name, code, level, turn, gray, read(gray, folder / f"{number}.png")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--edge", help="a running edge; each address that was read is opened there")
    options.add_argument("--keep", type=pathlib.Path, help="a folder for one picture of each damage")
    options = options.parse_args()
    began = time.monotonic()
    cv2.setNumThreads(1)  # the pool below is what runs side by side
    tally, wrong, missed, addresses = {}, [], [], set()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        scenes = {(code, level): render(folder, code, level) for code in CODES for level in LEVELS}
        cases = []
        for name, damage, _, times in DAMAGES:
            for code in CODES:
                for level in LEVELS:
                    for turn in range(times):
                        cases.append((folder, scenes, len(cases), name, damage, code, level, turn))
        musts = {name for name, _, must, _ in DAMAGES if must is MUST}
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            # In slices: a photo of 12 megapixels that waits for its turn takes memory.
            for at in range(0, len(cases), 64):
                for name, code, level, turn, gray, found in pool.map(lambda c: case(*c), cases[at : at + 64]):
                    expected = f"{PUBLIC}/{code}"
                    for decoder, texts in found.items():
                        right, all_ = tally.get((name, decoder, level), (0, 0))
                        tally[name, decoder, level] = right + (expected in texts), all_ + 1
                        wrong += [f"{name}: {decoder} read {text!r} of {code}" for text in texts if text != expected]
                        addresses.update(texts)
                        if name in musts and decoder in RELIED and expected not in texts:
                            missed.append(f"{name}: {decoder} did not read {code} at level {level}, turn {turn}")
                    if options.keep and turn == 0 and code.startswith("vin") and level == "m":
                        options.keep.mkdir(parents=True, exist_ok=True)
                        picture = name.replace(" ", "-").replace("°", "").replace("%", "pc")
                        cv2.imwrite(str(options.keep / f"{picture}.png"), gray)
                if sys.stderr.isatty():
                    print(f"\r{at + 64}/{len(cases)}", end="", file=sys.stderr)
    table(tally)
    print(f"\n{len(cases)} pictures of {len(scenes)} stickers, seed {SEED}, {time.monotonic() - began:.0f} s.")
    if options.edge:
        missed += opened(options.edge, addresses)
    for line in wrong + missed:
        print(f"FAILED {line}", file=sys.stderr)
    sys.exit(bool(wrong or missed))


def table(tally):
    heads = [f"{decoder} {level.upper()}" for decoder in DECODERS for level in LEVELS]
    print("| damage | " + " | ".join(heads) + " |")
    print("|---|" + "---:|" * len(heads))
    for name, *_ in DAMAGES:
        rates = []
        for decoder in DECODERS:
            for level in LEVELS:
                right, all_ = tally[name, decoder, level]
                rates.append(f"{100 * right / all_:.0f} %")
        print(f"| {name} | " + " | ".join(rates) + " |")


def opened(edge, addresses):
    """Opens each address at the edge, and says which did not answer with a page."""
    missed = []
    for address in sorted(addresses):
        url = edge.rstrip("/") + address.removeprefix(PUBLIC)
        try:
            with urllib.request.urlopen(url, timeout=DEADLINE_S) as answer:
                print(f"{url}: {answer.status}")
        except OSError as why:
            missed.append(f"{url}: {why}")
    return missed


if __name__ == "__main__":
    main()
