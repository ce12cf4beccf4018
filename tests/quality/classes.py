"""The class test for painting from labels: does a program that has learnt from real photographs find the painted
class? Logistic regression on two feature maps of the perceptual net of ../shared/data, at every 16th pixel, no place
among the features. Learnt on the label maps of the train split; its accuracy is stated on photographs it never saw."""
import json
import pathlib

import cv2
import numpy as np

STEP = 16  # pixels between the places that are judged
LABELS = pathlib.Path(__file__).resolve().parents[2] / 'data/labels.json'
EDGE = 1  # places at the border between two labels say nothing


def label_map(path, shape):
    """[h / STEP][w / STEP] numbers of a map at 1/8 size, 255 where more than one label is near."""
    from PIL import Image
    ids = np.array(Image.open(path))
    h, w = shape[0] // STEP, shape[1] // STEP
    ids = cv2.resize(ids, (w, h), interpolation=cv2.INTER_NEAREST)
    size = np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8)
    return np.where(cv2.dilate(ids, size) == cv2.erode(ids, size), ids, 255)


def shares(counts):
    """Of [2][labels] right and all places: all of them, and label by label where there are any."""
    names = [one['name'] for one in json.loads(LABELS.read_text())['labels']]
    return dict({'all': round(float(counts[0].sum() / max(counts[1].sum(), 1)), 3)},
                **{name: round(float(r / a), 3) for name, r, a in zip(names, *counts) if a})


def features(net, picture):
    """[h / STEP][w / STEP][768]."""
    torch = net.torch
    with torch.no_grad():
        taps = net.net.taps(net.tensor(picture))
        size = (picture.shape[0] // STEP, picture.shape[1] // STEP)
        maps = [torch.nn.functional.interpolate(taps[i], size=size, mode='area')[0] for i in (2, 6)]
        x = torch.cat([m / (m.pow(2).mean().sqrt() + 1e-6) for m in maps])
    return x.permute(1, 2, 0).numpy()


class Classifier:
    def __init__(self, net):
        self.net, self.weight, self.bias = net, None, None

    def learn(self, load, photos, names, n_classes, per_photo=150):
        torch, rng = self.net.torch, np.random.default_rng(1)
        rows, wanted = [], []
        for path in names:
            picture = load(path)
            ids = label_map(photos.parent / 'labels' / (path.stem + '.png'), picture.shape)
            at = np.flatnonzero(ids < n_classes)
            at = rng.choice(at, min(per_photo, len(at)), replace=False)
            rows.append(features(self.net, picture).reshape(-1, 768)[at])
            wanted.append(ids.reshape(-1)[at])
        x, y = torch.from_numpy(np.concatenate(rows)), torch.from_numpy(np.concatenate(wanted)).long()
        share = torch.bincount(y, minlength=n_classes).float() + 20
        layer = torch.nn.Linear(768, n_classes)
        optimiser = torch.optim.AdamW(layer.parameters(), lr=3e-3, weight_decay=0.3)
        for step in range(400):
            loss = torch.nn.functional.cross_entropy(layer(x), y, weight=(share.sum() / share).sqrt())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        self.weight, self.bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()

    def save(self, path):
        np.savez(path, weight=self.weight, bias=self.bias)

    def read(self, path):
        kept = np.load(path)
        self.weight, self.bias = kept['weight'], kept['bias']

    def classes(self, picture):
        return (features(self.net, picture) @ self.weight.T + self.bias).argmax(-1)

    def agreement(self, picture, ids):
        """Right and all places, by label: [2][13]."""
        found, n = self.classes(picture), len(self.bias)
        known = ids < n
        return np.stack([np.bincount(ids[known & (found == ids)], minlength=n),
                         np.bincount(ids[known], minlength=n)])


def classifier(net, load, shared, cache):
    """Learnt once, then kept in the folder `cache`."""
    made, path = Classifier(net), pathlib.Path(cache) / 'classifier.npz'
    if path.exists():
        made.read(path)
    else:
        names = [line.split()[1] for line in open(shared / 'photos/splits.txt') if line.startswith('train')]
        made.learn(load, shared / 'photos', [shared / 'photos' / name for name in names], 13)
        path.parent.mkdir(parents=True, exist_ok=True)
        made.save(path)
    return made
