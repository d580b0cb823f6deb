"""Posters and portraits, drawn row by row and written as PNG without any library."""

import hashlib
import math
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from random import Random

Colour = tuple[int, int, int]
Span = tuple[float, float, Colour]
Motif = Callable[[Random, Colour, Colour, float], Iterator[Span]]

PALETTES: list[tuple[Colour, Colour, Colour]] = [
    # sky above, sky below, motif
    ((16, 24, 64), (226, 98, 82), (255, 214, 150)),
    ((8, 38, 52), (36, 146, 142), (240, 246, 214)),
    ((44, 16, 60), (206, 74, 128), (255, 190, 120)),
    ((14, 18, 30), (64, 96, 150), (220, 232, 255)),
    ((58, 20, 16), (220, 132, 52), (255, 240, 196)),
    ((10, 44, 28), (112, 160, 74), (246, 236, 168)),
    ((30, 22, 72), (112, 104, 214), (250, 206, 232)),
    ((20, 30, 36), (126, 144, 150), (255, 120, 86)),
    ((66, 12, 34), (214, 60, 66), (255, 226, 204)),
    ((6, 30, 70), (70, 164, 222), (255, 250, 222)),
]


def png(width: int, rows: Iterator[bytes]) -> bytes:
    data = bytearray()
    height = 0
    for row in rows:
        data += b"\0" + row
        height += 1
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(data), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@lru_cache(maxsize=1024)
def poster(subject: str, width: int, height: int) -> bytes:
    """Always the same picture for the same subject."""
    random = Random(hashlib.sha256(subject.encode()).digest())
    above, below, light = random.choice(PALETTES)
    draw = random.choice(MOTIFS)
    seed = random.random()

    def rows() -> Iterator[bytes]:
        ratio = height / width
        for y in range(height):
            part = y / height
            row = bytearray(bytes(blend(above, below, part**1.3)) * width)
            for left, right, colour in draw(Random(seed), light, above, part * ratio):
                _fill(row, left * width, right * width, colour, width)
            yield bytes(row)

    return png(width, rows())


@lru_cache(maxsize=256)
def portrait(subject: str, initial: str, size: int = 96) -> bytes:
    random = Random(hashlib.sha256(subject.encode()).digest())
    above, below, light = random.choice(PALETTES)

    def rows() -> Iterator[bytes]:
        for y in range(size):
            row = bytearray(bytes(blend(above, below, 0.35 + 0.65 * y / size)) * size)
            for left, right in _letter_spans(initial, y / size):
                _fill(row, left * size, right * size, light, size)
            yield bytes(row)

    return png(size, rows())


def blend(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _fill(row: bytearray, left: float, right: float, colour: Colour, width: int) -> None:
    """Whole pixels at once; the two at the edges are mixed, so that slants look smooth."""
    left, right = max(0.0, left), min(float(width), right)
    if right <= left:
        return
    first, last = math.ceil(left), math.floor(right)
    if last > first:
        row[3 * first : 3 * last] = bytes(colour) * (last - first)
    if first > left:
        _mix(row, first - 1, colour, min(first, right) - left)
    if right > last >= first:
        _mix(row, last, colour, right - last)


def _mix(row: bytearray, x: int, colour: Colour, part: float) -> None:
    held = (row[3 * x], row[3 * x + 1], row[3 * x + 2])
    row[3 * x : 3 * x + 3] = bytes(blend(held, colour, part))


# Motifs: spans of one row at height y, where the picture is 1 wide and about 1.5 high.


def _disc(x: float, y: float, radius: float, colour: Colour, at: float) -> Iterator[Span]:
    if abs(at - y) < radius:
        half = math.sqrt(radius**2 - (at - y) ** 2)
        yield x - half, x + half, colour


def _sun_and_hills(random: Random, light: Colour, dark: Colour, y: float) -> Iterator[Span]:
    yield from _disc(random.uniform(0.3, 0.7), random.uniform(0.5, 0.75), 0.2, light, y)
    for layer in range(3):
        colour = blend(light, dark, 0.55 + 0.2 * layer)
        for _ in range(2):
            peak, x = 0.85 + 0.17 * layer + random.uniform(0, 0.08), random.uniform(-0.1, 1.1)
            if y > peak:
                half = math.sqrt(y - peak) * 0.9
                yield x - half, x + half, colour


def _mountains(random: Random, light: Colour, dark: Colour, y: float) -> Iterator[Span]:
    yield from _disc(random.uniform(0.2, 0.8), 0.32, 0.09, light, y)
    for layer in range(4):
        colour = blend(light, dark, 0.3 + 0.2 * layer)
        x, peak = random.uniform(0, 1), 0.55 + 0.2 * layer
        left, right = random.uniform(0.5, 1.0), random.uniform(0.5, 1.0)
        if y > peak:
            yield x - (y - peak) * left, x + (y - peak) * right, colour
            if y < peak + 0.1:
                yield x - (y - peak) * left, x + (y - peak) * right, light


def _moon_and_waves(random: Random, light: Colour, dark: Colour, y: float) -> Iterator[Span]:
    x = random.uniform(0.3, 0.7)
    yield from _disc(x, 0.5, 0.24, light, y)
    sea = 0.85
    if y > sea:
        yield 0, 1, blend(light, dark, 0.9)
        band = int((y - sea) * 28)
        if band % 2 == 0:
            sway = random.uniform(0.02, 0.05) * math.sin(band * 1.7)
            half = 0.24 - band * 0.008
            yield x + sway - half, x + sway + half, blend(light, dark, 0.25 + band * 0.03)


def _skyline(random: Random, light: Colour, dark: Colour, y: float) -> Iterator[Span]:
    yield from _disc(random.uniform(0.2, 0.8), 0.45, 0.14, light, y)
    tops = [random.uniform(0.6, 1.05) for _ in range(9)]
    lights = random.random()
    for house, top in enumerate(tops):
        left, floor = house / 9, int((y - top) * 26)
        if y > top:
            yield left, left + 1 / 9, blend(light, dark, 0.82 + 0.06 * (house % 3))
            if floor % 2 == 1 and math.sin(floor * 7 + house * 13 + lights * 99) > -0.3:
                yield left + 0.03, left + 0.05, light
                yield left + 0.065, left + 0.085, light


def _forest(random: Random, light: Colour, dark: Colour, y: float) -> Iterator[Span]:
    yield from _disc(0.5, 0.5, 0.26, blend(light, dark, 0.15), y)
    for layer in range(3):
        colour = blend(light, dark, 0.5 + 0.22 * layer)
        for tree in range(7):
            top = 0.7 + 0.2 * layer + random.uniform(0, 0.2)
            x = (tree + random.uniform(0.1, 0.9)) / 7
            if y > top:
                half = 0.02 + (y - top) % 0.17 * 0.3 + (y - top) * 0.06
                yield x - half, x + half, colour


def _beams(random: Random, light: Colour, dark: Colour, y: float) -> Iterator[Span]:
    x, foot = random.uniform(0.2, 0.8), 1.2
    for beam in range(7):
        slant = (beam - 3) * 0.33
        offset = (foot - y) * slant
        thin = 0.012 + abs(foot - y) * 0.05
        if y < foot:
            yield x + offset - thin, x + offset + thin, blend(light, dark, 0.35 + 0.12 * (beam % 2))
    if y >= foot:
        yield 0, 1, blend(light, dark, 0.9)
    yield from _disc(x, foot, 0.1, light, y)


def _planet(random: Random, light: Colour, dark: Colour, y: float) -> Iterator[Span]:
    for _ in range(40):
        star_x, star_y = random.random(), random.uniform(0, 1.5)
        yield from _disc(star_x, star_y, random.uniform(0.003, 0.007), light, y)
    x, centre = random.uniform(0.35, 0.65), random.uniform(0.6, 0.9)
    yield from _disc(x, centre, 0.27, light, y)
    yield from _disc(x + 0.09, centre - 0.05, 0.27, blend(light, dark, 0.75), y)
    if abs(y - centre) < 0.018:
        yield x - 0.44, x + 0.44, blend(light, dark, 0.2)


def _rings(random: Random, light: Colour, dark: Colour, y: float) -> Iterator[Span]:
    x, centre = random.uniform(0.35, 0.65), random.uniform(0.55, 0.9)
    for ring in range(7):
        part = 0.15 if ring % 2 else 0.75
        yield from _disc(x, centre, 0.42 - ring * 0.06, blend(light, dark, part), y)


MOTIFS: list[Motif] = [
    _sun_and_hills, _mountains, _moon_and_waves, _skyline, _forest, _beams, _planet, _rings,
]  # fmt: skip

# Capital letters, five dots by seven, a row to each pair of hexadecimal digits.
LETTERS = {
    "A": "0e11111f111111", "B": "1e11111e11111e", "C": "0e11101010110e", "D": "1e11111111111e",
    "E": "1f10101e10101f", "F": "1f10101e101010", "G": "0e11101711110f", "H": "1111111f111111",
    "I": "0e04040404040e", "J": "0702020202120c", "K": "11121418141211", "L": "1010101010101f",
    "M": "111b1515111111", "N": "11111915131111", "O": "0e11111111110e", "P": "1e11111e101010",
    "Q": "0e11111115120d", "R": "1e11111e141211", "S": "0f10100e01011e", "T": "1f040404040404",
    "U": "1111111111110e", "V": "11111111110a04", "W": "11111115151b11", "X": "11110a040a1111",
    "Y": "1111110a040404", "Z": "1f01020408101f",
}  # fmt: skip
UNKNOWN_LETTER = "0e110102040004"


def _letter_spans(letter: str, y: float) -> Iterator[tuple[float, float]]:
    rows = bytes.fromhex(LETTERS.get(letter.upper(), UNKNOWN_LETTER))
    line = math.floor((y - 0.22) / 0.08)
    if 0 <= line < len(rows):
        dots = f"{rows[line]:05b}"
        for run in re.finditer("1+", dots):
            yield 0.3 + run.start() * 0.08, 0.3 + run.end() * 0.08
