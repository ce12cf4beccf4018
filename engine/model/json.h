/* json: reading JSON that somebody else wrote, with json-glib behind bounds that it does not have
 * itself (json-glib 1.6 recurses as deep as the text nests). */
#pragma once
#include "base/status.h"
#include <json-glib/json-glib.h>

/* The object that `text` holds; json_node_unref by g_autoptr (JsonNode). FORMAT error naming
 * `what` for anything else than one object of bounded depth. */
JsonNode *json_parse_object (const char *text, size_t length, const char *what, GError **error);

/* Members with a range; FORMAT error naming the member where it is missing or outside. */
gboolean json_int (JsonObject *object, const char *name, gint64 low, gint64 high, int *value,
                   GError **error);
gboolean json_bool (JsonObject *object, const char *name, gboolean otherwise, gboolean *value,
                    GError **error);

/* A list of at most max_n numbers in low..high. */
gboolean json_ints (JsonObject *object, const char *name, gint64 low, gint64 high, int max_n,
                    int *values, int *n, GError **error);

/* The text of a member; `otherwise` (may be NULL) where it is missing or no text. */
const char *json_text (JsonObject *object, const char *name, const char *otherwise);

/* The object of a member; NULL and error where it is missing or none. */
JsonObject *json_object (JsonObject *object, const char *name, GError **error);
