/* Small model files of kind net2net with random weights, for every condition and permuter. */
#pragma once
#include <glib.h>

typedef struct {
  const char *condition;  /* JSON of the condition without its "vqgan": "\"type\":\"depth\"" */
  int condition_channels; /* of its tokenizer; 0 = it has none */
  const char *permuter;   /* "identity", .. */
  int permuter_side;      /* of its square */
  int vocab_size, block_size;
} RandomNet2net;

/* Cells of 4 pixels, 30 codes. Writes the file into the folder for temporary files and returns its
 * path (g_unlink, g_free); aborts where that fails. */
char *random_net2net_write (const RandomNet2net *model);
