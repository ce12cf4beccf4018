/* arguments: the settings of a completion as procedure arguments. Names, ranges and defaults are
 * the same for menu, scripts and dialog; a name never changes once released. */
#pragma once
#include "tessera.h"
#include <libgimp/gimp.h>

typedef enum {
  SOURCE_VISIBLE, /* everything that can be seen */
  SOURCE_LAYER,   /* the one selected layer */
} Source;

typedef struct {
  int n_variations;
  guint64 seed; /* drawn by chance where the argument says -1 */
  double temperature;
  Source source;
  gboolean match_rim;
  double texture; /* per cent */
  int top_k;      /* 0 = the engine's default */
  double top_p;   /* 0 = the engine's default */
  char *model;    /* file, name, or "" for the bundled model */
  int n_threads;
  gsize memory_limit;
} Settings;

void arguments_register (GimpProcedure *procedure);

/* Before anything else: GIMP 3.0.4 forgets a default that is an empty text and gives NULL. */
void arguments_repair (GimpProcedureConfig *config);

/* new_seed: take a new seed whatever the argument says. */
void settings_read (Settings *settings, GimpProcedureConfig *config, gboolean new_seed);
void settings_clear (Settings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

/* Fills everything but picture, hole and progress. */
void settings_to_request (const Settings *settings, TesseraRequest *request);
