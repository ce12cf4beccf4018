/* A model file of kind gpt with random weights, of any size: what tests and benchmarks of the
 * transformer run on. */
#pragma once
#include <glib.h>

typedef struct {
  int vocab_size, block_size, n_layer, n_head, n_embd, n_unmasked;
  const char *dtype; /* of the matrices: "F32", "F16", "BF16"; "I8": the blocks' matrices I8 with
                        scales, the others F16. Norms and biases are F32 or F16 */
} RandomGpt;

/* Writes the file into the folder for temporary files and returns its path (g_unlink, g_free); aborts
 * where that fails. The same shape gives the same weights; those of other types are nearly equal. */
char *random_gpt_write (const RandomGpt *gpt);
