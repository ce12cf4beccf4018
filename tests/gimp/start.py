#!/usr/bin/env python3
"""Measures what the plug-in adds to GIMP's start: start.py FOLDER PLUG-IN

GIMP asks a new plug-in once what it has (the query) and writes the answer down; later starts do not run it. Fresh
profiles without any other plug-in are started with it and without it in turn; the query is also measured by itself,
in seconds of a processor, which other programs on the machine change least."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time

STARTS, QUERIES = 3, 15
LIMIT = 0.050  # seconds
NOISE = 0.3  # of a whole start, which two medians may differ by on a busy machine


def check(what, holds, detail=''):
    print(('ok   ' if holds else 'FAIL ') + what, '' if holds else detail, flush=True)


def timed(command):
    """Seconds and seconds of a processor."""
    used, since = os.times(), time.monotonic()
    code = subprocess.run(command, close_fds=False).returncode
    wall, after = time.monotonic() - since, os.times()
    return code, wall, after.children_user + after.children_system - used.children_user - used.children_system


def again(command):
    """The same query, told to nobody."""
    readable, writable = os.pipe()
    os.set_inheritable(writable, True)
    at = command.index('-gimp') + 3  # behind the protocol's version and the descriptor to read from
    drain = threading.Thread(target=lambda: [None for _ in iter(lambda: os.read(readable, 65536), b'')])
    drain.start()
    result = timed(command[:at] + [str(writable)] + command[at + 1:])
    os.close(writable)
    drain.join()
    return result


def query(log, command):
    """Stands between GIMP and the plug-in: runs it, and then some times more."""
    first = timed(command)
    with open(log, 'w') as file:
        json.dump([again(command) for _ in range(QUERIES)], file)
    sys.exit(first[0])


def profile(folder, name, plug_in):
    """A fresh profile whose only plug-in is that one, if any."""
    where = os.path.join(folder, name)
    shutil.rmtree(where, ignore_errors=True)
    plug_ins = os.path.join(where, 'only')
    os.makedirs(plug_ins)
    if plug_in:
        os.makedirs(os.path.join(plug_ins, 'tessera'))
        shutil.copy(plug_in, os.path.join(plug_ins, 'tessera', 'tessera'))
    with open(os.path.join(where, 'gimprc'), 'w') as file:
        file.write('(plug-in-path "%s")\n(check-updates no)\n' % plug_ins)
    return where


def start(where, **variables):
    since = time.monotonic()
    done = subprocess.run(['timeout', '60', 'gimp-console-3.0', '-i', '-d', '-f', '--quit'],
                          env=dict(os.environ, GIMP3_DIRECTORY=where, **variables), stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.monotonic() - since
    if done.returncode:
        check('GIMP starts and ends', False, done.returncode)
    return seconds


def known(where):
    with open(os.path.join(where, 'pluginrc')) as file:
        return file.read().count('(proc-def "tessera-')


def main(folder, plug_in):
    folder = os.path.abspath(folder)
    log = os.path.join(folder, 'query')
    wrapper = '%s %s --query %s' % (sys.executable, os.path.abspath(__file__), log)
    without, fresh, later = [], [], []
    for _ in range(STARTS):
        without.append(start(profile(folder, 'start-without', None)))
        where = profile(folder, 'start-with', plug_in)
        fresh.append(start(where))
        later.append(start(where))
    check('GIMP knows the six procedures then', known(where) == 6, known(where))
    start(profile(folder, 'start-query', plug_in), GIMP_PLUGIN_DEBUG_WRAP='tessera,query',
          GIMP_PLUGIN_DEBUG_WRAPPER=wrapper)
    with open(log) as file:
        codes, wall, processor = zip(*json.load(file))
    check('the query succeeds each time', codes == (0,) * QUERIES, codes)
    base, first, second = map(statistics.median, (without, fresh, later))
    alone, used = statistics.median(wall), statistics.median(processor)
    print('measured GIMP\'s start without plug-in %.0f ms; the first with it %+.0f ms, later ones %+.0f ms (medians of %d); '
          'the query alone %.0f ms, %.0f ms of a processor (medians of %d)'
          % (1e3 * base, 1e3 * (first - base), 1e3 * (second - base), STARTS, 1e3 * alone, 1e3 * used, QUERIES))
    check('the query takes less than 50 ms of a processor', used < LIMIT, used)
    # Whole starts differ by more than that from one to the next where other programs run.
    check('the first start takes little longer', first - base < LIMIT + NOISE * base, (base, first))
    check('later ones do not either', second - base < LIMIT + NOISE * base, (base, second))
    print('end', flush=True)


if sys.argv[1] == '--query':
    query(sys.argv[2], sys.argv[3:])
main(*sys.argv[1:])
