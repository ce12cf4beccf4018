#include "checkpoint/part.h"
#include <stdarg.h>

enum { MAX_NUMBER = 1 << 20 };

const Stored *
part_find (const Part *part, const char *format, ...)
{
  g_autofree char *name = NULL, *full = NULL;
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  full = g_strconcat (part->prefix, name, NULL);
  return checkpoint_find (part->checkpoint, full);
}

const Stored *
part_need (const Part *part, const char *name, int n_dims, GError **error)
{
  const Stored *stored = part_find (part, "%s", name);
  gboolean fits = stored && stored->n_dims == n_dims;

  for (int i = 0; fits && i < n_dims; i++)
    fits = stored->shape[i] >= 1 && stored->shape[i] <= MAX_NUMBER;
  if (fits)
    return stored;
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "tensor %s%s %s", part->prefix, name,
               stored ? "has an impossible shape" : "is missing");
  return NULL;
}

gboolean
part_has (const Part *part, const char *prefix)
{
  g_autofree char *full = g_strconcat (part->prefix, prefix, NULL);

  return checkpoint_has (part->checkpoint, full);
}

gboolean
part_agree (const Part *part, ConfigNode params, const char *key, int derived, GError **error)
{
  int value = derived;
  gboolean given;

  if (!config_int (params, key, G_MININT32, G_MAXINT32, &value, &given, error))
    return FALSE;
  if (value == derived)
    return TRUE;
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_MISFIT,
               "%s says %s: %d, but the weights %s* of the checkpoint have %d",
               config_path (params.config), key, value, part->prefix, derived);
  return FALSE;
}

static void
clear_need (gpointer place)
{
  g_free (((Need *) place)->name);
}

void
needs_init (Needs *needs)
{
  *needs = (Needs){ .list = g_array_new (FALSE, TRUE, sizeof (Need)) };
  g_array_set_clear_func (needs->list, clear_need);
}

void
needs_clear (Needs *needs)
{
  g_clear_pointer (&needs->list, g_array_unref);
}

static gboolean
has_shape (const Stored *stored, const int shape[5])
{
  int n = 0;

  for (; shape[n]; n++)
    if (n >= stored->n_dims || stored->shape[n] != shape[n])
      return FALSE;
  return n == stored->n_dims;
}

static void
append_shape (GString *text, const gint64 *numbers, int n)
{
  g_string_append_c (text, '[');
  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? ", " : "", numbers[i]);
  g_string_append_c (text, ']');
}

static gboolean
misshapen (const Part *part, const char *name, const Stored *stored, const int shape[5],
           GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 wanted[4] = { 0 };
  int n = 0;

  for (; shape[n]; n++)
    wanted[n] = shape[n];
  append_shape (text, wanted, n);
  if (stored)
    {
      g_string_append (text, " has the shape ");
      append_shape (text, stored->shape, stored->n_dims);
    }
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "tensor %s%s of shape %s%s",
               part->prefix, name, text->str, stored ? "" : " is missing");
  return FALSE;
}

gboolean
needs_add (Needs *needs, NeedKind kind, const int shape[5], GError **error, const char *format, ...)
{
  g_autofree char *name = NULL;
  Need need = { .kind = kind };
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  need.stored = part_find (needs->part, "%s", name);
  if (!need.stored || !has_shape (need.stored, shape))
    return misshapen (needs->part, name, need.stored, shape, error);
  if ((need.stored->element > ELEMENT_F64) != (kind == NEED_INDEX))
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "tensor %s%s holds %s numbers",
                   needs->part->prefix, name, kind == NEED_INDEX ? "broken" : "whole");
      return FALSE;
    }
  need.name = g_strconcat (needs->prefix, name, NULL);
  g_array_append_val (needs->list, need);
  return TRUE;
}
