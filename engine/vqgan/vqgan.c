#include "vqgan/vqgan.h"
#include "vqgan/coder.h"
#include <cblas.h>
#include <string.h>

struct Vqgan {
  VqSchema schema;
  Coder encoder, decoder;
  float *codebook;  /* [n_embed][embed_dim] */
  float *half_norm; /* [n_embed] |e|^2 / 2 */
};

static gboolean
read_codebook (Vqgan *vqgan, const Weights *root, GError **error)
{
  const int n = vqgan->schema.n_embed, width = vqgan->schema.embed_dim, shape[] = { n, width };

  vqgan->codebook = weights_read (root, "quantize.embedding.weight", 2, shape, error);
  if (!vqgan->codebook)
    return FALSE;
  vqgan->half_norm = buffer_new (n, sizeof (float), "codebook", error);
  if (!vqgan->half_norm)
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      const float *code = vqgan_code (vqgan, i);
      double sum = 0;

      for (int c = 0; c < width; c++)
        sum += (double) code[c] * code[c];
      vqgan->half_norm[i] = (float) (sum / 2);
    }
  return TRUE;
}

Vqgan *
vqgan_new (const Model *model, const char *prefix, GError **error)
{
  g_autoptr (Vqgan) vqgan = g_new0 (Vqgan, 1);
  const Weights root = weights_root (model, prefix);

  vqgan->schema = model->schema.vqgan;
  if (!encoder_init (&vqgan->encoder, &vqgan->schema, &root, error)
      || !decoder_init (&vqgan->decoder, &vqgan->schema, &root, error)
      || !read_codebook (vqgan, &root, error))
    return NULL;
  return g_steal_pointer (&vqgan);
}

void
vqgan_free (Vqgan *vqgan)
{
  if (!vqgan)
    return;
  coder_clear (&vqgan->encoder);
  coder_clear (&vqgan->decoder);
  buffer_free (vqgan->codebook);
  buffer_free (vqgan->half_norm);
  g_free (vqgan);
}

const VqSchema *
vqgan_schema (const Vqgan *vqgan)
{
  return &vqgan->schema;
}

const float *
vqgan_code (const Vqgan *vqgan, int token)
{
  return vqgan->codebook + (size_t) token * vqgan->schema.embed_dim;
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

gboolean
vqgan_encode (Job *job, const Vqgan *vqgan, const Map *picture, Map *vectors, GError **error)
{
  g_auto (Map) x = { 0 };

  if (!unshuffle (picture, vqgan->schema.patch, &x, error)
      || !coder_run (job, &vqgan->encoder, &x, NULL, error))
    return FALSE;
  *vectors = (Map){ 0 };
  map_replace (vectors, &x);
  return TRUE;
}

gboolean
vqgan_quantise (Job *job, const Vqgan *vqgan, const float *vectors, size_t n, int *tokens,
                GError **error)
{
  enum { BLOCK = 64 };
  const int n_codes = vqgan->schema.n_embed, width = vqgan->schema.embed_dim;
  buffer_auto float *products = buffer_new (BLOCK, n_codes * sizeof (float), "tokens", error);

  if (!products)
    return FALSE;
  for (size_t first = 0; first < n; first += BLOCK)
    {
      const size_t rows = MIN (BLOCK, n - first);

      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint) rows, n_codes, width, 1,
                   vectors + first * width, width, vqgan->codebook, width, 0, products, n_codes);
      for (size_t row = 0; row < rows; row++)
        {
          const float *product = products + row * n_codes;
          int best = 0;

          /* |z - e|^2 = |z|^2 + 2 (|e|^2 / 2 - z e): least where z e - |e|^2 / 2 is most. */
          for (int code = 1; code < n_codes; code++)
            if (product[code] - vqgan->half_norm[code] > product[best] - vqgan->half_norm[best])
              best = code;
          tokens[first + row] = best;
        }
    }
  return job_advance (job, 2.0 * n * n_codes * width, error);
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
  gboolean ok = map_init (&x, vectors->height, vectors->width, vectors->channels, error);

  g_assert (!vqgan->schema.seam || seam);
  if (ok)
    memcpy (x.data, vectors->data, map_cells (&x) * x.channels * sizeof (float));
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

/* A residual block at the finest level: its input, the activated copy with its border, the
 * product; one more while a shortcut or an upsampling convolution changes the width. */
gsize
vqgan_bytes (const Vqgan *vqgan, int height, int width)
{
  const VqSchema *vq = &vqgan->schema;
  const gsize cells = (gsize) (height / vq->patch + 2) * (width / vq->patch + 2);
  const int widest = vq_width (vq, MIN (1, vq->n_levels - 1));

  return 5 * sizeof (float) * cells * MAX (widest, vq_width (vq, 0));
}
