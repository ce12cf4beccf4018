/* window_run: the window of ui/ over a picture of GIMP. */
#pragma once
#include "host.h"
#include <libgimp/gimp.h>

/* Shows the window and returns when it is closed; the values of the call. */
GimpValueArray *window_run (GimpProcedure *procedure, GimpImage *image, UiMode mode);
