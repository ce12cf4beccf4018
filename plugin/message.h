/* message: what people read when something is not possible. Each message has a stable code for
 * scripts and one sentence for people: "E-EMPTY-HOLE: Nothing is selected ...". */
#pragma once
#include <glib.h>

/* Sets `error` in GIMP's plug-in domain. `sentence` is a printf format, translated. */
void message_set (GError **error, const char *code, const char *sentence, ...) G_GNUC_PRINTF (3, 4);

/* E-INTERNAL, for what should not happen. `where`: some translated words. */
void message_internal (GError **error, const char *where);

/* E-NO-MEMORY. */
void message_no_memory (GError **error);

/* E-CLOSED. */
void message_closed (GError **error);

/* The same for an error of the engine, whose text becomes part of the sentence. Takes `reason`.
 * model: what the person calls the model. */
void message_take (GError **error, GError *reason, const char *model);

/* Removes the code, for people at a screen; scripts keep it. NULL is fine. */
void message_strip_code (GError *error);

/* Whether the message is about the arguments rather than about the picture. */
gboolean message_is_about_arguments (const GError *error);
