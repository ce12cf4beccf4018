#include "vqgan/coder.h"

/* Where the next stage comes from. A failed step leaves `error` set and all later ones do
 * nothing, so a net reads as a plain list. */
typedef struct {
  GArray *stages;
  const VqSchema *schema;
  GError **error;
  gboolean ok;
} Builder;

static Stage *
next_stage (Builder *builder, StageKind kind)
{
  const Stage empty = { .kind = kind };

  g_array_append_val (builder->stages, empty);
  return &g_array_index (builder->stages, Stage, builder->stages->len - 1);
}

static void
add_conv (Builder *builder, const Weights *weights, const char *leaf, ConvKind kind, int kernel,
          int n_in, int n_out)
{
  if (builder->ok)
    builder->ok = block_conv (&next_stage (builder, STAGE_CONV)->conv, weights, leaf, kind, kernel,
                              n_in, n_out, builder->error);
}

static void
add_res (Builder *builder, const Weights *weights, int n_in, int n_out)
{
  if (builder->ok)
    builder->ok = res_block_init (&next_stage (builder, STAGE_RES)->res, weights,
                                  builder->schema->layer_norm, n_in, n_out, builder->error);
}

static void
add_attn (Builder *builder, const Weights *weights, int channels)
{
  if (builder->ok)
    builder->ok = attn_block_init (&next_stage (builder, STAGE_ATTN)->attn, weights,
                                   builder->schema->layer_norm, channels, builder->error);
}

static void
add_finish (Builder *builder, const Weights *weights, int n_in, int n_out)
{
  Stage *stage;

  if (!builder->ok)
    return;
  stage = next_stage (builder, STAGE_FINISH);
  builder->ok =
      block_norm (&stage->norm, weights, "norm_out", builder->schema->layer_norm, n_in,
                  builder->error)
      && block_conv (&stage->conv, weights, "conv_out", CONV_SAME, 3, n_in, n_out, builder->error);
}

static void
add_seam (Builder *builder, const Weights *decoder, int level, int n_out)
{
  const VqSchema *vq = builder->schema;
  const Weights seam = weights_at (decoder, "seam.");
  char leaf[16];
  Stage *stage;

  if (!builder->ok || !vq->seam)
    return;
  g_snprintf (leaf, sizeof leaf, "%d", level);
  stage = next_stage (builder, STAGE_SEAM);
  stage->level = level;
  builder->ok = block_conv (&stage->conv, &seam, leaf, CONV_SAME, 3,
                            (vq->in_channels + 1) * vq->patch * vq->patch, n_out, builder->error);
}

static void
add_mid (Builder *builder, const Weights *weights, int channels)
{
  const Weights block_1 = weights_at (weights, "mid.block_1.");
  const Weights attn_1 = weights_at (weights, "mid.attn_1.");
  const Weights block_2 = weights_at (weights, "mid.block_2.");

  add_res (builder, &block_1, channels, channels);
  if (builder->schema->mid_attn)
    add_attn (builder, &attn_1, channels);
  add_res (builder, &block_2, channels, channels);
}

/* n residual blocks of level l, "down.l" or "up.l", each with its attention where the level has
 * one. */
static void
add_level (Builder *builder, const Weights *level, int l, int n_blocks, int n_in)
{
  const int n_out = vq_width (builder->schema, l);

  for (int b = 0; b < n_blocks; b++)
    {
      const Weights block = weights_at (level, "block.%d.", b);
      const Weights attn = weights_at (level, "attn.%d.", b);

      add_res (builder, &block, b ? n_out : n_in, n_out);
      if (vq_has_attention (builder->schema, l))
        add_attn (builder, &attn, n_out);
    }
}

gboolean
encoder_init (Coder *coder, const VqSchema *vq, const Weights *root, GError **error)
{
  const Weights encoder = weights_at (root, "encoder.");
  const int last = vq->n_levels - 1, deepest = vq_width (vq, last);
  Builder builder = { g_array_new (FALSE, TRUE, sizeof (Stage)), vq, error, TRUE };

  coder->stages = builder.stages;
  coder->layer_norm = vq->layer_norm;
  add_conv (&builder, &encoder, "conv_in", CONV_SAME, 3, vq->in_channels * vq->patch * vq->patch,
            vq->ch);
  for (int l = 0; l <= last; l++)
    {
      const Weights level = weights_at (&encoder, "down.%d.", l);

      add_level (&builder, &level, l, vq->num_res_blocks, l ? vq_width (vq, l - 1) : vq->ch);
      if (l < last)
        add_conv (&builder, &level, "downsample.conv", CONV_DOWN, 3, vq_width (vq, l),
                  vq_width (vq, l));
    }
  add_mid (&builder, &encoder, deepest);
  add_finish (&builder, &encoder, deepest, vq->z_channels);
  add_conv (&builder, root, "quant_conv", CONV_SAME, 1, vq->z_channels, vq->embed_dim);
  return builder.ok;
}

gboolean
decoder_init (Coder *coder, const VqSchema *vq, const Weights *root, GError **error)
{
  const Weights decoder = weights_at (root, "decoder.");
  const int last = vq->n_levels - 1, deepest = vq_width (vq, last);
  Builder builder = { g_array_new (FALSE, TRUE, sizeof (Stage)), vq, error, TRUE };

  coder->stages = builder.stages;
  coder->layer_norm = vq->layer_norm;
  add_conv (&builder, root, "post_quant_conv", CONV_SAME, 1, vq->embed_dim, vq->z_channels);
  add_conv (&builder, &decoder, "conv_in", CONV_SAME, 3, vq->z_channels, deepest);
  add_mid (&builder, &decoder, deepest);
  for (int l = last; l >= 0; l--)
    {
      const Weights level = weights_at (&decoder, "up.%d.", l);
      const int n_in = vq_width (vq, MIN (l + 1, last));

      add_seam (&builder, &decoder, l, n_in);
      add_level (&builder, &level, l, vq->num_res_blocks + 1, n_in);
      if (l > 0)
        add_conv (&builder, &level, "upsample.conv", CONV_UP, 3, vq_width (vq, l),
                  vq_width (vq, l));
    }
  add_finish (&builder, &decoder, vq_width (vq, 0), vq->out_ch * vq->patch * vq->patch);
  return builder.ok;
}

void
coder_clear (Coder *coder)
{
  for (guint i = 0; coder->stages && i < coder->stages->len; i++)
    {
      Stage *stage = &g_array_index (coder->stages, Stage, i);

      conv_clear (&stage->conv);
      norm_clear (&stage->norm);
      res_block_clear (&stage->res);
      attn_block_clear (&stage->attn);
    }
  g_clear_pointer (&coder->stages, g_array_unref);
}

/* x becomes the convolution of it, of its norm and swish where `norm` is not NULL. */
static gboolean
run_conv (Job *job, const Conv *conv, const Norm *norm, ConvFlags flags, Workspace *work, Map *x,
          GError **error)
{
  if (!conv_run (job, conv, norm, flags, &work->scratch, x, &work->h, error))
    return FALSE;
  map_swap (x, &work->h);
  return TRUE;
}

static gboolean
run_stage (Job *job, const Stage *stage, ConvFlags sums, const Map *seam, Workspace *work, Map *x,
           GError **error)
{
  switch (stage->kind)
    {
    case STAGE_CONV:
      return run_conv (job, &stage->conv, NULL, sums, work, x, error);
    case STAGE_RES:
      return res_block_run (job, &stage->res, work, x, error);
    case STAGE_ATTN:
      return attn_block_run (job, &stage->attn, work, x, error);
    case STAGE_SEAM:
      return conv_run (job, &stage->conv, NULL, CONV_ADD | sums, &work->scratch,
                       &seam[stage->level], x, error);
    default:
      return run_conv (job, &stage->conv, &stage->norm, 0, work, x, error);
    }
}

static gboolean
run_from (Job *job, const Coder *coder, guint first, const Map *seam, Workspace *work, Map *x,
          GError **error)
{
  const ConvFlags sums = coder->layer_norm ? 0 : CONV_SUMS;

  for (guint i = first; i < coder->stages->len; i++)
    if (!run_stage (job, &g_array_index (coder->stages, Stage, i), sums, seam, work, x, error))
      return FALSE;
  return TRUE;
}

gboolean
coder_run (Job *job, const Coder *coder, Map *x, const Map *seam, GError **error)
{
  g_auto (Workspace) work = { 0 };

  return run_from (job, coder, 0, seam, &work, x, error);
}

gboolean
coder_run_labels (Job *job, const Coder *coder, const guint8 *labels, int height, int width, Map *x,
                  GError **error)
{
  const Stage *first = &g_array_index (coder->stages, Stage, 0);
  g_auto (Workspace) work = { 0 };

  return conv_run_labels (job, &first->conv, coder->layer_norm ? 0 : CONV_SUMS, &work.scratch,
                          labels, height, width, x, error)
         && run_from (job, coder, 1, NULL, &work, x, error);
}

/* The sizes that x and h have had so far, which they keep, and what comes and goes on top. */
typedef struct {
  gsize x, h, scratch, most;
} Bytes;

static void
count_bytes (Bytes *bytes, const Conv *conv, int n_threads, int height, int width)
{
  bytes->scratch = MAX (bytes->scratch, conv_bytes (conv, n_threads, height, width));
  bytes->h = MAX (bytes->h, (gsize) conv_out_side (conv, height) * conv_out_side (conv, width)
                                * conv->n_out * sizeof (float));
}

static void
count_stage (Bytes *bytes, const Stage *stage, int n_threads, int height, int width)
{
  const gsize cells = (gsize) height * width * sizeof (float);
  gsize extra = 0;

  if (stage->kind == STAGE_RES)
    {
      count_bytes (bytes, &stage->res.conv1, n_threads, height, width);
      count_bytes (bytes, &stage->res.conv2, n_threads, height, width);
      if (stage->res.has_shortcut)
        extra = cells * stage->res.shortcut.n_out;
      bytes->x = MAX (bytes->x, extra);
    }
  else if (stage->kind == STAGE_ATTN)
    extra = 3 * cells * stage->attn.norm.channels;
  else
    count_bytes (bytes, &stage->conv, n_threads, height, width);
  bytes->most = MAX (bytes->most, bytes->x + bytes->h + bytes->scratch + extra);
}

gsize
coder_bytes (const Coder *coder, int n_threads, int height, int width)
{
  const Stage *first = &g_array_index (coder->stages, Stage, 0);
  Bytes bytes = { .x = (gsize) height * width * first->conv.n_in * sizeof (float) };

  for (guint i = 0; i < coder->stages->len; i++)
    {
      const Stage *stage = &g_array_index (coder->stages, Stage, i);

      count_stage (&bytes, stage, n_threads, height, width);
      if (stage->kind == STAGE_CONV || stage->kind == STAGE_FINISH)
        {
          const gsize kept = bytes.x;

          height = conv_out_side (&stage->conv, height);
          width = conv_out_side (&stage->conv, width);
          bytes.x = bytes.h;
          bytes.h = kept;
        }
    }
  return bytes.most;
}

double
coder_flop (const Coder *coder, int height, int width)
{
  double flop = 0;

  for (guint i = 0; i < coder->stages->len; i++)
    {
      const Stage *stage = &g_array_index (coder->stages, Stage, i);

      if (stage->kind == STAGE_RES)
        flop += res_block_flop (&stage->res, height, width);
      else if (stage->kind == STAGE_ATTN)
        flop += attn_block_flop (&stage->attn, height, width);
      else
        flop += conv_flop (&stage->conv, height, width);
      if (stage->kind == STAGE_CONV)
        {
          height = conv_out_side (&stage->conv, height);
          width = conv_out_side (&stage->conv, width);
        }
    }
  return flop;
}
