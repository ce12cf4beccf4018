/* host: the editor as the window sees it. plugin/ fills this struct with GIMP, ui/standin.c with a
 * picture file; the window knows nothing else of either. All calls come from the main thread.
 *
 * Places are pixels of the canvas: the image, in the mode Extend already enlarged by the margins. */
#pragma once
#include "tessera.h"

typedef enum { UI_MODE_SELECTION, UI_MODE_EXTEND, UI_MODE_LABELS, UI_N_MODES } UiMode;

enum { UI_NO_LAYER = -1, UI_MAX_LAYERS = 32 };

/* What the editor shows at this moment; cheap, asked once a second while the window has the
 * focus. */
typedef struct {
  gboolean alive; /* FALSE: the picture was closed; nothing else counts then */
  char name[128]; /* of the picture, UTF-8 */
  int width, height;
  gboolean indexed, gray;
  gboolean selected;    /* there is a selection */
  TesseraBox selection; /* its bounding box */
  gboolean transparent; /* the visible picture has empty places, as far as can be told cheaply */
  guint stamp;          /* another number: what `look` gives may have changed */
  int n_layers;         /* layers that could hold labels */
  int layer[UI_MAX_LAYERS];
  char layer_name[UI_MAX_LAYERS][64];
  gboolean layer_is_labels[UI_MAX_LAYERS]; /* it was made to hold labels */
} UiState;

/* What to look at. */
typedef struct {
  UiMode mode;
  gboolean selected_layer; /* the picture is the selected layer alone, else all that is visible */
  gboolean empty_area;     /* SELECTION, EXTEND: fill what is transparent inside the canvas */
  gboolean only_selection; /* LABELS: paint the selection alone, else everything */
  int left, right, top, bottom; /* EXTEND: pixels to add */
  int label_layer;              /* id, or UI_NO_LAYER */
  gboolean without_labels;      /* LABELS: paint although there are none */
  gboolean wrap;                /* EXTEND: left and right border are one */
  double soften;                /* pixels around the hole that will change too */
} UiQuery;

/* One consistent look at the picture: what a request needs. Counted, since results keep the scene
 * that they were made from. */
typedef struct {
  int ref_count;
  UiQuery query;
  int canvas_width, canvas_height;
  TesseraBox part; /* what was read of the canvas: the hole and enough around it */
  float *pixels;   /* [part.height][part.width][3] perceptual RGB; NULL = there is no picture */
  float *hole;     /* [part.height][part.width], 0..1 */
  guint8 *labels;  /* [part.height][part.width]; NULL = none */
  TesseraLabelCount count; /* of the labels: painted, taken for the nearest, of no label */

  gpointer host_data;       /* the host's own notes on the scene, */
  GDestroyNotify host_free; /* and what frees them; NULL: the scene owns the arrays (g_free), else
                               they are part of the notes */
} UiScene;

UiScene *ui_scene_new (const UiQuery *query); /* empty, one reference */
UiScene *ui_scene_ref (UiScene *scene);
void ui_scene_unref (UiScene *scene); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UiScene, ui_scene_unref)

typedef enum { UI_OUTPUT_GROUP, UI_OUTPUT_LAYER, UI_OUTPUT_MERGE } UiOutput;

/* A result of the engine, counted: each of its variations may outlive the others. */
typedef struct {
  int ref_count;
  TesseraResult *result;
} UiResult;

UiResult *ui_result_new (TesseraResult *result); /* takes it; one reference */
UiResult *ui_result_ref (UiResult *result);
void ui_result_unref (UiResult *result); /* NULL is fine */

/* One variation to be put into the picture. */
typedef struct {
  const UiScene *scene;        /* that it was made from */
  const TesseraResult *result; /* it is rank `rank` of this */
  int rank;
  const char *recipe;
  int number; /* as shown, from 1 */
  guint64 seed;
  TesseraBox box;      /* canvas */
  const float *pixels; /* [box.height][box.width][4], RGB and blend weight */
  gboolean alone;      /* nothing else may lie in its place: others stand on it, or it on others */
} UiPiece;

/* Something the window offers to do about what is missing. */
typedef enum {
  UI_FIX_SELECT_ALL,
  UI_FIX_CONVERT_RGB,
  UI_FIX_ANCHOR,
  UI_FIX_NEW_LABEL_LAYER,
} UiFix;

/* A variation found in the picture's layers. pixels as in UiPiece, g_free. */
typedef struct {
  char *recipe;
  int number;
  TesseraBox box;
  float *pixels;
} UiStored;

typedef struct UiHost UiHost;

struct UiHost {
  void (*state) (UiHost *host, UiState *state);

  /* NULL and error where something is missing; the text begins with its code, "E-EMPTY-HOLE: ...",
   * and is translated. The model says how much around the hole is read and which colours are
   * labels. */
  UiScene *(*look) (UiHost *host, const UiQuery *query, const TesseraModel *model, GError **error);

  /* As `look` for the selection alone, as far as it lies inside the piece. */
  UiScene *(*look_inside) (UiHost *host, const UiQuery *query, const TesseraModel *model,
                           const UiPiece *inside, GError **error);

  /* Lays the piece over the scene's picture, as it would look in the editor: rounded as the editor
   * stores it. */
  void (*lay) (UiHost *host, UiScene *scene, const UiPiece *piece);

  /* Puts n pieces into the picture as one step that the user can undo. Those of one scene stand
   * together, best first; a scene that was made over a piece stands behind that one. place: a text
   * for the user that says where they are, g_free. */
  gboolean (*apply) (UiHost *host, const UiPiece *pieces, int n, UiOutput output, char **place,
                     GError **error);

  gboolean (*fix) (UiHost *host, UiFix fix, const TesseraModel *model, GError **error);

  /* A label was clicked: the editor's tools shall paint with its colour on that layer. */
  void (*use_label) (UiHost *host, int layer, guint32 color);

  /* Paints on a label layer, which grows where the box reaches beyond it, as one step that the user
   * can undo. box: in pixels of the picture, may lie outside of it; where [box.height][box.width] is
   * not 0 the colour goes. */
  gboolean (*paint_label) (UiHost *host, int layer, TesseraBox box, const guint8 *where,
                           guint32 color, GError **error);

  /* What earlier completions have left in the picture: UiStored, freed with the array. */
  GPtrArray *(*stored) (UiHost *host);

  /* Path of the model file, g_free; NULL and error where there is none. */
  char *(*find_model) (UiHost *host, GError **error);

  const char *settings_file; /* where the window keeps its settings; NULL = nowhere */
  const char *help_uri;      /* file:///...; NULL = none */
};
