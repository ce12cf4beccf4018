/* complete: the procedure tessera-complete. */
#pragma once
#include <libgimp/gimp.h>

GimpProcedure *complete_create (GimpPlugIn *plug_in, const char *name);
