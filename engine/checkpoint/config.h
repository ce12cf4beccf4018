/* config: the yaml file that lies beside a published checkpoint ("*-project.yaml", "model.yaml").
 * It belongs to whoever made it, so it is read as a tree of texts: no tags, no types, no links into
 * anything. Every getter names the key in its error. */
#pragma once
#include "base/status.h"

typedef struct Config Config;

/* A place in the tree; `node` 0 = nothing there. */
typedef struct {
  const Config *config;
  int node;
} ConfigNode;

/* G_FILE_ERROR, or FORMAT with path and line. */
Config *config_open (const char *path, GError **error);
void config_close (Config *config); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Config, config_close)

const char *config_path (const Config *config);

/* The top; nothing for NULL. */
ConfigNode config_root (const Config *config);

/* What stands under a path of keys, "params.ddconfig"; nothing where one of them is missing. */
ConfigNode config_at (ConfigNode node, const char *path);

static inline gboolean
config_is (ConfigNode node)
{
  return node.node != 0;
}

/* A scalar's text, borrowed from the config; NULL where there is none, or where it is null. */
const char *config_text (ConfigNode node, const char *path);

/* Where the key is missing the value stays and *given is FALSE. FORMAT error where it is something
 * else than a whole number from low to high. */
gboolean config_int (ConfigNode node, const char *path, gint64 low, gint64 high, int *value,
                     gboolean *given, GError **error);

/* The same for a list of at most max_n such numbers. */
gboolean config_ints (ConfigNode node, const char *path, gint64 low, gint64 high, int max_n,
                      int *values, int *n, gboolean *given, GError **error);

/* TRUE where the scalar says true in any of yaml's ways. */
gboolean config_true (ConfigNode node, const char *path);
