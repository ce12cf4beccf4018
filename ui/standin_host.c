#include "standin_host.h"
#include <math.h>
#include <string.h>

static guint8 *
pixel_at (GdkPixbuf *pixbuf, int x, int y)
{
  return gdk_pixbuf_get_pixels (pixbuf) + (gsize) y * gdk_pixbuf_get_rowstride (pixbuf)
         + x * gdk_pixbuf_get_n_channels (pixbuf);
}

static void
state (UiHost *host, UiState *state)
{
  Standin *standin = (Standin *) host;
  const int width = gdk_pixbuf_get_width (standin->picture);
  const int height = gdk_pixbuf_get_height (standin->picture);
  int left = width, top = height, right = 0, bottom = 0;

  *state = (UiState){ .alive = TRUE, .name = "picture", .width = width, .height = height };
  state->stamp = standin->stamp;
  for (int y = 0; standin->mask && y < height; y++)
    for (int x = 0; x < width; x++)
      if (*pixel_at (standin->mask, x, y) > 0)
        {
          left = MIN (left, x);
          right = MAX (right, x + 1);
          top = MIN (top, y);
          bottom = MAX (bottom, y + 1);
        }
  state->selected = right > left;
  if (state->selected)
    state->selection = (TesseraBox){ left, top, right - left, bottom - top };
  if (!standin->labels)
    return;
  state->n_layers = 1;
  state->layer[0] = 1;
  state->layer_is_labels[0] = TRUE;
  g_strlcpy (state->layer_name[0], "Labels", sizeof state->layer_name[0]);
}

/* Does the canvas pixel (x, y) belong to what is to be filled? */
static float
hole_at (const Standin *standin, const UiQuery *query, int x, int y)
{
  const int px = x - query->left, py = y - query->top;
  const int width = gdk_pixbuf_get_width (standin->picture);
  const int height = gdk_pixbuf_get_height (standin->picture);

  if (query->mode == UI_MODE_EXTEND)
    return px < 0 || py < 0 || px >= width || py >= height;
  if (query->mode == UI_MODE_LABELS && !query->only_selection)
    return 1;
  return standin->mask ? *pixel_at (standin->mask, x, y) / 255.0f : 0;
}

/* The model's label of a colour; free where there is none. */
static guint8
label_at (const Standin *standin, const TesseraModel *model, int x, int y)
{
  const guint8 *pixel = pixel_at (standin->labels, x, y);
  const guint32 color = (guint32) pixel[0] << 16 | (guint32) pixel[1] << 8 | pixel[2];

  for (int i = 0; i < tessera_model_info (model)->n_labels; i++)
    if (pixel[3] > 127 && tessera_model_label_color (model, i) == color)
      return (guint8) i;
  return TESSERA_FREE;
}

static void
read_part (const Standin *standin, UiScene *scene, const TesseraModel *model)
{
  const TesseraBox part = scene->part;
  const UiQuery *query = &scene->query;
  const int width = gdk_pixbuf_get_width (standin->picture);
  const int height = gdk_pixbuf_get_height (standin->picture);
  const gsize n = (gsize) part.width * part.height;

  scene->pixels = g_new0 (float, 3 * n);
  scene->hole = g_new0 (float, n);
  if (standin->labels && query->label_layer != UI_NO_LAYER)
    scene->labels = g_new (guint8, n);
  for (int y = 0; y < part.height; y++)
    for (int x = 0; x < part.width; x++)
      {
        const gsize place = (gsize) y * part.width + x;
        const int px = part.x + x - query->left, py = part.y + y - query->top;
        const gboolean there = px >= 0 && py >= 0 && px < width && py < height;

        scene->hole[place] = hole_at (standin, query, part.x + x, part.y + y);
        for (int c = 0; c < 3 && there; c++)
          scene->pixels[3 * place + c] = pixel_at (standin->picture, px, py)[c] / 255.0f;
        if (scene->labels)
          scene->labels[place] = there ? label_at (standin, model, px, py) : TESSERA_FREE;
      }
}

static gboolean
any_label (GdkPixbuf *labels)
{
  for (int y = 0; y < gdk_pixbuf_get_height (labels); y++)
    for (int x = 0; x < gdk_pixbuf_get_width (labels); x++)
      if (pixel_at (labels, x, y)[3] > 127)
        return TRUE;
  return FALSE;
}

static UiScene *
look (UiHost *host, const UiQuery *query, const TesseraModel *model, GError **error)
{
  Standin *standin = (Standin *) host;
  UiState now;
  g_autoptr (UiScene) scene = ui_scene_new (query);
  TesseraBox bounds;

  state (host, &now);
  scene->canvas_width = now.width + query->left + query->right;
  scene->canvas_height = now.height + query->top + query->bottom;
  if (query->mode == UI_MODE_LABELS && !query->without_labels
      && (query->label_layer == UI_NO_LAYER || !standin->labels))
    {
      g_set_error_literal (error, G_FILE_ERROR, 0,
                           "E-NO-LABELS: Choose a label layer, or make one with New Label Layer.");
      return NULL;
    }
  if (query->label_layer != UI_NO_LAYER && standin->labels && !any_label (standin->labels))
    {
      g_set_error_literal (error, G_FILE_ERROR, 0, "E-LABEL-EMPTY: The label layer is empty.");
      return NULL;
    }
  bounds = now.selection;
  if (query->mode == UI_MODE_EXTEND || (query->mode == UI_MODE_LABELS && !query->only_selection))
    bounds = (TesseraBox){ 0, 0, scene->canvas_width, scene->canvas_height };
  else if (!now.selected)
    {
      g_set_error_literal (error, G_FILE_ERROR, 0,
                           "E-EMPTY-HOLE: Nothing is selected. Select what should be replaced.");
      return NULL;
    }
  scene->part = tessera_context_box (model, scene->canvas_width, scene->canvas_height, bounds);
  read_part (standin, scene, model);
  return g_steal_pointer (&scene);
}

static UiScene *
look_inside (UiHost *host, const UiQuery *query, const TesseraModel *model, const UiPiece *inside,
             GError **error)
{
  UiScene *scene = look (host, query, model, error);
  const TesseraBox box = inside->box, part = scene ? scene->part : box;
  gboolean any = FALSE;

  for (int y = 0; scene && y < part.height; y++)
    for (int x = 0; x < part.width; x++)
      {
        float *hole = scene->hole + (gsize) y * part.width + x;
        const int px = part.x + x - box.x, py = part.y + y - box.y;

        if (px < 0 || py < 0 || px >= box.width || py >= box.height
            || !(inside->pixels[4 * ((gsize) py * box.width + px) + 3] > 0))
          *hole = 0;
        any |= *hole > 0;
      }
  if (!scene || any)
    return scene;
  ui_scene_unref (scene);
  g_set_error_literal (error, G_FILE_ERROR, 0,
                       "E-OUTSIDE-PART: The selection lies outside of this variation. Select a "
                       "part of it.");
  return NULL;
}

/* As apply would leave it: in bytes. */
static void
lay (UiHost *host, UiScene *scene, const UiPiece *piece)
{
  const TesseraBox box = piece->box, part = scene->part;

  (void) host;
  for (int y = MAX (box.y, part.y); y < MIN (box.y + box.height, part.y + part.height); y++)
    for (int x = MAX (box.x, part.x); x < MIN (box.x + box.width, part.x + part.width); x++)
      {
        const float *from = piece->pixels + 4 * ((gsize) (y - box.y) * box.width + x - box.x);
        float *to = scene->pixels + 3 * ((gsize) (y - part.y) * part.width + x - part.x);

        for (int c = 0; c < 3; c++)
          to[c] =
              floorf (to[c] * 255 * (1 - from[3]) + CLAMP (from[c], 0, 1) * 255 * from[3] + 0.5f)
              / 255;
      }
}

static void
blend (GdkPixbuf *picture, const UiPiece *piece)
{
  for (int y = 0; y < piece->box.height; y++)
    for (int x = 0; x < piece->box.width; x++)
      {
        const float *from = piece->pixels + 4 * ((gsize) y * piece->box.width + x);
        guint8 *to = pixel_at (picture, piece->box.x + x, piece->box.y + y);

        for (int c = 0; c < 3; c++)
          to[c] = (guint8) (to[c] * (1 - from[3]) + CLAMP (from[c], 0, 1) * 255 * from[3] + 0.5f);
      }
}

static gboolean
apply (UiHost *host, const UiPiece *pieces, int n, UiOutput output, char **place, GError **error)
{
  Standin *standin = (Standin *) host;
  const UiScene *scene = pieces[0].scene;
  const UiQuery *query = &scene->query;
  GdkPixbuf *canvas =
      gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, scene->canvas_width, scene->canvas_height);

  (void) output;
  gdk_pixbuf_fill (canvas, 0x000000ff);
  gdk_pixbuf_copy_area (standin->picture, 0, 0, gdk_pixbuf_get_width (standin->picture),
                        gdk_pixbuf_get_height (standin->picture), canvas, query->left, query->top);
  for (int i = 0; i < n; i++)
    if (i == 0 || pieces[i].alone)
      {
        g_clear_object (&standin->below);
        standin->below = gdk_pixbuf_copy (canvas);
        blend (canvas, &pieces[i]);
      }
  g_object_unref (standin->picture);
  standin->picture = canvas;
  standin->stamp++;
  standin->n_applied += n;
  g_free (standin->recipe);
  standin->recipe = g_strdup (pieces[n - 1].recipe);
  *place = g_strdup_printf ("Put %d into the picture.", n);
  return !standin->output || gdk_pixbuf_save (canvas, standin->output, "png", error, NULL);
}

static gboolean
fix (UiHost *host, UiFix fix, const TesseraModel *model, GError **error)
{
  Standin *standin = (Standin *) host;
  const int width = gdk_pixbuf_get_width (standin->picture);
  const int height = gdk_pixbuf_get_height (standin->picture);

  (void) model;
  if (fix == UI_FIX_SELECT_ALL)
    {
      g_clear_object (&standin->mask);
      standin->mask = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, width, height);
      gdk_pixbuf_fill (standin->mask, 0xffffffff);
    }
  else if (fix == UI_FIX_NEW_LABEL_LAYER)
    {
      g_clear_object (&standin->labels);
      standin->labels = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, width, height);
      gdk_pixbuf_fill (standin->labels, 0);
    }
  else
    {
      g_set_error_literal (error, G_FILE_ERROR, 0, "The stand-in cannot do this.");
      return FALSE;
    }
  standin->stamp++;
  return TRUE;
}

/* Fills the lower half with the label, so that there is something to see. */
static void
use_label (UiHost *host, int layer, guint32 color)
{
  Standin *standin = (Standin *) host;
  const int height = gdk_pixbuf_get_height (standin->labels);

  (void) layer;
  standin->n_used++;
  for (int y = height / 2; y < height; y++)
    for (int x = 0; x < gdk_pixbuf_get_width (standin->labels); x++)
      {
        const guint8 rgba[4] = { color >> 16, color >> 8 & 255, color & 255, 255 };

        memcpy (pixel_at (standin->labels, x, y), rgba, 4);
      }
  standin->stamp++;
}

static gboolean
paint_label (UiHost *host, int layer, TesseraBox box, const guint8 *where, guint32 color,
             GError **error)
{
  Standin *standin = (Standin *) host;
  const guint8 rgba[4] = { color >> 16, color >> 8 & 255, color & 255, 255 };

  (void) layer;
  (void) error;
  standin->painted = box;
  standin->n_pixels = 0;
  for (gsize i = 0; i < (gsize) box.width * box.height; i++)
    standin->n_pixels += where[i] != 0;
  for (int y = MAX (box.y, 0);
       y < MIN (box.y + box.height, gdk_pixbuf_get_height (standin->labels)); y++)
    for (int x = MAX (box.x, 0);
         x < MIN (box.x + box.width, gdk_pixbuf_get_width (standin->labels)); x++)
      if (where[(gsize) (y - box.y) * box.width + x - box.x])
        memcpy (pixel_at (standin->labels, x, y), rgba, 4);
  standin->n_painted++;
  standin->stamp++;
  return TRUE;
}

static GPtrArray *
stored (UiHost *host)
{
  (void) host;
  return NULL;
}

static char *
find_model (UiHost *host, GError **error)
{
  const Standin *standin = (Standin *) host;

  (void) error;
  return g_strdup (standin->model);
}

void
standin_init (Standin *standin, GdkPixbuf *picture, GdkPixbuf *mask, const char *model)
{
  *standin = (Standin){ .host = { .state = state,
                                  .look = look,
                                  .look_inside = look_inside,
                                  .lay = lay,
                                  .apply = apply,
                                  .paint_label = paint_label,
                                  .fix = fix,
                                  .use_label = use_label,
                                  .stored = stored,
                                  .find_model = find_model },
                        .picture = picture,
                        .mask = mask,
                        .model = g_strdup (model) };
}

void
standin_clear (Standin *standin)
{
  g_clear_object (&standin->picture);
  g_clear_object (&standin->mask);
  g_clear_object (&standin->labels);
  g_clear_object (&standin->below);
  g_clear_pointer (&standin->model, g_free);
  g_clear_pointer (&standin->recipe, g_free);
}
