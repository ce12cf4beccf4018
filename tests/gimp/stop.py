"""Checks that a completion can be stopped, and that even a killed plug-in leaves the image alone."""
import os
import signal
import sys
import threading
import time

sys.path.insert(0, 'tests/gimp')
from helpers import *


def plug_ins():
    """Processes of the plug-in that this GIMP has started."""
    found = []
    for name in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/stat' % name) as stat:
                parent = int(stat.read().rsplit(')', 1)[1].split()[1])
            program = os.readlink('/proc/%s/exe' % name)
        except OSError:
            continue
        if parent == os.getppid() and program.endswith('/plug-ins/tessera/tessera'):
            found.append(int(name))
    return found


def works(pid):
    """Whether the process has opened the model: then it listens and computes."""
    try:
        with open('/proc/%d/maps' % pid) as maps:
            return os.path.basename(os.environ['TESSERA_MODEL']) in maps.read()
    except OSError:
        return False


def send_soon(which, sent):
    """Sends the signal once the plug-in has begun to compute."""
    for _ in range(1000):
        for pid in plug_ins():
            if works(pid):
                time.sleep(1.5)  # it reads the picture first
                os.kill(pid, which)
                sent.append(time.monotonic())
                return
        time.sleep(0.02)


def stop(image, which):
    sent = []
    thread = threading.Thread(target=send_soon, args=(which, sent))
    thread.start()
    answer = complete(image, image.get_layers(), variations=16, seed=1)
    ended = time.monotonic()
    thread.join()
    return answer, (ended - sent[0] if sent else None)


def main():
    image = Gimp.file_load(QUIET, file('data/demo/picos-de-europa.jpg'))
    select(image, 300, 200, 900, 700)
    before = state(image)
    answer, delay = stop(image, signal.SIGTERM)
    check('a stop signal cancels', answer.status == Gimp.PDBStatusType.CANCEL,
          (answer.status, answer.message))
    check('it does so within half a second', delay is not None and delay < 0.5, delay)
    check('a cancelled call leaves the image untouched', state(image) == before)
    answer, delay = stop(image, signal.SIGKILL)
    check('a killed plug-in does not succeed', not answer.done and delay is not None,
          (answer.status, delay))
    check('a killed plug-in leaves the image untouched', state(image) == before)
    check('no process of the plug-in stays', not plug_ins(), plug_ins())
    select(image, 1150, 1000, 100, 100)
    check('GIMP works on', complete(image, image.get_layers(), variations=1, seed=1).done)
    image.delete()


main()
finish()
