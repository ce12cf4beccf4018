#include "gpt/gpt.h"

gboolean
gpt_init (Gpt *gpt, const Model *model, const char *prefix, GError **error)
{
  const GptSchema *schema = &model->schema.transformer;
  const Weights weights = weights_root (model, prefix);
  const int tokens[] = { schema->vocab_size, schema->n_embd };
  const int positions[] = { 1, schema->block_size, schema->n_embd };

  *gpt = (Gpt){ .schema = *schema };
  if (weights_rows (&weights, "tok_emb.weight", 2, tokens, &gpt->tok_emb, error)
      && weights_rows (&weights, "pos_emb", 3, positions, &gpt->pos_emb, error)
      && gpt_blocks_init (&gpt->blocks, &weights, schema, schema->vocab_size, error))
    return TRUE;
  gpt_clear (gpt);
  return FALSE;
}

void
gpt_clear (Gpt *gpt)
{
  rows_clear (&gpt->tok_emb);
  rows_clear (&gpt->pos_emb);
  gpt_blocks_clear (&gpt->blocks);
}

/* x [n][d]; place: [d], room. */
static void
embed (const Gpt *gpt, int first, int n, const int *tokens, float *place, float *x)
{
  const int width = gpt->schema.n_embd;

  for (int i = 0; i < n; i++, x += width)
    {
      rows_read (&gpt->tok_emb, tokens[i], x);
      rows_read (&gpt->pos_emb, first + i, place);
      for (int c = 0; c < width; c++)
        x[c] += place[c];
    }
}

/* Whether n further tokens may follow on `position`. */
static gboolean
check (const Gpt *gpt, int position, int n, const int *tokens, GError **error)
{
  const GptSchema *schema = &gpt->schema;

  for (int i = 0; i < n; i++)
    if (tokens[i] < 0 || tokens[i] >= schema->vocab_size)
      {
        g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                     "token %d is outside the vocabulary of %d", tokens[i], schema->vocab_size);
        return FALSE;
      }
  if (n > schema->block_size - position)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                   "%d tokens are more than the model's %d positions", position + n,
                   schema->block_size);
      return FALSE;
    }
  if (n > 0 && position > 0 && position < schema->n_unmasked)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
                   "the model's first %d positions see each other both ways, so they must come "
                   "together",
                   schema->n_unmasked);
      return FALSE;
    }
  return TRUE;
}

/* Checks the tokens and puts their embeddings into x. */
static gboolean
embed_all (const Gpt *gpt, Cache *cache, const int *n_new, const int *tokens, float *x,
           GError **error)
{
  float *place = cache_room (cache, gpt->schema.n_embd, error);
  size_t row = 0;

  if (!place)
    return FALSE;
  for (int sequence = 0; sequence < cache->n_sequences; row += n_new[sequence++])
    if (!check (gpt, cache_position (cache, sequence), n_new[sequence], tokens + row, error))
      return FALSE;
  row = 0;
  for (int sequence = 0; sequence < cache->n_sequences; row += n_new[sequence++])
    embed (gpt, cache_position (cache, sequence), n_new[sequence], tokens + row, place,
           x + row * gpt->schema.n_embd);
  return TRUE;
}

gboolean
gpt_run (Job *job, const Gpt *gpt, Cache *cache, const int *n_new, const int *tokens, float *x,
         GError **error)
{
  return embed_all (gpt, cache, n_new, tokens, x, error)
         && gpt_blocks_run (job, &gpt->blocks, cache, n_new, gpt->schema.n_unmasked, x, error);
}

gboolean
gpt_remember (Job *job, const Gpt *gpt, Cache *cache, const int *n_new, const int *tokens, float *x,
              GError **error)
{
  return embed_all (gpt, cache, n_new, tokens, x, error)
         && gpt_blocks_remember (job, &gpt->blocks, cache, n_new, gpt->schema.n_unmasked, x, error);
}
