/* window: select, generate, choose. One for each picture; it is the host's to run a main loop
 * around it. */
#pragma once
#include "host.h"
#include <gtk/gtk.h>

typedef struct UiWindow UiWindow;

/* Shows the window in that mode. host: borrowed, outlives the window. */
UiWindow *ui_window_new (UiHost *host, UiMode mode);

GtkWindow *ui_window_widget (UiWindow *window);

/* Called once it is closed; the UiWindow is gone then. */
void ui_window_on_closed (UiWindow *window, void (*closed) (gpointer data), gpointer data);
