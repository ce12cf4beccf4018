#include "options_private.h"
#include "failure.h"
#include "recipe.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define UNUSED_OPTION const Option *option G_GNUC_UNUSED
#define UNUSED_ERROR GError **error G_GNUC_UNUSED

gboolean
option_flag (Options *options, const Option *option, const char *text, UNUSED_ERROR)
{
  G_STRUCT_MEMBER (gboolean, options, option->place) = !text || !strcmp (text, "yes");
  return !text || !strcmp (text, "yes") || !strcmp (text, "no");
}

gboolean
option_text (Options *options, const Option *option, const char *text, UNUSED_ERROR)
{
  char **field = &G_STRUCT_MEMBER (char *, options, option->place);

  g_free (*field);
  *field = g_strdup (text);
  return *text != 0;
}

gboolean
option_int (Options *options, const Option *option, const char *text, UNUSED_ERROR)
{
  gint64 number;

  if (!g_ascii_string_to_signed (text, 10, (gint64) option->low, (gint64) option->high, &number,
                                 NULL))
    return FALSE;
  G_STRUCT_MEMBER (int, options, option->place) = (int) number;
  return TRUE;
}

/* A number and nothing behind it but `unit`, which may be missing. */
static gboolean
read_real (const char *text, const char *unit, double low, double high, double *number)
{
  char *end;

  *number = g_ascii_strtod (text, &end);
  return end != text && (!*end || (unit && !strcmp (end, unit))) && isfinite (*number)
         && *number >= low && *number <= high;
}

gboolean
option_real (Options *options, const Option *option, const char *text, UNUSED_ERROR)
{
  double number;

  if (!read_real (text, NULL, option->low, option->high, &number))
    return FALSE;
  G_STRUCT_MEMBER (double, options, option->place) = number;
  return TRUE;
}

gboolean
option_choice (Options *options, const Option *option, const char *text, UNUSED_ERROR)
{
  for (int i = 0; option->choices[i]; i++)
    if (!strcmp (text, option->choices[i]))
      {
        G_STRUCT_MEMBER (int, options, option->place) = i;
        return TRUE;
      }
  return FALSE;
}

gboolean
option_seed (Options *options, UNUSED_OPTION, const char *text, UNUSED_ERROR)
{
  gint64 number;

  options->seed_given = TRUE;
  options->new_seed = !strcmp (text, "new");
  if (options->new_seed)
    return TRUE;
  if (!g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, &number, NULL))
    return FALSE;
  options->request.seed = (guint64) number;
  return TRUE;
}

/* 0 is the model's own advice, which the engine's defaults are. */
gboolean
option_top_k (Options *options, const Option *option, const char *text, GError **error)
{
  TesseraRequest fresh;

  if (!option_int (options, option, text, error))
    return FALSE;
  tessera_request_init (&fresh);
  if (options->request.top_k == 0)
    options->request.top_k = fresh.top_k;
  return TRUE;
}

gboolean
option_top_p (Options *options, const Option *option, const char *text, GError **error)
{
  TesseraRequest fresh;

  if (!option_real (options, option, text, error))
    return FALSE;
  tessera_request_init (&fresh);
  if (options->request.top_p <= 0)
    options->request.top_p = fresh.top_p;
  return TRUE;
}

gboolean
option_memory (Options *options, UNUSED_OPTION, const char *text, UNUSED_ERROR)
{
  static const char *const units[] = { "B", "K", "M", "G", "T" };
  char *end;
  double bytes = g_ascii_strtod (text, &end);

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++, bytes *= 1024)
    {
      g_autofree char *ib = g_strconcat (units[i], "iB", NULL);

      if (end == text || !(bytes >= 1 && bytes < 1e18))
        continue;
      if (!g_ascii_strcasecmp (end, units[i]) || !g_ascii_strcasecmp (end, ib) || (i == 0 && !*end))
        {
          options->memory = (gint64) bytes;
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
option_time (Options *options, UNUSED_OPTION, const char *text, UNUSED_ERROR)
{
  static const struct {
    const char *unit;
    double seconds;
  } units[] = { { "s", 1 }, { "min", 60 }, { "h", 3600 } };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (read_real (text, units[i].unit, 1e-3, 1e6, &options->time_limit))
      {
        const gboolean bare = !g_str_has_suffix (text, units[i].unit);

        options->time_limit *= bare ? 1 : units[i].seconds;
        return TRUE;
      }
  return FALSE;
}

/* ImageMagick's geometry: WIDTHxHEIGHT+X+Y. */
gboolean
option_hole (Options *options, UNUSED_OPTION, const char *text, UNUSED_ERROR)
{
  TesseraBox box;
  int used = 0;

  options->transparent |= !strcmp (text, "transparent");
  if (!strcmp (text, "transparent"))
    return TRUE;
  if (strlen (text) > 40
      || sscanf (text, "%6dx%6d%7d%7d%n", &box.width, &box.height, &box.x, &box.y, &used) != 4
      || text[used] || box.width < 1 || box.height < 1)
    return FALSE;
  g_array_append_val (options->boxes, box);
  return TRUE;
}

gboolean
option_margin (Options *options, const Option *option, const char *text, UNUSED_ERROR)
{
  Margin *margin = &G_STRUCT_MEMBER (Margin, options, option->place);
  double amount;

  if (!read_real (text, "%", 0, 1 << 19, &amount))
    return FALSE;
  margin->percent = g_str_has_suffix (text, "%");
  margin->amount = amount;
  return margin->percent ? amount <= 10000 : amount == floor (amount);
}

static gboolean
read_pair (const char *text, const char *format, int high, int *first, int *second)
{
  int used = 0;

  return strlen (text) <= 20 && sscanf (text, format, first, second, &used) == 2 && used
         && !text[used] && *first >= 1 && *second >= 1 && *first <= high && *second <= high;
}

gboolean
option_ratio (Options *options, UNUSED_OPTION, const char *text, UNUSED_ERROR)
{
  return read_pair (text, "%6d:%6d%n", 10000, &options->ratio_width, &options->ratio_height);
}

gboolean
option_size (Options *options, UNUSED_OPTION, const char *text, UNUSED_ERROR)
{
  return read_pair (text, "%7dx%7d%n", 1 << 19, &options->width, &options->height);
}

/* Whole numbers with commas between them. */
gboolean
option_prefix (Options *options, UNUSED_OPTION, const char *text, UNUSED_ERROR)
{
  g_auto (GStrv) words = g_strsplit (text, ",", 10000);

  g_array_set_size (options->prefix, 0);
  for (gsize i = 0; words[i]; i++)
    {
      gint64 number;
      int token;

      if (!g_ascii_string_to_signed (words[i], 10, 0, G_MAXINT32, &number, NULL))
        return FALSE;
      token = (int) number;
      g_array_append_val (options->prefix, token);
    }
  return options->prefix->len > 0;
}

gboolean
option_recipe (Options *options, UNUSED_OPTION, const char *text, GError **error)
{
  return recipe_take (text, options, error);
}
