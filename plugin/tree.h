/* tree: finding one's way in an image's tree of layers. */
#pragma once
#include <libgimp/gimp.h>

/* First of `items`, from the top down and into groups, that is among the chosen drawables; NULL
 * where none is. Both lists end with NULL. */
GimpItem *tree_topmost (GimpItem **items, GimpDrawable **chosen);

/* The layer of a duplicated image that stands where `item` stands in the original; NULL where
 * there is none. */
GimpItem *tree_twin (GimpImage *original, GimpImage *copy, GimpItem *item);

/* Calls `visit` for every layer, groups before their children, until it returns TRUE; returns the
 * layer at which it did, or NULL. */
typedef gboolean (*TreeVisit) (GimpItem *item, gpointer data);
GimpItem *tree_find (GimpImage *image, TreeVisit visit, gpointer data);

/* The layer with this tattoo, or NULL. */
GimpItem *tree_by_tattoo (GimpImage *image, guint tattoo);

/* The one layer that is chosen, which may be a group; a layer mask stands for its layer. NULL and
 * a message where there is none or more. */
GimpLayer *tree_single_layer (GimpDrawable **drawables, GError **error);
