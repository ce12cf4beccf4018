#include "mark.h"
#include "tree.h"
#include <json-glib/json-glib.h>
#include <string.h>

#define PARASITE_RECIPE "tessera-recipe"
#define PARASITE_GROUP "tessera-group"
#define PARASITE_HOLE "tessera-hole"

enum { MAX_HOLE = 1 << 20, MAX_RECIPE = 1 << 16 }; /* bytes of a parasite */

static gboolean
attach (GimpItem *item, const char *name, gconstpointer data, gsize size)
{
  GimpParasite *parasite = gimp_parasite_new (name, GIMP_PARASITE_PERSISTENT, (guint32) size, data);
  const gboolean done = gimp_item_attach_parasite (item, parasite);

  gimp_parasite_free (parasite);
  return done;
}

/* Its bytes with a NUL behind them, the caller's; NULL where the item has none or more than `most`.
 * size: may be NULL. */
static char *
get (GimpItem *item, const char *name, gsize most, gsize *size)
{
  GimpParasite *parasite = gimp_item_get_parasite (item, name);
  char *bytes = NULL;
  guint32 n;
  const char *data;

  if (!parasite)
    return NULL;
  data = gimp_parasite_get_data (parasite, &n);
  if (n <= most)
    {
      bytes = g_malloc0 (n + (gsize) 1);
      memcpy (bytes, data, n);
      if (size)
        *size = n;
    }
  gimp_parasite_free (parasite);
  return bytes;
}

gboolean
mark_recipe (GimpItem *item, const char *recipe)
{
  return attach (item, PARASITE_RECIPE, recipe, strlen (recipe));
}

gboolean
mark_completion (GimpItem *group, int number)
{
  g_autofree char *text = g_strdup_printf ("{\"format\":1,\"n\":%d}", number);

  return attach (group, PARASITE_GROUP, text, strlen (text));
}

gboolean
mark_hole (GimpItem *item, const guint8 *bytes, int width, int height)
{
  g_autoptr (GConverter) packer =
      G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 6));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, packer);
  gsize size;

  if (!g_output_stream_write_all (stream, bytes, (gsize) width * height, NULL, NULL, NULL)
      || !g_output_stream_close (stream, NULL, NULL))
    return FALSE;
  size = g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (memory));
  return size > MAX_HOLE
         || attach (item, PARASITE_HOLE,
                    g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (memory)), size);
}

char *
mark_get_recipe (GimpItem *item)
{
  return get (item, PARASITE_RECIPE, MAX_RECIPE, NULL);
}

guint8 *
mark_get_hole (GimpItem *item, int width, int height)
{
  const gsize n = (gsize) width * height;
  gsize size, got = 0;
  g_autofree char *packed = get (item, PARASITE_HOLE, MAX_HOLE, &size);
  g_autofree guint8 *bytes = packed ? g_try_malloc (n) : NULL;
  g_autoptr (GConverter) unpacker = NULL;
  g_autoptr (GInputStream) memory = NULL;
  g_autoptr (GInputStream) stream = NULL;

  if (!bytes)
    return NULL;
  unpacker = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  memory = g_memory_input_stream_new_from_data (packed, (gssize) size, NULL);
  stream = g_converter_input_stream_new (memory, unpacker);
  if (!g_input_stream_read_all (stream, bytes, n, &got, NULL, NULL) || got != n)
    return NULL;
  return g_steal_pointer (&bytes);
}

gboolean
mark_is_completion (GimpItem *item, int *number)
{
  g_autofree char *text =
      gimp_item_is_group (item) ? get (item, PARASITE_GROUP, MAX_RECIPE, NULL) : NULL;
  g_autoptr (JsonNode) node = text ? json_from_string (text, NULL) : NULL;
  gint64 n = 0;

  if (node && JSON_NODE_HOLDS_OBJECT (node))
    n = json_object_get_int_member_with_default (json_node_get_object (node), "n", 0);
  if (number)
    *number = n > 0 && n < G_MAXINT ? (int) n : 0;
  return text != NULL;
}

static gboolean
keep_highest (GimpItem *item, gpointer data)
{
  int *highest = data, number;

  if (mark_is_completion (item, &number))
    *highest = MAX (*highest, number);
  return FALSE; /* look at all */
}

int
mark_next_number (GimpImage *image)
{
  int highest = 0;

  tree_find (image, keep_highest, &highest);
  return highest + 1;
}
