/* tessera-label-layer: adds a layer for labels and a palette with their names. */
#include "labels.h"
#include "message.h"
#include "models.h"
#include "procedure.h"
#include "procedures.h"
#include <glib/gi18n.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GeglColor, g_object_unref)

#define PALETTE "Tessera Labels" /* a name, not translated: it is found again by it */

static GeglColor *
color_new (guint32 rgb)
{
  GeglColor *color = gegl_color_new (NULL);
  const guint8 bytes[] = { rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255 };

  gegl_color_set_pixel (color, babl_format ("R'G'B' u8"), bytes);
  return color;
}

static gboolean
palette_fits (GimpPalette *palette, const LabelSet *set)
{
  int n = gimp_palette_get_color_count (palette);
  gboolean same = n == set->n;

  for (int i = 0; i < n && same; i++)
    {
      g_autofree char *name = NULL;
      g_autoptr (GeglColor) is = gimp_palette_get_entry_color (palette, i);
      g_autoptr (GeglColor) ought = color_new (set->colors[i]);

      gimp_palette_get_entry_name (palette, i, &name);
      same = g_strcmp0 (name, labels_local_name (set->names[i])) == 0
             && gimp_color_is_perceptually_identical (is, ought);
    }
  return same;
}

/* Makes the palette, or brings it up to date with the model, and chooses it. */
static void
provide_palette (const LabelSet *set)
{
  GimpPalette *palette = gimp_palette_get_by_name (PALETTE);

  if (palette && !palette_fits (palette, set))
    {
      gimp_resource_delete (GIMP_RESOURCE (palette));
      palette = NULL;
    }
  if (!palette)
    {
      palette = gimp_palette_new (PALETTE);
      for (int i = 0; palette && i < set->n; i++)
        {
          g_autoptr (GeglColor) color = color_new (set->colors[i]);
          int number; /* GIMP 3.0.4 takes no NULL */

          gimp_palette_add_entry (palette, labels_local_name (set->names[i]), color, &number);
        }
    }
  if (palette)
    gimp_context_set_palette (palette);
}

static gboolean
check (GimpImage *image, const TesseraModel *model, GError **error)
{
  if (gimp_image_get_base_type (image) == GIMP_GRAY)
    message_set (error, "E-GRAY-LABELS",
                 _ ("Labels are colors, and this picture is gray. Convert it to RGB first."));
  else if (gimp_image_get_base_type (image) == GIMP_INDEXED)
    message_set (error, "E-INDEXED",
                 _ ("Pictures with a color palette cannot be completed. "
                    "Convert the picture to RGB first."));
  else if (tessera_model_info (model)->n_labels == 0)
    message_set (error, "E-MODEL-CANNOT", _ ("The model \"%s\" cannot do this: it has no labels."),
                 tessera_model_info (model)->name);
  else
    return TRUE;
  return FALSE;
}

/* An empty layer on top of all; NULL where GIMP refuses. */
static GimpLayer *
add_layer (GimpImage *image, const char *name, double opacity, const LabelSet *set,
           const char *fingerprint)
{
  GimpLayer *layer = gimp_layer_new (image, *name ? name : _ ("Labels"),
                                     gimp_image_get_width (image), gimp_image_get_height (image),
                                     GIMP_RGBA_IMAGE, opacity, GIMP_LAYER_MODE_NORMAL);

  if (!layer || !labels_mark (GIMP_ITEM (layer), set, fingerprint))
    return NULL;
  gimp_item_set_lock_position (GIMP_ITEM (layer), TRUE);
  gimp_image_undo_group_start (image);
  if (!gimp_image_insert_layer (image, layer, NULL, 0))
    layer = NULL;
  gimp_image_undo_group_end (image);
  return layer;
}

static GimpValueArray *
run (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables,
     GimpProcedureConfig *config, gpointer data)
{
  g_autofree char *wanted = arguments_text (config, "model");
  g_autofree char *name = arguments_text (config, "name");
  g_autoptr (TesseraModel) model = NULL;
  g_auto (LabelSet) set = { 0 };
  GimpValueArray *values;
  GimpLayer *layer;
  GError *error = NULL;
  double opacity;

  (void) drawables;
  (void) data;
  procedure_begin ();
  g_object_get (config, "opacity", &opacity, NULL);
  model = models_open (wanted, NULL, &error);
  if (!model || !check (image, model, &error))
    return procedure_refuse (procedure, mode, error);
  label_set_of_model (&set, model);
  layer = add_layer (image, name, opacity, &set, tessera_model_fingerprint (model));
  if (!layer)
    {
      message_internal (&error, _ ("GIMP takes no new layer"));
      return procedure_refuse (procedure, mode, error);
    }
  provide_palette (&set);
  gimp_displays_flush ();
  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_LAYER (values, 1, layer);
  return values;
}

GimpProcedure *
label_layer_create (GimpPlugIn *plug_in, const char *name)
{
  static const char *const menus[] = { "<Image>/Filters/Tessera", "<Image>/Layer/[Structure]",
                                       NULL };
  const ProcedureText text = {
    _ ("New _Label Layer"), menus,
    _ ("Add a layer on which label colors say what should appear where"),
    _ ("Paint on it with the Pencil or fill selections with the colors of the palette \"Tessera "
       "Labels\". Soft brushes work too: mixed colors count for the nearest label.")
  };
  GimpProcedure *procedure = procedure_new (plug_in, name, &text, run);

  gimp_procedure_add_string_argument (procedure, "name", _ ("_Name"),
                                      _ ("Name of the layer; empty: Labels"), "",
                                      G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "opacity", _ ("_Opacity"),
                                      _ ("How much the labels cover the picture, in percent; it "
                                         "does not count when they are read"),
                                      0.0, 100.0, 60.0, G_PARAM_READWRITE);
  arguments_register_model (procedure);
  gimp_procedure_add_layer_return_value (procedure, "layer", _ ("Layer"), _ ("The label layer"),
                                         FALSE, G_PARAM_READWRITE);
  return procedure;
}
