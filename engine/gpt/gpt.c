#include "gpt/gpt.h"
#include <string.h>

gboolean
gpt_init (Gpt *gpt, const Model *model, const char *prefix, GError **error)
{
  const GptSchema *schema = &model->schema.transformer;
  const Weights weights = weights_root (model, prefix);
  const int tokens[] = { schema->vocab_size, schema->n_embd };
  const int positions[] = { 1, schema->block_size, schema->n_embd };

  *gpt = (Gpt){ .schema = *schema };
  if ((gpt->tok_emb = weights_read (&weights, "tok_emb.weight", 2, tokens, error))
      && (gpt->pos_emb = weights_read (&weights, "pos_emb", 3, positions, error))
      && gpt_blocks_init (&gpt->blocks, &weights, schema, schema->vocab_size, error))
    return TRUE;
  gpt_clear (gpt);
  return FALSE;
}

void
gpt_clear (Gpt *gpt)
{
  g_clear_pointer (&gpt->tok_emb, buffer_free);
  g_clear_pointer (&gpt->pos_emb, buffer_free);
  gpt_blocks_clear (&gpt->blocks);
}

static void
embed (const Gpt *gpt, int first, int n, const int *tokens, float *x)
{
  const int width = gpt->schema.n_embd;

  for (int i = 0; i < n; i++)
    for (int c = 0; c < width; c++)
      x[(size_t) i * width + c] = gpt->tok_emb[(size_t) tokens[i] * width + c]
                                  + gpt->pos_emb[(size_t) (first + i) * width + c];
}

/* Positions first .. first + n of the new ones of every sequence, as one chunk. */
static gboolean
run_chunk (Job *job, const Gpt *gpt, Cache *cache, int n_new, int first, int n, gboolean open,
           const int *tokens, float *x, GError **error)
{
  const size_t width = gpt->schema.n_embd, bytes = n * width * sizeof (float);
  buffer_auto float *chunk = buffer_new (cache->n_sequences, bytes, "activations", error);

  if (!chunk)
    return FALSE;
  for (int sequence = 0; sequence < cache->n_sequences; sequence++)
    embed (gpt, cache->length, n, tokens + (size_t) sequence * n_new + first,
           chunk + sequence * n * width);
  if (!gpt_blocks_run (job, &gpt->blocks, cache, n, open, chunk, error))
    return FALSE;
  for (int sequence = 0; sequence < cache->n_sequences; sequence++)
    memcpy (x + ((size_t) sequence * n_new + first) * width, chunk + sequence * n * width, bytes);
  return TRUE;
}

gboolean
gpt_run (Job *job, const Gpt *gpt, Cache *cache, int n_new, const int *tokens, float *x,
         GError **error)
{
  const int open = CLAMP (gpt->schema.n_unmasked - cache->length, 0, n_new);

  for (int i = 0; i < cache->n_sequences * n_new; i++)
    if (tokens[i] < 0 || tokens[i] >= gpt->schema.vocab_size)
      {
        g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                     "token %d is outside the vocabulary of %d", tokens[i], gpt->schema.vocab_size);
        return FALSE;
      }
  if (cache->length + n_new > gpt->schema.block_size)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                   "%d tokens are more than the model's %d positions", cache->length + n_new,
                   gpt->schema.block_size);
      return FALSE;
    }
  return (open == 0 || run_chunk (job, gpt, cache, n_new, 0, open, TRUE, tokens, x, error))
         && (open == n_new
             || run_chunk (job, gpt, cache, n_new, open, n_new - open, FALSE, tokens, x, error));
}
