/* draft: while labels are painted, a quick picture of what they would become. It is shown, and is no
 * part of the gallery. */
#include "window_private.h"
#include "format.h"
#include <glib/gi18n-lib.h>

/* ms without a stroke; seconds that a draft may take: longer ones would lag behind the brush; the
 * longer side of a draft in pixels. */
enum { PAUSE = 900, ALLOWED = 6, SIDE = 320 };

/* A copy reduced by a whole number, so that the longer side is at most SIDE: what a draft is made of. */
static UiScene *
reduced (const UiScene *scene)
{
  const int longer = MAX (scene->part.width, scene->part.height), by = (longer + SIDE - 1) / SIDE;
  const int width = MAX (scene->part.width / by, 1), height = MAX (scene->part.height / by, 1);
  const gsize n = (gsize) width * height;
  UiScene *copy = ui_scene_new (&scene->query);

  copy->canvas_width = scene->canvas_width / by;
  copy->canvas_height = scene->canvas_height / by;
  copy->part = (TesseraBox){ scene->part.x / by, scene->part.y / by, width, height };
  copy->pixels = scene->pixels ? g_new (float, 3 * n) : NULL;
  copy->hole = g_new (float, n);
  copy->labels = g_new (guint8, n);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const gsize from = (gsize) (y * by + by / 2) * scene->part.width + x * by + by / 2;
        const gsize to = (gsize) y * width + x;

        copy->hole[to] = scene->hole[from];
        copy->labels[to] = scene->labels[from];
        for (int c = 0; c < 3 && copy->pixels; c++)
          copy->pixels[3 * to + c] = scene->pixels[3 * from + c];
      }
  return copy;
}

static void
forget (UiWindow *window)
{
  g_clear_pointer (&window->draft, ui_result_unref);
  g_clear_pointer (&window->draft_scene, ui_scene_unref);
}

void
draft_stop (UiWindow *window)
{
  if (window->draft_wait)
    g_source_remove (window->draft_wait);
  window->draft_wait = 0;
  if (window->draft_batch)
    ui_worker_stop (window->worker, window->draft_batch);
  window->draft_batch = 0;
}

void
draft_clear (UiWindow *window)
{
  draft_stop (window);
  forget (window);
}

static gboolean
begin (gpointer data)
{
  UiWindow *window = data;
  const double learnt = window->settings.draft_speed > 0 ? window->settings.draft_speed : 1;
  g_autoptr (UiScene) scene = NULL;
  TesseraRequest request;

  window->draft_wait = 0;
  if (!window->scene || window->batch)
    return G_SOURCE_REMOVE;
  scene = reduced (window->scene);
  window_request (window, scene, &request);
  request.n_variations = 1;
  request.effort = TESSERA_EFFORT_DRAFT;
  g_clear_pointer (&window->draft_scene, ui_scene_unref);
  window->draft_scene = ui_scene_ref (window->scene);
  window->draft_batch = window->gallery.next_batch++;
  ui_worker_draft (window->worker, window->draft_batch, scene, &request, ALLOWED / learnt);
  window_update (window);
  return G_SOURCE_REMOVE;
}

void
draft_soon (UiWindow *window)
{
  draft_clear (window);
  if (window->settings.live && window->mode != UI_MODE_SELECTION && window->scene
      && window->scene->labels && window->hole.width > 0 && !window->batch)
    window->draft_wait = g_timeout_add (PAUSE, begin, window);
}

/* What stands under the switch: that it is on its way, or too slow. */
static void
say (UiWindow *window, const char *text)
{
  gtk_label_set_text (GTK_LABEL (window->controls.live_text), text);
  gtk_widget_set_visible (window->controls.live_text, *text != '\0');
}

void
draft_finished (guint batch, TesseraResult *result, double estimated, double taken, gpointer data)
{
  UiWindow *window = data;
  const double learnt = window->settings.draft_speed > 0 ? window->settings.draft_speed : 1;
  UiResult *counted = result ? ui_result_new (result) : NULL;
  g_autofree char *time = format_time (estimated * learnt);
  g_autofree char *slow = NULL;

  if (batch != window->draft_batch)
    {
      ui_result_unref (counted);
      return;
    }
  window->draft_batch = 0;
  if (result)
    ui_settings_learn_draft (&window->settings, estimated, taken);
  if (estimated * learnt > ALLOWED)
    /* Translators: %s is a time, such as "20 s" */
    slow = g_strdup_printf (_ ("Off: a draft of this would take about %s."), time);
  say (window, slow ? slow : "");
  window->draft = counted;
  window_show_current (window);
  window_update (window);
}

gboolean
draft_is_there (const UiWindow *window)
{
  return window->draft && window->draft_scene == window->scene;
}

gboolean
draft_show (UiWindow *window)
{
  const UiScene *scene = window->scene;
  TesseraBox small, box;
  int by;

  if (!draft_is_there (window))
    return FALSE;
  small = box = tessera_result_box (window->draft->result);
  by = (MAX (scene->part.width, scene->part.height) + SIDE - 1) / SIDE;
  box = (TesseraBox){ scene->part.x + by * box.x, scene->part.y + by * box.y, by * box.width,
                      by * box.height };
  preview_set_draft (window->preview, tessera_result_pixels (window->draft->result, 0), small.width,
                     small.height, box);
  return TRUE;
}

/* ---- the widgets --------------------------------------------------------------------------- */

static void
toggled (GtkToggleButton *check, gpointer data)
{
  UiWindow *window = data;

  if (window->updating)
    return;
  window->settings.live = gtk_toggle_button_get_active (check);
  say (window, "");
  draft_soon (window);
  window_show_current (window);
  window_update (window);
}

GtkWidget *
draft_row_new (UiWindow *window)
{
  Controls *c = &window->controls;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  c->live = gtk_check_button_new_with_label (_ ("Live draft"));
  c->live_text = gtk_label_new (NULL);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (c->live), window->settings.live);
  gtk_widget_set_tooltip_text (c->live,
                               _ ("A moment after each stroke, a coarse picture shows what "
                                  "the labels would become"));
  gtk_label_set_xalign (GTK_LABEL (c->live_text), 0);
  gtk_label_set_line_wrap (GTK_LABEL (c->live_text), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (c->live_text), 30);
  gtk_widget_set_opacity (c->live_text, FORMAT_ASIDE);
  gtk_widget_set_no_show_all (c->live_text, TRUE);
  g_signal_connect (c->live, "toggled", G_CALLBACK (toggled), window);
  gtk_box_pack_start (GTK_BOX (box), c->live, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), c->live_text, FALSE, FALSE, 0);
  return box;
}
