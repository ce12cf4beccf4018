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
message_take (GError **error, GError *reason)
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
    message_set (error, "E-MODEL-CANNOT", _ ("This model cannot be used: %s."), text);
  else if (g_error_matches (reason, TESSERA_ERROR, TESSERA_ERROR_FORMAT)
           || reason->domain == G_FILE_ERROR)
    message_set (error, "E-BAD-MODEL",
                 _ ("The model file is damaged or not a Tessera model: %s. "
                    "Reinstall Tessera, or choose another file."),
                 text);
  else
    message_set (error, "E-INTERNAL",
                 _ ("Something unexpected happened (%s). Nothing was changed."), text);
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
