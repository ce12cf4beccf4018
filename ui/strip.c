#include "strip.h"
#include "format.h"
#include "surface.h"
#include <glib/gi18n-lib.h>

enum { THUMBNAIL = 96 }; /* px, height */

struct Strip {
  const Gallery *gallery;
  StripEvents events;
  gpointer data;
  GtkWidget *scroller, *flow;
  GtkCssProvider *ring;
  gboolean updating;
  guint redraw, next; /* source, 0 = none; whose turn it is */
};

/* One thumbnail: a child of the flow box; its widgets. */
typedef struct {
  guint id, version;
  int factor; /* pixels of the screen for one of GTK's */
  VariationState state;
  cairo_surface_t *surface;
  GtkWidget *area, *tick, *note;
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_clear_pointer (&item->surface, cairo_surface_destroy);
  g_free (item);
}

static Item *
item_of (GtkWidget *child)
{
  return g_object_get_data (G_OBJECT (child), "item");
}

static void
draw_hatching (cairo_t *cr, int width, int height)
{
  cairo_set_line_width (cr, 2);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.5);
  for (int x = -height; x < width; x += 12)
    {
      cairo_move_to (cr, x, height);
      cairo_line_to (cr, x + height, 0);
    }
  cairo_stroke (cr);
}

static gboolean
draw (GtkWidget *area, cairo_t *cr, gpointer data)
{
  const Item *item = data;
  const int width = gtk_widget_get_allocated_width (area);
  const int height = gtk_widget_get_allocated_height (area);

  if (!item->surface)
    return FALSE;
  cairo_set_source_surface (cr, item->surface, 0, 0);
  cairo_paint (cr);
  if (item->state == VARIATION_CUT)
    draw_hatching (cr, width, height);
  return FALSE;
}

/* ---- events -------------------------------------------------------------------------------- */

static void
toggled (GtkToggleButton *tick, gpointer data)
{
  Strip *strip = data;
  const Item *item = g_object_get_data (G_OBJECT (tick), "item");

  if (!strip->updating)
    strip->events.ticked (item->id, gtk_toggle_button_get_active (tick), strip->data);
}

static void
selected (GtkFlowBox *flow, gpointer data)
{
  Strip *strip = data;
  GList *children = gtk_flow_box_get_selected_children (flow);

  if (children && !strip->updating)
    strip->events.shown (item_of (children->data)->id, strip->data);
  g_list_free (children);
}

static void
activated (GtkFlowBox *flow G_GNUC_UNUSED, GtkFlowBoxChild *child, gpointer data)
{
  Strip *strip = data;

  strip->events.activated (item_of (GTK_WIDGET (child))->id, strip->data);
}

static gboolean
pressed (GtkWidget *flow, GdkEventButton *event, gpointer data)
{
  Strip *strip = data;
  GtkFlowBoxChild *child;

  if (event->button != GDK_BUTTON_SECONDARY)
    return FALSE;
  child = gtk_flow_box_get_child_at_pos (GTK_FLOW_BOX (flow), (int) event->x, (int) event->y);
  if (child)
    strip->events.menu (item_of (GTK_WIDGET (child))->id, (GdkEvent *) event, strip->data);
  return child != NULL;
}

/* ---- children ------------------------------------------------------------------------------ */

static GtkWidget *
new_child (Strip *strip, const Variation *variation)
{
  GtkWidget *child = gtk_flow_box_child_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  Item *item = g_new0 (Item, 1);
  g_autofree char *number = g_strdup_printf ("%d", variation->number);

  item->id = variation->id;
  item->area = gtk_drawing_area_new ();
  item->tick = gtk_check_button_new_with_label (number);
  item->note = gtk_label_new (NULL);
  gtk_widget_set_halign (item->area, GTK_ALIGN_CENTER);
  gtk_widget_set_can_focus (item->tick, FALSE); /* Space ticks the focused variation */
  gtk_widget_set_tooltip_text (item->tick, _ ("Put this one into the picture with Apply"));
  gtk_widget_set_opacity (item->note, FORMAT_ASIDE);
  gtk_label_set_ellipsize (GTK_LABEL (item->note), PANGO_ELLIPSIZE_END);
  gtk_container_add (GTK_CONTAINER (box), item->area);
  gtk_box_pack_start (GTK_BOX (line), item->tick, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (line), item->note, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (box), line);
  gtk_container_add (GTK_CONTAINER (child), box);
  gtk_widget_set_valign (child, GTK_ALIGN_START);
  gtk_style_context_add_provider (gtk_widget_get_style_context (child),
                                  GTK_STYLE_PROVIDER (strip->ring),
                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_object_set_data_full (G_OBJECT (child), "item", item, item_free);
  g_object_set_data (G_OBJECT (item->tick), "item", item);
  g_signal_connect (item->area, "draw", G_CALLBACK (draw), item);
  g_signal_connect (item->tick, "toggled", G_CALLBACK (toggled), strip);
  gtk_widget_show_all (child);
  return child;
}

static void
draw_anew (Item *item, const Variation *variation)
{
  const UiScene *scene = variation->scene;

  item->factor = gtk_widget_get_scale_factor (item->area);
  g_clear_pointer (&item->surface, cairo_surface_destroy);
  item->surface =
      surface_thumbnail (scene ? scene->pixels : NULL, scene ? scene->part : variation->box,
                         variation->rgba, variation->box, THUMBNAIL * item->factor);
  cairo_surface_set_device_scale (item->surface, item->factor, item->factor);
  item->version = variation->version;
  item->state = variation->state;
  gtk_widget_set_size_request (
      item->area, cairo_image_surface_get_width (item->surface) / item->factor, THUMBNAIL);
  gtk_widget_queue_draw (item->area);
}

/* "best" for the first of its batch, where the batch is done. */
static gboolean
is_best (const Gallery *gallery, const Variation *variation)
{
  for (guint i = 0; i < gallery_size (gallery); i++)
    if (gallery_at (gallery, i)->batch == variation->batch)
      return gallery_at (gallery, i) == variation && variation->state == VARIATION_DONE
             && variation->batch > 0;
  return FALSE;
}

static char *
note_of (const Gallery *gallery, const Variation *variation)
{
  g_autoptr (GString) note = g_string_new (variation->starred ? "★" : "");

  if (variation->part)
    /* Translators: a part of variation number %d was made anew, all else is as there */
    g_string_append_printf (note, _ ("part of %d"), variation->parent);
  else if (variation->parent > 0)
    /* Translators: this variation was made to be like variation number %d */
    g_string_append_printf (note, _ ("like %d"), variation->parent);
  else if (variation->applied)
    g_string_append (note, _ ("in the picture"));
  else if (is_best (gallery, variation))
    g_string_append (note, _ ("best"));
  return g_string_free (g_steal_pointer (&note), FALSE);
}

/* What a screen reader says, and the tooltip. */
static void
describe (GtkWidget *child, const Gallery *gallery, const Variation *variation, const char *note)
{
  g_autofree char *name =
      g_strdup_printf (_ ("Variation %1$d of %2$d"), variation->number, gallery_size (gallery));
  g_autofree char *tip = NULL, *time = NULL, *seed = NULL;
  AtkObject *accessible = gtk_widget_get_accessible (child);
  g_autofree char *spoken =
      g_strdup_printf ("%s%s%s%s%s", name, *note ? ", " : "", note, variation->ticked ? ", " : "",
                       variation->ticked ? _ ("chosen") : "");

  atk_object_set_name (accessible, spoken);
  if (variation->state == VARIATION_DONE && variation->rim_ratio > 0)
    {
      time = g_strdup_printf (_ ("%.1f s"), variation->seconds);
      seed = g_strdup_printf ("%" G_GUINT64_FORMAT, variation->seed);
      /* Translators: %1$s is a number, %2$.2f says how well the edge fits (1 is best), %3$s is a time */
      tip =
          g_strdup_printf (_ ("Seed %1$s · edge %2$.2f · %3$s"), seed, variation->rim_ratio, time);
    }
  gtk_widget_set_tooltip_text (child, tip);
}

static void
update_child (Strip *strip, GtkWidget *child, const Variation *variation)
{
  Item *item = item_of (child);
  g_autofree char *note = note_of (strip->gallery, variation);

  gtk_label_set_text (GTK_LABEL (item->note), note);
  gtk_widget_set_sensitive (item->tick, variation->state == VARIATION_DONE);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (item->tick), variation->ticked);
  describe (child, strip->gallery, variation, note);
}

static GtkWidget *
find_child (const Strip *strip, guint id)
{
  GList *children = gtk_container_get_children (GTK_CONTAINER (strip->flow));
  GtkWidget *found = NULL;

  for (GList *child = children; child && !found; child = child->next)
    if (item_of (child->data)->id == id)
      found = child->data;
  g_list_free (children);
  return found;
}

static void
remove_gone (Strip *strip)
{
  GList *children = gtk_container_get_children (GTK_CONTAINER (strip->flow));

  for (GList *child = children; child; child = child->next)
    if (!gallery_find (strip->gallery, item_of (child->data)->id))
      gtk_widget_destroy (child->data);
  g_list_free (children);
}

static gboolean
is_stale (const Item *item, const Variation *variation)
{
  return !item->surface || item->version != variation->version || item->state != variation->state
         || item->factor != gtk_widget_get_scale_factor (item->area);
}

/* One thumbnail, each in its turn: those of a batch grow together. */
static gboolean
redraw_one (gpointer data)
{
  Strip *strip = data;
  const guint n = gallery_size (strip->gallery);

  for (guint k = 0; k < n; k++)
    {
      const Variation *variation = gallery_at (strip->gallery, (strip->next + k) % n);
      GtkWidget *child = find_child (strip, variation->id);

      if (!child || !is_stale (item_of (child), variation))
        continue;
      draw_anew (item_of (child), variation);
      strip->next = (strip->next + k + 1) % n;
      return G_SOURCE_CONTINUE;
    }
  strip->redraw = 0;
  return G_SOURCE_REMOVE;
}

void
strip_redraw (Strip *strip)
{
  if (!strip->redraw)
    strip->redraw = g_idle_add (redraw_one, strip);
}

void
strip_update (Strip *strip)
{
  const Variation *current = gallery_current (strip->gallery);

  strip->updating = TRUE;
  remove_gone (strip);
  for (guint i = 0; i < gallery_size (strip->gallery); i++)
    {
      const Variation *variation = gallery_at (strip->gallery, i);
      GtkWidget *child = find_child (strip, variation->id);
      const gboolean elsewhere =
          child && gtk_flow_box_child_get_index (GTK_FLOW_BOX_CHILD (child)) != (int) i;

      if (elsewhere)
        gtk_container_remove (GTK_CONTAINER (strip->flow), g_object_ref (child));
      if (!child)
        child = g_object_ref_sink (new_child (strip, variation));
      if (elsewhere || !gtk_widget_get_parent (child))
        {
          gtk_flow_box_insert (GTK_FLOW_BOX (strip->flow), child, (int) i);
          g_object_unref (child);
        }
      update_child (strip, child, variation);
    }
  if (current)
    gtk_flow_box_select_child (GTK_FLOW_BOX (strip->flow),
                               GTK_FLOW_BOX_CHILD (find_child (strip, current->id)));
  else
    gtk_flow_box_unselect_all (GTK_FLOW_BOX (strip->flow));
  gtk_widget_set_visible (strip->scroller, gallery_size (strip->gallery) > 0);
  strip->updating = FALSE;
  strip_redraw (strip);
}

/* The one that is shown has a ring around it: on the ground of a selection, what stands below the
 * thumbnail could hardly be read. */
static GtkCssProvider *
ring_new (void)
{
  GtkCssProvider *ring = gtk_css_provider_new ();

  gtk_css_provider_load_from_data (ring,
                                   "flowboxchild:selected { background: none; color: inherit;"
                                   " box-shadow: inset 0 0 0 2px currentColor; }",
                                   -1, NULL);
  return ring;
}

static void
strip_free (gpointer data)
{
  Strip *strip = data;

  g_object_unref (strip->ring);
  if (strip->redraw)
    g_source_remove (strip->redraw);
  g_free (strip);
}

Strip *
strip_new (const Gallery *gallery, const StripEvents *events, gpointer data)
{
  Strip *strip = g_new0 (Strip, 1);
  GtkWidget *flow = gtk_flow_box_new ();

  strip->gallery = gallery;
  strip->events = *events;
  strip->data = data;
  strip->ring = ring_new ();
  strip->flow = flow;
  strip->scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (strip->scroller), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (strip->scroller), FALSE);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_SINGLE);
  gtk_flow_box_set_activate_on_single_click (GTK_FLOW_BOX (flow), FALSE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), GALLERY_MAX + 1);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), GALLERY_MAX + 1);
  gtk_widget_set_halign (flow, GTK_ALIGN_START);
  gtk_widget_set_valign (flow, GTK_ALIGN_START);
  atk_object_set_name (gtk_widget_get_accessible (flow), _ ("Variations"));
  gtk_container_add (GTK_CONTAINER (strip->scroller), flow);
  gtk_widget_show (flow);
  gtk_widget_set_no_show_all (strip->scroller, TRUE);
  g_signal_connect (flow, "selected-children-changed", G_CALLBACK (selected), strip);
  g_signal_connect (flow, "child-activated", G_CALLBACK (activated), strip);
  g_signal_connect (flow, "button-press-event", G_CALLBACK (pressed), strip);
  g_object_set_data_full (G_OBJECT (strip->scroller), "strip", strip, strip_free);
  return strip;
}

GtkWidget *
strip_widget (Strip *strip)
{
  return strip->scroller;
}

void
strip_focus (Strip *strip)
{
  GtkWidget *child = find_child (strip, strip->gallery->current);

  if (child)
    gtk_widget_grab_focus (child);
}

gboolean
strip_has_focus (const Strip *strip)
{
  GtkWidget *top = gtk_widget_get_toplevel (strip->flow);
  GtkWidget *focus = GTK_IS_WINDOW (top) ? gtk_window_get_focus (GTK_WINDOW (top)) : NULL;

  return focus && gtk_widget_is_ancestor (focus, strip->flow);
}
