#include "arguments.h"
#include <glib/gi18n.h>

/* Underlined letters: c, h, l, r and s belong to the buttons of GIMP's own dialog. */

static void
register_choices (GimpProcedure *procedure)
{
  GimpChoice *sources =
      gimp_choice_new_with_values ("visible", SOURCE_VISIBLE, _ ("All visible layers"), NULL,
                                   "layer", SOURCE_LAYER, _ ("Selected layer"), NULL, NULL);

  gimp_procedure_add_int_argument (procedure, "variations", _ ("_Variations"),
                                   _ ("How many different results to make"), 1,
                                   TESSERA_MAX_VARIATIONS, 3, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "seed", _ ("See_d"),
                                   _ ("Start value for chance; the same value gives the same "
                                      "result. -1 takes a new one, which is stored in the recipe"),
                                   -1, G_MAXINT, -1, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "variety", _ ("Variet_y"),
                                      _ ("0 always takes the likeliest content, 1 is as learned, "
                                         "more is bolder (sampling temperature)"),
                                      0.0, 2.0, 1.0, G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (procedure, "source", _ ("Pict_ure"),
                                      _ ("What the picture is: everything visible, or only the "
                                         "selected layer"),
                                      sources, "visible", G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (procedure, "match-color", _ ("_Match edge colors"),
                                       _ ("Shift colors so that they meet the surroundings at the "
                                          "edge"),
                                       TRUE, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "texture", _ ("Borro_w texture"),
                                      _ ("How much fine structure to take from the rest of the "
                                         "picture, in per cent"),
                                      0.0, 100.0, 100.0, G_PARAM_READWRITE);
}

static void
register_limits (GimpProcedure *procedure)
{
  gimp_procedure_add_int_argument (procedure, "top-k", _ ("Top _k"),
                                   _ ("Consider only the k likeliest contents for each cell; "
                                      "0: as the engine advises"),
                                   0, 65536, 0, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "top-p", _ ("Top _p"),
                                      _ ("Consider only the likeliest contents that together reach "
                                         "this probability; 0: as the engine advises"),
                                      0.0, 1.0, 0.0, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (procedure, "model", _ ("Mod_el"),
                                      _ ("Model file or name; empty: the model that comes with "
                                         "Tessera"),
                                      "", G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "threads", _ ("_Threads"),
                                   _ ("Processor cores to use; 0: all"), 0, 256, 0,
                                   G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "memory-limit", _ ("Memory lim_it"),
                                   _ ("Refuse to start above this many megabytes; 0: three "
                                      "quarters of the free memory"),
                                   0, 1048576, 0, G_PARAM_READWRITE);
}

void
arguments_register (GimpProcedure *procedure)
{
  register_choices (procedure);
  register_limits (procedure);
  gimp_procedure_add_core_object_array_return_value (procedure, "layers", _ ("Layers"),
                                                     _ ("The variations, best first"),
                                                     GIMP_TYPE_LAYER, G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (procedure, "recipe", _ ("Recipe"),
                                          _ ("All that is needed to make the same result again "
                                             "(JSON)"),
                                          NULL, G_PARAM_READWRITE);
  gimp_procedure_add_group_layer_return_value (procedure, "group", _ ("Group"),
                                               _ ("The layer group that holds them"), TRUE,
                                               G_PARAM_READWRITE);
}

void
arguments_repair (GimpProcedureConfig *config)
{
  g_autofree char *model = NULL;

  g_object_get (config, "model", &model, NULL);
  if (!model)
    g_object_set (config, "model", "", NULL);
}

void
settings_read (Settings *settings, GimpProcedureConfig *config, gboolean new_seed)
{
  int seed, megabytes;

  g_object_get (config, "variations", &settings->n_variations, "seed", &seed, "variety",
                &settings->temperature, "match-color", &settings->match_rim, "texture",
                &settings->texture, "top-k", &settings->top_k, "top-p", &settings->top_p, "model",
                &settings->model, "threads", &settings->n_threads, "memory-limit", &megabytes,
                NULL);
  settings->source = gimp_procedure_config_get_choice_id (config, "source");
  settings->seed = seed < 0 || new_seed ? g_random_int () & G_MAXINT : (guint) seed;
  settings->memory_limit = (gsize) megabytes << 20;
}

void
settings_clear (Settings *settings)
{
  g_clear_pointer (&settings->model, g_free);
}

void
settings_to_request (const Settings *settings, TesseraRequest *request)
{
  tessera_request_init (request);
  request->n_variations = settings->n_variations;
  request->seed = settings->seed;
  request->temperature = settings->temperature;
  request->match_rim = settings->match_rim;
  request->texture = settings->texture;
  request->n_threads = settings->n_threads;
  request->memory_limit = settings->memory_limit;
  if (settings->top_k > 0)
    request->top_k = settings->top_k;
  if (settings->top_p > 0)
    request->top_p = settings->top_p;
}
