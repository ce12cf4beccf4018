/* multigrid: solves the Laplace equation on the pixels of a hole of any shape.
 *
 * A u = f with (A u) = sum over the four neighbours of (u - neighbour); neighbours that are known
 * count as 0, those outside the picture do not count. Conjugate gradients, preconditioned by one
 * V-cycle: the cycle alone is faster on plain shapes only, and may diverge on ragged ones. */
#pragma once
#include "base/box.h"
#include "base/job.h"

typedef struct Multigrid Multigrid;

/* hole: [height][width], not 0 = unknown; box: its bounding box, at least one pixel of the picture
 * is known. Borrows nothing. MEMORY error. */
Multigrid *multigrid_new (const guint8 *hole, int width, int height, PixelBox box, GError **error);
void multigrid_free (Multigrid *grid); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Multigrid, multigrid_free)

/* Where to write the right-hand side of, and afterwards read the solution of, row y of the box:
 * [box.width]. What is written for known pixels counts for nothing. */
float *multigrid_source (Multigrid *grid, int y);
const float *multigrid_solution (const Multigrid *grid, int y);

/* Solves to within about `tolerance` everywhere; the source is used up. Returns how many rounds
 * it took, 0 with a CANCELLED error. Finite sources only. */
int multigrid_solve (Job *job, Multigrid *grid, double tolerance, GError **error);
