#include "message.h"
#include "tessera.h"
#include <libgimp/gimp.h>
#include <glib/gi18n.h>
#include <string.h>

void
message_set (GError **error, const char *code, const char *sentence, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, sentence);
  text = g_strdup_vprintf (sentence, arguments);
  va_end (arguments);
  g_set_error (error, GIMP_PLUG_IN_ERROR, 0, "%s: %s", code, text);
}

void
message_internal (GError **error, const char *where)
{
  message_set (error, "E-INTERNAL", _ ("Something unexpected happened (%s). Nothing was changed."),
               where);
}

void
message_no_memory (GError **error)
{
  message_set (error, "E-NO-MEMORY",
               _ ("The computer ran out of memory. Nothing was changed. "
                  "Close other programs or select less."));
}

void
message_closed (GError **error)
{
  message_set (error, "E-CLOSED", _ ("The picture was closed in GIMP. Nothing was changed."));
}

/* An unsupported file and an unsupported request have the same code in the engine; only the text
 * of the first one begins with the file's path. */
static void
take_unsupported (GError **error, const char *text, const char *model)
{
  if (*model && g_str_has_prefix (text, model))
    message_set (error, "E-MODEL-NEWER", _ ("The model file \"%s\" needs a newer Tessera."), model);
  else
    message_set (error, "E-MODEL-CANNOT", _ ("The model cannot do this: %s."), text);
}

void
message_take (GError **error, GError *reason, const char *model)
{
  g_autoptr (GError) owned = reason;
  g_autofree char *text = g_strdup (reason->message);

  if (g_str_has_suffix (text, "."))
    text[strlen (text) - 1] = '\0';
  if (g_error_matches (reason, TESSERA_ERROR, TESSERA_ERROR_EMPTY))
    message_set (error, "E-NO-CONTEXT",
                 _ ("The selection leaves too little of the picture to continue from. "
                    "Select only what should be replaced."));
  else if (g_error_matches (reason, TESSERA_ERROR, TESSERA_ERROR_MEMORY))
    message_set (error, "E-TOO-LARGE", _ ("%s. Select less, or allow more memory."), text);
  else if (g_error_matches (reason, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED))
    take_unsupported (error, text, model);
  else if (!*model && g_error_matches (reason, TESSERA_ERROR, TESSERA_ERROR_FORMAT))
    message_set (error, "E-MODEL-CANNOT", _ ("The model cannot do this: %s."), text);
  else if (g_error_matches (reason, TESSERA_ERROR, TESSERA_ERROR_FORMAT)
           || reason->domain == G_FILE_ERROR)
    message_set (error, "E-BAD-MODEL",
                 _ ("The model file is damaged or not a Tessera model: %s. "
                    "Reinstall Tessera, or choose another file."),
                 text);
  else
    message_internal (error, text);
}

void
message_strip_code (GError *error)
{
  const char *sentence = error ? strstr (error->message, ": ") : NULL;
  char *plain;

  if (!sentence || !g_str_has_prefix (error->message, "E-"))
    return;
  plain = g_strdup (sentence + 2);
  g_free (error->message);
  error->message = plain;
}

gboolean
message_is_about_arguments (const GError *error)
{
  static const char *const codes[] = { "E-NO-MARGIN: ", "E-HUGE-IMAGE: ", "E-NO-LABELS: ",
                                       "E-MANY-LAYERS: ", "E-NO-RECIPE: " };

  for (size_t i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_str_has_prefix (error->message, codes[i]))
      return TRUE;
  return FALSE;
}
