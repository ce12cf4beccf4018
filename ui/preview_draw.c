/* Drawing of the preview; declared in preview_private.h. */
#include "preview_private.h"
#include <math.h>

/* ---- places -------------------------------------------------------------------------------- */

/* The part that is looked at by itself: the hole and as much again around it; all in the mode Extend
 * or where the hole is everything. */
static TesseraBox
focus (const Preview *preview)
{
  const TesseraBox part = preview->scene->part, hole = preview->hole;
  const int margin = MAX (MAX (hole.width, hole.height), 64);
  const int left = MAX (hole.x - margin, 0), top = MAX (hole.y - margin, 0);
  const int right = MIN (hole.x + hole.width + margin, part.width);
  const int bottom = MIN (hole.y + hole.height + margin, part.height);

  if (preview->all || hole.width == 0 || preview->scene->query.mode != UI_MODE_SELECTION)
    return (TesseraBox){ 0, 0, part.width, part.height };
  return (TesseraBox){ left, top, right - left, bottom - top };
}

static double
fit_scale (const Preview *preview)
{
  const double width = gtk_widget_get_allocated_width (preview->area) - 2 * EDGE;
  const double height = gtk_widget_get_allocated_height (preview->area) - 2 * EDGE;
  TesseraBox box;

  if (!preview->scene || width <= 0 || height <= 0)
    return 1;
  box = focus (preview);
  return MIN (MIN (width / box.width, height / box.height), 2);
}

double
preview_scale (const Preview *preview)
{
  return preview->scale > 0 ? preview->scale : fit_scale (preview);
}

/* Pixels of the screen for one of GTK's, which are larger where everything is. */
static int
factor_of (const Preview *preview)
{
  return gtk_widget_get_scale_factor (preview->area);
}

double
preview_get_scale (const Preview *preview)
{
  return preview_scale (preview) * factor_of (preview);
}

/* To a corner of the screen's pixels: else a picture at 1:1 would be blurred. */
static double
whole (const Preview *preview, double place)
{
  return round (place * factor_of (preview)) / factor_of (preview);
}

void
preview_corner (const Preview *preview, double *x, double *y)
{
  const double scale = preview_scale (preview);
  TesseraBox box;

  *x = whole (preview, preview->x);
  *y = whole (preview, preview->y);
  if (preview->scale > 0)
    return;
  box = focus (preview);
  *x = whole (preview, gtk_widget_get_allocated_width (preview->area) / 2.0
                           - scale * (box.x + box.width / 2.0));
  *y = whole (preview, gtk_widget_get_allocated_height (preview->area) / 2.0
                           - scale * (box.y + box.height / 2.0));
}

void
preview_edges (const Preview *preview, double edges[4])
{
  const UiScene *scene = preview->scene;
  const double scale = preview_scale (preview);
  double x, y;

  preview_corner (preview, &x, &y);
  edges[0] = x - scale * scene->part.x;
  edges[1] = y - scale * scene->part.y;
  edges[2] = edges[0] + scale * scene->canvas_width;
  edges[3] = edges[1] + scale * scene->canvas_height;
}

/* ---- drawing ------------------------------------------------------------------------------- */

/* How much a picture can be reduced without a loss that is seen; scale: device pixels for one of its
 * own. Large pictures are costly to draw, and each change of them is drawn. */
static int
reduction (double scale)
{
  return MAX ((int) (1 / scale), 1);
}

static void
make_surfaces (Preview *preview)
{
  const UiScene *scene = preview->scene;
  const int width = scene->part.width, height = scene->part.height;
  const double scale = preview_get_scale (preview);
  const int by = reduction (scale);
  const int variation_by =
      preview->rgba ? reduction (scale * preview->box.width / preview->rgba_cols) : 1;

  if (preview->picture && preview->picture_by != by)
    g_clear_pointer (&preview->picture, cairo_surface_destroy);
  if (!preview->picture)
    {
      preview->picture = preview->colors
                             ? surface_from_labels (scene->labels, scene->pixels, preview->colors,
                                                    preview->n_colors, width, height, by)
                             : surface_from_rgb (scene->pixels, width, height, by);
      if (scene->query.mode == UI_MODE_EXTEND && !preview->colors)
        surface_hide (preview->picture, scene->hole, width, height, by);
      preview->picture_by = by;
    }
  if (preview->variation && preview->variation_by != variation_by)
    g_clear_pointer (&preview->variation, cairo_surface_destroy);
  if (!preview->variation && preview->rgba)
    preview->variation = surface_from_rgba (preview->rgba, preview->rgba_cols, preview->rgba_rows,
                                            preview->variation_by = variation_by);
}

/* size: of a pixel of the surface, in GTK's. */
static void
draw_surface (cairo_t *cr, cairo_surface_t *surface, double x, double y, double width,
              double height, double size, int factor)
{
  const double pixels = size * factor;

  cairo_save (cr);
  cairo_rectangle (cr, x, y, width, height); /* a reduced last column would reach beyond */
  cairo_clip (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, size, size);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), pixels >= 2  ? CAIRO_FILTER_NEAREST
                                                   : pixels < 1 ? CAIRO_FILTER_GOOD
                                                                : CAIRO_FILTER_BILINEAR);
  cairo_paint (cr);
  cairo_restore (cr);
}

/* Black and white dashes, so that they are seen on any picture. */
static void
draw_lines (cairo_t *cr, const GArray *lines, double x, double y, double scale, double dash)
{
  const double dashes[] = { dash, dash };

  cairo_save (cr);
  cairo_set_line_width (cr, 1);
  for (int i = 0; i < 2; i++)
    {
      cairo_set_dash (cr, dashes, 2, i * dash);
      cairo_set_source_rgba (cr, i, i, i, dash > 3 ? 0.9 : 0.8);
      outline_path (lines, cr, x, y, scale);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

/* The cells that are chosen anew, and the part that is looked at: faint, for they explain and are
 * nothing to be acted on. */
static void
draw_cells (const Preview *preview, cairo_t *cr, double x, double y, double scale)
{
  const TesseraBox part = preview->scene->part;

  if (!preview->cells)
    return;
  cairo_save (cr);
  cairo_set_line_width (cr, 1);
  for (int i = 0; i < 2; i++)
    {
      cairo_set_source_rgba (cr, i ? 0.45 : 0, i ? 0.75 : 0, i, i ? 0.8 : 0.35);
      outline_path (preview->cells, cr, x + 1 - i, y + 1 - i, scale);
      cairo_rectangle (cr, x + 1.5 - i, y + 1.5 - i, scale * part.width - 2,
                       scale * part.height - 2);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

static void
draw_stroke (const Preview *preview, cairo_t *cr, double x, double y, double scale)
{
  const guint32 color = preview->color;
  const TesseraBox part = preview->scene->part;

  cairo_set_source_rgb (cr, (color >> 16) / 255.0, (color >> 8 & 255) / 255.0,
                        (color & 255) / 255.0);
  cairo_set_line_width (cr, preview->brush * scale);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < preview->stroke->len; i++)
    {
      const PreviewPoint *at = &g_array_index (preview->stroke, PreviewPoint, i);

      cairo_line_to (cr, x + scale * (at->x - part.x), y + scale * (at->y - part.y));
      if (i == 0) /* a single point is a dot */
        cairo_line_to (cr, x + scale * (at->x - part.x), y + scale * (at->y - part.y));
    }
  cairo_stroke (cr);
}

static void
draw_brush (const Preview *preview, cairo_t *cr, double x, double y, double scale)
{
  if (preview->brush <= 0)
    return;
  cairo_save (cr);
  draw_stroke (preview, cr, x, y, scale);
  for (int i = 0; i < 2 && preview->at_x >= 0; i++)
    {
      cairo_set_line_width (cr, i ? 1 : 3);
      cairo_set_source_rgba (cr, i, i, i, 0.9);
      cairo_arc (cr, preview->at_x, preview->at_y, MAX (preview->brush * scale / 2, 2), 0,
                 2 * G_PI);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

static void
draw_handles (const Preview *preview, cairo_t *cr)
{
  double edges[4];

  preview_edges (preview, edges);
  if (preview->dragging && preview->side != SIDE_NONE) /* where the edge would be */
    {
      edges[(int[]){ 0, 2, 1, 3 }[preview->side]] =
          preview->side < SIDE_TOP ? preview->at_x : preview->at_y;
      cairo_save (cr);
      cairo_set_source_rgb (cr, 0.45, 0.75, 1);
      cairo_set_line_width (cr, 1);
      cairo_rectangle (cr, edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1]);
      cairo_stroke (cr);
      cairo_restore (cr);
    }

  const double middle_x = (edges[0] + edges[2]) / 2, middle_y = (edges[1] + edges[3]) / 2;
  const double places[4][4] = { { edges[0], middle_y, 0, HANDLE },
                                { edges[2], middle_y, 0, HANDLE },
                                { middle_x, edges[1], HANDLE, 0 },
                                { middle_x, edges[3], HANDLE, 0 } };

  cairo_save (cr);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  for (int layer = 0; layer < 2; layer++)
    for (int i = 0; i < 4; i++)
      {
        cairo_set_line_width (cr, layer ? 4 : 7);
        cairo_set_source_rgb (cr, layer, layer, layer);
        cairo_move_to (cr, places[i][0] - places[i][2], places[i][1] - places[i][3]);
        cairo_line_to (cr, places[i][0] + places[i][2], places[i][1] + places[i][3]);
        cairo_stroke (cr);
      }
  cairo_restore (cr);
}

static void
draw_hint (const Preview *preview, cairo_t *cr)
{
  GtkStyleContext *style = gtk_widget_get_style_context (preview->area);
  const int width = gtk_widget_get_allocated_width (preview->area);
  const int height = gtk_widget_get_allocated_height (preview->area);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (preview->area, preview->hint);
  int text_height;

  pango_layout_set_width (layout, MAX (width - 80, 80) * PANGO_SCALE);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_get_pixel_size (layout, NULL, &text_height);
  gtk_render_layout (style, cr, 40, (height - text_height) / 2, layout);
}

gboolean
preview_draw (GtkWidget *area, cairo_t *cr, gpointer data)
{
  Preview *preview = data;
  const double scale = preview_scale (preview);
  double x, y;

  (void) area;
  cairo_set_source_rgba (cr, 0.5, 0.5, 0.5, 0.25); /* neutral beside any picture, in any theme */
  cairo_paint (cr);
  if (!preview->scene)
    {
      draw_hint (preview, cr);
      return FALSE;
    }
  preview_corner (preview, &x, &y);
  make_surfaces (preview);
  draw_surface (cr, preview->picture, x, y, scale * preview->scene->part.width,
                scale * preview->scene->part.height, scale * preview->picture_by,
                factor_of (preview));
  if (preview->variation && !preview->compare)
    draw_surface (cr, preview->variation, x + scale * (preview->box.x - preview->scene->part.x),
                  y + scale * (preview->box.y - preview->scene->part.y), scale * preview->box.width,
                  scale * preview->box.height,
                  scale * preview->variation_by * preview->box.width / preview->rgba_cols,
                  factor_of (preview));
  if (!preview->compare && !preview->variation)
    {
      draw_cells (preview, cr, x, y, scale);
      if (preview->softened)
        draw_lines (cr, preview->softened, x, y, scale, 2);
      draw_lines (cr, preview->selection, x, y, scale, 5);
    }
  if (preview->scene->query.mode == UI_MODE_EXTEND && !preview->scene->query.empty_area
      && preview->brush <= 0)
    draw_handles (preview, cr);
  draw_brush (preview, cr, x, y, scale);
  return FALSE;
}
