"""Krita's pixels to PNG and back. Krita holds blue, green, red, alpha of 8 or 16 bits, in machine order."""
from .qt import QtCore, QtGui


def _png(image):
    data = QtCore.QByteArray()
    buffer = QtCore.QBuffer(data)
    buffer.open(QtCore.QIODevice.WriteOnly)
    if not image.save(buffer, 'PNG'):
        raise ValueError('The picture cannot be made into a PNG file.')
    return bytes(data)


def swap_red_and_blue(pixels, sample):
    """BGRA to RGBA and back; sample: bytes of one channel."""
    swapped = bytearray(pixels)
    step = 4 * sample
    for byte in range(sample):
        swapped[byte::step] = pixels[2 * sample + byte::step]
        swapped[2 * sample + byte::step] = pixels[byte::step]
    return bytes(swapped)


def to_png(pixels, width, height, sample):
    """pixels: BGRA, [height][width][4] of `sample` bytes."""
    kind = QtGui.QImage.Format_RGBA8888 if sample == 1 else QtGui.QImage.Format_RGBA64
    image = QtGui.QImage(swap_red_and_blue(pixels, sample), width, height, 4 * sample * width, kind)
    return _png(image)


def mask_to_png(mask, width, height):
    """mask: [height][width] of one byte."""
    return _png(QtGui.QImage(mask, width, height, width, QtGui.QImage.Format_Grayscale8))


def from_png(data, sample):
    """(pixels, width, height), as to_png takes them."""
    image = QtGui.QImage.fromData(data, 'PNG')
    if image.isNull():
        raise ValueError('What the program sent is no PNG picture.')
    image = image.convertToFormat(QtGui.QImage.Format_RGBA8888 if sample == 1 else QtGui.QImage.Format_RGBA64)
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    return swap_red_and_blue(bytes(bits), sample), image.width(), image.height()
