"""The plug-in's processes, and what fate.c can do to them. Imported by drivers."""
import os
import signal
import threading
import time

WORK = os.environ['TESSERA_TEST_WORK']


def plug_ins():
    """Processes of the plug-in that this GIMP has started."""
    found = []
    for name in filter(str.isdigit, os.listdir('/proc')):
        try:
            program = os.readlink('/proc/%s/exe' % name)
            if not program.endswith('/plug-ins/tessera/tessera'):
                continue
            with open('/proc/%s/stat' % name) as stat:
                parent = int(stat.read().rsplit(')', 1)[1].split()[1])
        except OSError:
            continue
        if parent == os.getppid():
            found.append(int(name))
    return found


class Sender(threading.Thread):
    """Sends a signal to the plug-in `seconds` after its process is there, if it still is."""

    def __init__(self, which, seconds):
        super().__init__()
        self.which, self.seconds = which, seconds
        self.begun = self.sent = None  # times; sent stays None where the process had ended
        self.over = False
        self.start()

    def run(self):
        while not self.over:
            for pid in plug_ins():
                self.begun = time.monotonic()
                time.sleep(self.seconds)
                try:
                    os.kill(pid, self.which)
                    self.sent = time.monotonic()
                except ProcessLookupError:
                    pass
                return
            time.sleep(0.002)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """The call has returned."""
        self.ended = time.monotonic()
        self.over = True
        self.join()


class Fate:
    """Writes down the plug-in's messages to GIMP, and lets something happen before one of them."""
    FILE, MESSAGES, ANSWER = WORK + '/fate', WORK + '/messages', WORK + '/answer'

    def __init__(self, what='watch', name='', number=0):
        self.what = '%s %s %d' % (what, name, number)
        self.names, self.answer = [], None

    def __enter__(self):
        with open(self.FILE, 'w') as file:
            file.write(self.what)
        return self

    def __exit__(self, *_):
        os.remove(self.FILE)
        if os.path.exists(self.MESSAGES):
            with open(self.MESSAGES) as file:
                self.names = file.read().split()
            os.remove(self.MESSAGES)
        if os.path.exists(self.ANSWER):
            with open(self.ANSWER) as file:
                self.answer = file.read()
            os.remove(self.ANSWER)

    def phase(self):
        """How far a call has come that ended after these messages."""
        if 'return' in self.names:
            return 'finished'
        if 'gimp-progress-end' in self.names:
            return 'writing'
        return 'computing' if 'gimp-progress-init' in self.names else 'reading'


def places(names):
    """(name, which of that name) for each message: stable from call to call but for those of the progress bar."""
    seen = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name, seen[name]


def writes(name):
    """Whether a message changes something in GIMP."""
    return not any(part in name for part in ('-get-', '-is-', '-id-is-', '-bounds', 'progress'))
