#include "arguments.h"
#include <glib/gi18n.h>

/* Underlined letters: c, g, h, l, o, r and s belong to the buttons of GIMP's own dialog, i to "Fill
 * in" of tessera-complete. */

static void
register_chance (GimpProcedure *procedure)
{
  gimp_procedure_add_int_argument (procedure, "variations", _ ("_Variations"),
                                   _ ("How many different results to make"), 1,
                                   TESSERA_MAX_VARIATIONS, 1, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "seed", _ ("See_d"),
                                   _ ("Start value for chance; the same value gives the same "
                                      "result. -1 takes a new one, which is stored in the recipe"),
                                   -1, G_MAXINT, -1, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "variety", _ ("Variet_y"),
                                      _ ("0 always takes the likeliest content, 1 is as learned, "
                                         "more is bolder (sampling temperature)"),
                                      0.0, 2.0, 1.0, G_PARAM_READWRITE);
}

void
arguments_register_output (GimpProcedure *procedure)
{
  GimpChoice *outputs = gimp_choice_new_with_values (
      "group", OUTPUT_GROUP, _ ("New group"), NULL, "layer", OUTPUT_LAYER, _ ("New layer"), NULL,
      "merge", OUTPUT_MERGE, _ ("Selected layer"), NULL, "image", OUTPUT_IMAGE, _ ("New image"),
      NULL, NULL);

  gimp_procedure_add_choice_argument (
      procedure, "output", _ ("Pu_t into"),
      _ ("group: all variations in a new layer group; layer: only the best as one new layer; "
         "merge: the best, written into the selected layer; image: the group in a copy of the "
         "picture"),
      outputs, "group", G_PARAM_READWRITE);
}

static void
register_input (GimpProcedure *procedure)
{
  GimpChoice *sources =
      gimp_choice_new_with_values ("visible", SOURCE_VISIBLE, _ ("All visible layers"), NULL,
                                   "layer", SOURCE_LAYER, _ ("Selected layer"), NULL, NULL);

  gimp_procedure_add_choice_argument (procedure, "source", _ ("_Use"),
                                      _ ("What the picture is: everything visible, or only the "
                                         "selected layer (merge always uses the layer)"),
                                      sources, "visible", G_PARAM_READWRITE);
  gimp_procedure_add_layer_argument (procedure, "label-layer", _ ("La_bel layer"),
                                     _ ("Layer whose label colors say what should appear where; "
                                        "unpainted places are free"),
                                     TRUE, G_PARAM_READWRITE);
}

static void
register_look (GimpProcedure *procedure)
{
  gimp_procedure_add_double_argument (procedure, "soften", _ ("So_ften"),
                                      _ ("Width in pixels over which the result fades into the "
                                         "picture outside the selection; 0 changes nothing "
                                         "outside"),
                                      0.0, 256.0, 4.0, G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (procedure, "match-color", _ ("_Match edge colors"),
                                       _ ("Shift colors so that they meet the surroundings at the "
                                          "edge"),
                                       TRUE, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "texture", _ ("Borro_w texture"),
                                      _ ("Percent of fine structure borrowed from the rest of the "
                                         "picture"),
                                      0.0, 100.0, 100.0, G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (procedure, "grain", _ ("Match grai_n"),
                                       _ ("Add the noise of the surroundings"), TRUE,
                                       G_PARAM_READWRITE);
}

static void
register_search (GimpProcedure *procedure)
{
  GimpChoice *efforts = gimp_choice_new_with_values (
      "draft", TESSERA_EFFORT_DRAFT, _ ("Draft"), NULL, "normal", TESSERA_EFFORT_NORMAL,
      _ ("Normal"), NULL, "high", TESSERA_EFFORT_HIGH, _ ("High"), NULL, NULL);
  GimpChoice *strategies = gimp_choice_new_with_values (
      "auto", TESSERA_STRATEGY_AUTO, _ ("Automatic"), NULL, "pyramid", TESSERA_STRATEGY_PYRAMID,
      _ ("Pyramid"), NULL, "anchored", TESSERA_STRATEGY_ANCHORED, _ ("Anchored"), NULL, "exact",
      TESSERA_STRATEGY_EXACT, _ ("Exact"), NULL, NULL);

  gimp_procedure_add_choice_argument (procedure, "effort", _ ("_Effort"),
                                      _ ("draft: coarse and fast; high: tries twice as many and "
                                         "keeps the best"),
                                      efforts, "normal", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (procedure, "strategy", _ ("Strategy"),
                                      _ ("How holes larger than the model's window are covered"),
                                      strategies, "auto", G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "top-k", _ ("Likeliest contents (_k)"),
                                   _ ("Consider only the k likeliest contents for each cell; "
                                      "0: as the model advises"),
                                   0, 65536, 0, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "top-p", _ ("Likeliest share (_p)"),
                                      _ ("Consider only the likeliest contents that together reach "
                                         "this probability; 0: as the model advises"),
                                      0.0, 1.0, 0.0, G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (procedure, "wrap", _ ("Left and right border are one"),
                                       _ ("Left and right border are one (360 degree panorama)"),
                                       FALSE, G_PARAM_READWRITE);
}

void
arguments_register_model (GimpProcedure *procedure)
{
  gimp_procedure_add_string_argument (procedure, "model", _ ("Model"),
                                      _ ("Model file or name; empty: the model that comes with "
                                         "Tessera"),
                                      "", G_PARAM_READWRITE);
}

static void
register_limits (GimpProcedure *procedure)
{
  gimp_procedure_add_int_argument (procedure, "threads", _ ("Processor cores"),
                                   _ ("Processor cores to use; 0: all"), 0, 256, 0,
                                   G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "memory-limit", _ ("Memory limit"),
                                   _ ("Refuse to start above this many megabytes; 0: three "
                                      "quarters of the free memory"),
                                   0, 1048576, 0, G_PARAM_READWRITE);
}

static void
register_labels (GimpProcedure *procedure)
{
  gimp_procedure_add_double_argument (procedure, "label-strength", _ ("Label strength"),
                                      _ ("How closely painted labels are followed: 0 not at all, "
                                         "1 as learned, more is stricter"),
                                      0.0, TESSERA_MAX_LABEL_STRENGTH, 4.0, G_PARAM_READWRITE);
}

void
arguments_register (GimpProcedure *procedure)
{
  register_chance (procedure);
  arguments_register_output (procedure);
  register_input (procedure);
  register_look (procedure);
  register_search (procedure);
  arguments_register_model (procedure);
  register_limits (procedure);
  register_labels (procedure);
}

void
arguments_register_answers (GimpProcedure *procedure)
{
  gimp_procedure_add_core_object_array_return_value (
      procedure, "layers", _ ("Layers"),
      _ ("The variations, best first; none where the result was written into the layer"),
      GIMP_TYPE_LAYER, G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (procedure, "recipe", _ ("Recipe"),
                                          _ ("All that is needed to make the best result again "
                                             "(JSON)"),
                                          NULL, G_PARAM_READWRITE);
  gimp_procedure_add_group_layer_return_value (procedure, "group", _ ("Group"),
                                               _ ("The layer group that holds them, if any"), TRUE,
                                               G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (procedure, "seeds", _ ("Seeds"),
                                          _ ("The seed of each variation, best first (JSON)"), NULL,
                                          G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (procedure, "report", _ ("Report"),
                                          _ ("Seconds of each step, memory, warnings and what the "
                                             "labels held (JSON)"),
                                          NULL, G_PARAM_READWRITE);
  gimp_procedure_add_image_return_value (procedure, "result-image", _ ("Image"),
                                         _ ("The image that holds the result"), TRUE,
                                         G_PARAM_READWRITE);
}

char *
arguments_text (GimpProcedureConfig *config, const char *name)
{
  char *text = NULL;

  g_object_get (config, name, &text, NULL);
  return text ? text : g_strdup ("");
}

guint64
arguments_new_seed (void)
{
  return g_random_int () & G_MAXINT;
}

void
settings_read (Settings *settings, GimpProcedureConfig *config, gboolean new_seed)
{
  int seed, megabytes;

  g_object_get (config, "variations", &settings->n_variations, "seed", &seed, "variety",
                &settings->temperature, "label-layer", &settings->label_layer, "soften",
                &settings->soften, "match-color", &settings->match_rim, "texture",
                &settings->texture, "grain", &settings->grain, "top-k", &settings->top_k, "top-p",
                &settings->top_p, "wrap", &settings->wrap, "threads", &settings->n_threads,
                "memory-limit", &megabytes, "label-strength", &settings->label_strength, NULL);
  settings->output = gimp_procedure_config_get_choice_id (config, "output");
  settings->source = gimp_procedure_config_get_choice_id (config, "source");
  settings->effort = gimp_procedure_config_get_choice_id (config, "effort");
  settings->strategy = gimp_procedure_config_get_choice_id (config, "strategy");
  settings->model = arguments_text (config, "model");
  settings->seed = seed < 0 || new_seed ? arguments_new_seed () : (guint) seed;
  settings->memory_limit = (gsize) megabytes << 20;
}

void
settings_clear (Settings *settings)
{
  g_clear_object (&settings->label_layer);
  g_clear_pointer (&settings->model, g_free);
}

void
settings_to_request (const Settings *settings, TesseraRequest *request)
{
  request->n_variations = settings->n_variations;
  request->seed = settings->seed;
  request->temperature = settings->temperature;
  request->soften = settings->soften;
  request->match_rim = settings->match_rim;
  request->texture = settings->texture;
  request->grain = settings->grain;
  request->effort = settings->effort;
  request->strategy = settings->strategy;
  request->wrap = settings->wrap;
  request->label_strength = settings->label_strength;
  request->n_threads = settings->n_threads;
  request->memory_limit = settings->memory_limit;
  if (settings->top_k > 0)
    request->top_k = settings->top_k;
  if (settings->top_p > 0)
    request->top_p = settings->top_p;
}
