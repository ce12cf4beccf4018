/* settings: what the window asks of the engine; kept from one use to the next, but for what belongs
 * to one picture (margins, label layer) and for the seed. */
#pragma once
#include "host.h"

typedef struct {
  int variations;          /* 1..TESSERA_MAX_VARIATIONS */
  double variety;          /* 0..2, the sampling temperature */
  gboolean selected_layer; /* the picture is the selected layer */
  gboolean empty_area;
  double soften; /* px */
  gboolean match_color;
  double texture; /* per cent */
  gboolean grain;
  int effort;            /* TesseraEffort */
  int strategy;          /* TesseraStrategy */
  int top_k;             /* 0 = as the model advises */
  double top_p;          /* 0 = as the model advises */
  double label_strength; /* 0..TESSERA_MAX_LABEL_STRENGTH */
  int output;            /* UiOutput */
  double similar;        /* per cent of the cells that "more like this" chooses anew */
  int threads;           /* 0 = all */
  int memory;            /* megabytes, 0 = three quarters of what is free */
  gboolean rows;         /* show the picture while it grows */

  /* of this picture and run */
  gboolean seed_locked;
  guint32 seed; /* 0..2^31 - 1 */
  int left, right, top, bottom;
  gboolean keep_equal, wrap, only_selection, without_labels;
  int label_layer;

  /* of the window */
  int window_width, window_height;
  gboolean open_edges, open_detail, open_sampling, open_output;
  gboolean hints;     /* show them, */
  int hints_seen;     /* but for those that were dismissed: bits */
  gboolean cells;     /* outline the cells */
  gboolean live;      /* a draft after each change of the labels */
  int n_applied;      /* times that Apply was pressed, ever */
  double speed;       /* measured seconds per estimated second; 0 = never measured */
  double draft_speed; /* the same of drafts, which are small: what a run costs beside computing
                         counts for more */
} UiSettings;

void ui_settings_init (UiSettings *settings);

/* What cannot be read or is out of range keeps its default: a damaged file must not stop anybody. */
void ui_settings_load (UiSettings *settings, const char *file);
void ui_settings_save (const UiSettings *settings, const char *file);

void ui_settings_new_seed (UiSettings *settings);

/* The request for a scene; the scene's arrays are borrowed. */
void ui_settings_to_request (const UiSettings *settings, const UiScene *scene,
                             TesseraRequest *request);

void ui_settings_to_query (const UiSettings *settings, UiMode mode, UiQuery *query);

/* Takes over what a recipe says. FALSE and error where it cannot be read. */
gboolean ui_settings_from_recipe (UiSettings *settings, const char *recipe, GError **error);

/* What stands beside the closed expanders: "4 px, matched" and the like; g_free. */
char *ui_settings_edges_text (const UiSettings *settings);
char *ui_settings_detail_text (const UiSettings *settings);
char *ui_settings_sampling_text (const UiSettings *settings);
char *ui_settings_output_text (const UiSettings *settings);

/* A run that was estimated at `estimated` seconds took `taken`: the next estimate learns from it. */
void ui_settings_learn (UiSettings *settings, double estimated, double taken);
void ui_settings_learn_draft (UiSettings *settings, double estimated, double taken);
