"""The docker: a few settings, one button that becomes Stop, a bar and a line of text."""
import os
import random

from krita import DockWidget, Krita

from . import images
from .job import Job, Refused
from .qt import QtCore, QtWidgets
from .server import Server

GROUP = 'tessera'  # of Krita's settings


class TesseraDocker(DockWidget):
    done = QtCore.pyqtSignal()  # a job has ended, well or not

    def __init__(self):
        super().__init__()
        self.setWindowTitle('Tessera')
        self.job, self.server, self.count = None, None, 0
        self._build()

    # ---- what it looks like

    def _build(self):
        body = QtWidgets.QWidget()
        form = QtWidgets.QFormLayout()
        self.variations = self._spin(1, 16, 3, 'How many different results to make')
        self.variety = QtWidgets.QDoubleSpinBox()
        self.variety.setRange(0, 2)
        self.variety.setSingleStep(0.1)
        self.variety.setValue(1)
        self.variety.setToolTip('0 always takes the likeliest content, 1 is as learned, more is bolder')
        self.soften = self._spin(0, 256, 4, 'Width in pixels over which the result fades into the picture')
        self.seed = self._spin(-1, 2 ** 31 - 1, -1, 'The same seed gives the same result; -1 takes a new one')
        self.program = QtWidgets.QLineEdit(self._stored('program', os.environ.get('TESSERA_PROGRAM', 'tessera')))
        self.program.setToolTip('The command "tessera": its name or its path')
        for name, widget in (('&Variations', self.variations), ('Va&riety', self.variety), ('S&often (px)', self.soften),
                             ('Seed', self.seed), ('Program', self.program)):
            form.addRow(name, widget)
        self.button = QtWidgets.QPushButton('&Complete Selection')
        self.button.clicked.connect(self.press)
        self.bar = QtWidgets.QProgressBar()
        self.bar.setRange(0, 1000)
        self.text = QtWidgets.QLabel('Select what should be replaced.')
        self.text.setWordWrap(True)
        layout = QtWidgets.QVBoxLayout(body)
        layout.addLayout(form)
        layout.addWidget(self.button)
        layout.addWidget(self.bar)
        layout.addWidget(self.text)
        layout.addStretch()
        self.setWidget(body)

    @staticmethod
    def _spin(low, high, value, tip):
        spin = QtWidgets.QSpinBox()
        spin.setRange(low, high)
        spin.setValue(value)
        spin.setToolTip(tip)
        return spin

    @staticmethod
    def _stored(name, standard):
        return Krita.instance().readSetting(GROUP, name, standard) or standard

    def canvasChanged(self, canvas):
        pass

    # ---- what it does

    def press(self):
        if self.job is None:
            self.generate()
        else:
            self.server.send(self.job.cancel())
            self.button.setEnabled(False)

    def settings(self):
        seed = self.seed.value()
        return {'variations': self.variations.value(), 'variety': self.variety.value(), 'soften': self.soften.value(),
                'seed': seed if seed >= 0 else random.randrange(2 ** 31)}

    def generate(self):
        if self.job is not None:
            return
        self.count += 1
        try:
            job = Job(Krita.instance().activeDocument(), images, self.settings(), self.count)
            if not self._connect().send(job.request()):
                return
        except (Refused, ValueError) as reason:
            self.say(str(reason))
            return
        self.job = job
        self.button.setText('S&top')
        self.say('Working…')

    def _connect(self):
        program = self.program.text().strip()
        if self.server is not None and self.server.program != program:
            self.server.stop()
            self.server = None
        if self.server is None:
            Krita.instance().writeSetting(GROUP, 'program', program)
            self.server = Server(self, program)
            self.server.line.connect(self._line)
            self.server.failed.connect(self._failed)
            QtWidgets.QApplication.instance().aboutToQuit.connect(self.server.stop)
        return self.server

    def say(self, text):
        self.text.setText(text)

    def _line(self, line):
        if self.job is None or line.get('id') != self.job.id:
            return
        try:
            share = self.job.take(line)
        except (Refused, ValueError) as reason:
            self.job.error, share = str(reason), None
        if share is not None:
            self.bar.setValue(int(1000 * share))
        if share == 1:
            self._finish()

    def _finish(self):
        job = self.job
        group = job.layers()
        self._ready()
        if job.error:
            self.say(job.error)
        elif group is not None:
            self.say(f'Added the group “{group.name()}”. The original is untouched below it.')
        self.done.emit()

    def _failed(self, sentence):
        self._ready()
        self.say(sentence)
        self.done.emit()

    def _ready(self):
        self.job = None
        self.bar.setValue(0)
        self.button.setText('&Complete Selection')
        self.button.setEnabled(True)
