#include "serve_request.h"
#include "failure.h"
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

enum { MAX_DEPTH = 16, MAX_ID = 256 };

static gboolean
wrong (GError **error, const char *format, const char *name)
{
  g_set_error (error, FAILURE, FAILURE_USAGE, format, name);
  return FALSE;
}

void
serve_request_free (gpointer data)
{
  ServeRequest *request = data;

  if (!request)
    return;
  g_free (request->id);
  g_free (request->target);
  g_free (request->op);
  options_free (request->options);
  g_free (request);
}

/* A library that reads JSON by recursion must not be led too deep. */
static gboolean
is_shallow (const char *line, gsize length)
{
  gboolean text = FALSE;
  int depth = 0;

  for (gsize i = 0; i < length; i++)
    if (text && line[i] == '\\')
      i++;
    else if (line[i] == '"')
      text = !text;
    else if (!text && (line[i] == '{' || line[i] == '['))
      {
        if (++depth > MAX_DEPTH)
          return FALSE;
      }
    else if (!text && (line[i] == '}' || line[i] == ']'))
      depth--;
  return TRUE;
}

/* {"png_base64":...}: the bytes get a name that stands for a path. */
static gboolean
give_file (Options *options, const char *name, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "png_base64");
  const char *text =
      node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
          ? json_node_get_string (node)
          : NULL;
  guchar *data;
  gsize size;

  if (!text || !*text)
    return wrong (error, _ ("\"%s\": expected is a path or {\"png_base64\":...}."), name);
  data = g_base64_decode (text, &size);
  g_hash_table_insert (options->given, g_strdup_printf ("(%s)", name),
                       g_bytes_new_take (data, size));
  return TRUE;
}

/* The text that the value would be behind --NAME; the caller's. NULL and the error where it cannot
 * be one. */
static char *
text_of (Options *options, const char *name, JsonNode *node, GError **error)
{
  const GType type =
      JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (type == G_TYPE_STRING)
    return json_node_dup_string (node);
  if (type == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "yes" : "no");
  if (type == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (type == G_TYPE_DOUBLE)
    return g_strdup (g_ascii_dtostr (number, sizeof number, json_node_get_double (node)));
  if (JSON_NODE_HOLDS_OBJECT (node))
    return give_file (options, name, json_node_get_object (node), error)
               ? g_strdup_printf ("(%s)", name)
               : NULL;
  wrong (error, _ ("\"%s\": expected is a text, a number, true or false."), name);
  return NULL;
}

static gboolean
set_one (Options *options, const char *key, JsonNode *node, GError **error)
{
  g_autofree char *name = g_strdelimit (g_strdup (key), "_", '-');
  g_autofree char *text = text_of (options, key, node, error);

  return text && options_set (options, name, text, error);
}

/* One setting, or a list of values for an option that may stand several times, such as "hole". */
static gboolean
set_all (Options *options, const char *key, JsonNode *node, GError **error)
{
  JsonArray *list = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (!list)
    return set_one (options, key, node, error);
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (!set_one (options, key, json_array_get_element (list, i), error))
      return FALSE;
  return TRUE;
}

/* Members of a recipe that are no settings. */
static gboolean
is_information (const char *key)
{
  static const char *const keys[] = {
    "format", "program", "op",     "model", "region", "source",
    "input",  "result",  "labels", "made",  "base",   "variation"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (!strcmp (key, keys[i]))
      return TRUE;
  return FALSE;
}

/* Settings as a recipe has them, in groups or not; all of them may be missing. */
static gboolean
set_settings (Options *options, JsonObject *settings, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (settings);

  for (GList *name = names; name; name = name->next)
    {
      JsonNode *node = json_object_get_member (settings, name->data);

      if (is_information (name->data))
        continue;
      if (JSON_NODE_HOLDS_OBJECT (node)
              ? !set_settings (options, json_node_get_object (node), error)
              : !set_all (options, name->data, node, error))
        return FALSE;
    }
  return TRUE;
}

/* The picture is what stands without an option on a command line. */
static gboolean
set_picture (Options *options, JsonNode *node, GError **error)
{
  char *text = text_of (options, "image", node, error);

  if (text)
    g_ptr_array_add (options->inputs, text);
  return text != NULL;
}

static gboolean
read_members (ServeRequest *request, JsonObject *object, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (object);
  Options *options = request->options;

  for (GList *item = names; item; item = item->next)
    {
      const char *name = item->data;
      JsonNode *node = json_object_get_member (object, name);
      gboolean done = TRUE;

      if (!strcmp (name, "id") || !strcmp (name, "op"))
        continue;
      if (!strcmp (name, "rows"))
        request->rows = JSON_NODE_HOLDS_VALUE (node)
                        && json_node_get_value_type (node) == G_TYPE_BOOLEAN
                        && json_node_get_boolean (node);
      else if (!strcmp (name, "image"))
        done = set_picture (options, node, error);
      else if (!strcmp (name, "settings"))
        done = JSON_NODE_HOLDS_OBJECT (node)
                   ? set_settings (options, json_node_get_object (node), error)
                   : wrong (error, _ ("\"%s\": expected is an object."), name);
      else
        done = set_all (options, name, node, error);
      if (!done)
        return FALSE;
    }
  return TRUE;
}

/* What an option of the command line does that a request cannot. */
static gboolean
check_options (const ServeRequest *request, GError **error)
{
  const Options *options = request->options;

  if (options->model)
    return wrong (error, _ ("\"%s\": the server has its model already."), "model");
  if (options->out_dir || options->mask_dir)
    return wrong (error, _ ("\"%s\": a request is about one picture."), "out_dir");
  if (options->output && !strcmp (options->output, "-"))
    return wrong (error,
                  _ ("\"%s\": standard output is taken; leave it out to get the picture "
                     "in the answer."),
                  "output");
  if (options->command != COMMAND_PAINT && options->inputs->len != 1)
    return wrong (error, _ ("\"%s\": the picture is missing."), "image");
  return TRUE;
}

static gboolean
read_job (ServeRequest *request, JsonObject *object, GError **error)
{
  GHashTableIter given;
  gpointer bytes;

  request->options = options_new ();
  request->options->command = options_command (request->op);
  request->options->json = TRUE;
  request->options->given =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  if (!read_members (request, object, error) || !check_options (request, error))
    return FALSE;
  g_hash_table_iter_init (&given, request->options->given);
  while (g_hash_table_iter_next (&given, NULL, &bytes))
    request->held += g_bytes_get_size (bytes);
  return TRUE;
}

/* An id may be a text or a number; anything else is none. */
static char *
read_id (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  char *text = node && JSON_NODE_HOLDS_VALUE (node) ? json_to_string (node, FALSE) : NULL;

  if (text && strlen (text) <= MAX_ID)
    return text;
  g_free (text);
  return g_strdup ("null");
}

static gboolean
read_object (ServeRequest *request, JsonObject *object, GError **error)
{
  JsonNode *op = json_object_get_member (object, "op");

  g_free (request->id);
  request->id = read_id (object, "id");
  if (!op || !JSON_NODE_HOLDS_VALUE (op) || json_node_get_value_type (op) != G_TYPE_STRING)
    return wrong (error, _ ("\"%s\": expected is what is to be done."), "op");
  request->op = json_node_dup_string (op);
  if (!strcmp (request->op, "cancel"))
    request->target = read_id (object, "target");
  else if (!strcmp (request->op, "complete") || !strcmp (request->op, "extend")
           || !strcmp (request->op, "paint"))
    return read_job (request, object, error);
  else if (strcmp (request->op, "info") && strcmp (request->op, "quit"))
    return wrong (error, _ ("op: \"%s\" is none of complete, extend, paint, info, cancel, quit."),
                  request->op);
  return TRUE;
}

ServeRequest *
serve_request_read (const char *line, gsize length, GError **error)
{
  ServeRequest *request = g_new0 (ServeRequest, 1);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root = NULL;

  request->id = g_strdup ("null");
  if (g_utf8_validate (line, (gssize) length, NULL) && is_shallow (line, length)
      && json_parser_load_from_data (parser, line, (gssize) length, NULL))
    root = json_parser_get_root (parser);
  if (root && JSON_NODE_HOLDS_OBJECT (root))
    read_object (request, json_node_get_object (root), error);
  else
    wrong (error, "%s", _ ("This line is no JSON object."));
  return request;
}
