"""What happens to a sticker: each damage takes a Scene and a random generator, and gives a picture.

Lengths are in modules of the symbol, so that a damage is as bad for a large symbol as for a small one.
"""

from dataclasses import dataclass

import cv2
import numpy as np

# What a sticker lies on: a painted frame, neither black nor white.
FRAME = 120


@dataclass
class Scene:
    """A sticker as it was printed."""

    gray: np.ndarray  # the whole sticker
    box: tuple  # left, top, right, bottom of the symbol without its quiet zone
    module: float  # pixels
    framed: bool = False  # whether the frame is in the picture already

    def on_frame(self):
        """The sticker with some of the frame around it."""
        if self.framed:
            return self.gray
        edge = round(10 * self.module)
        return cv2.copyMakeBorder(self.gray, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=FRAME)


def none(scene, rng):
    return scene.gray


def rotate(degrees):
    def damage(scene, rng):
        gray = scene.on_frame()
        height, width = gray.shape
        side = int(np.hypot(height, width)) + 2
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees + rng.uniform(-3, 3), 1)
        turn[:, 2] += (side - width) / 2, (side - height) / 2
        return cv2.warpAffine(gray, turn, (side, side), flags=cv2.INTER_AREA, borderValue=FRAME)

    return damage


def tilt(degrees):
    """Seen from the side, by a camera two sticker widths away, about an axis of any direction."""

    def damage(scene, rng):
        gray = scene.on_frame()
        height, width = gray.shape
        away = 2.0 * width
        about = rng.uniform(0, 2 * np.pi)
        axis = np.array([np.cos(about), np.sin(about), 0.0]) * np.radians(degrees)
        turn, _ = cv2.Rodrigues(axis)
        x, y = width / 2, height / 2
        corners = np.array([[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0]]) @ turn.T
        seen = corners[:, :2] * (away / (corners[:, 2:] + away))
        seen -= seen.min(axis=0)
        size = tuple(int(length) + 1 for length in seen.max(axis=0))
        flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        warp = cv2.getPerspectiveTransform(flat, seen.astype(np.float32))
        return cv2.warpPerspective(gray, warp, size, flags=cv2.INTER_LINEAR, borderValue=FRAME)

    return damage


def tube(degrees):
    """Wrapped around a tube, of which the symbol takes so many degrees."""

    def damage(scene, rng):
        left, _, right, _ = scene.box
        radius = (right - left) / np.radians(degrees)
        middle = (left + right) / 2
        height, width = scene.gray.shape
        across = np.arange(width, dtype=np.float32) - middle
        inside = np.clip(across / radius, -1, 1)
        source = (middle + radius * np.arcsin(inside)).astype(np.float32)
        source[np.abs(across) >= radius] = -1
        columns = np.tile(source, (height, 1))
        rows = np.tile(np.arange(height, dtype=np.float32)[:, None], (1, width))
        return cv2.remap(scene.gray, columns, rows, cv2.INTER_LINEAR, borderValue=FRAME)

    return damage


def blur(modules):
    def damage(scene, rng):
        return cv2.GaussianBlur(scene.on_frame(), (0, 0), modules * scene.module)

    return damage


def shake(modules):
    """A hand that moved while the shutter was open, in any direction."""

    def damage(scene, rng):
        length = modules * scene.module
        side = 2 * int(length / 2 + 1) + 1
        kernel = np.zeros((side, side), np.float32)
        about = rng.uniform(0, np.pi)
        for step in np.linspace(-length / 2, length / 2, 4 * side):
            x, y = side // 2 + step * np.cos(about), side // 2 + step * np.sin(about)
            kernel[round(y), round(x)] = 1
        return cv2.filter2D(scene.on_frame(), -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)

    return damage


def fade(contrast):
    """Bleached by the sun: ink and paper come closer, around a light grey."""

    def damage(scene, rng):
        return (170 + (scene.on_frame().astype(np.float32) - 127.5) * contrast).clip(0, 255).astype(np.uint8)

    return damage


def noise(sigma):
    """A small sensor at night."""

    def damage(scene, rng):
        gray = scene.on_frame().astype(np.float32)
        return (gray + rng.normal(0, sigma, gray.shape)).clip(0, 255).astype(np.uint8)

    return damage


def dirt(share, radii):
    """Mud over so much of the symbol, its corners too: spots with radii between these modules."""

    def damage(scene, rng):
        gray = scene.gray.copy()
        left, top, right, bottom = scene.box
        covered = np.zeros(gray.shape, np.uint8)
        while covered[top:bottom, left:right].mean() / 255 < share:
            middle = int(rng.uniform(left, right)), int(rng.uniform(top, bottom))
            axes = tuple(max(1, int(axis)) for axis in rng.uniform(*radii, 2) * scene.module)
            cv2.ellipse(covered, middle, axes, rng.uniform(0, 180), 0, 360, 255, -1)
        # Mud is dark on paper and light on ink.
        gray[covered > 0] = rng.normal(95, 12, int((covered > 0).sum())).clip(0, 255)
        return gray

    return damage


def spatter(share):
    """Many small spots: the worst for a symbol, since each spoils a few codewords."""
    return dirt(share, (0.5, 2.0))


def splash(share):
    """A few large spots."""
    return dirt(share, (2.0, 4.0))


def torn(share):
    """A corner without a finder pattern, so much of the symbol's area, torn off to the frame."""

    def damage(scene, rng):
        gray = scene.gray.copy()
        left, top, right, bottom = scene.box
        leg = np.sqrt(2 * share) * (right - left)
        corner = np.array([[right - leg, bottom], [right, bottom - leg], [right + 9e3, bottom - leg],
                           [right + 9e3, bottom + 9e3], [right - leg, bottom + 9e3]])
        cv2.fillPoly(gray, [corner.astype(np.int32)], FRAME)
        return gray

    return damage


def glare(share):
    """The sun in the varnish: a white spot over so much of the symbol, with a soft edge."""

    def damage(scene, rng):
        left, top, right, bottom = scene.box
        side = right - left
        x, y = rng.uniform(left + 0.3 * side, right), rng.uniform(top + 0.3 * side, bottom)
        rows, columns = np.mgrid[: scene.gray.shape[0], : scene.gray.shape[1]]
        radius = side * np.sqrt(share / np.pi)
        spot = np.exp(-(((columns - x) ** 2 + (rows - y) ** 2) / radius**2) ** 2)
        return (scene.gray + 255 * spot).clip(0, 255).astype(np.uint8)

    return damage


def far(pixels):
    """A large photo (12 megapixels) of which the symbol is so many pixels wide."""

    def damage(scene, rng):
        height, width = 3000, 4000
        rough = rng.normal(128, 50, (height // 40, width // 40)).astype(np.float32)
        photo = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
        for _ in range(40):  # spokes, cables, the edges of things
            ends = rng.uniform(0, 1, (2, 2)) * (width, height)
            cv2.line(photo, tuple(map(int, ends[0])), tuple(map(int, ends[1])), rng.uniform(0, 255), int(rng.uniform(2, 30)))
        left, _, right, _ = scene.box
        scale = pixels / (right - left)
        small = cv2.resize(scene.gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        x = int(rng.uniform(0, width - small.shape[1]))
        y = int(rng.uniform(0, height - small.shape[0]))
        photo[y : y + small.shape[0], x : x + small.shape[1]] = small
        photo = cv2.GaussianBlur(photo, (0, 0), 0.7) + rng.normal(0, 4, photo.shape)
        return photo.clip(0, 255).astype(np.uint8)

    return damage


def street(scene, rng):
    """A little of everything, which is what a sticker looks like after a winter."""
    seen = Scene(splash(0.03)(scene, rng), scene.box, scene.module)
    for damage in (tilt(25), blur(0.3), fade(0.5), noise(8)):
        seen.gray = damage(seen, rng)
        seen.framed = True
    return seen.gray


# Name, damage, whether both decoders must read every one of them, and how often it is done to each
# sticker, each time elsewhere. What has no chance in it is done once, and so are photos of 12
# megapixels, which are most of the work.
MUST, MAY = True, False
ONCE, OFTEN = 1, 3
DAMAGES = [
    ("none", none, MUST, ONCE),
    ("turned 15°", rotate(15), MUST, OFTEN),
    ("turned 45°", rotate(45), MUST, OFTEN),
    ("turned 90°", rotate(90), MUST, OFTEN),
    ("turned 200°", rotate(200), MUST, OFTEN),
    ("tilted 20°", tilt(20), MUST, OFTEN),
    ("tilted 40°", tilt(40), MAY, OFTEN),
    ("tilted 55°", tilt(55), MAY, OFTEN),
    ("around a tube, 60°", tube(60), MAY, ONCE),
    ("around a tube, 100°", tube(100), MAY, ONCE),
    ("blur 0.3 module", blur(0.3), MUST, ONCE),
    ("blur 0.5 module", blur(0.5), MAY, ONCE),
    ("blur 0.7 module", blur(0.7), MAY, ONCE),
    ("shake 0.5 module", shake(0.5), MUST, OFTEN),
    ("shake 1 module", shake(1.0), MAY, OFTEN),
    ("contrast 50 %", fade(0.5), MUST, ONCE),
    ("contrast 25 %", fade(0.25), MAY, ONCE),
    ("contrast 12 %", fade(0.12), MAY, ONCE),
    ("noise σ 25", noise(25), MUST, OFTEN),
    ("noise σ 60", noise(60), MAY, OFTEN),
    ("splash over 5 %", splash(0.05), MAY, OFTEN),
    ("splash over 10 %", splash(0.10), MAY, OFTEN),
    ("splash over 15 %", splash(0.15), MAY, OFTEN),
    ("spatter over 5 %", spatter(0.05), MAY, OFTEN),
    ("spatter over 10 %", spatter(0.10), MAY, OFTEN),
    ("spatter over 15 %", spatter(0.15), MAY, OFTEN),
    ("torn corner 5 %", torn(0.05), MAY, ONCE),
    ("torn corner 10 %", torn(0.10), MAY, ONCE),
    ("glare 5 %", glare(0.05), MAY, OFTEN),
    ("glare 10 %", glare(0.10), MAY, OFTEN),
    ("300 px in a 12 MP photo", far(300), MAY, ONCE),
    ("150 px in a 12 MP photo", far(150), MAY, ONCE),
    ("90 px in a 12 MP photo", far(90), MAY, ONCE),
    ("a little of everything", street, MAY, OFTEN),
]
