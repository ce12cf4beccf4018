"""What a person has today without a GPU: filling methods of other programs, by name. Heal selection (Resynthesizer)
is not among them: Debian 13 packages neither gimp-plugin-registry nor another Resynthesizer for GIMP 3."""
import pathlib
import shutil
import subprocess
import tempfile
import time

import cv2
import numpy as np


def opencv(method):
    return lambda picture, mask: cv2.inpaint(picture, mask, 5, method)


def gmic(*words):
    def fill(picture, mask):
        with tempfile.TemporaryDirectory() as folder:
            cv2.imwrite(folder + '/in.png', np.where(mask[..., None] > 0, 0, picture))
            cv2.imwrite(folder + '/mask.png', mask)
            subprocess.run(['gmic', '-v', '-', folder + '/in.png', folder + '/mask.png', *words, '-o.',
                            folder + '/out.png'], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return cv2.imread(folder + '/out.png')
    return fill


PEERS = {'OpenCV Telea': opencv(cv2.INPAINT_TELEA),
         'OpenCV Navier-Stokes': opencv(cv2.INPAINT_NS),
         "G'MIC inpaint (patch)": gmic('-inpaint[0]', '[1],7,16', '-rm.'),
         "G'MIC inpaint_matchpatch": gmic('-inpaint_matchpatch[0]', '[1]', '-rm.')}


def available():
    return [name for name in PEERS if 'MIC' not in name or shutil.which('gmic')]


def fill(name, picture, mask, cache):
    """The filled picture and the seconds it took; kept in the folder `cache`, as peers do not change."""
    word = ''.join(c if c.isalnum() else '-' for c in name)
    kept, clock = pathlib.Path(f'{cache}-{word}.png'), pathlib.Path(f'{cache}-{word}.seconds')
    if not clock.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        begun = time.time()
        made = PEERS[name](picture, mask)
        seconds = time.time() - begun
        cv2.imwrite(str(kept), np.where(mask[..., None] > 0, made, picture))
        clock.write_text(f'{seconds:.3f}\n')
    return cv2.imread(str(kept)), float(clock.read_text())
