#include "labels.h"
#include "message.h"
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define PARASITE_LABELS "tessera-labels"

enum { NOTABLE_PERCENT = 2 }; /* of the painted area: as much is remarked on */

void
label_set_clear (LabelSet *set)
{
  g_clear_pointer (&set->names, g_strfreev);
  g_clear_pointer (&set->model, g_free);
}

static void
set_init (LabelSet *set, int n, const char *model)
{
  *set = (LabelSet){ .n = n, .names = g_new0 (char *, n + 1), .model = g_strdup (model) };
}

void
label_set_of_model (LabelSet *set, const TesseraModel *model)
{
  const TesseraModelInfo *info = tessera_model_info (model);

  set_init (set, MIN (info->n_labels, TESSERA_FREE), info->name);
  for (int i = 0; i < set->n; i++)
    {
      set->names[i] = g_strdup (tessera_model_label (model, i));
      set->colors[i] = tessera_model_label_color (model, i);
    }
}

/* "#4682b4" */
static gboolean
parse_color (const char *text, guint32 *color)
{
  char *end = NULL;

  if (!text || text[0] != '#' || strlen (text) != 7)
    return FALSE;
  *color = (guint32) g_ascii_strtoull (text + 1, &end, 16);
  return !*end;
}

static gboolean
parse_set (LabelSet *set, JsonObject *mark)
{
  JsonNode *node = json_object_get_member (mark, "labels");
  JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  const guint n = array ? json_array_get_length (array) : 0;

  if (n == 0 || n > TESSERA_FREE)
    return FALSE;
  set_init (set, (int) n, json_object_get_string_member_with_default (mark, "model", ""));
  for (guint i = 0; i < n; i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      JsonObject *label = JSON_NODE_HOLDS_OBJECT (element) ? json_node_get_object (element) : NULL;
      const char *name = NULL, *color = NULL;

      if (label)
        {
          name = json_object_get_string_member_with_default (label, "name", NULL);
          color = json_object_get_string_member_with_default (label, "color", NULL);
        }
      if (!name || !parse_color (color, &set->colors[i]))
        {
          label_set_clear (set);
          return FALSE;
        }
      set->names[i] = g_strdup (name);
    }
  return TRUE;
}

gboolean
label_set_of_layer (LabelSet *set, GimpItem *item)
{
  GimpParasite *parasite = gimp_item_get_parasite (item, PARASITE_LABELS);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  guint32 size;
  const char *data;

  if (!parasite)
    return FALSE;
  data = gimp_parasite_get_data (parasite, &size);
  text = g_strndup (data, size);
  gimp_parasite_free (parasite);
  node = json_from_string (text, NULL);
  return node && JSON_NODE_HOLDS_OBJECT (node) && parse_set (set, json_node_get_object (node));
}

gboolean
labels_is_label_layer (GimpItem *item)
{
  GimpParasite *parasite = gimp_item_get_parasite (item, PARASITE_LABELS);

  if (parasite)
    gimp_parasite_free (parasite);
  return parasite != NULL;
}

static void
add_label (JsonBuilder *json, int id, const char *name, guint32 color)
{
  g_autofree char *text = g_strdup_printf ("#%06x", color);

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "id");
  json_builder_add_int_value (json, id);
  json_builder_set_member_name (json, "name");
  json_builder_add_string_value (json, name);
  json_builder_set_member_name (json, "color");
  json_builder_add_string_value (json, text);
  json_builder_end_object (json);
}

gboolean
labels_mark (GimpItem *item, const LabelSet *set, const char *fingerprint)
{
  g_autoptr (JsonBuilder) json = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  GimpParasite *parasite;
  gboolean done;

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "format");
  json_builder_add_int_value (json, 1);
  json_builder_set_member_name (json, "model");
  json_builder_add_string_value (json, set->model);
  json_builder_set_member_name (json, "sha256");
  json_builder_add_string_value (json, fingerprint);
  json_builder_set_member_name (json, "labels");
  json_builder_begin_array (json);
  for (int i = 0; i < set->n; i++)
    add_label (json, i, set->names[i], set->colors[i]);
  json_builder_end_array (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  text = json_to_string (root, FALSE);
  parasite =
      gimp_parasite_new (PARASITE_LABELS, GIMP_PARASITE_PERSISTENT, (guint32) strlen (text), text);
  done = gimp_item_attach_parasite (item, parasite);
  gimp_parasite_free (parasite);
  return done;
}

const char *
labels_local_name (const char *name)
{
  return g_dpgettext2 (GETTEXT_PACKAGE, "label", name);
}

/* ---- reading ------------------------------------------------------------------------------- */

/* The label of the set that has this colour, each channel within 1; -1 = none. */
static int
label_of (const LabelSet *set, const guint8 *pixel)
{
  for (int i = 0; i < set->n; i++)
    {
      const guint32 color = set->colors[i];

      if (ABS (pixel[0] - (int) (color >> 16 & 255)) <= 1
          && ABS (pixel[1] - (int) (color >> 8 & 255)) <= 1
          && ABS (pixel[2] - (int) (color & 255)) <= 1)
        return i;
    }
  return -1;
}

static int
index_of (const LabelSet *set, const char *name)
{
  for (int i = 0; i < set->n; i++)
    if (g_str_equal (set->names[i], name))
      return i;
  return -1;
}

/* Gives pixels that were painted in another model's colours those of this one, by name. What it
 * lacks becomes free and is reported. */
static void
repaint (const LabelSet *painted, const LabelSet *known, guint8 *rgba, gsize n, Report *report)
{
  g_autoptr (GString) lacking = g_string_new (NULL);
  gboolean missing[TESSERA_FREE] = { FALSE };

  for (gsize i = 0; i < n; i++)
    {
      guint8 *pixel = rgba + 4 * i;
      const int was = pixel[3] ? label_of (painted, pixel) : -1;
      const int is = was < 0 ? -1 : index_of (known, painted->names[was]);

      if (was >= 0 && is < 0)
        {
          missing[was] = TRUE;
          pixel[3] = 0;
        }
      for (int c = 0; is >= 0 && c < 3; c++)
        pixel[c] = (guint8) (known->colors[is] >> (16 - 8 * c));
    }
  for (int i = 0; i < painted->n; i++)
    if (missing[i])
      g_string_append_printf (lacking, "%s%s", lacking->len ? ", " : "",
                              labels_local_name (painted->names[i]));
  if (lacking->len)
    report_warn (report, "W-LABEL-MODEL",
                 _ ("The labels were painted for the model \"%s\". Labels that this model lacks "
                    "are treated as free: %s."),
                 painted->model, lacking->str);
}

static gboolean
sets_equal (const LabelSet *a, const LabelSet *b)
{
  gboolean same = a->n == b->n;

  for (int i = 0; i < a->n && same; i++)
    same = a->colors[i] == b->colors[i] && g_str_equal (a->names[i], b->names[i]);
  return same;
}

/* Whether anything at all is painted on the layer. */
static gboolean
is_painted (GimpDrawable *drawable)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  const int width = gimp_drawable_get_width (drawable),
            height = gimp_drawable_get_height (drawable);
  g_autofree guint8 *row = g_new (guint8, 4 * (gsize) width);

  for (int y = 0; y < height; y++)
    {
      gegl_buffer_get (buffer, GEGL_RECTANGLE (0, y, width, 1), 1.0, babl_format ("R'G'B'A u8"),
                       row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (int x = 0; x < width; x++)
        if (row[4 * x + 3] >= 128)
          return TRUE;
    }
  return FALSE;
}

static GeglRectangle
extent_of (GimpLayer *layer, const Hole *hole)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);
  GeglRectangle extent = { 0, 0, gimp_drawable_get_width (drawable),
                           gimp_drawable_get_height (drawable) };

  gimp_drawable_get_offsets (drawable, &extent.x, &extent.y);
  extent.x += hole->margins.left;
  extent.y += hole->margins.top;
  return extent;
}

static gboolean
check_layer (GimpLayer *layer, const TesseraModel *model, const Hole *hole, Report *report,
             GError **error)
{
  GeglRectangle extent = extent_of (layer, hole);
  const GeglRectangle canvas = { 0, 0, hole->width, hole->height };
  g_autofree char *name = gimp_item_get_name (GIMP_ITEM (layer));

  if (tessera_model_info (model)->n_labels == 0)
    message_set (error, "E-MODEL-CANNOT", _ ("The model \"%s\" cannot do this: it has no labels."),
                 tessera_model_info (model)->name);
  else if (gimp_drawable_is_gray (GIMP_DRAWABLE (layer)))
    message_set (error, "E-GRAY-LABELS",
                 _ ("Labels are colors, and this picture is gray. Convert it to RGB first."));
  else if (!gegl_rectangle_intersect (NULL, &extent, &hole->bounds))
    message_set (error, "E-LABEL-OUTSIDE",
                 _ ("The label layer does not cover the selection. Move it, or paint there."));
  else if (!is_painted (GIMP_DRAWABLE (layer)))
    message_set (error, "E-LABEL-EMPTY",
                 _ ("The label layer \"%s\" is empty. Paint labels on it, or continue without."),
                 name);
  else
    {
      if (!gegl_rectangle_equal (&extent, &canvas))
        report_warn (report, "W-LABEL-SIZE",
                     _ ("The label layer has another size than the picture. Parts without labels "
                        "are free."));
      return TRUE;
    }
  return FALSE;
}

static void
report_count (Report *report, const TesseraLabelCount *count)
{
  report->has_labels = TRUE;
  report->labels = *count;
  if (100 * count->n_unknown > NOTABLE_PERCENT * count->n_painted)
    report_warn (report, "W-LABEL-COLOR",
                 _ ("%.0f %% of the painted area has colors that are no label. "
                    "It is treated as free."),
                 100.0 * (double) count->n_unknown / (double) count->n_painted);
}

guint8 *
labels_read (GimpLayer *layer, const TesseraModel *model, const Hole *hole, GeglRectangle box,
             Report *report, GError **error)
{
  const GeglRectangle extent = extent_of (layer, hole);
  const gsize n = (gsize) box.width * box.height;
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
  g_autofree guint8 *rgba = g_try_malloc_n (n, 4);
  g_autofree guint8 *labels = g_try_malloc (n);
  g_auto (LabelSet) painted = { 0 };
  g_auto (LabelSet) known = { 0 };
  TesseraLabelCount count;

  if (!check_layer (layer, model, hole, report, error))
    return NULL;
  if (!rgba || !labels)
    {
      message_no_memory (error);
      return NULL;
    }
  gegl_buffer_get (buffer,
                   GEGL_RECTANGLE (box.x - extent.x, box.y - extent.y, box.width, box.height), 1.0,
                   babl_format ("R'G'B'A u8"), rgba, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  label_set_of_model (&known, model);
  if (label_set_of_layer (&painted, GIMP_ITEM (layer)) && !sets_equal (&painted, &known))
    repaint (&painted, &known, rgba, n, report);
  if (!tessera_labels_from_colors (model, rgba, box.width, box.height, labels, &count, NULL))
    {
      message_no_memory (error);
      return NULL;
    }
  report_count (report, &count);
  return g_steal_pointer (&labels);
}
