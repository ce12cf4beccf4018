/* label_colors: from a picture that somebody painted in label colours to labels. */
#pragma once
#include "base/status.h"

enum { LABEL_FREE = 255, LABEL_REACH = 16 /* pixels */ };

typedef struct {
  gsize n_painted; /* alpha of half or more */
  gsize n_near; /* no label's colour, nor near a pixel of one: taken for the most similar label */
  gsize n_unknown; /* similar to none: free */
} LabelCount;

/* rgba: [height][width][4] sRGB of 8 bits, alpha not premultiplied; colors: [n_labels], 0xRRGGBB;
 * labels: [height][width], LABEL_FREE where nothing is painted. A pixel of a label's colour (+-1 in
 * a channel) has that label. Any other takes the label of the nearest such pixel within
 * LABEL_REACH, because the soft edge between two labels may look like a third; else the most
 * similar colour's in CIE Lab, up to a difference of 25; else none. */
gboolean label_colors_snap (const guint8 *rgba, int width, int height, const guint32 *colors,
                            int n_labels, guint8 *labels, LabelCount *count, GError **error);
