"""How good a filling is. The same measures as ../shared/data/baselines/baselines.py, so that figures can be
laid side by side: LPIPS and Frechet on a window around the hole (the hole enlarged to twice its sides), rim ratio,
seconds. LPIPS and Frechet need the perceptual net of ../shared/data/perceptual and torch; without: None."""
import importlib.util
import pathlib

import cv2
import numpy as np

COLUMNS = ('lpips unit', 'lpips lin', 'frechet', 'rim ratio', 'seconds')


class Net:
    """The perceptual net, or nothing."""

    def __init__(self, folder):
        self.net = self.module = None
        path = pathlib.Path(folder) / 'perceptual.py'
        if not path.exists():
            return
        import torch
        spec = importlib.util.spec_from_file_location('perceptual', path)
        self.module, self.torch = importlib.util.module_from_spec(spec), torch
        spec.loader.exec_module(self.module)
        self.net = self.module.Perceptual()

    def __bool__(self):
        return self.net is not None

    def tensor(self, picture):
        rgb = picture[..., ::-1].astype(np.float32).copy()
        return self.torch.from_numpy(rgb).permute(2, 0, 1)[None] / 255

    def distances(self, a, b):
        """LPIPS unit and lin of two pictures of one size."""
        with self.torch.no_grad():
            return [float(self.net.lpips(self.tensor(a), self.tensor(b), mode)) for mode in ('unit', 'lin')]

    def features(self, picture):
        with self.torch.no_grad():
            resized = self.torch.nn.functional.interpolate(self.tensor(picture), size=(256, 256), mode='bilinear',
                                                           antialias=True, align_corners=False)
            return self.net.features(resized)[0].numpy()

    def frechet(self, originals, others):
        """On the 64 main axes of the originals, as so few windows allow no more."""
        mean = originals.mean(0)
        axes = np.linalg.svd(originals - mean, full_matrices=False)[2][:64].T
        return self.module.frechet((originals - mean) @ axes, (others - mean) @ axes)


def load(path):
    """512 px on the longer side, cropped to multiples of 16."""
    picture = cv2.imread(str(path))
    scale = 512.0 / max(picture.shape[:2])
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    h, w = (picture.shape[0] // 16) * 16, (picture.shape[1] // 16) * 16
    y, x = (picture.shape[0] - h) // 2, (picture.shape[1] - w) // 2
    return np.ascontiguousarray(picture[y:y + h, x:x + w])


def hole_mask(box, picture):
    y0, y1, x0, x1 = box
    mask = np.zeros(picture.shape[:2], np.uint8)
    mask[y0:y1, x0:x1] = 255
    return mask


def window_of(box, picture):
    """The hole enlarged to twice its sides, inside the picture."""
    y0, y1, x0, x1 = box
    dy, dx = (y1 - y0) // 2, (x1 - x0) // 2
    return max(0, y0 - dy), min(picture.shape[0], y1 + dy), max(0, x0 - dx), min(picture.shape[1], x1 + dx)


def rim(picture, mask):
    """The mean step of the picture across the rim of the hole."""
    g = picture.astype(np.float32)
    dx = np.abs(g[:, 1:] - g[:, :-1]).mean(2)
    dy = np.abs(g[1:] - g[:-1]).mean(2)
    ex, ey = (mask[:, 1:] > 0) != (mask[:, :-1] > 0), (mask[1:] > 0) != (mask[:-1] > 0)
    return (dx[ex].sum() + dy[ey].sum()) / max(1, ex.sum() + ey.sum())


def judge(net, original, filled, mask, window):
    """Figures of one filling: 'rim ratio' (None where there is no rim), 'lpips unit', 'lpips lin' and, for Frechet, its
    'features'."""
    y0, y1, x0, x1 = window
    figures = {'rim ratio': None if mask.all() else float(rim(filled, mask) / max(1e-3, rim(original, mask)))}
    if net:
        window = filled[y0:y1, x0:x1]
        figures['lpips unit'], figures['lpips lin'] = net.distances(window, original[y0:y1, x0:x1])
        figures['features'] = net.features(window)
    return figures


def summary(net, rows, originals):
    """One line of the table from the figures of many fillings: means, and the median of the rim ratio."""
    rims = [row['rim ratio'] for row in rows if row['rim ratio'] is not None]
    line = {'seconds': float(np.mean([row['seconds'] for row in rows])),
            'rim ratio': float(np.median(rims)) if rims else None, 'photos': len(rows)}
    for key in ('lpips unit', 'lpips lin'):
        line[key] = float(np.mean([row[key] for row in rows])) if net else None
    line['frechet'] = None
    if net and len(rows) > 1:
        line['frechet'] = net.frechet(np.array(originals), np.array([row['features'] for row in rows]))
    return line
