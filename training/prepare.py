"""Stage 1: packs photographs (and label maps) into one folder that travels well."""
import io
import json
import pathlib

import numpy as np
from PIL import Image

from .pictures import pack


def arguments(parser):
    parser.add_argument("--photos", required=True,
                        help="folder of JPEG files with splits.txt (lines: split, file)")
    parser.add_argument("--labels", help="folder of label maps at 1/8 size with labels.json")
    parser.add_argument("--longest", type=int, default=1536,
                        help="larger photographs are reduced to this longer side (default 1536)")
    parser.add_argument("--out", required=True, help="folder to write")


def load(path, longest):
    """The file's own bytes, or those of a reduced copy."""
    data = path.read_bytes()
    image = Image.open(io.BytesIO(data))
    if max(image.size) <= longest:
        return data, 1.0
    scale = longest / max(image.size)
    image = image.convert("RGB").resize([round(n * scale) for n in image.size],
                                        Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue(), scale


def load_labels(path, scale):
    image = Image.open(path)
    if scale < 1:
        image = image.resize([max(1, int(n * scale)) for n in image.size],
                             Image.Resampling.NEAREST)
    out = io.BytesIO()
    Image.fromarray(np.asarray(image)).save(out, "PNG")
    return out.getvalue()


def run(options):
    photos, names, items = pathlib.Path(options.photos), [], []
    if options.labels:
        classes = json.loads((pathlib.Path(options.labels) / "labels.json").read_text())["classes"]
        names = [c["name"] for c in sorted(classes, key=lambda c: c["id"])]
    for line in (photos / "splits.txt").read_text().split("\n"):
        if not line.strip():
            continue
        split, name = line.split()
        if split == "test":  # kept for judging; never packed
            continue
        data, scale = load(photos / name, options.longest)
        label = None
        if options.labels:
            path = pathlib.Path(options.labels) / (pathlib.Path(name).stem + ".png")
            label = load_labels(path, scale) if path.exists() else None
        items.append((split, name, data, label))
    pictures, parts = pack(options.out, items, names)
    print(f"{pictures} pictures, {len(names)} labels, {parts} parts in {options.out}")
