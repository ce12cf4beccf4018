#include "failure.h"
#include "tessera.h"
#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct {
  const char *code;
  int exit;
} Row;

static const Row rows[] = {
  [FAILURE_INTERNAL] = { "E-INTERNAL", 1 },
  [FAILURE_USAGE] = { "E-USAGE", 2 },
  [FAILURE_FILE_READ] = { "E-FILE-READ", 3 },
  [FAILURE_FILE_TYPE] = { "E-FILE-TYPE", 3 },
  [FAILURE_FILE_WRITE] = { "E-FILE-WRITE", 4 },
  [FAILURE_FILE_EXISTS] = { "E-FILE-EXISTS", 4 },
  [FAILURE_NO_MODEL] = { "E-NO-MODEL", 5 },
  [FAILURE_BAD_MODEL] = { "E-BAD-MODEL", 5 },
  [FAILURE_MODEL_NEWER] = { "E-MODEL-NEWER", 5 },
  [FAILURE_MODEL_CANNOT] = { "E-MODEL-CANNOT", 5 },
  [FAILURE_EMPTY_HOLE] = { "E-EMPTY-HOLE", 6 },
  [FAILURE_OUTSIDE] = { "E-OUTSIDE", 6 },
  [FAILURE_NO_TRANSPARENT] = { "E-NO-TRANSPARENT", 6 },
  [FAILURE_NO_CONTEXT] = { "E-NO-CONTEXT", 6 },
  [FAILURE_TOO_LARGE] = { "E-TOO-LARGE", 7 },
  [FAILURE_NO_MEMORY] = { "E-NO-MEMORY", 7 },
  [FAILURE_SIZE] = { "E-SIZE", 8 },
  [FAILURE_LABEL_TYPE] = { "E-LABEL-TYPE", 8 },
  [FAILURE_LABEL_UNKNOWN] = { "E-LABEL-UNKNOWN", 8 },
  [FAILURE_MISFIT] = { "E-MISFIT", 8 },
  [FAILURE_MODEL_WRONG] = { "E-MODEL-WRONG", 5 },
  [FAILURE_NO_MARGIN] = { "E-NO-MARGIN", 6 },
  [FAILURE_HUGE_IMAGE] = { "E-HUGE-IMAGE", 6 },
  [FAILURE_NO_LABELS] = { "E-NO-LABELS", 8 },
  [FAILURE_LABEL_EMPTY] = { "E-LABEL-EMPTY", 8 },
  [FAILURE_NO_RECIPE] = { "E-NO-RECIPE", 8 },
  [FAILURE_RECIPE_BAD] = { "E-RECIPE-BAD", 8 },
  [FAILURE_RECIPE_NEWER] = { "E-RECIPE-NEWER", 8 },
  [FAILURE_CODES] = { "E-CODES", 8 },
  [FAILURE_BATCH] = { "E-BATCH", 9 },
  [FAILURE_TIME] = { "E-TIME", 124 },
  [FAILURE_STOPPED] = { "I-STOPPED", 130 },
  [FAILURE_TERMINATED] = { "I-STOPPED", 143 },
};

GQuark
failure_quark (void)
{
  return g_quark_from_static_string ("tessera-command-failure");
}

static const Row *
row_of (const GError *error)
{
  const gboolean ours = error->domain == FAILURE && (gsize) error->code < G_N_ELEMENTS (rows);

  return &rows[ours ? error->code : FAILURE_INTERNAL];
}

const char *
failure_code (const GError *error)
{
  return row_of (error)->code;
}

int
failure_exit (const GError *error)
{
  return row_of (error)->exit;
}

/* The engine puts the path in front of its reasons; the sentence around them has it already. */
static const char *
reason_of (const GError *error, const char *path)
{
  const char *reason = error->message;

  if (g_str_has_prefix (reason, path) && g_str_has_prefix (reason + strlen (path), ": "))
    reason += strlen (path) + 2;
  return reason;
}

GError *
failure_from_open (GError *error, const char *path)
{
  g_autoptr (GError) engine = error;
  const char *reason = reason_of (engine, path);
  const int n = (int) strlen (reason) - g_str_has_suffix (reason, "."); /* without its full stop */

  if (g_error_matches (engine, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return g_error_new (
        FAILURE, FAILURE_NO_MODEL,
        _ ("The model file is missing. Reinstall Tessera, or choose a model file with "
           "--model. (Looked in: %s)"),
        path);
  if (g_error_matches (engine, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED))
    return g_error_new (FAILURE, FAILURE_MODEL_NEWER,
                        _ ("The model file \"%s\" needs a newer Tessera: %.*s."), path, n, reason);
  if (g_error_matches (engine, TESSERA_ERROR, TESSERA_ERROR_MEMORY))
    return g_error_new (FAILURE, FAILURE_NO_MEMORY, _ ("The model file \"%s\" does not fit: %.*s."),
                        path, n, reason);
  if (engine->domain == TESSERA_ERROR)
    return g_error_new (
        FAILURE, FAILURE_BAD_MODEL,
        _ ("The model file \"%s\" is damaged or not a Tessera model: %.*s. Reinstall "
           "Tessera, or choose another file."),
        path, n, reason);
  return g_error_new (FAILURE, FAILURE_BAD_MODEL, _ ("The model file \"%s\" cannot be read: %.*s."),
                      path, n, reason);
}

GError *
failure_from_run (GError *error)
{
  static const Failure codes[] = {
    [TESSERA_ERROR_FORMAT] = FAILURE_USAGE, /* what the options could not check */

    [TESSERA_ERROR_UNSUPPORTED] = FAILURE_MODEL_CANNOT,
    [TESSERA_ERROR_MEMORY] = FAILURE_TOO_LARGE,
    [TESSERA_ERROR_CANCELLED] = FAILURE_STOPPED,
    [TESSERA_ERROR_EMPTY] = FAILURE_EMPTY_HOLE,
    [TESSERA_ERROR_QUESTION] = FAILURE_USAGE,
    [TESSERA_ERROR_MISFIT] = FAILURE_MISFIT,
  };
  g_autoptr (GError) engine = error;
  const gboolean known =
      engine->domain == TESSERA_ERROR && (gsize) engine->code < G_N_ELEMENTS (codes);
  const char *stop = g_str_has_suffix (engine->message, ".") ? "" : ".";

  if (engine->domain == FAILURE)
    return g_steal_pointer (&engine);
  return g_error_new (FAILURE, known ? codes[engine->code] : FAILURE_INTERNAL, "%s%s",
                      engine->message, stop);
}

char *
failure_size (gsize bytes)
{
  static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
  double size = (double) bytes;
  gsize unit = 0;

  while (size >= 1024 && unit + 1 < G_N_ELEMENTS (units))
    {
      size /= 1024;
      unit++;
    }
  return g_strdup_printf (unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}
