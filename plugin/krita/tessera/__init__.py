"""Tessera in Krita: a docker and a menu entry that complete the selection through `tessera serve`."""
from krita import DockWidgetFactory, DockWidgetFactoryBase, Extension, Krita

from .docker import TesseraDocker


class TesseraExtension(Extension):
    def setup(self):
        pass

    def createActions(self, window):
        action = window.createAction('tessera_complete', 'Tessera: Complete Selection', 'tools')
        action.triggered.connect(self.complete)

    @staticmethod
    def complete():
        for docker in Krita.instance().dockers():
            if isinstance(docker, TesseraDocker):
                docker.show()
                docker.generate()


Krita.instance().addExtension(TesseraExtension(Krita.instance()))
Krita.instance().addDockWidgetFactory(
    DockWidgetFactory('tessera_docker', DockWidgetFactoryBase.DockRight, TesseraDocker))
