#include "run/condition.h"
#include "image/resample.h"
#include "run/pixels.h"
#include <math.h>
#include <string.h>

void
condition_clear (Condition *condition)
{
  g_clear_pointer (&condition->tokens, buffer_free);
}

/* ---- what the model wants ------------------------------------------------------------------ */

static gboolean wrong (GError **error, TesseraError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
wrong (GError **error, TesseraError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error)
    *error = g_error_new_valist (TESSERA_ERROR, (int) code, format, arguments);
  va_end (arguments);
  return FALSE;
}

/* A condition that is given though the model does not know it, or that is missing. */
static gboolean
check_given (const Model *model, const char *what, gboolean given, gboolean known, gboolean needed,
             GError **error)
{
  if (given && !known)
    return wrong (error, TESSERA_ERROR_UNSUPPORTED, "The model \"%s\" takes no %s.",
                  model->schema.name, what);
  if (needed && !given)
    return wrong (error, TESSERA_ERROR_FORMAT, "The model \"%s\" needs a %s.", model->schema.name,
                  what);
  return TRUE;
}

static gboolean
check_prefix (const Schema *schema, const TesseraRequest *request, GError **error)
{
  const int n = schema->condition.n_tokens, vocabulary = schema->transformer.vocab_size;

  if (request->n_prefix != n)
    return wrong (error, TESSERA_ERROR_FORMAT,
                  "The model needs %d tokens before the picture; %d are given.", n,
                  request->n_prefix);
  for (int i = 0; i < n; i++)
    if (request->prefix[i] < 0 || request->prefix[i] >= vocabulary)
      return wrong (error, TESSERA_ERROR_FORMAT,
                    "Token %d before the picture is %d; the model has the tokens 0 to %d.", i,
                    request->prefix[i], vocabulary - 1);
  return TRUE;
}

static gboolean
check_numbers (const Schema *schema, const TesseraRequest *request, GError **error)
{
  const ConditionSchema *condition = &schema->condition;

  if (condition->type == CONDITION_PREFIX)
    return check_prefix (schema, request, error);
  if (condition->type == CONDITION_CLASS && request->class_number >= condition->n_classes)
    return wrong (error, TESSERA_ERROR_FORMAT,
                  "There is no class %d; the model has the classes 0 to %d.", request->class_number,
                  condition->n_classes - 1);
  return TRUE;
}

gboolean
condition_check (const Model *model, const TesseraRequest *request, GError **error)
{
  const Schema *schema = &model->schema;
  const gboolean net2net = schema->kind == KIND_NET2NET;
  const ConditionType type = schema->condition.type;
  const gboolean labels = net2net && type == CONDITION_SEGMENTATION;
  const gboolean depth = net2net && type == CONDITION_DEPTH;
  const gboolean drawing = net2net && type == CONDITION_PICTURE;
  const gboolean class = net2net && type == CONDITION_CLASS;
  const gboolean prefix = net2net && type == CONDITION_PREFIX;

  return check_given (model, "label map", request->labels != NULL, schema->n_labels > 0, labels,
                      error)
         && check_given (model, "depth map", request->depth != NULL, depth, depth, error)
         && check_given (model, "drawing to go by", request->drawing != NULL, drawing, drawing,
                         error)
         && check_given (model, "class", request->class_number >= 0, class, class, error)
         && check_given (model, "list of tokens before the picture", request->prefix != NULL,
                         prefix, prefix, error)
         && (!net2net || check_numbers (schema, request, error));
}

/* ---- grids --------------------------------------------------------------------------------- */

static gboolean
all_finite (const float *numbers, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite (numbers[i]))
      return FALSE;
  return TRUE;
}

/* A label that has no channel, with its place in the caller's picture. */
static gboolean
check_labels (const ConditionSchema *schema, const TesseraRequest *request, GError **error)
{
  const int width = request->picture.width, height = request->picture.height;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const guint8 label = request->labels[(size_t) y * width + x];

        if ((guint8) (label + schema->label_shift) < schema->n_labels)
          continue;
        if (label == TESSERA_FREE)
          return wrong (error, TESSERA_ERROR_FORMAT,
                        "The label map is not painted at column %d, row %d; this model needs a "
                        "label for every pixel.",
                        x, y);
        return wrong (error, TESSERA_ERROR_FORMAT,
                      "The label map holds label %d at column %d, row %d; the model has the labels "
                      "0 to %d.",
                      label, x, y, schema->n_labels - schema->label_shift - 1);
      }
  return TRUE;
}

gboolean
condition_encode_labels (Job *job, const Vqgan *tokenizer, const ConditionSchema *schema,
                         const guint8 *labels, int height, int width, Map *vectors, GError **error)
{
  const size_t n = (size_t) height * width;
  buffer_auto guint8 *channels = buffer_new (n, 1, "the labels", error);

  if (!channels)
    return FALSE;
  for (size_t i = 0; i < n; i++)
    channels[i] = (guint8) (labels[i] + schema->label_shift);
  return vqgan_encode_labels (job, tokenizer, channels, height, width, vectors, error);
}

static gboolean
encode_segmentation (Job *job, const Nets *nets, const TesseraRequest *request, PixelBox frame,
                     Map *vectors, GError **error)
{
  const ConditionSchema *schema = &nets->model->schema.condition;
  const int width = request->picture.width, height = request->picture.height;
  buffer_auto guint8 *labels = NULL;

  if (!check_labels (schema, request, error)
      || !(labels = buffer_new ((size_t) frame.width, frame.height, "the labels", error)))
    return FALSE;
  for (int y = 0; y < frame.height; y++)
    for (int x = 0; x < frame.width; x++)
      labels[(size_t) y * frame.width + x] =
          request->labels[(size_t) CLAMP (frame.y + y, 0, height - 1) * width
                          + CLAMP (frame.x + x, 0, width - 1)];
  return condition_encode_labels (job, nets->condition, schema, labels, frame.height, frame.width,
                                  vectors, error);
}

void
condition_scale_depth (const float *from, size_t n, float *to)
{
  float low = from[0], high = from[0];
  double range;

  for (size_t i = 1; i < n; i++)
    {
      low = MIN (low, from[i]);
      high = MAX (high, from[i]);
    }
  range = MAX (1e-8, (double) high - low); /* near 0 nothing but the published constant counts */
  for (size_t i = 0; i < n; i++)
    to[i] = (float) (2 * (((double) from[i] - low) / range) - 1);
}

/* The depth of the whole picture is scaled, since its smallest number may lie outside the frame. */
static gboolean
encode_depth (Job *job, const Nets *nets, const TesseraRequest *request, PixelBox frame,
              Map *vectors, GError **error)
{
  const TesseraPicture *picture = &request->picture;
  const size_t n = (size_t) picture->width * picture->height;
  buffer_auto float *scaled = buffer_new (n, sizeof (float), "the depth map", error);
  g_auto (Map) x = { 0 };

  if (!scaled || !map_init (&x, frame.height, frame.width, 1, error))
    return FALSE;
  if (!all_finite (request->depth, n))
    return wrong (error, TESSERA_ERROR_FORMAT, "The depth map holds pixels that are not numbers.");
  condition_scale_depth (request->depth, n, scaled);
  picture_crop (scaled, picture->width, picture->height, 1, frame, x.data);
  return vqgan_encode (job, nets->condition, &x, vectors, error);
}

static gboolean
encode_drawing (Job *job, const Nets *nets, const TesseraRequest *request, PixelBox frame,
                Map *vectors, GError **error)
{
  const TesseraPicture *picture = &request->picture;
  buffer_auto float *part =
      buffer_new ((size_t) frame.width * frame.height, 3 * sizeof (float), "the drawing", error);

  if (!part)
    return FALSE;
  if (!all_finite (request->drawing, 3 * (size_t) picture->width * picture->height))
    return wrong (error, TESSERA_ERROR_FORMAT, "The drawing holds pixels that are not numbers.");
  picture_crop (request->drawing, picture->width, picture->height, 3, frame, part);
  return pixels_encode (job, nets->condition, part, frame.height, frame.width, FALSE, vectors,
                        error);
}

static gboolean
encode_grid (Job *job, const Nets *nets, const TesseraRequest *request, PixelBox frame, int *tokens,
             GError **error)
{
  const ConditionType type = nets->model->schema.condition.type;
  g_auto (Map) vectors = { 0 };

  return (type == CONDITION_SEGMENTATION
              ? encode_segmentation (job, nets, request, frame, &vectors, error)
          : type == CONDITION_DEPTH ? encode_depth (job, nets, request, frame, &vectors, error)
                                    : encode_drawing (job, nets, request, frame, &vectors, error))
         && vqgan_quantise (job, nets->condition, vectors.data, map_cells (&vectors), tokens,
                            error);
}

/* ---- coordinates --------------------------------------------------------------------------- */

/* taming/modules/misc/coord.py: the mean over a cell of the pixel's number in raster order, as a
 * share of all pixels; in closed form. */
void
condition_coordinates (const ConditionSchema *schema, int whole_rows, int whole_cols, CellBox part,
                       int *tokens)
{
  const double f = schema->down_factor, width = whole_cols * f, height = whole_rows * f;

  for (int row = 0; row < part.rows; row++)
    for (int col = 0; col < part.cols; col++)
      {
        const double y = (part.row + row) * f + (f - 1) / 2;
        const double x = (part.col + col) * f + (f - 1) / 2;
        const double share = CLAMP ((y * width + x) / (width * height), 0, 1);

        tokens[row * part.cols + col] = (int) nearbyint (share * schema->n_embed);
      }
}

/* Beyond the published sizes the last token would be outside the table. */
static gboolean
encode_coordinates (const Nets *nets, const TesseraRequest *request, PixelBox frame, int *tokens,
                    GError **error)
{
  const ConditionSchema *schema = &nets->model->schema.condition;
  const int f = schema->down_factor;
  const int rows = MAX ((request->picture.height - 1) / f + 1, nets->shape.rows);
  const int cols = MAX ((request->picture.width - 1) / f + 1, nets->shape.cols);
  const CellBox part = { frame.y / f, frame.x / f, frame.height / f, frame.width / f };

  condition_coordinates (schema, rows, cols, part, tokens);
  if (tokens[part.rows * part.cols - 1] < schema->n_embed)
    return TRUE;
  return wrong (error, TESSERA_ERROR_UNSUPPORTED,
                "The picture is too large for this model's %d coordinates.", schema->n_embed);
}

/* ---- all of them --------------------------------------------------------------------------- */

static void
fill_tokens (const ConditionSchema *schema, const TesseraRequest *request, int *tokens)
{
  if (schema->type == CONDITION_PREFIX)
    memcpy (tokens, request->prefix, schema->n_tokens * sizeof (int));
  else
    tokens[0] = schema->type == CONDITION_CLASS ? request->class_number : schema->sos_token;
}

gboolean
condition_encode (Job *job, const Nets *nets, const TesseraRequest *request, PixelBox frame,
                  Condition *condition, GError **error)
{
  const ConditionSchema *schema = &nets->model->schema.condition;
  const int factor = vq_factor (vqgan_schema (nets->vqgan));
  const size_t cells = (size_t) (frame.width / factor) * (frame.height / factor);
  buffer_auto int *tokens =
      buffer_new (condition_is_grid (schema) ? cells : (size_t) schema->n_tokens, sizeof (int),
                  "the condition", error);

  if (!tokens)
    return FALSE;
  if (!condition_is_grid (schema))
    fill_tokens (schema, request, tokens);
  else if (schema->type == CONDITION_COORD
               ? !encode_coordinates (nets, request, frame, tokens, error)
               : !encode_grid (job, nets, request, frame, tokens, error))
    return FALSE;
  *condition = (Condition){ schema->n_tokens, g_steal_pointer (&tokens) };
  return TRUE;
}

double
condition_flop (const Nets *nets, PixelBox frame)
{
  return nets->condition ? vqgan_encode_flop (nets->condition, frame.height, frame.width) : 0;
}
