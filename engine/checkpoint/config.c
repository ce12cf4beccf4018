#include "checkpoint/config.h"
#include <string.h>
#include <yaml.h>

enum { MAX_BYTES = 1 << 20 /* the published ones are below 10 kB */, MAX_DEPTH = 64 };

struct Config {
  char *path;
  yaml_document_t document;
  gboolean loaded;
};

/* libyaml takes time with the square of the depth: brackets, and "- - - x" in one line. Counted
 * generously, without a look at quotes. */
static gboolean
shallow (const char *text, gsize size)
{
  int brackets = 0, indicators = 0;
  gboolean begun = FALSE; /* the line has shown something else than indicators */

  for (gsize i = 0; i < size; i++)
    {
      if (text[i] == '\n' || text[i] == '\r')
        {
          begun = FALSE;
          indicators = 0;
        }
      else if (text[i] == '[' || text[i] == '{')
        brackets++;
      else if ((text[i] == ']' || text[i] == '}') && brackets > 0)
        brackets--;
      else if (text[i] == '-' || text[i] == '?' || text[i] == ':')
        indicators += !begun;
      else if (text[i] != ' ' && text[i] != '\t')
        begun = TRUE;
      if (brackets > MAX_DEPTH || indicators > MAX_DEPTH)
        return FALSE;
    }
  return TRUE;
}

static gboolean
load (Config *config, const char *text, gsize size, GError **error)
{
  yaml_parser_t parser;

  if (size > MAX_BYTES || !shallow (text, size) || !yaml_parser_initialize (&parser))
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                   "%s: it is larger or deeper than any configuration", config->path);
      return FALSE;
    }
  yaml_parser_set_input_string (&parser, (const unsigned char *) (size ? text : ""), size);
  config->loaded = yaml_parser_load (&parser, &config->document);
  if (!config->loaded)
    g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "%s: line %zu: %s", config->path,
                 parser.problem_mark.line + 1, parser.problem ? parser.problem : "no yaml");
  yaml_parser_delete (&parser);
  return config->loaded;
}

Config *
config_open (const char *path, GError **error)
{
  g_autoptr (Config) config = g_new0 (Config, 1);
  g_autofree char *text = NULL;
  g_autoptr (GMappedFile) mapping = g_mapped_file_new (path, FALSE, error);

  config->path = g_strdup (path);
  if (!mapping
      || !load (config, g_mapped_file_get_contents (mapping), g_mapped_file_get_length (mapping),
                error))
    return NULL;
  return g_steal_pointer (&config);
}

void
config_close (Config *config)
{
  if (!config)
    return;
  if (config->loaded)
    yaml_document_delete (&config->document);
  g_free (config->path);
  g_free (config);
}

const char *
config_path (const Config *config)
{
  return config->path;
}

/* libyaml numbers nodes from 1. It takes the document without const, but only looks. */
static const yaml_node_t *
get (ConfigNode node)
{
  return node.node ? yaml_document_get_node ((yaml_document_t *) &node.config->document, node.node)
                   : NULL;
}

ConfigNode
config_root (const Config *config)
{
  const ConfigNode root = { config, 1 };

  return config && get (root) ? root : (ConfigNode){ 0 };
}

static ConfigNode
child (ConfigNode parent, const char *key, size_t length)
{
  const yaml_node_t *node = get (parent);

  if (node && node->type == YAML_MAPPING_NODE)
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++)
      {
        const yaml_node_t *name = get ((ConfigNode){ parent.config, pair->key });

        if (name && name->type == YAML_SCALAR_NODE && name->data.scalar.length == length
            && memcmp (name->data.scalar.value, key, length) == 0)
          return (ConfigNode){ parent.config, pair->value };
      }
  return (ConfigNode){ 0 };
}

ConfigNode
config_at (ConfigNode node, const char *path)
{
  while (*path)
    {
      const size_t length = strcspn (path, ".");

      node = child (node, path, length);
      path += length + (path[length] == '.');
    }
  return node;
}

static const char *
scalar (ConfigNode place)
{
  const yaml_node_t *node = get (place);
  const char *text =
      node && node->type == YAML_SCALAR_NODE ? (const char *) node->data.scalar.value : NULL;
  const gboolean plain = text && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

  if (plain && (*text == 0 || !strcmp (text, "~") || !g_ascii_strcasecmp (text, "null")))
    return NULL;
  return text;
}

const char *
config_text (ConfigNode node, const char *path)
{
  return scalar (config_at (node, path));
}

static gboolean
number (ConfigNode place, const char *path, gint64 low, gint64 high, int *value, GError **error)
{
  const char *text = scalar (place);
  gint64 whole;

  if (text && g_ascii_string_to_signed (text, 10, low, high, &whole, NULL))
    {
      *value = (int) whole;
      return TRUE;
    }
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
               "%s: %s must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
               place.config->path, path, low, high);
  return FALSE;
}

gboolean
config_int (ConfigNode node, const char *path, gint64 low, gint64 high, int *value, gboolean *given,
            GError **error)
{
  const ConfigNode place = config_at (node, path);

  *given = config_is (place);
  return !*given || number (place, path, low, high, value, error);
}

gboolean
config_ints (ConfigNode node, const char *path, gint64 low, gint64 high, int max_n, int *values,
             int *n, gboolean *given, GError **error)
{
  const ConfigNode place = config_at (node, path);
  const yaml_node_t *list = get (place);

  *given = list != NULL;
  if (!list)
    return TRUE;
  if (list->type != YAML_SEQUENCE_NODE
      || list->data.sequence.items.top - list->data.sequence.items.start > max_n)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                   "%s: %s must be a list of at most %d numbers", node.config->path, path, max_n);
      return FALSE;
    }
  *n = (int) (list->data.sequence.items.top - list->data.sequence.items.start);
  for (int i = 0; i < *n; i++)
    if (!number ((ConfigNode){ node.config, list->data.sequence.items.start[i] }, path, low, high,
                 &values[i], error))
      return FALSE;
  return TRUE;
}

gboolean
config_true (ConfigNode node, const char *path)
{
  const char *text = config_text (node, path);

  return text
         && (!g_ascii_strcasecmp (text, "true") || !g_ascii_strcasecmp (text, "yes")
             || !g_ascii_strcasecmp (text, "on"));
}
