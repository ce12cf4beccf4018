/* json_add: members of the JSON that info and the reports print. */
#pragma once
#include <json-glib/json-glib.h>

/* Bytes of the text that are no UTF-8, as in file names, are replaced. */
void json_add_text (JsonBuilder *json, const char *key, const char *text);
void json_add_int (JsonBuilder *json, const char *key, gint64 number);
