/* region: the part of the canvas that the engine gets to see, as it wants to see it. */
#pragma once
#include "labels.h"

typedef struct {
  GeglRectangle box; /* the part, in pixels of the canvas */
  float *pixels;     /* [height][width][3] perceptual RGB in the image's own space, 0..1 */
  float *wanted;     /* [height][width], 0..1: what is to be replaced */
  float *hole;       /* [height][width]: wanted, and 1 where the picture has no pixel */
  guint8 *labels;    /* [height][width], or NULL */
  float *depth;      /* [height][width], or NULL */
  float *drawing;    /* [height][width][3] perceptual RGB, or NULL */
  gboolean unknown;  /* hole and wanted differ somewhere */
} Region;

/* Layers that say what should appear; NULL = none. */
typedef struct {
  GimpLayer *labels;
  GimpLayer *depth; /* brighter = nearer; to a model that knows drawings, the drawing */
} Conditions;

void region_clear (Region *region);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Region, region_clear)

/* Chooses the box and reads it: no more of a large picture than the model looks at. The caller
 * clears the region, also after an error. */
gboolean region_read (Region *region, GimpImage *image, const Picture *picture, const Hole *hole,
                      const TesseraModel *model, const TesseraRequest *request,
                      const Conditions *conditions, Report *report, GError **error);

/* Points the request at the region's pixels, which must outlive it. A model that cannot continue a
 * picture gets none. */
void region_to_request (const Region *region, const TesseraModelInfo *model,
                        TesseraRequest *request);

/* SHA-256 of all that the engine sees, 64 hex digits, the caller's. */
char *region_fingerprint (const Region *region);
