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
gboolean gimp_host_apply (UiHost *host, const UiScene *scene, const UiPiece *pieces, int n,
                          UiOutput output, char **place, GError **error);

/* host_stored.c */
GPtrArray *gimp_host_stored (UiHost *host);
