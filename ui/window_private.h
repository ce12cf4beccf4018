/* What the files of the window share; nobody else includes this. */
#pragma once
#include "bar.h"
#include "worker.h"
#include "gallery.h"
#include "preview.h"
#include "settings.h"
#include "strip.h"
#include "window.h"

/* The settings' widgets, made and read by controls.c, extend_page.c and labels_page.c. */
typedef struct {
  GtkWidget *variations, *variety, *label_layer, *source, *region;
  GtkWidget *edges, *soften, *match_color, *detail, *texture, *grain, *effort;
  GtkWidget *advanced, *seed, *seed_locked, *new_seed, *top_k, *top_p, *strategy, *output, *similar;
  GtkWidget *label_strength;
  GtkWidget *threads, *memory, *rows;
  GtkWidget *edges_text, *detail_text, *advanced_text;
  GtkWidget *extend, *margins[4], *keep_equal, *ratio, *type, *wrap, *new_size;
  GtkWidget *labels, *search, *chips, *shares, *paint, *new_labels;
  GtkWidget *rows_of_mode[8]; /* widgets that only some modes show */
} Controls;

struct UiWindow {
  UiHost *host;
  GtkWidget *top;
  UiWorker *worker;
  const TesseraModel *model; /* the engine's; NULL until it is opened */
  UiSettings settings;
  Gallery gallery;
  UiMode mode;
  UiState state;

  UiScene *scene;  /* what Generate would fill; NULL: nothing, the bar says why */
  int n_places;    /* separate places of its hole */
  TesseraBox hole; /* bounding box of its hole, canvas */
  gboolean estimated;
  TesseraEstimate estimate;

  guint batch; /* that is being made; 0 = none */
  gboolean stopping;
  gint64 begun;
  guint poll, tick, look, begin; /* sources; 0 = none */
  int drag_begin[4];             /* margins when a handle was taken */
  gboolean dragging;
  gboolean stale;    /* the selection is another than the shown variations' */
  gboolean updating; /* widgets are being set: not the user */
  gboolean compare;

  Controls controls;
  GtkWidget *modes[UI_N_MODES], *header, *status, *progress, *bottom, *zoom_text, *compare_button;
  GtkWidget *generate, *apply, *close, *help;
  Bar *bar;
  Preview *preview;
  Strip *strip;

  void (*closed) (gpointer data);
  gpointer closed_data;
};

/* window.c */
void window_update (UiWindow *window);   /* everything that follows from the state */
gboolean window_look (UiWindow *window); /* reads the picture now; FALSE where nothing is to do */
void window_request (const UiWindow *window, const UiScene *scene, TesseraRequest *request);
void window_look_soon (UiWindow *window);    /* reads the picture anew, once for many changes */
void window_show_current (UiWindow *window); /* the current variation into the preview */
void window_set_mode (UiWindow *window, UiMode mode);
void window_poll (UiWindow *window);

void window_opened (UiWindow *window, const TesseraModel *model);

/* build.c: all widgets of the window */
void window_build (UiWindow *window);

/* run.c */
void window_generate (UiWindow *window);
void window_more_like (UiWindow *window, guint id);
void window_stop (UiWindow *window);
void window_apply (UiWindow *window, guint only); /* only: id, 0 = all that is ticked */
void window_discard (UiWindow *window, guint id);
void window_menu (UiWindow *window, guint id, GdkEvent *event);
extern const UiWorkerEvents window_worker_events;

/* actions.c */
void window_bar_chosen (BarAction action, gpointer window);
void window_help (UiWindow *window);
gboolean window_ask_close (GtkWidget *top, GdkEvent *event, gpointer window);
gboolean window_key (GtkWidget *top, GdkEventKey *event, gpointer window);
gboolean window_key_released (GtkWidget *top, GdkEventKey *event, gpointer window);

/* controls.c */
GtkWidget *controls_new (UiWindow *window);
void controls_write (UiWindow *window);                     /* settings into the widgets */
void controls_changed (GtkWidget *widget, gpointer window); /* a signal's handler */
void controls_texts (UiWindow *window);

/* helpers of controls.c for the pages */
GtkWidget *controls_grid (void);
GtkWidget *controls_row (GtkWidget *grid, int row, const char *text, GtkWidget *widget,
                         const char *tip);
GtkWidget *controls_spin (UiWindow *window, double low, double high, double step, int digits);
GtkWidget *controls_check (UiWindow *window, const char *text, const char *tip);
GtkWidget *controls_combo (UiWindow *window, const char *const *texts);
void controls_name (GtkWidget *widget, const char *name); /* for a screen reader */

/* extend_page.c */
GtkWidget *extend_page_new (UiWindow *window);
void extend_page_read (UiWindow *window);
void extend_page_write (UiWindow *window);
void extend_page_dragged (PreviewSide side, int pixels, gboolean end, gpointer window);

/* labels_page.c */
GtkWidget *labels_page_new (UiWindow *window);
void labels_page_fill (UiWindow *window);   /* chips, once the model is there */
void labels_page_update (UiWindow *window); /* shares, after a look */
