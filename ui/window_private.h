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
  GtkWidget *sampling, *seed, *seed_locked, *new_seed, *top_k, *top_p, *strategy, *similar;
  GtkWidget *put, *output, *threads, *memory;
  GtkWidget *edges_text, *detail_text, *sampling_text, *output_text;
  GtkWidget *extend, *margins[4], *keep_equal, *ratio, *type, *wrap, *new_size;
  GtkWidget *labels, *search, *chips, *shares, *off_labels, *paint, *paint_label, *new_labels;
  GtkWidget *from_label, *to_label, *brush, *brush_width, *live, *live_text;
  GtkWidget *label_grid;
  GtkWidget *rows_of_mode[8]; /* widgets that only some modes show */
} Controls;

struct UiWindow {
  UiHost *host;
  GtkWidget *top;
  UiWorker *worker;
  const TesseraModel *model; /* the engine's; NULL until it is opened */
  gboolean no_model;         /* none was found, or it could not be opened */
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
  double taken;                  /* seconds of the last run of the scene; 0 = none was finished */
  guint poll, tick, look, begin; /* sources; 0 = none */
  int drag_begin[4];             /* margins when a handle was taken */
  int grown[4];                  /* margins of the last step of growth */
  gboolean dragging;
  int label;        /* that was clicked; -1 = none yet */
  gboolean lacking; /* the label layer says nothing: the scene is shown, but cannot be generated */
  guint draft_batch, draft_wait; /* a draft that is made, a source; 0 = none */
  UiResult *draft;               /* of the scene draft_scene; references or NULL */
  UiScene *draft_scene;
  gboolean stale;    /* the selection is another than the shown variations' */
  gboolean updating; /* widgets are being set: not the user */
  gboolean compare;

  Controls controls;
  GtkWidget *modes[UI_N_MODES], *header, *status, *progress, *bottom, *zoom_text, *compare_button;
  GtkWidget *generate, *apply, *close, *help;
  GtkWidget *menu, *menu_use, *menu_copy, *menu_hints;
  GtkWidget *hint, *hint_line, *cards;
  Bar *bar;
  Preview *preview, *label_pane;
  GtkWidget *label_frame;
  GtkWidget *no_chip; /* of the chips' group, chosen where none is; reference */
  Strip *strip;

  void (*closed) (gpointer data);
  gpointer closed_data;
};

/* window.c */
gboolean window_look (UiWindow *window); /* reads the picture now; FALSE where nothing is to do */
void window_say (UiWindow *window, const char *text); /* to who hears the window: what changed */
void window_request (const UiWindow *window, const UiScene *scene, TesseraRequest *request);
void window_look_soon (UiWindow *window);    /* reads the picture anew, once for many changes */
void window_show_current (UiWindow *window); /* the current variation into the preview */
void window_set_mode (UiWindow *window, UiMode mode);
void window_poll (UiWindow *window);

void window_opened (UiWindow *window, const TesseraModel *model);

const char *window_mode_hint (UiMode mode);
int window_cell (const UiWindow *window); /* side of a cell, px; 0 = they are not to be shown */

/* update.c */
void window_update (UiWindow *window); /* everything that follows from the state */
void window_update_mode (UiWindow *window);
void window_update_progress (UiWindow *window);

/* app_menu.c */
GtkWidget *app_menu_new (UiWindow *window);
void app_menu_update (UiWindow *window);
void window_shortcuts (UiWindow *window);

/* hints.c */
GtkWidget *hints_new (UiWindow *window);
GtkWidget *hints_cards_new (UiWindow *window);
void hints_update (UiWindow *window);

/* build.c: all widgets of the window */
void window_build (UiWindow *window);

/* run.c */
void window_generate (UiWindow *window);
void window_more_like (UiWindow *window, guint id);
void window_stop (UiWindow *window);
void window_show_error (UiWindow *window, const GError *error); /* of the engine */
void window_start (UiWindow *window, UiScene *scene, TesseraRequest *request, TesseraBox box,
                   int parent);
TesseraBox window_coming_box (const UiScene *scene, TesseraBox hole);
extern const UiWorkerEvents window_worker_events;

/* resample.c: the selected part of a variation anew */
void window_resample (UiWindow *window, guint id);
gboolean window_can_resample (const UiWindow *window, const Variation *variation);

/* apply.c */
void window_apply (UiWindow *window, guint only); /* only: id, 0 = all that is ticked */
UiPiece window_piece (const Variation *variation, gboolean alone); /* borrowed from it */

/* gallery_menu.c */
void window_discard (UiWindow *window, guint id);
void window_star (UiWindow *window, guint id);
void window_use_settings (UiWindow *window, guint id);
void window_copy_recipe (UiWindow *window, guint id);
void window_save_picture (UiWindow *window, guint id);
void window_save_best (UiWindow *window);
void window_menu (UiWindow *window, guint id, GdkEvent *event);

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
void extend_page_grow (UiWindow *window);
void extend_page_dragged (PreviewSide side, int pixels, gboolean end, gpointer window);

/* labels_page.c */
GtkWidget *labels_page_new (UiWindow *window);
void labels_page_fill (UiWindow *window); /* chips, once the model is there */
gboolean labels_page_shown (const UiWindow *window);
const char *labels_page_name (const UiWindow *window, int label); /* translated */

/* swatch.c */
GtkWidget *labels_page_swatch (const UiWindow *window, int label);

/* labels_shares.c */
void labels_page_update (UiWindow *window); /* shares, after a look */
void labels_shares_fill (UiWindow *window);
GtkWidget *labels_exchange_new (UiWindow *window);

/* paint.c */
GtkWidget *paint_row_new (UiWindow *window);
void paint_update (UiWindow *window);
void paint_stroke (const PreviewPoint *points, int n, gpointer window);

/* draft.c */
GtkWidget *draft_row_new (UiWindow *window);
void draft_soon (UiWindow *window); /* after a look: makes one a moment later, if it is wanted */
void draft_stop (UiWindow *window); /* that is being made */
void draft_clear (UiWindow *window);
gboolean draft_is_there (const UiWindow *window);
gboolean draft_show (UiWindow *window); /* in the preview; FALSE where there is none */
void draft_finished (guint batch, TesseraResult *result, double estimated, double taken,
                     gpointer window);
