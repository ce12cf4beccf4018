/* recipe: what it takes to make a result again, from a file and into one. */
#pragma once
#include "options.h"

/* Reads a recipe, from a JSON file or a PNG file that holds one, into the options: all its
 * settings, and what the request of tessera_recipe_read says. FILE_READ, NO_RECIPE, RECIPE_BAD or
 * RECIPE_NEWER. */
gboolean recipe_take (const char *path, Options *options, GError **error);

/* Where the result lies, for recipe_complete. */
typedef struct {
  const char *op;                /* "complete", "extend", "paint" */
  int image_width, image_height; /* of the whole picture, after extending */
  TesseraBox region;             /* what was filled */
  const int *margins;            /* [N_SIDES] of "extend", NULL otherwise */
  const char *input_sum;         /* SHA-256 of what the engine saw; NULL = not known */
} RecipePlace;

/* The engine's recipe with what only the caller knows. The caller's. */
char *recipe_complete (const char *recipe, const RecipePlace *place);
