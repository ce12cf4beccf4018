#include "model/json.h"
#include <string.h>

enum { MAX_DEPTH = 16 };

static gboolean
shallow (const char *text, size_t length)
{
  gboolean quoted = FALSE;
  int depth = 0;

  for (size_t i = 0; i < length; i++)
    if (quoted && text[i] == '\\')
      i++;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && (text[i] == '{' || text[i] == '['))
      {
        if (++depth > MAX_DEPTH)
          return FALSE;
      }
    else if (!quoted && (text[i] == '}' || text[i] == ']'))
      depth--;
  return TRUE;
}

static gboolean
fault (GError **error, const char *what, const char *sentence)
{
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "%s: %s", what, sentence);
  return FALSE;
}

JsonNode *
json_parse_object (const char *text, size_t length, const char *what, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) reason = NULL;

  if (!g_utf8_validate_len (text, length, NULL))
    fault (error, what, "this is not UTF-8 text");
  else if (!shallow (text, length))
    fault (error, what, "the JSON is nested too deep");
  else if (!json_parser_load_from_data (parser, text, (gssize) length, &reason))
    fault (error, what, reason->message);
  else if (!json_parser_get_root (parser)
           || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    fault (error, what, "this is not a JSON object");
  else
    return json_parser_steal_root (parser);
  return NULL;
}

static JsonNode *
number_of (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
             ? node
             : NULL;
}

gboolean
json_int (JsonObject *object, const char *name, gint64 low, gint64 high, int *value, GError **error)
{
  JsonNode *node = number_of (json_object_get_member (object, name));

  if (!node)
    return fault (error, name, "a whole number is missing");
  if (json_node_get_int (node) < low || json_node_get_int (node) > high)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                   "%s: %" G_GINT64_FORMAT " is outside %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                   name, json_node_get_int (node), low, high);
      return FALSE;
    }
  *value = (int) json_node_get_int (node);
  return TRUE;
}

gboolean
json_bool (JsonObject *object, const char *name, gboolean otherwise, gboolean *value,
           GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node && (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN))
    return fault (error, name, "this must be true or false");
  *value = node ? json_node_get_boolean (node) : otherwise;
  return TRUE;
}

gboolean
json_ints (JsonObject *object, const char *name, gint64 low, gint64 high, int max_n, int *values,
           int *n, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (!array || json_array_get_length (array) > (guint) max_n)
    return fault (error, name, "a list of whole numbers is missing or too long");
  *n = (int) json_array_get_length (array);
  for (int i = 0; i < *n; i++)
    {
      JsonNode *element = number_of (json_array_get_element (array, i));

      if (!element || json_node_get_int (element) < low || json_node_get_int (element) > high)
        return fault (error, name, "the list holds a number that is out of range");
      values[i] = (int) json_node_get_int (element);
    }
  return TRUE;
}

const char *
json_text (JsonObject *object, const char *name, const char *otherwise)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : otherwise;
}

JsonObject *
json_object (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node && JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  fault (error, name, "this object is missing");
  return NULL;
}
