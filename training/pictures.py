"""Packed photographs, and the random crops and holes made from them, as arrays."""
import io
import json
import pathlib

import numpy as np
from PIL import Image

PART_BYTES = 50 << 20  # a part of the packed folder stays below this


def pack(folder, items, labels):
    """Writes pictures as parts of bytes and an index. items: (split, name, jpeg, png or None)."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("part*.npy"):
        old.unlink()
    index, parts, size = [], [[]], 0
    for split, name, *files in items:
        row = {"split": split, "name": name}
        for key, data in zip(("picture", "labels"), files):
            if data is None:
                continue
            if size + len(data) > PART_BYTES - 4096:
                parts.append([])
                size = 0
            row[key] = [len(parts) - 1, size, len(data)]
            parts[-1].append(data)
            size += len(data)
        index.append(row)
    for i, part in enumerate(parts):
        np.save(folder / f"part{i:02d}.npy", np.frombuffer(b"".join(part), np.uint8))
    (folder / "index.json").write_text(json.dumps({"version": 1, "labels": labels,
                                                   "pictures": index}))
    return len(index), len(parts)


class Picture:
    """One photograph in memory with its halvings, and its label map at 1/8 size."""

    def __init__(self, name, image, labels):
        self.name, self.labels = name, labels
        self.levels = [np.asarray(image)]
        while min(image.size) >= 256:
            image = image.reduce(2)
            self.levels.append(np.asarray(image))

    @property
    def size(self):
        """Height, width."""
        return self.levels[0].shape[:2]

    def crop(self, y, x, need, side):
        """The square of `need` pixels at (y, x), as uint8 (side, side, 3)."""
        level = 0
        while level + 1 < len(self.levels) and need / 2 ** (level + 1) >= side:
            level += 1
        data, q = self.levels[level], 2 ** level
        h, w = data.shape[:2]
        size = min(need / q, h, w)
        top, left = min(y / q, h - size), min(x / q, w - size)
        y0, x0 = int(top), int(left)
        y1, x1 = min(int(np.ceil(top + size)), h), min(int(np.ceil(left + size)), w)
        box = (left - x0, top - y0, min(left - x0 + size, x1 - x0), min(top - y0 + size, y1 - y0))
        cut = Image.fromarray(data[y0:y1, x0:x1])
        return np.asarray(cut.resize((side, side), Image.Resampling.BILINEAR, box=box))

    def coverage(self, y, x, need, cells, n_labels):
        """Share of each label in each cell of the same square, (cells, cells, n_labels)."""
        points = 4 * cells
        at = (np.arange(points) + 0.5) * need / points / 8
        rows = np.minimum((y / 8 + at).astype(int), self.labels.shape[0] - 1)
        columns = np.minimum((x / 8 + at).astype(int), self.labels.shape[1] - 1)
        picked = np.eye(n_labels, dtype=np.float32)[self.labels[rows[:, None], columns[None]]]
        return picked.reshape(cells, 4, cells, 4, n_labels).mean((1, 3))


class Pictures:
    """The packed folder; everything is decoded once and kept in memory."""

    def __init__(self, folder, split):
        folder = pathlib.Path(folder)
        index = json.loads((folder / "index.json").read_text())
        parts = [np.load(f, mmap_mode="r") for f in sorted(folder.glob("part*.npy"))]
        self.label_names, self.pictures = index["labels"], []
        for row in index["pictures"]:
            if row["split"] != split:
                continue

            def read(key):
                part, start, size = row[key]
                return Image.open(io.BytesIO(parts[part][start:start + size].tobytes()))
            labels = np.asarray(read("labels")) if "labels" in row else None
            self.pictures.append(Picture(row["name"], read("picture").convert("RGB"), labels))
        if not self.pictures:
            raise SystemExit(f"There are no {split} pictures in {folder}.")
        areas = np.array([np.prod(p.size) for p in self.pictures], float)
        weights = np.sqrt(np.clip(areas, 0, 1 << 21))  # small pictures (panorama faces) count less
        self.weights = weights / weights.sum()

    def crops(self, rng, n, side, whole=0.25, smallest=0.15, jitter=True, cells=0):
        """n random crops: float32 (n, 3, side, side) in [-1, 1]; coverage with cells > 0.

        `whole` is the share of crops as large as the photograph allows; the others have a scale
        between `smallest` and 1 of the stored size. Coverage is None for a picture without labels.
        """
        images, covers = [], []
        for i in rng.choice(len(self.pictures), n, p=self.weights):
            picture = self.pictures[i]
            h, w = picture.size
            short = min(h, w)
            low = max(smallest, side / short)
            scale = low if low >= 1 else np.exp(rng.uniform(np.log(low), 0))
            need = short if rng.random() < whole else min(short, int(round(side / scale)))
            y, x = rng.integers(0, h - need + 1), rng.integers(0, w - need + 1)
            image, flip = picture.crop(y, x, need, side), rng.random() < 0.5
            cover = None
            if cells and picture.labels is not None:
                cover = picture.coverage(y, x, need, cells, len(self.label_names))
            if flip:
                image = image[:, ::-1]
                cover = None if cover is None else cover[:, ::-1]
            image = image.astype(np.float32) / 127.5 - 1
            if jitter:
                image = jittered(rng, image)
            images.append(image.transpose(2, 0, 1))
            covers.append(cover)
        return np.ascontiguousarray(np.stack(images), np.float32), covers

    def label_tints(self):
        """The mean colour of each label over all pictures, (labels, 3), RGB 0..1."""
        sums = np.full((len(self.label_names), 4), [0.5, 0.5, 0.5, 1.0])
        for p in self.pictures:
            if p.labels is not None:
                size = p.labels.shape[::-1]
                small = Image.fromarray(p.levels[0]).resize(size, Image.Resampling.BOX)
                pixels = np.dstack([np.asarray(small) / 255, np.ones(p.labels.shape)])
                np.add.at(sums, p.labels.ravel(), pixels.reshape(-1, 4))
        return (sums[:, :3] / sums[:, 3:]).astype(np.float32)

    def centres(self, side, share=1.0):
        """The centre square of every picture, fixed: `share` of the largest there is."""
        images, covers = [], []
        for p in self.pictures:
            h, w = p.size
            need = round(min(h, w) * share)
            images.append(p.crop((h - need) // 2, (w - need) // 2, need, side).transpose(2, 0, 1))
            covers.append(None if p.labels is None else p.coverage(
                (h - need) // 2, (w - need) // 2, need, side // 8, len(self.label_names)))
        return np.stack(images).astype(np.float32) / 127.5 - 1, covers


def jittered(rng, image):
    """Another exposure, white balance, contrast and saturation; image (h, w, 3) in [-1, 1]."""
    light = (image + 1) / 2
    light = light ** np.exp(rng.normal(0, 0.12))
    grey = light.mean(2, keepdims=True)
    light = grey + (light - grey) * np.exp(rng.normal(0, 0.15))
    return np.clip(light * np.exp(rng.normal(0, 0.1) + rng.normal(0, 0.03, 3)), 0, 1) * 2 - 1


def wide_hole(rng, height, width):
    """A hole as in making a picture larger or anew: all of it, a strip, or a frame; bool."""
    mask, kind = np.zeros((height, width), bool), rng.random()
    if kind < 0.5:
        mask[:] = True
        return mask
    if kind < 0.8:  # one border, a quarter to five eighths of that side
        side, share = rng.integers(4), rng.uniform(0.25, 0.625)
        strip = mask if side < 2 else mask.T
        n = max(1, round(len(strip) * share))
        strip[(slice(n) if side % 2 else slice(len(strip) - n, None))] = True
        return mask
    top, bottom = (rng.uniform(0, 0.35, 2) * height).astype(int)  # all borders
    left, right = (rng.uniform(0, 0.35, 2) * width).astype(int)
    mask[:] = True
    mask[top:height - bottom, left:width - right] = False
    return mask


def strokes(rng, size, thickness, n):
    """A mask of a brush that wanders, uint8 (size, size)."""
    yy, xx = np.mgrid[:size, :size]
    mask = np.zeros((size, size), bool)
    y, x = rng.uniform(0, size, 2)
    angle = rng.uniform(0, 2 * np.pi)
    for _ in range(n):
        angle += rng.normal(0, 0.6)
        radius = thickness * rng.uniform(0.35, 0.65)
        mask |= (yy - y) ** 2 + (xx - x) ** 2 <= max(radius, 0.5) ** 2
        y, x = y + np.sin(angle) * radius, x + np.cos(angle) * radius
        y, x = np.clip(y, 0, size - 1), np.clip(x, 0, size - 1)
    return mask


def hole(rng, size, low, high):
    """One hole in a square of `size`: box, ellipse, border or stroke, low..high a side; bool."""
    mask = np.zeros((size, size), bool)
    kind = rng.random()
    h, w = rng.integers(low, high + 1, 2)
    if kind < 0.15:  # outpainting: a strip along one border
        mask[:h] = True
        return np.rot90(mask, rng.integers(4)).copy()
    if kind < 0.35:
        return strokes(rng, size, low, int(rng.integers(6, 25)))
    y, x = rng.integers(0, size - h + 1), rng.integers(0, size - w + 1)
    if kind < 0.7:
        mask[y:y + h, x:x + w] = True
        return mask
    yy, xx = np.mgrid[:size, :size]
    mask = ((yy - y - (h - 1) / 2) / (h / 2)) ** 2 + ((xx - x - (w - 1) / 2) / (w / 2)) ** 2 <= 1
    return mask
