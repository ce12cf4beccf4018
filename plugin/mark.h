/* mark: the parasites on groups and layers that Tessera has made. All are attached before the item
 * is in an image: later each would be an undo step of its own, at which GIMP 3.0.4 complains. */
#pragma once
#include <libgimp/gimp.h>

gboolean mark_recipe (GimpItem *item, const char *recipe);

/* Marks a group as completion `number` of its image. */
gboolean mark_completion (GimpItem *group, int number);

/* Stores [height][width] bytes, compressed; TRUE also where they are too large to be stored. */
gboolean mark_hole (GimpItem *item, const guint8 *bytes, int width, int height);

/* The recipe's text, the caller's; NULL where there is none. */
char *mark_get_recipe (GimpItem *item);

/* The stored hole, the caller's; NULL where there is none of that size. */
guint8 *mark_get_hole (GimpItem *item, int width, int height);

/* TRUE where the item is a group made by Tessera. number: may be NULL. */
gboolean mark_is_completion (GimpItem *item, int *number);

/* 1 + the highest number among the image's completions. */
int mark_next_number (GimpImage *image);
