/* recipe: what Tessera remembers in the picture, as parasites that survive in XCF files. */
#pragma once
#include "region.h"

/* What a recipe says beside what the engine says. */
typedef struct {
  const char *op; /* "complete", "extend", "paint" */
  const Hole *hole;
  const Region *region;
  Source source;
  guint source_tattoo; /* SOURCE_LAYER: of the layer; else 0 */
  guint label_tattoo;  /* of the label layer; 0 = none */
  const TesseraModel *model;
} RecipeContext;

/* The recipe of rank `rank`, the caller's: JSON, one line, keys sorted. */
char *recipe_new (const TesseraResult *result, int rank, const RecipeContext *context);

/* A recipe read back. */
typedef struct {
  char *text;                /* the JSON; owned */
  char *op, *model, *sha256; /* owned; model's name and fingerprint */
  char *input, *result;      /* fingerprints; owned, "" = not known */
  GeglRectangle bounds;      /* of the hole, on the canvas */
  int image_width, image_height;
  Source source;
  guint source_tattoo, label_tattoo;
} Recipe;

void recipe_clear (Recipe *recipe);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Recipe, recipe_clear)

/* FALSE and a message where the text is no recipe of a place in a picture. */
gboolean recipe_parse (Recipe *recipe, const char *text, GError **error);

/* SHA-256 of the pixels of rank `rank`, 64 hex digits, the caller's. */
char *recipe_result_fingerprint (const TesseraResult *result, int rank);
