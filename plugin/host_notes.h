/* host_notes: what a scene of the window remembers of GIMP, from the look to Apply. */
#pragma once
#include "host_gimp.h"
#include "work.h"

typedef struct {
  Work work;
  GimpDrawable **drawables; /* owned */
} Notes;
