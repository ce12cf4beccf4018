"""`tessera serve` as a process of Krita's: started at the first request, kept, with its model loaded."""
import json

from .job import Lines
from .qt import QtCore


class Server(QtCore.QObject):
    line = QtCore.pyqtSignal(dict)    # an answer
    failed = QtCore.pyqtSignal(str)   # a sentence: the program cannot be started, or has ended

    def __init__(self, parent, program, arguments=()):
        super().__init__(parent)
        self.program, self.arguments = program, list(arguments)
        self.process = None
        self.lines = Lines()

    def send(self, request):
        if self.process is None and not self._start():
            return False
        self.process.write(json.dumps(request).encode() + b'\n')
        return True

    def stop(self):
        """The end of its input ends it."""
        if self.process is not None:
            process, self.process = self.process, None
            process.closeWriteChannel()
            if not process.waitForFinished(1000):
                process.kill()
                process.waitForFinished(1000)

    def _start(self):
        process = QtCore.QProcess(self)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._ended)
        process.start(self.program, ['serve'] + self.arguments)
        if not process.waitForStarted(5000):
            self.failed.emit(f'The program "{self.program}" cannot be started. Install Tessera, or choose it below.')
            return False
        self.process, self.lines = process, Lines()
        return True

    def _read(self):
        for line in self.lines.feed(bytes(self.sender().readAllStandardOutput())):
            try:
                answer = json.loads(line)
            except ValueError:
                continue
            self.line.emit(answer)

    def _ended(self, *_):
        if self.process is not None and self.sender() is self.process:
            said = bytes(self.process.readAllStandardError()).decode(errors='replace').strip().splitlines()
            self.process = None
            self.failed.emit(said[-1] if said else 'The program has ended unexpectedly.')
