/* procedures: what Tessera adds to GIMP. The names are for ever. */
#pragma once
#include <libgimp/gimp.h>

GimpProcedure *complete_create (GimpPlugIn *plug_in, const char *name);    /* tessera-complete */
GimpProcedure *extend_create (GimpPlugIn *plug_in, const char *name);      /* -extend-canvas */
GimpProcedure *paint_create (GimpPlugIn *plug_in, const char *name);       /* -paint-labels */
GimpProcedure *label_layer_create (GimpPlugIn *plug_in, const char *name); /* -label-layer */
GimpProcedure *redo_create (GimpPlugIn *plug_in, const char *name);        /* -redo */
GimpProcedure *info_create (GimpPlugIn *plug_in, const char *name);        /* -info */
