/* strip: the gallery as a row of thumbnails. Shows a model that belongs to somebody else. */
#pragma once
#include "gallery.h"
#include <gtk/gtk.h>

typedef struct Strip Strip;

typedef struct {
  void (*shown) (guint id, gpointer data);     /* one was chosen to be looked at */
  void (*activated) (guint id, gpointer data); /* Return or double click: apply this one */
  void (*ticked) (guint id, gboolean ticked, gpointer data);
  void (*menu) (guint id, GdkEvent *event, gpointer data); /* context menu wanted */
} StripEvents;

/* Lives as long as its widget. gallery: borrowed. */
Strip *strip_new (const Gallery *gallery, const StripEvents *events, gpointer data);
GtkWidget *strip_widget (Strip *strip);

/* After any change of the gallery: makes, moves, redraws what has changed and no more. The thumbnails
 * follow one by one, when there is nothing else to do. */
void strip_update (Strip *strip);

/* After a change of pixels alone. */
void strip_redraw (Strip *strip);

/* Moves the keyboard's focus to the current one. */
void strip_focus (Strip *strip);
gboolean strip_has_focus (const Strip *strip);
