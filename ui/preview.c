#include "preview_private.h"
#include <glib/gi18n-lib.h>
#include <math.h>

static void
clear_scene (Preview *preview)
{
  g_clear_pointer (&preview->scene, ui_scene_unref);
  g_clear_pointer (&preview->picture, cairo_surface_destroy);
  g_clear_pointer (&preview->selection, g_array_unref);
  g_clear_pointer (&preview->softened, g_array_unref);
  g_clear_pointer (&preview->cells, g_array_unref);
}

static void
preview_free (gpointer data)
{
  Preview *preview = data;

  clear_scene (preview);
  g_clear_pointer (&preview->variation, cairo_surface_destroy);
  g_array_unref (preview->stroke);
  g_free (preview->colors);
  g_free (preview->hint);
  g_free (preview);
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
  preview_edges (preview, edges);

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
  const double scale = preview_scale (preview);
  const double moved[4] = { preview->drag_x - x, x - preview->drag_x, preview->drag_y - y,
                            y - preview->drag_y };

  return (int) lrint (moved[preview->side] / scale);
}

/* ---- painting ------------------------------------------------------------------------------ */

static void
add_point (Preview *preview, double x, double y)
{
  const TesseraBox part = preview->scene->part;
  const double scale = preview_scale (preview);
  PreviewPoint at;

  preview_corner (preview, &at.x, &at.y);
  at.x = part.x + (x - at.x) / scale;
  at.y = part.y + (y - at.y) / scale;
  g_array_append_val (preview->stroke, at);
  gtk_widget_queue_draw (preview->area);
}

static void
end_stroke (Preview *preview)
{
  g_autoptr (GArray) stroke = preview->stroke;

  preview->stroke = g_array_new (FALSE, FALSE, sizeof (PreviewPoint));
  preview->events.painted ((const PreviewPoint *) (void *) stroke->data, (int) stroke->len,
                           preview->data);
}

static gboolean
left (GtkWidget *area, GdkEventCrossing *event G_GNUC_UNUSED, gpointer data)
{
  ((Preview *) data)->at_x = -1;
  gtk_widget_queue_draw (area);
  return FALSE;
}

/* ---- buttons and motion -------------------------------------------------------------------- */

static gboolean
pressed (GtkWidget *area, GdkEventButton *event, gpointer data)
{
  Preview *preview = data;

  gtk_widget_grab_focus (area);
  if (!preview->scene || event->button > 2 || event->type != GDK_BUTTON_PRESS)
    return FALSE;
  if (preview->brush > 0 && event->button == 1)
    {
      add_point (preview, event->x, event->y);
      return TRUE;
    }
  preview->dragging = TRUE;
  preview->side = event->button == 1 ? side_at (preview, event->x, event->y) : SIDE_NONE;
  preview->drag_x = event->x;
  preview->drag_y = event->y;
  preview_corner (preview, &preview->begin_x, &preview->begin_y);
  return TRUE;
}

static void
show_cursor (Preview *preview, PreviewSide side)
{
  static const char *const names[] = { "ew-resize", "ew-resize", "ns-resize", "ns-resize", "grab" };
  GdkWindow *window = gtk_widget_get_window (preview->area);
  g_autoptr (GdkCursor) cursor = gdk_cursor_new_from_name (
      gdk_window_get_display (window), preview->brush > 0 ? "crosshair" : names[side]);

  gdk_window_set_cursor (window, preview->scene ? cursor : NULL);
}

static void
drag (Preview *preview, double x, double y)
{
  if (preview->side != SIDE_NONE)
    {
      preview->events.dragged (preview->side, dragged_by (preview, x, y), FALSE, preview->data);
      gtk_widget_queue_draw (preview->area);
      return;
    }
  preview->scale = preview_scale (preview);
  preview->x = preview->begin_x + x - preview->drag_x;
  preview->y = preview->begin_y + y - preview->drag_y;
  gtk_widget_queue_draw (preview->area);
  preview->events.zoomed (preview->data);
}

static gboolean
moved (GtkWidget *area, GdkEventMotion *event, gpointer data)
{
  Preview *preview = data;

  preview->at_x = event->x;
  preview->at_y = event->y;
  if (preview->brush > 0)
    gtk_widget_queue_draw (area);
  if (preview->stroke->len > 0)
    add_point (preview, event->x, event->y);
  else if (preview->dragging)
    drag (preview, event->x, event->y);
  else
    {
      show_cursor (preview, side_at (preview, event->x, event->y));
      return FALSE;
    }
  return TRUE;
}

static gboolean
released (GtkWidget *area G_GNUC_UNUSED, GdkEventButton *event, gpointer data)
{
  Preview *preview = data;

  if (preview->stroke->len > 0 && event->button == 1)
    end_stroke (preview);
  else if (preview->dragging && preview->side != SIDE_NONE)
    preview->events.dragged (preview->side, dragged_by (preview, event->x, event->y), TRUE,
                             preview->data);
  preview->dragging = FALSE;
  return TRUE;
}

/* Zooms so that the point of the picture at (at_x, at_y) stays there. */
static void
zoom_at (Preview *preview, double factor, double at_x, double at_y)
{
  const double old = preview_scale (preview), scale = CLAMP (old * factor, 0.02, 8);
  double x, y;

  if (!preview->scene)
    return;
  preview_corner (preview, &x, &y);
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
  preview->stroke = g_array_new (FALSE, FALSE, sizeof (PreviewPoint));
  preview->at_x = -1;
  gtk_widget_set_can_focus (area, TRUE);
  gtk_widget_set_size_request (area, 240, 180);
  gtk_widget_set_hexpand (area, TRUE);
  gtk_widget_set_vexpand (area, TRUE);
  gtk_widget_add_events (area, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK
                                   | GDK_POINTER_MOTION_MASK | GDK_LEAVE_NOTIFY_MASK
                                   | GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK);
  atk_object_set_name (accessible, _ ("Preview"));
  atk_object_set_role (accessible, ATK_ROLE_IMAGE);
  g_signal_connect (area, "draw", G_CALLBACK (preview_draw), preview);
  g_signal_connect (area, "button-press-event", G_CALLBACK (pressed), preview);
  g_signal_connect (area, "motion-notify-event", G_CALLBACK (moved), preview);
  g_signal_connect (area, "button-release-event", G_CALLBACK (released), preview);
  g_signal_connect (area, "leave-notify-event", G_CALLBACK (left), preview);
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

static void
find_cells (Preview *preview)
{
  const UiScene *scene = preview->scene;

  g_clear_pointer (&preview->cells, g_array_unref);
  if (scene && preview->cell > 0 && preview->hole.width > 0)
    preview->cells =
        outline_cells (scene->hole, scene->part.width, scene->part.height, preview->cell);
}

static void
take_scene (Preview *preview, UiScene *scene)
{
  const int width = scene->part.width, height = scene->part.height;
  int box[4];

  preview->scene = ui_scene_ref (scene);
  preview->selection = outline_new (scene->hole, width, height, 0.5f);
  outline_places (scene->hole, width, height, box);
  preview->hole = (TesseraBox){ box[0], box[1], box[2], box[3] };
  if (scene->query.soften >= 1)
    preview->softened = outline_grown (scene->hole, width, height, scene->query.soften);
  find_cells (preview);
}

void
preview_set_scene (Preview *preview, UiScene *scene)
{
  if (scene == preview->scene)
    return; /* a scene does not change: what is drawn of it is costly */
  if (!same_view (preview->scene, scene))
    {
      preview->scale = 0;
      preview->all = FALSE;
    }
  if (scene)
    ui_scene_ref (scene); /* the old one may be its last owner */
  clear_scene (preview);
  if (scene)
    take_scene (preview, scene);
  ui_scene_unref (scene);
  preview->events.zoomed (preview->data);
  gtk_widget_queue_draw (preview->area);
}

void
preview_set_cells (Preview *preview, int size)
{
  if (preview->cell == size)
    return;
  preview->cell = size;
  find_cells (preview);
  gtk_widget_queue_draw (preview->area);
}

void
preview_set_labels (Preview *preview, const guint32 *colors, int n)
{
  UiScene *scene = preview->scene ? ui_scene_ref (preview->scene) : NULL;

  g_free (preview->colors);
  preview->colors = g_memdup2 (colors, (gsize) n * sizeof *colors);
  preview->n_colors = n;
  clear_scene (preview);
  if (scene)
    take_scene (preview, scene);
  ui_scene_unref (scene);
}

void
preview_set_brush (Preview *preview, double width, guint32 color)
{
  preview->brush = width;
  preview->color = color;
  gtk_widget_queue_draw (preview->area);
}

void
preview_match (Preview *preview, const Preview *other)
{
  if (!preview->scene || !other->scene)
    return;
  preview->scale = other->scale;
  preview->all = other->all;
  preview->x = other->x;
  preview->y = other->y;
  gtk_widget_queue_draw (preview->area);
}

void
preview_set_variation (Preview *preview, const float *rgba, TesseraBox box)
{
  preview_set_draft (preview, rgba, box.width, box.height, box);
}

void
preview_set_draft (Preview *preview, const float *rgba, int width, int height, TesseraBox box)
{
  g_clear_pointer (&preview->variation, cairo_surface_destroy);
  preview->rgba = rgba;
  preview->rgba_cols = width;
  preview->rgba_rows = height;
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
  preview->scale = scale / gtk_widget_get_scale_factor (preview->area);
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
  preview_corner (preview, &x, &y);
  preview->scale = preview_scale (preview);
  preview->x = x + dx;
  preview->y = y + dy;
  gtk_widget_queue_draw (preview->area);
  preview->events.zoomed (preview->data);
}
