"""Qt as this Krita has it: 5 up to Krita 5, 6 from Krita 6 on."""
try:
    from PyQt5 import QtCore, QtGui, QtWidgets
except ImportError:
    from PyQt6 import QtCore, QtGui, QtWidgets

__all__ = ['QtCore', 'QtGui', 'QtWidgets']
