"""Forty pieces of evidence as a lab would give them in one night, damaged ones among them, and what must come of each."""

import dataclasses
import random
import tempfile

from tests.support import evidence, program, rows

SEGMENTED, SPLIT, WHOLE = 4, 2, 28
ZONE = {"timezone": "America/Chicago"}


@dataclasses.dataclass
class Piece:
    name: str
    input_files: list
    want: str  # "complete", "partial" or "failed"
    words: str = ""  # of the failure


def make_fleet(store):
    """Forty pieces; the segments of an image stand in any order, as the server lists them."""
    pick = random.Random(6)
    e01 = program.E01.read_bytes()
    pieces = [Piece(f"web{number:02}.E01", [store.add(e01, f"web{number:02}.E01")], "complete")
              for number in range(WHOLE)]
    with tempfile.TemporaryDirectory() as folder:
        segments = [path.read_bytes() for path in evidence.segmented_e01(folder)]
        parts = [path.read_bytes() for path in evidence.split_raw(folder)]
        flipped = evidence.flipped_e01(program.pathlib.Path(folder) / "flipped").read_bytes()
    for number in range(SEGMENTED):
        files = [store.add(content, f"db{number}.E{place:02}") for place, content in enumerate(segments, 1)]
        pieces.append(Piece(f"db{number}.E01", pick.sample(files, len(files)), "complete"))
    for number in range(SPLIT):
        files = [store.add(content, f"mail{number}.{place:03}") for place, content in enumerate(parts, 1)]
        pieces.append(Piece(f"mail{number}.001", pick.sample(files, len(files)), "complete"))
    raw = program.RAW.read_bytes()
    for name, content, want, words in (
            ("flipped.E01", flipped, "partial", ""),
            ("cut.raw", raw[:300_000], "partial", ""),
            ("noise.raw", evidence.noise(100_000), "failed", "noise.raw is no evidence"),
            ("picture.png", evidence.PNG, "failed", "picture.png is no evidence"),
            ("empty.E01", b"", "failed", "it is empty"),
            ("gone.raw", None, "failed", "No such file or directory")):
        pieces.append(Piece(name, [store.add(content, name)], want, words))
    pick.shuffle(pieces)
    return pieces


def without_places(found):
    """Rows without the place of the image on this machine."""
    for row in found:
        layer = row.get("pathspec")
        while layer is not None:
            if layer["type_indicator"] == "OS":
                layer["location"] = "OS"
            layer = layer.get("parent")
    return found


def expected_rows(image):
    run = program.run("scan", *program.ZONE, image)
    return without_places(rows.split_rows(run.out.decode("ascii")))
