"""Runs inside Krita beside the plug-in: makes pictures, selects, presses the button, compares pixels, leaves with
os._exit. Krita begins it by itself; tests/krita/run sets the stage."""
import array
import os
import sys
import traceback

from krita import Extension, InfoObject, Krita, Selection
from PyQt5.QtCore import QByteArray, QEventLoop, QTimer

LOG = open(os.environ['TESSERA_TEST_LOG'], 'w', buffering=1)
WIDTH, HEIGHT, BOX = 300, 220, (120, 80, 64, 48)  # BOX: x, y, width, height


def make(depth):
    """A document of smooth colours, shown in a view."""
    krita = Krita.instance()
    document = krita.createDocument(WIDTH, HEIGHT, 'test', 'RGBA', depth, '', 120.0)
    krita.activeWindow().addView(document)
    layer = document.createNode('ground', 'paintlayer')
    document.rootNode().addChildNode(layer, None)
    white = 255 if depth == 'U8' else 65535
    pixels = array.array('B' if depth == 'U8' else 'H')
    for y in range(HEIGHT):
        for x in range(WIDTH):
            pixels.extend((white * x // WIDTH, white * y // HEIGHT, white * ((x * 7 + y * 3) % 100) // 99, white))
    layer.setPixelData(QByteArray(pixels.tobytes()), 0, 0, WIDTH, HEIGHT)
    document.setActiveNode(layer)
    document.refreshProjection()
    document.waitForDone()
    return document


def select(document, soft):
    selection = Selection()
    selection.select(*BOX, 255)
    if soft:
        selection.feather(5)
    document.setSelection(selection)
    document.waitForDone()


def wait_for(signal, seconds):
    loop = QEventLoop()
    fired = []
    signal.connect(lambda: (fired.append(1), loop.quit()))
    QTimer.singleShot(1000 * seconds, loop.quit)
    loop.exec_()
    return bool(fired)


def docker():
    return next(d for d in Krita.instance().dockers() if d.objectName() == 'tessera_docker')


def projection(document, sample):
    document.refreshProjection()
    document.waitForDone()
    data = bytes(document.pixelData(0, 0, WIDTH, HEIGHT))
    return memoryview(data).cast('I' if sample == 1 else 'Q')


def check_completion(depth, soft, soften):
    document, dock, sample = make(depth), docker(), 1 if depth == 'U8' else 2
    select(document, soft)
    before = projection(document, sample)
    dock.variations.setValue(2)
    dock.soften.setValue(soften)
    dock.seed.setValue(7)
    names = [node.name() for node in document.topLevelNodes()]
    dock.generate()
    assert dock.job is not None, dock.text.text()
    assert wait_for(dock.done, 60), 'no end'
    assert 'Added the group' in dock.text.text(), dock.text.text()
    added = [node for node in document.topLevelNodes() if node.name() not in names]
    assert [node.name() for node in added] == ['Completion 1'] and added[0].type() == 'grouplayer', added
    layers = added[0].childNodes()
    assert len(layers) == 2 and [layer.visible() for layer in layers] == [False, True], 'the best is on top and shown'
    assert all(layer.name().startswith('Variation ') and '(seed 7)' in layer.name() for layer in layers)
    after = projection(document, sample)
    reach = soften + (20 if soft else 0)
    x0, y0, x1, y1 = BOX[0] - reach, BOX[1] - reach, BOX[0] + BOX[2] + reach, BOX[1] + BOX[3] + reach
    outside = [i for i in range(WIDTH * HEIGHT) if not (x0 <= i % WIDTH < x1 and y0 <= i // WIDTH < y1)]
    assert all(after[i] == before[i] for i in outside), 'a pixel outside has changed'
    inner = [y * WIDTH + x for y in range(BOX[1] + 8, BOX[1] + BOX[3] - 8) for x in range(BOX[0] + 8, BOX[0] + BOX[2] - 8)]
    assert sum(after[i] != before[i] for i in inner) > 0.9 * len(inner), 'nothing was filled'
    ground = [node for node in document.topLevelNodes() if node.name() == 'ground'][0]
    assert bytes(ground.pixelData(0, 0, WIDTH, HEIGHT)) == bytes(before), 'the original has changed'
    if os.environ.get('TESSERA_TEST_OUT') and depth == 'U8':
        document.setBatchmode(True)
        document.exportImage(f'{os.environ["TESSERA_TEST_OUT"]}/krita-{"soft" if soft else "hard"}.png', InfoObject())
    check_command_line(document, before, after, depth, soften)
    document.setModified(False)
    document.close()


def check_command_line(document, before, after, depth, soften):
    """The picture with the layer is, to the last bit, what the command makes of the same."""
    import subprocess
    from tessera import images
    sample = 1 if depth == 'U8' else 2
    folder = os.environ['TESSERA_TEST_FOLDER']
    selection = document.selection()
    with open(folder + '/in.png', 'wb') as file:
        file.write(images.to_png(bytes(before), WIDTH, HEIGHT, sample))
    with open(folder + '/mask.png', 'wb') as file:
        file.write(images.mask_to_png(bytes(selection.pixelData(0, 0, WIDTH, HEIGHT)), WIDTH, HEIGHT))
    subprocess.run([os.environ['TESSERA_PROGRAM'], 'complete', folder + '/in.png', '--mask', folder + '/mask.png', '--seed',
                    '7', '-n', '2', '--only-best', '--soften', str(soften), '-q', '-f', '-o', folder + '/out.png'], check=True)
    with open(folder + '/out.png', 'rb') as file:
        made, _, _ = images.from_png(file.read(), sample)
    made = memoryview(made).cast('I' if sample == 1 else 'Q')
    different = sum(a != b for a, b in zip(made, after))
    assert different == 0, f'{different} pixels differ from what the command line makes'


def says_what_is_missing():
    dock = docker()
    document = make('U8')
    document.setSelection(None)
    dock.generate()
    assert dock.job is None and 'Nothing is selected' in dock.text.text(), dock.text.text()
    document.setModified(False)
    document.close()
    gray = Krita.instance().createDocument(50, 50, 'gray', 'GRAYA', 'U8', '', 120.0)
    Krita.instance().activeWindow().addView(gray)
    dock.generate()
    assert dock.job is None and 'RGB pictures of 8 or 16 bits' in dock.text.text(), dock.text.text()
    gray.setModified(False)
    gray.close()


def stop_works():
    document, dock = make('U8'), docker()
    selection = Selection()
    selection.select(20, 20, 260, 180, 255)
    document.setSelection(selection)
    document.waitForDone()
    dock.variations.setValue(16)
    dock.generate()
    loop = QEventLoop()
    dock.server.line.connect(lambda line: line.get('event') == 'progress' and loop.quit())
    QTimer.singleShot(60000, loop.quit)
    loop.exec_()
    dock.press()
    assert wait_for(dock.done, 60), 'no end'
    assert dock.text.text().startswith('Stopped at '), dock.text.text()
    assert dock.button.isEnabled() and 'Complete' in dock.button.text()
    document.setModified(False)
    document.close()


def a_missing_program_is_told():
    dock, program = docker(), docker().program.text()
    document = make('U8')
    select(document, False)
    dock.program.setText('/nowhere/tessera')
    dock.generate()
    assert dock.job is None and 'cannot be started' in dock.text.text(), dock.text.text()
    dock.program.setText(program)
    document.setModified(False)
    document.close()


TESTS = [lambda: check_completion('U8', False, 0), lambda: check_completion('U8', True, 4),
         lambda: check_completion('U16', True, 4), says_what_is_missing, stop_works, a_missing_program_is_told]


def run_all():
    failed = 0
    for number, function in enumerate(TESTS, 1):
        try:
            function()
            LOG.write(f'ok {number}\n')
        except Exception:
            failed += 1
            LOG.write(f'not ok {number}\n{traceback.format_exc()}')
    LOG.write(f'{len(TESTS) - failed} passed, {failed} failed\n')
    server = docker().server
    if server is not None:
        server.stop()
    os._exit(1 if failed else 0)


class Test(Extension):
    def setup(self):
        pass

    def createActions(self, window):
        QTimer.singleShot(4000, run_all)


sys.path.insert(0, os.path.dirname(__file__))
Krita.instance().addExtension(Test(Krita.instance()))
