"""All drivers that need a GIMP with windows, one after the other in one GIMP."""
import sys
import time

sys.path.insert(0, 'tests/gimp')
import choices
import modes
import parts
import window
from helpers import *

for driver in (window, modes, choices, parts):
    begun = time.time()
    driver.main()
    measured('%s: %.0f s' % (driver.__name__, time.time() - begun))
finish()
