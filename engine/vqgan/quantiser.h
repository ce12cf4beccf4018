/* quantiser: vectors to numbers and back. Both published kinds choose the entry with the largest
 * score, a product with a row of numbers and an offset: for "vq" (VectorQuantizer2, and the older
 * class, whose weights and results are the same) the row is the entry e and the offset -|e|^2 / 2,
 * since |z - e|^2 = |z|^2 - 2 (z e - |e|^2 / 2); for "gumbel" both are the projection's.
 *
 * An entry is a row of the codebook. A token is what the transformer sees: the entry, or, where the
 * codebook is remapped, its place in the list of the entries in use. */
#pragma once
#include "base/job.h"
#include "model/model.h"

typedef struct {
  int n_entries, width;
  int n_used, unknown; /* remap: length of `used`, UNKNOWN_* or a token; n_used 0 = no remap */
  int *used;           /* [n_used] entry of each token */
  float *entries;      /* [n_entries][width] what is decoded */
  float *rows;         /* [n_entries][width]; "vq": the entries themselves, not owned */
  float *offsets;      /* [n_entries] */
} Quantiser;

/* quantize.* under `root`. To be cleared on success and failure. */
gboolean quantiser_init (Quantiser *quantiser, const VqSchema *schema, const Weights *root,
                         GError **error);
void quantiser_clear (Quantiser *quantiser);

/* entries[i] = the one with the largest score for vectors[i][width], the lowest of equals. With
 * `exponential` ([n][n_entries], numbers of the exponential distribution with mean 1; may be NULL):
 * the largest score - log (exponential), a draw of the Gumbel quantiser at any temperature. */
gboolean quantiser_choose (Job *job, const Quantiser *quantiser, const float *vectors, size_t n,
                           const float *exponential, int *entries, GError **error);

/* scores [n][n_entries]: for "gumbel" the logits. */
gboolean quantiser_scores (Job *job, const Quantiser *quantiser, const float *vectors, size_t n,
                           float *scores, GError **error);

/* The token of an entry that stands at `place` of a picture; the place decides where the schema
 * wants a token by chance for an entry that is not in use. */
int quantiser_token (const Quantiser *quantiser, int entry, size_t place);

/* Entry of a token; a token behind the list is taken as token 0 (published, for "extra"). */
int quantiser_entry (const Quantiser *quantiser, int token);

int quantiser_n_tokens (const Quantiser *quantiser);
