#include "vqgan/vqgan.h"
#include "vqgan/coder.h"
#include "vqgan/quantiser.h"
#include <glib/gi18n-lib.h>
#include <string.h>

struct Vqgan {
  VqSchema schema;
  Coder encoder, decoder; /* decoder.stages NULL: an encoder alone */
  Quantiser quantiser;
};

static Vqgan *
new_vqgan (const Model *model, const VqSchema *schema, const char *prefix, gboolean decodes,
           GError **error)
{
  g_autoptr (Vqgan) vqgan = g_new0 (Vqgan, 1);
  const Weights root = weights_root (model, prefix);

  vqgan->schema = *schema;
  if (!encoder_init (&vqgan->encoder, schema, &root, error)
      || (decodes && !decoder_init (&vqgan->decoder, schema, &root, error))
      || !quantiser_init (&vqgan->quantiser, schema, &root, error))
    return NULL;
  return g_steal_pointer (&vqgan);
}

Vqgan *
vqgan_new (const Model *model, const char *prefix, GError **error)
{
  return new_vqgan (model, &model->schema.vqgan, prefix, TRUE, error);
}

Vqgan *
vqgan_new_encoder (const Model *model, const VqSchema *schema, const char *prefix, GError **error)
{
  return new_vqgan (model, schema, prefix, FALSE, error);
}

void
vqgan_free (Vqgan *vqgan)
{
  if (!vqgan)
    return;
  coder_clear (&vqgan->encoder);
  coder_clear (&vqgan->decoder);
  quantiser_clear (&vqgan->quantiser);
  g_free (vqgan);
}

const VqSchema *
vqgan_schema (const Vqgan *vqgan)
{
  return &vqgan->schema;
}

int
vqgan_n_tokens (const Vqgan *vqgan)
{
  return quantiser_n_tokens (&vqgan->quantiser);
}

const float *
vqgan_entry (const Vqgan *vqgan, int entry)
{
  return vqgan->quantiser.entries + (size_t) entry * vqgan->schema.embed_dim;
}

const float *
vqgan_code (const Vqgan *vqgan, int token)
{
  return vqgan_entry (vqgan, quantiser_entry (&vqgan->quantiser, token));
}

/* PyTorch's pixel_unshuffle: channel c * p * p + dy * p + dx of the small map holds colour c of
 * pixel (p y + dy, p x + dx). */
static gboolean
unshuffle (const Map *from, int p, Map *to, GError **error)
{
  if (!map_init (to, from->height / p, from->width / p, from->channels * p * p, error))
    return FALSE;
  for (int y = 0; y < to->height; y++)
    for (int x = 0; x < to->width; x++)
      for (int c = 0; c < from->channels; c++)
        for (int d = 0; d < p * p; d++)
          to->data[((size_t) y * to->width + x) * to->channels + c * p * p + d] =
              from->data[((size_t) (y * p + d / p) * from->width + x * p + d % p) * from->channels
                         + c];
  return TRUE;
}

static gboolean
shuffle (const Map *from, int p, Map *to, GError **error)
{
  if (!map_init (to, from->height * p, from->width * p, from->channels / (p * p), error))
    return FALSE;
  for (int y = 0; y < from->height; y++)
    for (int x = 0; x < from->width; x++)
      for (int c = 0; c < to->channels; c++)
        for (int d = 0; d < p * p; d++)
          to->data[((size_t) (y * p + d / p) * to->width + x * p + d % p) * to->channels + c] =
              from->data[((size_t) y * from->width + x) * from->channels + c * p * p + d];
  return TRUE;
}

static gboolean
check_size (const Vqgan *vqgan, int height, int width, GError **error)
{
  const int f = vq_factor (&vqgan->schema);

  if (height >= f && width >= f)
    return TRUE;
  g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
               _ ("The picture has %d x %d pixels; this model needs at least %d x %d."), width,
               height, f, f);
  return FALSE;
}

/* Into memory of its own size: a net's map has the largest that it ever had. */
static gboolean
copy_map (const Map *from, Map *to, GError **error)
{
  *to = (Map){ 0 };
  if (!map_shape (to, from->height, from->width, from->channels, error))
    return FALSE;
  memcpy (to->data, from->data, map_cells (to) * to->channels * sizeof (float));
  return TRUE;
}

gboolean
vqgan_encode (Job *job, const Vqgan *vqgan, const Map *picture, Map *vectors, GError **error)
{
  g_auto (Map) x = { 0 };

  if (!check_size (vqgan, picture->height, picture->width, error)
      || !unshuffle (picture, vqgan->schema.patch, &x, error)
      || !coder_run (job, &vqgan->encoder, &x, NULL, error))
    return FALSE;
  return copy_map (&x, vectors, error);
}

static gboolean
check_labels (const Vqgan *vqgan, const guint8 *labels, int height, int width, GError **error)
{
  for (size_t i = 0; i < (size_t) height * width; i++)
    if (labels[i] >= vqgan->schema.in_channels)
      {
        g_set_error (
            error, TESSERA_ERROR, TESSERA_ERROR_FORMAT,
            _ ("The label map holds label %d at column %zu, row %zu; the model knows labels 0 "
               "to %d."),
            labels[i], i % width, i / width, vqgan->schema.in_channels - 1);
        return FALSE;
      }
  return TRUE;
}

gboolean
vqgan_encode_labels (Job *job, const Vqgan *vqgan, const guint8 *labels, int height, int width,
                     Map *vectors, GError **error)
{
  g_auto (Map) x = { 0 };

  g_assert (vqgan->schema.patch == 1);
  if (!check_size (vqgan, height, width, error)
      || !check_labels (vqgan, labels, height, width, error)
      || !coder_run_labels (job, &vqgan->encoder, labels, height, width, &x, error))
    return FALSE;
  return copy_map (&x, vectors, error);
}

gboolean
vqgan_entries (Job *job, const Vqgan *vqgan, const float *vectors, size_t n,
               const float *exponential, int *entries, GError **error)
{
  return quantiser_choose (job, &vqgan->quantiser, vectors, n, exponential, entries, error);
}

gboolean
vqgan_scores (Job *job, const Vqgan *vqgan, const float *vectors, size_t n, float *scores,
              GError **error)
{
  return quantiser_scores (job, &vqgan->quantiser, vectors, n, scores, error);
}

void
vqgan_tokens (const Vqgan *vqgan, const int *entries, size_t n, int *tokens)
{
  for (size_t i = 0; i < n; i++)
    tokens[i] = quantiser_token (&vqgan->quantiser, entries[i], i);
}

gboolean
vqgan_quantise (Job *job, const Vqgan *vqgan, const float *vectors, size_t n, int *tokens,
                GError **error)
{
  if (!vqgan_entries (job, vqgan, vectors, n, NULL, tokens, error))
    return FALSE;
  vqgan_tokens (vqgan, tokens, n, tokens);
  return TRUE;
}

/* The level above averaged over 2 x 2 positions. */
static gboolean
average (const Map *from, Map *to, GError **error)
{
  const int channels = from->channels;
  const size_t line = (size_t) from->width * channels;

  if (!map_init (to, from->height / 2, from->width / 2, channels, error))
    return FALSE;
  for (int y = 0; y < to->height; y++)
    for (int x = 0; x < to->width; x++)
      for (int c = 0; c < channels; c++)
        {
          const float *place = from->data + 2 * y * line + (size_t) 2 * x * channels + c;

          to->data[((size_t) y * to->width + x) * channels + c] =
              0.25f * (place[0] + place[channels] + place[line] + place[line + channels]);
        }
  return TRUE;
}

static gboolean
seam_levels (const Vqgan *vqgan, const Map *seam, Map *levels, GError **error)
{
  if (!unshuffle (seam, vqgan->schema.patch, &levels[0], error))
    return FALSE;
  for (int l = 1; l < vqgan->schema.n_levels; l++)
    if (!average (&levels[l - 1], &levels[l], error))
      return FALSE;
  return TRUE;
}

gboolean
vqgan_decode (Job *job, const Vqgan *vqgan, const Map *vectors, const Map *seam, Map *picture,
              GError **error)
{
  g_auto (Map) x = { 0 };
  Map levels[MAX_LEVELS] = { 0 };
  gboolean ok = copy_map (vectors, &x, error);

  g_assert (vqgan->decoder.stages && (!vqgan->schema.seam || seam));
  ok = ok && (!vqgan->schema.seam || seam_levels (vqgan, seam, levels, error))
       && coder_run (job, &vqgan->decoder, &x, levels, error)
       && shuffle (&x, vqgan->schema.patch, picture, error);
  for (int l = 0; l < MAX_LEVELS; l++)
    map_clear (&levels[l]);
  return ok;
}

double
vqgan_encode_flop (const Vqgan *vqgan, int height, int width)
{
  const int p = vqgan->schema.patch;

  return coder_flop (&vqgan->encoder, height / p, width / p);
}

double
vqgan_decode_flop (const Vqgan *vqgan, int height, int width)
{
  const int f = vq_factor (&vqgan->schema);

  return coder_flop (&vqgan->decoder, height / f, width / f);
}

/* Beside the net's own, the picture on one side and, for a moment, the same shuffled. */
gsize
vqgan_bytes (const Vqgan *vqgan, int height, int width)
{
  const VqSchema *vq = &vqgan->schema;
  const int n_threads = (int) g_get_num_processors (), f = vq_factor (vq), p = vq->patch;
  const gsize pixels = (gsize) height * width * sizeof (float);
  const gsize encoding =
      pixels * vq->in_channels + coder_bytes (&vqgan->encoder, n_threads, height / p, width / p);
  const gsize decoding = vqgan->decoder.stages
                             ? pixels * (vq->out_ch + (vq->seam ? 3 * (vq->in_channels + 1) : 0))
                                   + coder_bytes (&vqgan->decoder, n_threads, height / f, width / f)
                             : 0;

  return MAX (encoding, decoding);
}
