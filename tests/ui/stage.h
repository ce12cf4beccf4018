/* stage: the window with the stand-in as its host and the small random model, on a screen that
 * nobody sees, and what a test needs to look at it. */
#pragma once
#include "standin_host.h"
#include "window.h"

typedef struct {
  Standin standin;
  UiWindow *window;
  GtkWidget *top;
  gboolean closed;
} Stage;

/* A picture of width x height in which 40 x 30 pixels at (40, 30) are selected. */
void stage_open (Stage *stage, UiMode mode, int width, int height);

/* The same with a picture of the caller's, which is taken. */
void stage_open_picture (Stage *stage, UiMode mode, GdkPixbuf *picture);

void stage_close (Stage *stage); /* also a window that is closed already */

/* Turns of the main loop, for so long. */
void stage_settle (Stage *stage, int ms);

/* Waits until a widget with that label (with its underscore) can be used, and gives it; the test
 * fails after a minute. */
GtkWidget *stage_wait (Stage *stage, const char *label);

/* A visible widget with that label or, if it can have the focus, that accessible name; or NULL. */
GtkWidget *stage_find (Stage *stage, const char *label);

/* Generates in the mode Selection and waits for the results. */
void stage_generate (Stage *stage);

void stage_key (Stage *stage, guint key, GdkModifierType state);

/* Shows the mode with all expanders open and, in Labels, with a label layer. */
void stage_show_mode (Stage *stage, UiMode mode);

/* Calls for each visible widget below `widget`, itself included. */
void stage_each (GtkWidget *widget, void (*call) (GtkWidget *widget, gpointer data), gpointer data);

/* What the whole window or a widget of it shows at this moment, in device pixels. */
GdkPixbuf *stage_picture (Stage *stage, GtkWidget *widget);

/* Of such a picture of the window the part of one widget; shares its pixels. */
GdkPixbuf *stage_part (Stage *stage, GdkPixbuf *picture, GtkWidget *widget);

/* Keeps a picture of the window as FOLDER/name.png, where there is a folder. */
void stage_photograph (Stage *stage, const char *folder, const char *name);
