#include "host_gimp.h"
#include "labels.h"
#include "message.h"
#include "models.h"
#include "tree.h"
#include <glib/gi18n.h>
#include <string.h>

enum { THUMBNAIL = 256 }; /* px, the longer side */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeglColor, g_object_unref)

/* ---- the state ----------------------------------------------------------------------------- */

static gboolean
take_layer (GimpItem *item, gpointer data)
{
  UiState *state = data;
  g_autofree char *name = NULL;

  if (gimp_item_is_group (item))
    return FALSE;
  name = gimp_item_get_name (item);
  state->layer[state->n_layers] = gimp_item_get_id (item);
  state->layer_is_labels[state->n_layers] = labels_is_label_layer (item);
  g_strlcpy (state->layer_name[state->n_layers], name, sizeof state->layer_name[0]);
  state->n_layers++;
  return state->n_layers >= UI_MAX_LAYERS;
}

/* GIMP tells plug-ins of no stroke. A small picture of the layer, which GIMP has at hand, shows
 * nearly every one; the next look reads the pixels. */
static guint
painted_stamp (GimpLayer *layer)
{
  int width, height, bytes;
  g_autoptr (GBytes) small = gimp_drawable_get_thumbnail_data (GIMP_DRAWABLE (layer), THUMBNAIL,
                                                               THUMBNAIL, &width, &height, &bytes);

  return small ? g_bytes_hash (small) : 0;
}

/* What is chosen decides on what "Selected layer" means; what is painted, on the labels. */
static guint
stamp_of (GimpImage *image, const UiState *state)
{
  g_autofree GimpLayer **layers = gimp_image_get_selected_layers (image);
  guint stamp = 5381;

  for (GimpLayer **layer = layers; layer && *layer; layer++)
    stamp = stamp * 33 + (guint) gimp_item_get_id (GIMP_ITEM (*layer));
  for (int i = 0; i < state->n_layers; i++)
    if (state->layer_is_labels[i])
      stamp = stamp * 33 + painted_stamp (gimp_layer_get_by_id (state->layer[i]));
  return stamp;
}

static void
state (UiHost *host, UiState *state)
{
  GimpImage *image = ((GimpHost *) host)->image;
  g_autofree char *name = NULL;
  gboolean selected;
  int x1, y1, x2, y2;

  memset (state, 0, sizeof *state);
  if (!gimp_image_is_valid (image))
    return;
  state->alive = TRUE;
  name = gimp_image_get_name (image);
  g_strlcpy (state->name, name ? name : "", sizeof state->name);
  state->width = gimp_image_get_width (image);
  state->height = gimp_image_get_height (image);
  state->indexed = gimp_image_get_base_type (image) == GIMP_INDEXED;
  state->gray = gimp_image_get_base_type (image) == GIMP_GRAY;
  if (gimp_selection_bounds (image, &selected, &x1, &y1, &x2, &y2) && selected)
    {
      state->selected = TRUE;
      state->selection = (TesseraBox){ x1, y1, x2 - x1, y2 - y1 };
    }
  tree_find (image, take_layer, state);
  state->stamp = stamp_of (image, state);
}

/* ---- what the window does in GIMP ---------------------------------------------------------- */

static gboolean
new_label_layer (GimpImage *image)
{
  GimpProcedure *procedure = gimp_pdb_lookup_procedure (gimp_get_pdb (), "tessera-label-layer");
  GimpValueArray *values =
      gimp_procedure_run (procedure, "run-mode", GIMP_RUN_NONINTERACTIVE, "image", image, NULL);
  const gboolean done = GIMP_VALUES_GET_ENUM (values, 0) == GIMP_PDB_SUCCESS;

  gimp_value_array_unref (values);
  return done;
}

static gboolean
fix (UiHost *host, UiFix fix, const TesseraModel *model, GError **error)
{
  GimpImage *image = ((GimpHost *) host)->image;
  GimpLayer *floating;
  gboolean done = FALSE;

  (void) model;
  if (gimp_image_is_valid (image))
    switch (fix)
      {
      case UI_FIX_SELECT_ALL:
        done = gimp_selection_all (image);
        break;
      case UI_FIX_CONVERT_RGB:
        done = gimp_image_convert_rgb (image);
        break;
      case UI_FIX_ANCHOR:
        floating = gimp_image_get_floating_sel (image);
        done = !floating || gimp_floating_sel_anchor (floating);
        break;
      case UI_FIX_NEW_LABEL_LAYER:
        done = new_label_layer (image);
        break;
      }
  gimp_displays_flush ();
  if (!done)
    message_set (error, "E-INTERNAL", "%s", gimp_pdb_get_last_error (gimp_get_pdb ()));
  return done;
}

static void
use_label (UiHost *host, int layer, guint32 rgb)
{
  GimpImage *image = ((GimpHost *) host)->image;
  g_autoptr (GeglColor) color = gegl_color_new (NULL);
  const guint8 bytes[] = { rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255 };
  GimpLayer *labels = gimp_layer_get_by_id (layer);

  gegl_color_set_pixel (color, babl_format ("R'G'B' u8"), bytes);
  gimp_context_set_foreground (color);
  if (labels && gimp_image_is_valid (image))
    gimp_image_set_selected_layers (image, (const GimpLayer *[]){ labels, NULL });
  gimp_displays_flush ();
}

static char *
find_model (UiHost *host, GError **error)
{
  char *path = NULL;
  g_autoptr (TesseraModel) model = models_open ("", &path, error);

  (void) host;
  if (!model)
    g_clear_pointer (&path, g_free);
  return path;
}

/* ---- beginning and end --------------------------------------------------------------------- */

/* The help page in the person's language, else in English; NULL where there is none. */
static char *
help_page (void)
{
  const char *const *languages = g_get_language_names ();
  g_autofree char *here = g_path_get_dirname (gimp_get_progname ());
  g_autofree char *english = g_build_filename (here, "help", "index.html", NULL);

  for (gsize i = 0; languages[i]; i++)
    {
      g_autofree char *name = g_strdup_printf ("index.%s.html", languages[i]);
      g_autofree char *page = g_build_filename (here, "help", name, NULL);

      if (g_file_test (page, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&page);
    }
  return g_file_test (english, G_FILE_TEST_EXISTS) ? g_steal_pointer (&english) : NULL;
}

void
gimp_host_init (GimpHost *host, GimpImage *image)
{
  g_autofree char *help = help_page ();

  *host = (GimpHost){ .host = { .state = state,
                                .look = gimp_host_look,
                                .look_inside = gimp_host_look_inside,
                                .lay = gimp_host_lay,
                                .apply = gimp_host_apply,
                                .paint_label = gimp_host_paint_label,
                                .fix = fix,
                                .use_label = use_label,
                                .stored = gimp_host_stored,
                                .find_model = find_model },
                      .image = image };
  host->settings_file = g_build_filename (gimp_directory (), "tessera", "window.ini", NULL);
  if (help)
    host->help_uri = g_filename_to_uri (help, NULL, NULL);
  host->host.settings_file = host->settings_file;
  host->host.help_uri = host->help_uri;
}

void
gimp_host_clear (GimpHost *host)
{
  g_clear_pointer (&host->settings_file, g_free);
  g_clear_pointer (&host->help_uri, g_free);
}
