#include "preview.h"
#include "outline.h"
#include "surface.h"
#include <glib/gi18n-lib.h>
#include <math.h>

enum { HANDLE = 10, EDGE = 12 }; /* px: half a handle's length, where a drag begins */

struct Preview {
  GtkWidget *area;
  PreviewEvents events;
  gpointer data;
  UiScene *scene;
  cairo_surface_t *picture, *variation;
  TesseraBox box;               /* of the variation */
  GArray *selection, *softened; /* OutlineLine */
  gboolean compare;
  char *hint;
  double scale;    /* 0 = fit */
  gboolean all;    /* fit all of it, not the surroundings of the hole */
  TesseraBox hole; /* bounding box of the hole, in the part */
  double x, y;     /* of the part's corner in the area; where scale is not 0 */
  double drag_x, drag_y, begin_x, begin_y;
  gboolean dragging;
  PreviewSide side;
};

static void
clear_scene (Preview *preview)
{
  g_clear_pointer (&preview->scene, ui_scene_unref);
  g_clear_pointer (&preview->picture, cairo_surface_destroy);
  g_clear_pointer (&preview->selection, g_array_unref);
  g_clear_pointer (&preview->softened, g_array_unref);
}

static void
preview_free (gpointer data)
{
  Preview *preview = data;

  clear_scene (preview);
  g_clear_pointer (&preview->variation, cairo_surface_destroy);
  g_free (preview->hint);
  g_free (preview);
}

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

static double
scale_of (const Preview *preview)
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
  return scale_of (preview) * factor_of (preview);
}

/* To a corner of the screen's pixels: else a picture at 1:1 would be blurred. */
static double
whole (const Preview *preview, double place)
{
  return round (place * factor_of (preview)) / factor_of (preview);
}

/* Corner of the part in the area. */
static void
corner (const Preview *preview, double *x, double *y)
{
  const double scale = scale_of (preview);
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

/* The canvas in the area, as far as the part shows it: x1, y1, x2, y2. */
static void
canvas_edges (const Preview *preview, double edges[4])
{
  const UiScene *scene = preview->scene;
  const double scale = scale_of (preview);
  double x, y;

  corner (preview, &x, &y);
  edges[0] = x - scale * scene->part.x;
  edges[1] = y - scale * scene->part.y;
  edges[2] = edges[0] + scale * scene->canvas_width;
  edges[3] = edges[1] + scale * scene->canvas_height;
}

/* ---- drawing ------------------------------------------------------------------------------- */

static void
draw_surface (cairo_t *cr, cairo_surface_t *surface, double x, double y, double scale, int factor)
{
  const double pixels = scale * factor;

  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, scale, scale);
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

static void
draw_handles (const Preview *preview, cairo_t *cr)
{
  double edges[4];

  canvas_edges (preview, edges);

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

static gboolean
draw (GtkWidget *area, cairo_t *cr, gpointer data)
{
  const Preview *preview = data;
  const double scale = scale_of (preview);
  double x, y;

  (void) area;
  cairo_set_source_rgba (cr, 0.5, 0.5, 0.5, 0.25); /* neutral beside any picture, in any theme */
  cairo_paint (cr);
  if (!preview->scene)
    {
      draw_hint (preview, cr);
      return FALSE;
    }
  corner (preview, &x, &y);
  draw_surface (cr, preview->picture, x, y, scale, factor_of (preview));
  if (preview->variation && !preview->compare)
    draw_surface (cr, preview->variation, x + scale * (preview->box.x - preview->scene->part.x),
                  y + scale * (preview->box.y - preview->scene->part.y), scale,
                  factor_of (preview));
  if (!preview->compare && !preview->variation)
    {
      if (preview->softened)
        draw_lines (cr, preview->softened, x, y, scale, 2);
      draw_lines (cr, preview->selection, x, y, scale, 5);
    }
  if (preview->scene->query.mode == UI_MODE_EXTEND && !preview->scene->query.empty_area)
    draw_handles (preview, cr);
  return FALSE;
}

/* ---- mouse --------------------------------------------------------------------------------- */

static PreviewSide
side_at (const Preview *preview, double x, double y)
{
  double edges[4];
  PreviewSide best = SIDE_NONE;

  if (!preview->scene || preview->scene->query.mode != UI_MODE_EXTEND
      || preview->scene->query.empty_area)
    return SIDE_NONE;
  canvas_edges (preview, edges);

  const double away[4] = { fabs (x - edges[0]), fabs (x - edges[2]), fabs (y - edges[1]),
                           fabs (y - edges[3]) };

  for (int i = 0; i < 4; i++)
    if (away[i] <= EDGE && (best == SIDE_NONE || away[i] < away[best]))
      best = (PreviewSide) i;
  return best;
}

static int
dragged_by (const Preview *preview, double x, double y)
{
  const double scale = scale_of (preview);
  const double moved[4] = { preview->drag_x - x, x - preview->drag_x, preview->drag_y - y,
                            y - preview->drag_y };

  return (int) lrint (moved[preview->side] / scale);
}

static gboolean
pressed (GtkWidget *area, GdkEventButton *event, gpointer data)
{
  Preview *preview = data;

  gtk_widget_grab_focus (area);
  if (!preview->scene || event->button > 2 || event->type != GDK_BUTTON_PRESS)
    return FALSE;
  preview->dragging = TRUE;
  preview->side = event->button == 1 ? side_at (preview, event->x, event->y) : SIDE_NONE;
  preview->drag_x = event->x;
  preview->drag_y = event->y;
  corner (preview, &preview->begin_x, &preview->begin_y);
  return TRUE;
}

static void
show_cursor (Preview *preview, PreviewSide side)
{
  static const char *const names[] = { "ew-resize", "ew-resize", "ns-resize", "ns-resize", "grab" };
  GdkWindow *window = gtk_widget_get_window (preview->area);
  g_autoptr (GdkCursor) cursor =
      gdk_cursor_new_from_name (gdk_window_get_display (window), names[side]);

  gdk_window_set_cursor (window, preview->scene ? cursor : NULL);
}

static gboolean
moved (GtkWidget *area, GdkEventMotion *event, gpointer data)
{
  Preview *preview = data;

  if (!preview->dragging)
    {
      show_cursor (preview, side_at (preview, event->x, event->y));
      return FALSE;
    }
  if (preview->side != SIDE_NONE)
    preview->events.dragged (preview->side, dragged_by (preview, event->x, event->y), FALSE,
                             preview->data);
  else
    {
      preview->scale = scale_of (preview);
      preview->x = preview->begin_x + event->x - preview->drag_x;
      preview->y = preview->begin_y + event->y - preview->drag_y;
      gtk_widget_queue_draw (area);
    }
  return TRUE;
}

static gboolean
released (GtkWidget *area G_GNUC_UNUSED, GdkEventButton *event, gpointer data)
{
  Preview *preview = data;

  if (preview->dragging && preview->side != SIDE_NONE)
    preview->events.dragged (preview->side, dragged_by (preview, event->x, event->y), TRUE,
                             preview->data);
  preview->dragging = FALSE;
  return TRUE;
}

/* Zooms so that the point of the picture at (at_x, at_y) stays there. */
static void
zoom_at (Preview *preview, double factor, double at_x, double at_y)
{
  const double old = scale_of (preview), scale = CLAMP (old * factor, 0.02, 8);
  double x, y;

  if (!preview->scene)
    return;
  corner (preview, &x, &y);
  preview->scale = scale;
  preview->x = at_x - (at_x - x) * scale / old;
  preview->y = at_y - (at_y - y) * scale / old;
  gtk_widget_queue_draw (preview->area);
  preview->events.zoomed (preview->data);
}

static gboolean
scrolled (GtkWidget *area G_GNUC_UNUSED, GdkEventScroll *event, gpointer data)
{
  Preview *preview = data;
  double dx = 0, dy = 0;

  if (event->direction == GDK_SCROLL_UP)
    dy = -1;
  else if (event->direction == GDK_SCROLL_DOWN)
    dy = 1;
  else
    gdk_event_get_scroll_deltas ((GdkEvent *) event, &dx, &dy);
  if (dy != 0)
    zoom_at (preview, pow (1.2, -dy), event->x, event->y);
  return TRUE;
}

static void
resized (GtkWidget *area G_GNUC_UNUSED, GtkAllocation *size G_GNUC_UNUSED, gpointer data)
{
  Preview *preview = data;

  preview->events.zoomed (preview->data);
}

/* ---- from outside -------------------------------------------------------------------------- */

Preview *
preview_new (const PreviewEvents *events, gpointer data)
{
  Preview *preview = g_new0 (Preview, 1);
  GtkWidget *area = gtk_drawing_area_new ();
  AtkObject *accessible = gtk_widget_get_accessible (area);

  preview->area = area;
  preview->events = *events;
  preview->data = data;
  preview->hint = g_strdup ("");
  gtk_widget_set_can_focus (area, TRUE);
  gtk_widget_set_size_request (area, 240, 180);
  gtk_widget_set_hexpand (area, TRUE);
  gtk_widget_set_vexpand (area, TRUE);
  gtk_widget_add_events (area, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK
                                   | GDK_POINTER_MOTION_MASK | GDK_SCROLL_MASK
                                   | GDK_SMOOTH_SCROLL_MASK);
  atk_object_set_name (accessible, _ ("Preview"));
  atk_object_set_role (accessible, ATK_ROLE_IMAGE);
  g_signal_connect (area, "draw", G_CALLBACK (draw), preview);
  g_signal_connect (area, "button-press-event", G_CALLBACK (pressed), preview);
  g_signal_connect (area, "motion-notify-event", G_CALLBACK (moved), preview);
  g_signal_connect (area, "button-release-event", G_CALLBACK (released), preview);
  g_signal_connect (area, "size-allocate", G_CALLBACK (resized), preview);
  g_signal_connect (area, "scroll-event", G_CALLBACK (scrolled), preview);
  g_object_set_data_full (G_OBJECT (area), "preview", preview, preview_free);
  return preview;
}

GtkWidget *
preview_widget (Preview *preview)
{
  return preview->area;
}

static gboolean
same_view (const UiScene *a, const UiScene *b)
{
  return a && b && a->part.width == b->part.width && a->part.height == b->part.height
         && a->part.x == b->part.x && a->part.y == b->part.y;
}

void
preview_set_scene (Preview *preview, UiScene *scene)
{
  if (!same_view (preview->scene, scene))
    {
      preview->scale = 0;
      preview->all = FALSE;
    }
  if (scene)
    ui_scene_ref (scene);
  clear_scene (preview);
  preview->scene = scene;
  if (scene)
    {
      const int width = scene->part.width, height = scene->part.height;
      int box[4];

      preview->picture = surface_from_rgb (scene->pixels, width, height);
      if (scene->query.mode == UI_MODE_EXTEND || scene->query.empty_area)
        surface_show_empty (preview->picture, scene->hole);
      preview->selection = outline_new (scene->hole, width, height, 0.5f);
      outline_places (scene->hole, width, height, box);
      preview->hole = (TesseraBox){ box[0], box[1], box[2], box[3] };
      if (scene->query.soften >= 1)
        preview->softened = outline_grown (scene->hole, width, height, scene->query.soften);
    }
  preview->events.zoomed (preview->data);
  gtk_widget_queue_draw (preview->area);
}

void
preview_set_variation (Preview *preview, const float *rgba, TesseraBox box)
{
  g_clear_pointer (&preview->variation, cairo_surface_destroy);
  if (rgba)
    preview->variation = surface_from_rgba (rgba, box.width, box.height);
  preview->box = box;
  gtk_widget_queue_draw (preview->area);
}

void
preview_set_compare (Preview *preview, gboolean compare)
{
  preview->compare = compare;
  gtk_widget_queue_draw (preview->area);
}

void
preview_set_hint (Preview *preview, const char *text)
{
  g_free (preview->hint);
  preview->hint = g_strdup (text);
  gtk_widget_queue_draw (preview->area);
}

void
preview_set_scale (Preview *preview, double scale)
{
  if (scale > 0)
    zoom_at (preview, scale / preview_get_scale (preview),
             gtk_widget_get_allocated_width (preview->area) / 2.0,
             gtk_widget_get_allocated_height (preview->area) / 2.0);
  preview->scale = scale / factor_of (preview);
  preview->all = scale == 0;
  gtk_widget_queue_draw (preview->area);
  preview->events.zoomed (preview->data);
}

void
preview_zoom (Preview *preview, double factor)
{
  zoom_at (preview, factor, gtk_widget_get_allocated_width (preview->area) / 2.0,
           gtk_widget_get_allocated_height (preview->area) / 2.0);
}

void
preview_pan (Preview *preview, double dx, double dy)
{
  double x, y;

  if (!preview->scene)
    return;
  corner (preview, &x, &y);
  preview->scale = scale_of (preview);
  preview->x = x + dx;
  preview->y = y + dy;
  gtk_widget_queue_draw (preview->area);
}
