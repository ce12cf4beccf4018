/* Writing what the window applies, and showing what that would be; declared in host_gimp.h. */
#include "host_notes.h"
#include "message.h"
#include <glib/gi18n.h>
#include <string.h>

static char *
where_it_is (const Work *work)
{
  const Placement *made = &work->placement;
  GimpItem *item = made->group    ? GIMP_ITEM (made->group)
                   : made->layers ? GIMP_ITEM (made->layers[0])
                                  : NULL;
  g_autofree char *name = item ? gimp_item_get_name (item) : NULL;

  if (made->group)
    return g_strdup_printf (_ ("Added group “%s”. Ctrl+Z in GIMP removes it."), name);
  if (name)
    return g_strdup_printf (_ ("Added layer “%s”. Ctrl+Z in GIMP removes it."), name);
  return g_strdup (_ ("Written into the layer. Ctrl+Z in GIMP takes it back."));
}

/* The pieces of one result, from pieces[0] on; the number of them. */
static int
apply_result (Notes *notes, const UiPiece *pieces, int n, char **place, GError **error)
{
  Work *work = &notes->work;
  int ranks[TESSERA_MAX_VARIATIONS + 1], count = 0;
  gboolean done;

  for (int i = 0; i < n && pieces[i].result == pieces[0].result; i++)
    if (count < TESSERA_MAX_VARIATIONS)
      ranks[count++] = pieces[i].rank;
  ranks[count] = -1;
  placement_clear (&work->placement);
  blend_clear (&work->blend);
  work->result = (TesseraResult *) pieces[0].result; /* lent for this call */
  work->ranks = ranks;
  work->request.seed = pieces[0].seed;
  done = blend_make (&work->blend, &work->region, work->result, work->request.soften, error)
         && work_write (work, error);
  work->result = NULL;
  work->ranks = NULL;
  if (!done)
    return 0;
  g_free (*place);
  *place = where_it_is (work);
  if (work->hole.kind == HOLE_MARGINS)
    work->hole.kind = HOLE_ALL; /* the canvas has grown: what comes next lies inside it */
  return count;
}

static int
by_result (gconstpointer a, gconstpointer b)
{
  const UiPiece *first = a, *second = b;

  if (first->result != second->result)
    return first->result < second->result ? -1 : 1;
  return first->rank - second->rank;
}

/* How many of the pieces, from pieces[0] on, were made from one scene and may lie in one place. */
static int
run_length (const UiPiece *pieces, int n)
{
  int count = 1;

  while (count < n && !pieces[0].alone && !pieces[count].alone
         && pieces[count].scene == pieces[0].scene)
    count++;
  return count;
}

static gboolean
apply_scene (GimpImage *image, const UiPiece *pieces, int n, Output output, char **place,
             GError **error)
{
  Notes *notes = pieces[0].scene->host_data;
  g_autofree UiPiece *sorted = g_memdup2 (pieces, (gsize) n * sizeof *pieces);
  int done = 0, step = 1;

  g_free (notes->drawables); /* the choice may be another than when the picture was read */
  notes->drawables = gimp_image_get_selected_drawables (image);
  notes->work.drawables = notes->drawables;
  notes->work.output = output;
  qsort (sorted, (size_t) n, sizeof *sorted, by_result);
  for (; done < n && step > 0; done += step)
    step = apply_result (notes, sorted + done, n - done, place, error);
  return step > 0;
}

gboolean
gimp_host_apply (UiHost *host, const UiPiece *pieces, int n, UiOutput output, char **place,
                 GError **error)
{
  static const Output outputs[] = { OUTPUT_GROUP, OUTPUT_LAYER, OUTPUT_MERGE };
  GimpImage *image = ((GimpHost *) host)->image;
  gboolean good = TRUE;
  int done = 0;

  if (!gimp_image_is_valid (image))
    {
      message_closed (error);
      return FALSE;
    }
  gimp_image_undo_group_start (image); /* several results are one step all the same */
  while (done < n && good)
    {
      const int length = run_length (pieces + done, n - done);

      good = apply_scene (image, pieces + done, length, outputs[output], place, error);
      done += length;
      ((GimpHost *) host)->n_applied += good;
    }
  gimp_image_undo_group_end (image);
  gimp_displays_flush ();
  return good;
}

/* ---- laying over --------------------------------------------------------------------------- */

/* The formats of one image: as the window has pixels, in which GIMP mixes, as GIMP keeps them. */
typedef struct {
  const Babl *to_mix, *to_keep; /* fishes */
  const Babl *keep;
  const Babl *weight_to, *weight_from;
  gsize size, weight_size; /* bytes of a kept pixel */
} Formats;

static gboolean
mixes_linear (GimpImage *image)
{
  switch (gimp_image_get_precision (image))
    {
    case GIMP_PRECISION_U8_LINEAR:
    case GIMP_PRECISION_U16_LINEAR:
    case GIMP_PRECISION_U32_LINEAR:
    case GIMP_PRECISION_HALF_LINEAR:
    case GIMP_PRECISION_FLOAT_LINEAR:
    case GIMP_PRECISION_DOUBLE_LINEAR:
      return TRUE;
    default:
      return gimp_image_get_base_type (image) == GIMP_GRAY;
    }
}

static gboolean
find_formats (GimpImage *image, Formats *formats)
{
  g_autofree GimpLayer **layers = gimp_image_get_layers (image);
  GimpDrawable *drawable = layers[0] ? GIMP_DRAWABLE (layers[0]) : NULL;
  const Babl *keep, *mix, *own, *weight, *real = babl_format ("Y float");

  if (!drawable)
    return FALSE;
  keep = gimp_drawable_get_format (drawable);
  own = picture_own_format (drawable, "R'G'B'A float");
  mix = picture_own_format (drawable, mixes_linear (image) ? "RGBA float" : "R'G'B'A float");
  weight = gimp_drawable_get_format (GIMP_DRAWABLE (gimp_image_get_selection (image)));
  *formats = (Formats){ .to_mix = babl_fish (own, mix),
                        .to_keep = babl_fish (mix, keep),
                        .keep = keep,
                        .weight_to = babl_fish (real, weight),
                        .weight_from = babl_fish (weight, real),
                        .size = (gsize) babl_format_get_bytes_per_pixel (keep),
                        .weight_size = (gsize) babl_format_get_bytes_per_pixel (weight) };
  return formats->size <= 64 && formats->weight_size <= 64;
}

/* The pixels of the layer that the piece would be, [blend->at.height][blend->at.width][4], rounded in
 * the same rows and tiles as place.c has them rounded; NULL where memory ends. */
static float *
rounded (GimpImage *image, const UiPiece *piece, Blend *blend)
{
  const Notes *notes = piece->scene->host_data;
  g_autofree GimpLayer **layers = gimp_image_get_layers (image);
  const Babl *own = picture_own_format (GIMP_DRAWABLE (layers[0]), "R'G'B'A float");
  g_autoptr (GeglBuffer) buffer = NULL;
  float *rgba;
  GeglRectangle box;

  if (!blend_make (blend, &notes->work.region, piece->result, notes->work.request.soften, NULL)
      || !(rgba = blend_cut (blend, &notes->work.region, piece->result, piece->rank)))
    return NULL;
  box = (GeglRectangle){ 0, 0, blend->at.width, blend->at.height };
  for (gsize i = 0; i < (gsize) box.width * box.height; i++)
    rgba[4 * i + 3] = 1;
  buffer = g_object_new (GEGL_TYPE_BUFFER, "format",
                         gimp_drawable_get_format (GIMP_DRAWABLE (layers[0])), "x", 0, "y", 0,
                         "width", box.width, "height", box.height, "tile-width",
                         (int) gimp_tile_width (), "tile-height", (int) gimp_tile_height (), NULL);
  gegl_buffer_set (buffer, &box, 0, own, rgba, GEGL_AUTO_ROWSTRIDE);
  gegl_buffer_get (buffer, &box, 1.0, own, rgba, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return rgba;
}

/* rgb: of the picture; above: of the layer. */
static void
lay_pixel (const Formats *formats, float *rgb, const float *above, float weight)
{
  guint8 kept[64];
  const float below[4] = { rgb[0], rgb[1], rgb[2], 1 };
  float mixed[4], layer[4];

  babl_process (formats->weight_to, &weight, kept, 1);
  babl_process (formats->weight_from, kept, &weight, 1);
  babl_process (formats->to_mix, below, mixed, 1);
  babl_process (formats->to_mix, above, layer, 1);
  for (int c = 0; c < 3; c++)
    mixed[c] = mixed[c] * (1 - weight) + layer[c] * weight;
  babl_process (formats->to_keep, mixed, kept, 1); /* what GIMP shows of it is rounded again */
  picture_floats (formats->keep, kept, 1, layer);
  memcpy (rgb, layer, 3 * sizeof *rgb);
}

void
gimp_host_lay (UiHost *host, UiScene *scene, const UiPiece *piece)
{
  GimpImage *image = ((GimpHost *) host)->image;
  const TesseraBox part = scene->part;
  g_auto (Blend) blend = { 0 };
  g_autofree float *rgba = NULL;
  Formats formats;

  if (!find_formats (image, &formats) || !(rgba = rounded (image, piece, &blend)))
    return;
  for (int y = 0; y < blend.at.height; y++)
    for (int x = 0; x < blend.at.width; x++)
      {
        const gsize i = (gsize) y * blend.at.width + x;
        const int px = blend.at.x + x - part.x, py = blend.at.y + y - part.y;

        if (px >= 0 && py >= 0 && px < part.width && py < part.height && blend.weights[i] > 0)
          lay_pixel (&formats, scene->pixels + 3 * ((gsize) py * part.width + px), rgba + 4 * i,
                     blend.weights[i]);
      }
}
