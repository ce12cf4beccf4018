#include "settings.h"
#include "format.h"
#include <glib/gi18n-lib.h>
#include <math.h>

#define GROUP "window"

void
ui_settings_init (UiSettings *settings)
{
  *settings = (UiSettings){ .variations = 3,
                            .variety = 1,
                            .soften = 4,
                            .match_color = TRUE,
                            .texture = 100,
                            .label_strength = 4,
                            .grain = TRUE,
                            .similar = 40,
                            .rows = TRUE,
                            .hints = TRUE,
                            .cells = TRUE,
                            .live = TRUE,
                            .label_layer = UI_NO_LAYER,
                            .window_width = 900,
                            .window_height = 640 };
  ui_settings_new_seed (settings);
}

void
ui_settings_new_seed (UiSettings *settings)
{
  settings->seed = g_random_int () >> 1;
}

/* ---- the file ------------------------------------------------------------------------------ */

typedef enum { TRUTH, WHOLE, REAL } Kind;

typedef struct {
  const char *key;
  Kind kind;
  gsize place;
  double low, high;
} Entry;

#define PLACE(field) G_STRUCT_OFFSET (UiSettings, field)

static const Entry entries[] = {
  { "variations", WHOLE, PLACE (variations), 1, TESSERA_MAX_VARIATIONS },
  { "variety", REAL, PLACE (variety), 0, 2 },
  { "selected-layer", TRUTH, PLACE (selected_layer), 0, 1 },
  { "soften", REAL, PLACE (soften), 0, 256 },
  { "match-color", TRUTH, PLACE (match_color), 0, 1 },
  { "texture", REAL, PLACE (texture), 0, 100 },
  { "grain", TRUTH, PLACE (grain), 0, 1 },
  { "effort", WHOLE, PLACE (effort), 0, 2 },
  { "strategy", WHOLE, PLACE (strategy), 0, 3 },
  { "top-k", WHOLE, PLACE (top_k), 0, 65536 },
  { "top-p", REAL, PLACE (top_p), 0, 1 },
  { "label-strength", REAL, PLACE (label_strength), 0, TESSERA_MAX_LABEL_STRENGTH },
  { "output", WHOLE, PLACE (output), 0, 2 },
  { "similar", REAL, PLACE (similar), 0, 100 },
  { "threads", WHOLE, PLACE (threads), 0, 256 },
  { "memory", WHOLE, PLACE (memory), 0, 1048576 },
  { "rows", TRUTH, PLACE (rows), 0, 1 },
  { "keep-equal", TRUTH, PLACE (keep_equal), 0, 1 },
  { "width", WHOLE, PLACE (window_width), 320, 8192 },
  { "height", WHOLE, PLACE (window_height), 240, 8192 },
  { "open-edges", TRUTH, PLACE (open_edges), 0, 1 },
  { "open-detail", TRUTH, PLACE (open_detail), 0, 1 },
  { "open-sampling", TRUTH, PLACE (open_sampling), 0, 1 },
  { "open-output", TRUTH, PLACE (open_output), 0, 1 },
  { "hints", TRUTH, PLACE (hints), 0, 1 },
  { "hints-seen", WHOLE, PLACE (hints_seen), 0, 1 << 20 },
  { "cells", TRUTH, PLACE (cells), 0, 1 },
  { "live-draft", TRUTH, PLACE (live), 0, 1 },
  { "draft-speed", REAL, PLACE (draft_speed), 0.01, 1e6 },
  { "applied", WHOLE, PLACE (n_applied), 0, G_MAXINT },
  { "speed", REAL, PLACE (speed), 0.01, 1000 },
};

static void
read_entry (UiSettings *settings, GKeyFile *file, const Entry *entry)
{
  g_autoptr (GError) error = NULL;
  const double value = g_key_file_get_double (file, GROUP, entry->key, &error);

  if (error || !(value >= entry->low && value <= entry->high))
    return;
  if (entry->kind == REAL)
    G_STRUCT_MEMBER (double, settings, entry->place) = value;
  else
    G_STRUCT_MEMBER (int, settings, entry->place) = (int) value;
}

void
ui_settings_load (UiSettings *settings, const char *file)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();

  if (!file || !g_key_file_load_from_file (keys, file, G_KEY_FILE_NONE, NULL))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    read_entry (settings, keys, &entries[i]);
}

void
ui_settings_save (const UiSettings *settings, const char *file)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autofree char *folder = file ? g_path_get_dirname (file) : NULL;

  if (!file)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    if (entries[i].kind == REAL)
      g_key_file_set_double (keys, GROUP, entries[i].key,
                             G_STRUCT_MEMBER (double, settings, entries[i].place));
    else
      g_key_file_set_integer (keys, GROUP, entries[i].key,
                              G_STRUCT_MEMBER (int, settings, entries[i].place));
  g_mkdir_with_parents (folder, 0700);
  g_key_file_save_to_file (keys, file, NULL); /* a full disk loses settings, nothing else */
}

/* ---- requests ------------------------------------------------------------------------------ */

void
ui_settings_to_query (const UiSettings *settings, UiMode mode, UiQuery *query)
{
  *query =
      (UiQuery){ .mode = mode,
                 .selected_layer = settings->selected_layer || settings->output == UI_OUTPUT_MERGE,
                 .empty_area = settings->empty_area && mode != UI_MODE_LABELS,
                 .only_selection = settings->only_selection,
                 .label_layer = settings->label_layer,
                 .without_labels = settings->without_labels,
                 .wrap = settings->wrap && mode == UI_MODE_EXTEND,
                 .soften = settings->soften };
  if (mode != UI_MODE_EXTEND || settings->empty_area)
    return;
  query->left = settings->left;
  query->right = settings->right;
  query->top = settings->top;
  query->bottom = settings->bottom;
}

void
ui_settings_to_request (const UiSettings *settings, const UiScene *scene, TesseraRequest *request)
{
  tessera_request_init (request);
  request->picture = (TesseraPicture){ scene->part.width, scene->part.height, scene->pixels };
  request->hole = scene->hole;
  request->labels = scene->labels;
  request->soften = settings->soften;
  request->wrap = settings->wrap && scene->query.mode == UI_MODE_EXTEND;
  request->n_variations = settings->variations;
  request->seed = settings->seed;
  request->temperature = settings->variety;
  if (settings->top_k > 0)
    request->top_k = settings->top_k;
  if (settings->top_p > 0)
    request->top_p = settings->top_p;
  request->label_strength = settings->label_strength;
  request->strategy = (TesseraStrategy) settings->strategy;
  request->effort = (TesseraEffort) settings->effort;
  request->match_rim = settings->match_color;
  request->texture = settings->texture;
  request->grain = settings->grain;
  request->n_threads = settings->threads;
  request->memory_limit = (gsize) settings->memory * 1000000;
}

gboolean
ui_settings_from_recipe (UiSettings *settings, const char *recipe, GError **error)
{
  TesseraRequest request;

  tessera_request_init (&request);
  if (!tessera_recipe_read (recipe, &request, error))
    return FALSE;
  settings->seed = (guint32) (request.seed & G_MAXINT32);
  settings->seed_locked = TRUE;
  settings->variety = MIN (request.temperature, 2);
  settings->top_k = request.top_k;
  settings->top_p = request.top_p;
  settings->label_strength = request.label_strength;
  settings->strategy = (int) request.strategy;
  settings->effort = (int) request.effort;
  settings->soften = request.soften;
  settings->match_color = request.match_rim;
  settings->texture = request.texture;
  settings->grain = request.grain;
  settings->wrap = request.wrap;
  return TRUE;
}

static void
learn (double *ratio, double estimated, double taken)
{
  const double newest = CLAMP (taken / MAX (estimated, 0.1), 0.01, 1000);

  if (!isfinite (newest))
    return;
  /* A running mean in which the newest run counts for a third: machines are busy at times. */
  *ratio = *ratio > 0 ? *ratio * pow (newest / *ratio, 1.0 / 3) : newest;
}

void
ui_settings_learn (UiSettings *settings, double estimated, double taken)
{
  learn (&settings->speed, estimated, taken);
}

void
ui_settings_learn_draft (UiSettings *settings, double estimated, double taken)
{
  learn (&settings->draft_speed, estimated, taken);
}

/* ---- texts --------------------------------------------------------------------------------- */

char *
ui_settings_edges_text (const UiSettings *settings)
{
  g_autofree char *width = g_strdup_printf (_ ("%g px"), settings->soften);

  if (!settings->match_color)
    return g_steal_pointer (&width);
  /* Translators: %s is a width like "4 px"; colors are matched at the edge */
  return g_strdup_printf (_ ("%s, colors matched"), width);
}

char *
ui_settings_detail_text (const UiSettings *settings)
{
  static const char *const efforts[] = { NULL, N_ ("draft"), N_ ("high effort") };
  g_autofree char *texture = g_strdup_printf (_ ("texture %d %%"), (int) settings->texture);

  if (!efforts[settings->effort])
    return g_steal_pointer (&texture);
  /* Translators: %1$s is like "texture 50 %", %2$s is "draft" or "high effort" */
  return g_strdup_printf (_ ("%1$s, %2$s"), texture, _ (efforts[settings->effort]));
}

char *
ui_settings_sampling_text (const UiSettings *settings)
{
  static const char *const strategies[] = { NULL, N_ ("pyramid"), N_ ("anchored"), N_ ("exact") };
  g_autofree char *seed = settings->seed_locked ? g_strdup_printf (_ ("seed %u"), settings->seed)
                                                : g_strdup (_ ("new seed each time"));

  if (settings->top_k > 0)
    /* Translators: %1$s is like "seed 12", %2$d the number of contents that are considered */
    return g_strdup_printf (_ ("%1$s, top %2$d"), seed, settings->top_k);
  if (!strategies[settings->strategy])
    return g_steal_pointer (&seed);
  /* Translators: %1$s is like "seed 12", %2$s is "pyramid", "anchored" or "exact" */
  return g_strdup_printf (_ ("%1$s, %2$s"), seed, _ (strategies[settings->strategy]));
}

char *
ui_settings_output_text (const UiSettings *settings)
{
  static const char *const outputs[] = { N_ ("new group"), N_ ("new layer"),
                                         N_ ("selected layer") };
  g_autofree char *memory = NULL;

  if (settings->memory == 0)
    return g_strdup (_ (outputs[settings->output]));
  memory = format_memory ((gsize) settings->memory * 1000000);
  /* Translators: %1$s is like "new group", %2$s an amount of memory */
  return g_strdup_printf (_ ("%1$s, at most %2$s"), _ (outputs[settings->output]), memory);
}
