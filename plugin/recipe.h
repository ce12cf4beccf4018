/* recipe: what Tessera remembers in the picture, as parasites that survive in XCF files. */
#pragma once
#include "pixels.h"

/* The engine's recipe with the place in the image and the source added. The caller's. */
char *recipe_new (const TesseraResult *result, const Region *region, const Settings *settings,
                  GimpImage *image);

/* Marks a group as completion `number` of its image and stores the recipe with it. Before the
 * group is inserted: later it would be an undo step of its own, at which GIMP 3.0.4 complains. */
gboolean recipe_attach (GimpGroupLayer *group, int number, const char *recipe);

/* TRUE where the item is a group made by Tessera. number: may be NULL. */
gboolean recipe_is_completion (GimpItem *item, int *number);

/* 1 + the highest number among the image's completions. */
int recipe_next_number (GimpImage *image);
