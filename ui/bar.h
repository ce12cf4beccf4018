/* bar: one message at a time, with at most two buttons that do something about it. */
#pragma once
#include <gtk/gtk.h>

typedef struct Bar Bar;

typedef enum {
  BAR_NONE,
  BAR_SELECT_ALL,
  BAR_CONVERT_RGB,
  BAR_ANCHOR,
  BAR_NEW_LABELS,
  BAR_ALL_VISIBLE,
  BAR_WITHOUT_LABELS,
  BAR_DRAFT,
  BAR_CHOOSE_MODEL,
  BAR_NEW_SELECTION,
  BAR_RESAMPLE,
  BAR_GROW_AGAIN,
  BAR_LABELS,
  BAR_SAVE,
  BAR_KEEP,
  BAR_DISCARD,
  BAR_CLOSE,
} BarAction;

typedef void (*BarChosen) (BarAction action, gpointer data);

/* Lives as long as its widget. */
Bar *bar_new (BarChosen chosen, gpointer data);
GtkWidget *bar_widget (Bar *bar);

/* text: a sentence; a code "E-...: " before it decides on the buttons and is not shown. */
void bar_show_error (Bar *bar, const char *text);

/* A message without fault; the actions may be BAR_NONE. */
void bar_show (Bar *bar, const char *text, BarAction first, BarAction second);

void bar_hide (Bar *bar);

/* The text that is shown; "" where there is none. */
const char *bar_text (const Bar *bar);
