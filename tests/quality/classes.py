"""The class test for painting from labels: does a program that has learnt from real photographs find the painted
class? A small net over frozen feature maps of the perceptual net of ../shared/data: at every 16th pixel what is there
and within seven places around it; it is told no place. Learnt on the label maps of four fifths of the train split; its
accuracy is stated on the last fifth, and on the photographs that are judged: it never saw either."""
import json
import pathlib
import zlib

import cv2
import numpy as np

STEP = 16  # pixels between the places that are judged
LABELS = pathlib.Path(__file__).resolve().parents[2] / 'data/labels.json'
EDGE = 1  # places at the border between two labels say nothing
TAPS, CHANNELS = (2, 4, 6), 256 + 384 + 512 + 6
WIDTH, SPREAD, STEPS, BATCH, CROP = 64, (1, 2, 4), 400, 12, 16
HELD = 5  # one photograph of so many is held back
LOOKS = 3  # of each photograph: whole, and two parts of it changed a little


def pure(ids, shape):
    """[h / STEP][w / STEP] numbers of a map of any size, 255 where more than one label is near."""
    ids = cv2.resize(ids, (shape[1] // STEP, shape[0] // STEP), interpolation=cv2.INTER_NEAREST)
    size = np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8)
    return np.where(cv2.dilate(ids, size) == cv2.erode(ids, size), ids, 255)


def read_map(path):
    from PIL import Image
    return np.array(Image.open(path))


def shares(counts):
    """Of [2][labels] right and all places: all of them, and label by label where there are any."""
    names = [one['name'] for one in json.loads(LABELS.read_text())['labels']]
    return dict({'all': round(float(counts[0].sum() / max(counts[1].sum(), 1)), 3)},
                **{name: round(float(r / a), 3) for name, r, a in zip(names, *counts) if a})


def features(net, picture):
    """[CHANNELS][h / STEP][w / STEP]: three feature maps, each at its own scale, then colours and their spread."""
    torch, size = net.torch, (picture.shape[0] // STEP, picture.shape[1] // STEP)

    def mean(t):
        return torch.nn.functional.interpolate(t, size=size, mode='area')[0]
    with torch.no_grad():
        x = net.tensor(picture)
        taps = net.net.taps(x)
        maps = [mean(taps[i]) for i in TAPS]
        spread = (mean(x * x) - mean(x).square()).clamp(min=0).sqrt()
        return torch.cat([m / (m.square().mean().sqrt() + 1e-6) for m in maps] + [mean(x), 4 * spread])


def part(rng, picture, ids):
    """A random part of a photograph and its map (of 1/8 size): lighter or darker, mirrored, a little softer."""
    h, w = picture.shape[:2]
    scale = rng.uniform(.55, .9)
    height, width = int(h * scale), int(w * scale)
    y, x = rng.integers(0, h - height + 1), rng.integers(0, w - width + 1)
    picture, ids = picture[y:y + height, x:x + width], ids[y // 8:(y + height) // 8, x // 8:(x + width) // 8]
    scale = 512 / max(height, width)
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    picture = picture[:picture.shape[0] // STEP * STEP, :picture.shape[1] // STEP * STEP]
    if rng.random() < .5:
        picture, ids = picture[:, ::-1], ids[:, ::-1]
    light = (picture / 255) ** np.exp(rng.normal(0, .15)) * np.exp(rng.normal(0, .08, 3))
    picture = np.clip(light * 255, 0, 255).astype(np.uint8)
    if rng.random() < .5:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(.3, 1.5))
    return np.ascontiguousarray(picture), np.ascontiguousarray(ids)


def looks(net, load, path, labels):
    """LOOKS pairs of features (binary16) and numbers of one photograph."""
    rng, ids = np.random.default_rng(zlib.crc32(path.stem.encode())), read_map(labels)
    pairs = [(load(path), ids)] + [part(rng, cv2.imread(str(path)), ids) for _ in range(LOOKS - 1)]
    return [(features(net, p).half().numpy(), pure(i, p.shape)) for p, i in pairs]


def layers(torch):
    return [torch.nn.Conv2d(CHANNELS, WIDTH, 1)] + \
        [torch.nn.Conv2d(WIDTH, WIDTH, 3, padding=d, dilation=d) for d in SPREAD]


class Classifier:
    def __init__(self, net, n_classes):
        self.net, self.torch = net, net.torch
        self.torch.manual_seed(1)
        self.body = self.torch.nn.ModuleList(layers(self.torch) + [self.torch.nn.Conv2d(WIDTH, n_classes, 1)])
        self.n_classes = n_classes

    def scores(self, x, drop=0.):
        f = self.torch.nn.functional
        first, *spread, last = self.body
        x = f.relu(first(f.dropout2d(x, drop * .7, drop > 0)))
        for layer in spread:
            x = x + f.relu(layer(f.dropout2d(x, drop, drop > 0)))
        return last(f.dropout2d(x, drop, drop > 0))

    def batch(self, rng, pairs):
        x = np.zeros((BATCH, CHANNELS, CROP, CROP), np.float32)
        y = np.full((BATCH, CROP, CROP), 255, np.uint8)
        for i, k in enumerate(rng.choice(len(pairs), BATCH)):
            maps, ids = pairs[k]
            top, left = (rng.integers(0, max(1, n - CROP + 1)) for n in ids.shape)
            maps, ids = maps[:, top:top + CROP, left:left + CROP], ids[top:top + CROP, left:left + CROP]
            x[i, :, :ids.shape[0], :ids.shape[1]], y[i, :ids.shape[0], :ids.shape[1]] = maps, ids
        return self.torch.from_numpy(x), self.torch.from_numpy(y).long()

    def learn(self, pairs, rate=1e-3):
        """pairs: features and numbers of many pictures. The same numbers make the same net."""
        torch, rng, n = self.torch, np.random.default_rng(1), self.n_classes
        share = np.bincount(np.concatenate([ids.ravel() for _, ids in pairs]), minlength=256)[:n] + 200
        weight = torch.from_numpy(np.sqrt(share.sum() / share)).float()
        optimiser = torch.optim.AdamW(self.body.parameters(), lr=rate, weight_decay=.05)
        for step in range(STEPS):
            x, y = self.batch(rng, pairs)
            scores = self.scores(x, .3)
            loss = torch.nn.functional.cross_entropy(scores, torch.where(y < n, y, -100), weight, ignore_index=-100)
            optimiser.param_groups[0]['lr'] = rate * min(1, (step + 1) / 50) * (.5 + .5 * np.cos(np.pi * step / STEPS))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    def classes(self, picture, among=None):
        """[h / STEP][w / STEP]; `among`: only these classes can be found."""
        with self.torch.no_grad():
            scores = self.scores(features(self.net, picture)[None])[0]
        if among is not None:
            out = [i for i in range(self.n_classes) if i not in among]
            scores[out] = -np.inf
        return scores.argmax(0).numpy()

    def agreement(self, picture, ids, among=None):
        """Right and all places, by label: [2][classes]. Places with other labels than `among` do not count."""
        found, n = self.classes(picture, among), self.n_classes
        known = ids < n if among is None else np.isin(ids, among)
        return np.stack([np.bincount(ids[known & (found == ids)], minlength=n),
                         np.bincount(ids[known], minlength=n)])


def of(name, shared):
    return shared / 'photos' / name, (shared / 'labels' / name).with_suffix('.png')


def classifier(net, load, shared, cache, n_classes=13):
    """The classifier, and its shares on the photographs held back. Learnt once, then kept in the folder `cache`."""
    made, path = Classifier(net, n_classes), pathlib.Path(cache) / 'classifier.pt'
    if path.exists():
        kept = net.torch.load(path)
        made.body.load_state_dict(kept['weights'])
        return made, kept['held back']
    names = sorted(line.split()[1] for line in open(shared / 'photos/splits.txt') if line.startswith('train'))
    held = names[::HELD]
    made.learn([pair for name in names if name not in held for pair in looks(net, load, *of(name, shared))])
    counts = 0
    for photo, labels in (of(name, shared) for name in held):
        picture = load(photo)
        counts = counts + made.agreement(picture, pure(read_map(labels), picture.shape))
    path.parent.mkdir(parents=True, exist_ok=True)
    net.torch.save({'weights': made.body.state_dict(), 'held back': shares(counts)}, path)
    return made, shares(counts)
