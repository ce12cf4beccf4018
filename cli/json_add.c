#include "json_add.h"
#include <math.h>

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

void
json_add_real (JsonBuilder *json, const char *key, double number)
{
  json_builder_set_member_name (json, key);
  if (isfinite (number))
    json_builder_add_double_value (json, number);
  else
    json_builder_add_null_value (json);
}

void
json_add_bool (JsonBuilder *json, const char *key, gboolean value)
{
  json_builder_set_member_name (json, key);
  json_builder_add_boolean_value (json, value);
}
