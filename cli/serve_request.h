/* serve_request: a line of JSON as the options that the same words would be on a command line. */
#pragma once
#include "options.h"

enum {
  SERVE_MAX_LINE = 256 << 20, /* bytes: a picture of 24 megapixels as base64 fits */
  SERVE_MAX_WAITING = 64,     /* requests */
  SERVE_MAX_HELD = 1 << 30,   /* bytes of the pictures in requests that wait */
};

typedef struct {
  char *id;         /* a JSON value as text, for the answers; "null" = it had none */
  char *target;     /* of "cancel": the id as text; NULL = none */
  char *op;         /* "complete", "extend", "paint", "info", "cancel", "quit" */
  Options *options; /* of the first three; NULL otherwise */
  gboolean rows;    /* show parts as they come */
  gsize held;       /* bytes of the pictures that came with it */
  gint cancelled;   /* atomic */
} ServeRequest;

/* The caller's. Never NULL: what is wrong with the line is the error, and the id is set as far as
 * it could be read. model: the model's path, borrowed. */
ServeRequest *serve_request_read (const char *line, gsize length, GError **error);
void serve_request_free (gpointer request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServeRequest, serve_request_free)
