"""The screen as a person has it: windows, keys, the mouse, pixels; and how soon a window answers."""
import ctypes
import glob
import os
import subprocess
import threading
import time

FREEZE = 0.05  # seconds without an answer


def tool(*words):
    return subprocess.run(('xdotool',) + tuple(str(word) for word in words),
                          capture_output=True, text=True).stdout.split()


def window_named(name, seconds=15):
    """The window of that name (a regular expression) once it is there; None where it does not come."""
    end = time.time() + seconds
    while True:
        found = tool('search', '--onlyvisible', '--name', name)
        if found or time.time() > end:
            return found[-1] if found else None
        time.sleep(0.02)


def until(holds, seconds=20, step=0.05):
    """Waits until holds() is true; what it says at last."""
    end = time.time() + seconds
    while not holds() and time.time() < end:
        time.sleep(step)
    return holds()


# ---- keys and mouse ----------------------------------------------------------------------------

def keys(window, *names):
    """Presses keys in a window, which gets the focus first."""
    tool('windowactivate', '--sync', window, 'key', '--delay', '60', *names)
    time.sleep(0.25)


def write(window, text):
    tool('windowactivate', '--sync', window, 'type', '--delay', '40', text)
    time.sleep(0.25)


def corner(window):
    """Left, top, width, height of a window on the screen."""
    words = dict(word.split('=') for word in tool('getwindowgeometry', '--shell', window) if '=' in word)
    return tuple(int(words[key]) for key in ('X', 'Y', 'WIDTH', 'HEIGHT'))


def click(window, x, y, button=1, times=1):
    tool('windowactivate', '--sync', window, 'mousemove', '--window', window, x, y, 'sleep', 0.2,
         *['click', button] * times)
    time.sleep(0.25)


def drag(window, begin, end):
    """GIMP sees no drag without the pauses."""
    middle = [(a + b) // 2 for a, b in zip(begin, end)]
    tool('windowactivate', '--sync', window, 'mousemove', '--window', window, *begin, 'sleep', 0.2, 'mousedown', 1,
         'sleep', 0.2, 'mousemove', '--window', window, *middle, 'sleep', 0.1,
         'mousemove', '--window', window, *end, 'sleep', 0.2, 'mouseup', 1)
    time.sleep(0.25)


# ---- pixels ------------------------------------------------------------------------------------

class Picture:
    """What a window shows: RGB bytes, row by row."""

    def __init__(self, window):
        self.width, self.height = corner(window)[2:]
        self.data = subprocess.run(['import', '-window', window, '-depth', '8', 'rgb:-'],
                                   capture_output=True, check=True).stdout
        assert len(self.data) == 3 * self.width * self.height, 'the window is not wholly on the screen'

    def places(self, color):
        """All (x, y) of exactly this colour, "#rrggbb"."""
        wanted, found = bytes.fromhex(color[1:]), []
        at = self.data.find(wanted)
        while at >= 0:
            if at % 3 == 0:
                found.append((at // 3 % self.width, at // 3 // self.width))
            at = self.data.find(wanted, at + 1)
        return found

    def box(self, color):
        """Left, top, right, bottom of what has this colour; None where nothing has."""
        found = self.places(color)
        if not found:
            return None
        columns, rows = zip(*found)
        return min(columns), min(rows), max(columns), max(rows)


def save(window, path):
    subprocess.run(['import', '-window', window, path], check=True)


# ---- processes ---------------------------------------------------------------------------------

def pid_of(window):
    return int(tool('getwindowpid', window)[0])


def busy(pid):
    """Does any thread of the process compute or wait for the disk?"""
    for path in glob.glob('/proc/%d/task/*/stat' % pid):
        try:
            with open(path) as file:
                state = file.read().rsplit(')', 1)[1].split()[0]
        except OSError:
            continue
        if state in 'RD':
            return True
    return False


def idle(pid, seconds=60):
    """Waits until nothing of the process has run for most of half a second: redraws may, the engine may not."""
    end, quiet = time.time() + seconds, 0
    while time.time() < end:
        quiet = 0 if busy(pid) else quiet + 1
        if quiet >= 12:
            return True
        time.sleep(0.04)
    return False


def started(pid):
    """When the process began, in seconds since the system did."""
    with open('/proc/%d/stat' % pid) as file:
        return int(file.read().rsplit(')', 1)[1].split()[19]) / os.sysconf('SC_CLK_TCK')


def waited(pid, thread=None):
    """Seconds that a thread, by itself the process's first, was ready to run while the processors had other work;
    0 where the system does not say."""
    try:
        with open('/proc/%d/task/%d/schedstat' % (pid, thread or pid)) as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


# ---- how soon a window answers -----------------------------------------------------------------

class ClientMessage(ctypes.Structure):
    _fields_ = [('type', ctypes.c_int), ('serial', ctypes.c_ulong), ('send_event', ctypes.c_int),
                ('display', ctypes.c_void_p), ('window', ctypes.c_ulong), ('message_type', ctypes.c_ulong),
                ('format', ctypes.c_int), ('data', ctypes.c_long * 5)]


class Event(ctypes.Union):
    _fields_ = [('type', ctypes.c_int), ('client', ClientMessage), ('pad', ctypes.c_long * 24)]


class Watchdog(threading.Thread):
    """Asks a window over and over for a sign of life (_NET_WM_PING), which its main loop gives. `longest` is
    the longest time in seconds that it took, without what the asked thread, the asking one and the screen between
    them spent ready to run on busy processors."""

    CLIENT_MESSAGE, STRUCTURE, SUBSTRUCTURE_NOTIFY = 33, 1 << 17, 1 << 19

    def __init__(self, window, pid):
        super().__init__(daemon=True)
        self.window, self.pid = int(window), pid
        self.longest, self.answers, self.silent, self.on = 0.0, 0, 0, True
        self.x = x = ctypes.CDLL('libX11.so.6')
        x.XOpenDisplay.restype = ctypes.c_void_p
        x.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        x.XInternAtom.restype = ctypes.c_ulong
        x.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
        x.XDefaultRootWindow.restype = ctypes.c_ulong
        x.XSelectInput.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_long]
        x.XSendEvent.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
        x.XNextEvent.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        x.XPending.argtypes = x.XFlush.argtypes = x.XCloseDisplay.argtypes = [ctypes.c_void_p]
        self.display = x.XOpenDisplay(None)
        self.root = x.XDefaultRootWindow(self.display)
        self.ping = x.XInternAtom(self.display, b'_NET_WM_PING', 0)
        self.protocols = x.XInternAtom(self.display, b'WM_PROTOCOLS', 0)
        x.XSelectInput(self.display, self.root, self.SUBSTRUCTURE_NOTIFY)

    def ask(self, number):
        event = Event()
        event.client.type, event.client.window = self.CLIENT_MESSAGE, self.window
        event.client.message_type, event.client.format = self.protocols, 32
        event.client.data[0], event.client.data[1], event.client.data[2] = self.ping, number, self.window
        self.x.XSendEvent(self.display, self.window, 0, 0, ctypes.byref(event))
        self.x.XFlush(self.display)

    def answered(self, number, end):
        event = Event()
        while time.monotonic() < end:
            while self.x.XPending(self.display):
                self.x.XNextEvent(self.display, ctypes.byref(event))
                if (event.type == self.CLIENT_MESSAGE and event.client.data[0] == self.ping
                        and event.client.data[1] == number):
                    return True
            time.sleep(0.0005)
        return False

    def lost(self):
        """Both threads' and the screen's waiting."""
        screen = int(os.environ.get('TESSERA_TEST_SCREEN', 0))
        return (waited(self.pid) + waited(os.getpid(), threading.get_native_id()) + (waited(screen) if screen else 0))

    def run(self):
        number = 1
        while self.on:
            number += 1
            begun, before = time.monotonic(), self.lost()
            self.ask(number)
            if self.answered(number, begun + 3):
                self.answers += 1
                taken = time.monotonic() - begun - (self.lost() - before)
                self.longest = max(self.longest, taken)
            else:
                self.silent += 1
            time.sleep(0.005)
        self.x.XCloseDisplay(self.display)

    def stop(self):
        self.on = False
        self.join()
        return self


# ---- GIMP and Tessera --------------------------------------------------------------------------

class Desk:
    """GIMP's window and Tessera's beside it, which has forgotten what it kept of earlier runs."""

    def __init__(self):
        kept = os.path.join(os.environ['GIMP3_DIRECTORY'], 'tessera', 'window.ini')
        if os.path.exists(kept):
            os.remove(kept)
        self.gimp = window_named('GIMP')
        self.tessera = self.pid = None
        self.opened = 0.0  # seconds from the key to the window
        self.longest, self.answers = 0.0, 0  # of the watchdog while generating
        self.called = 0.0  # seconds from GIMP's starting the plug-in, without what other work took from it

    def open(self, letter):
        """Filters > Tessera > the entry with that letter; seconds until the window was there."""
        keys(self.gimp, 'alt+r')
        tool('sleep', 0.3, 'key', 'Up', 'sleep', 0.2, 'key', 'Right', 'sleep', 0.3)
        return self.attach(letter)

    def attach(self, key=None):
        """To the window that comes, after the key where there is one."""
        begun = time.time()
        if key:
            tool('key', key)
        self.tessera = window_named('^Tessera')
        there = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.opened = time.time() - begun
        self.pid = pid_of(self.tessera)
        self.called = there - started(self.pid) - waited(self.pid)
        tool('windowmove', self.tessera, 960, 60)
        idle(self.pid)
        return self.opened

    def keys(self, *names):
        keys(self.tessera, *names)

    def generate(self, seconds=60):
        """Watches the window all the while."""
        dog = Watchdog(self.tessera, self.pid)
        dog.start()
        self.keys('ctrl+Return')
        done = idle(self.pid, seconds)
        dog.stop()
        self.longest = max(self.longest, dog.longest if not dog.silent else 3)
        self.answers += dog.answers
        return done

    def never_froze(self):
        """What to check at the end, and its figures."""
        return self.longest < FREEZE and self.answers > 100, (self.longest, self.answers)

    def apply(self):
        self.keys('alt+a')
        idle(self.pid)

    def is_open(self):
        return window_named('^Tessera', 0) is not None

    def close(self):
        """Escape; where it asks about results that were not applied, they are discarded."""
        for key in ('Escape', 'alt+d'):
            if self.is_open():
                tool('key', key) if key != 'Escape' else self.keys(key)
                until(lambda: not self.is_open(), 2)
        return not self.is_open()

    def canvas(self, marker, at):
        """Where the canvas's corner is in GIMP's window: `marker` is the colour of 4 x 4 pixels of the image at
        `at`. At 100 % a pixel of the image is one of the screen."""
        left, top = Picture(self.gimp).box(marker)[:2]
        return left - at[0], top - at[1]

    def undo(self, changed):
        keys(self.gimp, 'ctrl+z')
        return until(changed, 10)
