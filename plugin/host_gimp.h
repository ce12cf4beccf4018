/* host_gimp: GIMP as the window of ui/ sees it. */
#pragma once
#include "host.h"
#include <libgimp/gimp.h>

typedef struct {
  UiHost host;
  GimpImage *image;
  char *settings_file, *help_uri; /* owned */
  int n_applied;                  /* times that something was put into the image */
} GimpHost;

void gimp_host_init (GimpHost *host, GimpImage *image);
void gimp_host_clear (GimpHost *host);

/* The parts, each in a file of its own. */

/* host_look.c */
UiScene *gimp_host_look (UiHost *host, const UiQuery *query, const TesseraModel *model,
                         GError **error);
UiScene *gimp_host_look_inside (UiHost *host, const UiQuery *query, const TesseraModel *model,
                                const UiPiece *inside, GError **error);

/* host_apply.c */
gboolean gimp_host_apply (UiHost *host, const UiPiece *pieces, int n, UiOutput output, char **place,
                          GError **error);
void gimp_host_lay (UiHost *host, UiScene *scene, const UiPiece *piece);

/* host_labels.c */
gboolean gimp_host_paint_label (UiHost *host, int layer, TesseraBox box, const guint8 *where,
                                guint32 color, GError **error);

/* host_stored.c */
GPtrArray *gimp_host_stored (UiHost *host);
