/* fixture: the window on a screen that nobody sees, with the stand-in as its host and the small random
 * model; for the tests that drive it. */
#pragma once
#include "standin_host.h"
#include "window.h"

typedef struct {
  Standin standin;
  UiWindow *window;
  GtkWidget *top;
  const char *pictures; /* folder for screenshots, or NULL */
  gboolean closed;
  char *settings; /* file for the window's settings, owned, removed at the end; or NULL */
  gint64 opened;
  double longest; /* seconds of the main thread's own time in one turn of the loop */
} Fixture;

/* Before and after each test; pictures: the folder. */
void set_up (Fixture *f, gconstpointer pictures);
void tear_down (Fixture *f, gconstpointer pictures);

/* A picture of 160 x 120 and, if `selected`, a selection of 40 x 30 at 40, 30. */
void open_window (Fixture *f, UiMode mode, gboolean selected);
GdkPixbuf *new_mask (int width, int height);

/* Pixels of a stand-in's picture. */
guint8 *pixel (const GdkPixbuf *picture, int x, int y);

/* The mouse goes from x1, y1 to x2, y2 in the widget with the button held. */
void drag_mouse (GtkWidget *widget, double x1, double y1, double x2, double y2);

/* The first visible widget with this label (mnemonic included) or accessible name. */
typedef struct {
  const char *text, *name, *begin; /* begin: with what the label begins */
  GtkWidget *found;
} Search;

void search (GtkWidget *widget, gpointer wanted);
GtkWidget *find (Fixture *f, const char *text);
GtkWidget *find_named (Fixture *f, const char *name); /* that can have the focus */

/* The control that a label with mnemonic stands for. */
GtkWidget *control (Fixture *f, const char *label);

/* One turn of the main loop, after at most 20 ms of waiting for something to do. */
void turn (Fixture *f);
void wait_for (Fixture *f, const char *text, gboolean sensitive);
void settle (Fixture *f, int ms);

void click (GtkWidget *button);
void press_key (Fixture *f, guint key, GdkModifierType state);
void focus (Fixture *f); /* the user comes back from the editor */
void photograph (Fixture *f, const char *name);
