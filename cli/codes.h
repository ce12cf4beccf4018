/* codes: a picture's codebook indices as a JSON file. */
#pragma once
#include "tessera.h"

typedef struct {
  int width, height; /* of the picture, in pixels */
  int rows, cols;
  int *codes; /* [rows][cols], owned */
} Codes;

void codes_clear (Codes *codes);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Codes, codes_clear)

/* The caller's. */
char *codes_to_json (const Codes *codes, const TesseraModel *model);

/* FAILURE_CODES where the text is none, or does not fit the model. */
gboolean codes_from_json (const char *text, const char *name, const TesseraModel *model,
                          Codes *codes, GError **error);
