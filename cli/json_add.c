#include "json_add.h"

void
json_add_text (JsonBuilder *json, const char *key, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  json_builder_set_member_name (json, key);
  json_builder_add_string_value (json, valid);
}

void
json_add_int (JsonBuilder *json, const char *key, gint64 number)
{
  json_builder_set_member_name (json, key);
  json_builder_add_int_value (json, number);
}
