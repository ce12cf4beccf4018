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
      message_set (error, "E-CLOSED", _ ("The picture was closed in GIMP. Nothing was changed."));
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
  const Babl *to_mix, *to_keep, *from_keep, *from_mix; /* fishes */
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
                        .from_mix = babl_fish (mix, own),
                        .to_keep = babl_fish (mix, keep),
                        .from_keep = babl_fish (keep, mix),
                        .weight_to = babl_fish (real, weight),
                        .weight_from = babl_fish (weight, real),
                        .size = (gsize) babl_format_get_bytes_per_pixel (keep),
                        .weight_size = (gsize) babl_format_get_bytes_per_pixel (weight) };
  return formats->size <= 64 && formats->weight_size <= 64;
}

/* rgb: of the picture; over: RGB and weight. */
static void
lay_pixel (const Formats *formats, float *rgb, const float *over)
{
  guint8 kept[64];
  float below[4] = { rgb[0], rgb[1], rgb[2], 1 }, above[4] = { over[0], over[1], over[2], 1 };
  float weight;

  babl_process (formats->weight_to, over + 3, kept, 1);
  babl_process (formats->weight_from, kept, &weight, 1);
  babl_process (formats->to_mix, below, below, 1);
  babl_process (formats->to_mix, above, above, 1);
  babl_process (formats->to_keep, above, kept, 1); /* the layer is rounded, */
  babl_process (formats->from_keep, kept, above, 1);
  for (int c = 0; c < 3; c++)
    below[c] = below[c] * (1 - weight) + above[c] * weight;
  babl_process (formats->to_keep, below, kept, 1); /* and what GIMP shows of it */
  babl_process (formats->from_keep, kept, below, 1);
  babl_process (formats->from_mix, below, below, 1);
  memcpy (rgb, below, 3 * sizeof *rgb);
}

void
gimp_host_lay (UiHost *host, UiScene *scene, const UiPiece *piece)
{
  const TesseraBox box = piece->box, part = scene->part;
  const int left = MAX (box.x, part.x), right = MIN (box.x + box.width, part.x + part.width);
  Formats formats;

  if (!find_formats (((GimpHost *) host)->image, &formats))
    return;
  for (int y = MAX (box.y, part.y); y < MIN (box.y + box.height, part.y + part.height); y++)
    for (int x = left; x < right; x++)
      {
        const float *over = piece->pixels + 4 * ((gsize) (y - box.y) * box.width + x - box.x);

        if (over[3] > 0)
          lay_pixel (&formats,
                     scene->pixels + 3 * ((gsize) (y - part.y) * part.width + x - part.x), over);
      }
}
