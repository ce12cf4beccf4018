/* arguments: what all procedures that make pictures can be told. Names, order, ranges and defaults
 * are the same for menu, scripts and dialog; a name never changes once released, new ones come at
 * the end. */
#pragma once
#include "tessera.h"
#include <libgimp/gimp.h>

typedef enum {
  SOURCE_VISIBLE, /* everything that can be seen, but for label layers */
  SOURCE_LAYER,   /* the one selected layer */
} Source;

typedef enum {
  OUTPUT_GROUP, /* all variations in a new group */
  OUTPUT_LAYER, /* the best as a new layer */
  OUTPUT_MERGE, /* the best, written into the selected layer */
  OUTPUT_IMAGE, /* a group in a copy of the image */
} Output;

typedef struct {
  int n_variations;
  guint64 seed; /* drawn by chance where the argument says -1 */
  double temperature;
  Output output;
  Source source;
  GimpLayer *label_layer; /* owned reference; NULL = none */
  double soften;
  gboolean match_rim;
  double texture; /* per cent */
  gboolean grain;
  TesseraEffort effort;
  TesseraStrategy strategy;
  int top_k;    /* 0 = the engine's default */
  double top_p; /* 0 = the engine's default */
  double label_strength;
  gboolean wrap;
  char *model; /* file, name, or "" for the bundled model */
  int n_threads;
  gsize memory_limit;
} Settings;

/* The shared arguments, behind those that a procedure has of its own. */
void arguments_register (GimpProcedure *procedure);

/* Parts of the above, for procedures that take only some. */
void arguments_register_output (GimpProcedure *procedure);
void arguments_register_model (GimpProcedure *procedure);

/* What all procedures that make pictures return; place.h says in which place. */
void arguments_register_answers (GimpProcedure *procedure);

/* A text argument, the caller's, never NULL: GIMP 3.0.4 forgets a default that is an empty text. */
char *arguments_text (GimpProcedureConfig *config, const char *name);

/* A seed that recipes and arguments can hold. */
guint64 arguments_new_seed (void);

/* new_seed: take a new seed whatever the argument says. */
void settings_read (Settings *settings, GimpProcedureConfig *config, gboolean new_seed);
void settings_clear (Settings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

/* Fills what the settings say and leaves picture, hole, conditions and progress alone. */
void settings_to_request (const Settings *settings, TesseraRequest *request);
