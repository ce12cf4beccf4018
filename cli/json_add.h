/* json_add: members of the object that a builder has open, and the lines of a report. */
#pragma once
#include "report.h"
#include <json-glib/json-glib.h>

void json_add_text (JsonBuilder *json, const char *key, const char *text);
void json_add_int (JsonBuilder *json, const char *key, gint64 number);
void json_add_real (JsonBuilder *json, const char *key, double number); /* null where not finite */
void json_add_bool (JsonBuilder *json, const char *key, gboolean value);

/* Begins a line: {"event":name, and whose it is. */
JsonBuilder *report_event (const Report *report, const char *name);

/* Ends the line, prints it and frees the builder. */
void report_say (const Report *report, JsonBuilder *json);

/* What `info` tells, as members. path: NULL = it is nobody's business. */
void info_add (JsonBuilder *json, const TesseraModel *model, const char *path);
