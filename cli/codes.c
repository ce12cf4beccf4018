#include "codes.h"
#include "failure.h"
#include "picture_file.h"
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

void
codes_clear (Codes *codes)
{
  g_clear_pointer (&codes->codes, g_free);
}

/* By hand: one row of codes in each line, as people would write it. */
char *
codes_to_json (const Codes *codes, const TesseraModel *model)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text,
                          "{\"format\":1,\"model_sha256\":\"%s\",\"width\":%d,\"height\":%d,"
                          "\"rows\":%d,\"cols\":%d,\"codes\":[",
                          tessera_model_fingerprint (model), codes->width, codes->height,
                          codes->rows, codes->cols);
  for (int row = 0; row < codes->rows; row++)
    {
      g_string_append (text, row ? ",\n[" : "\n[");
      for (int col = 0; col < codes->cols; col++)
        g_string_append_printf (text, col ? ",%d" : "%d",
                                codes->codes[(gsize) row * (gsize) codes->cols + (gsize) col]);
      g_string_append_c (text, ']');
    }
  g_string_append (text, "\n]}\n");
  return g_string_free (text, FALSE);
}

static gboolean
wrong (const char *name, const char *reason, GError **error)
{
  g_set_error (error, FAILURE, FAILURE_CODES, _ ("The codes in \"%s\" cannot be used: %s."), name,
               reason);
  return FALSE;
}

/* A whole number within bounds. */
static gboolean
read_int (JsonNode *node, int low, int high, int *value)
{
  if (!node || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64
      || json_node_get_int (node) < low || json_node_get_int (node) > high)
    return FALSE;
  *value = (int) json_node_get_int (node);
  return TRUE;
}

static gboolean
read_rows (JsonObject *object, int n_codes, Codes *codes)
{
  JsonNode *node = json_object_get_member (object, "codes");
  JsonArray *rows = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (!rows || json_array_get_length (rows) != (guint) codes->rows)
    return FALSE;
  for (int r = 0; r < codes->rows; r++)
    {
      JsonNode *line = json_array_get_element (rows, (guint) r);
      JsonArray *row = JSON_NODE_HOLDS_ARRAY (line) ? json_node_get_array (line) : NULL;

      if (!row || json_array_get_length (row) != (guint) codes->cols)
        return FALSE;
      for (int c = 0; c < codes->cols; c++)
        if (!read_int (json_array_get_element (row, (guint) c), 0, n_codes - 1,
                       &codes->codes[(gsize) r * (gsize) codes->cols + (gsize) c]))
          return FALSE;
    }
  return TRUE;
}

gboolean
codes_from_json (const char *text, const char *name, const TesseraModel *model, Codes *codes,
                 GError **error)
{
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  g_auto (Codes) read = { 0 };
  JsonObject *object;

  if (!root || !JSON_NODE_HOLDS_OBJECT (root))
    return wrong (name, _ ("this is no JSON object"), error);
  object = json_node_get_object (root);
  if (!read_int (json_object_get_member (object, "width"), 1, PICTURE_MAX_SIDE, &read.width)
      || !read_int (json_object_get_member (object, "height"), 1, PICTURE_MAX_SIDE, &read.height))
    return wrong (name, _ ("\"width\" or \"height\" is missing or no size"), error);
  read.rows = tessera_cells (model, read.height);
  read.cols = tessera_cells (model, read.width);
  read.codes = g_try_new (int, (gsize) read.rows *(gsize) read.cols);
  if (!read.codes)
    return wrong (name, _ ("the computer ran out of memory"), error);
  if (!read_rows (object, tessera_model_info (model)->n_codes, &read))
    return wrong (name,
                  _ ("\"codes\" are not as many rows and columns of this model's codes as the size "
                     "needs"),
                  error);
  *codes = read;
  read.codes = NULL;
  return TRUE;
}
