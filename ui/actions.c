#include "window_private.h"
#include <glib/gi18n-lib.h>

/* ---- the bar's buttons --------------------------------------------------------------------- */

static void
fix (UiWindow *window, UiFix what)
{
  g_autoptr (GError) error = NULL;

  if (!window->host->fix (window->host, what, window->model, &error))
    bar_show_error (window->bar, error->message);
  else
    window_look_soon (window);
}

static void
choose_model (UiWindow *window)
{
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new (_ ("Choose a model file"), GTK_WINDOW (window->top),
                                   GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), _ ("_Cancel"));

  if (gtk_native_dialog_run (GTK_NATIVE_DIALOG (chooser)) == GTK_RESPONSE_ACCEPT)
    {
      g_autofree char *path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (chooser));

      bar_hide (window->bar);
      ui_worker_open (window->worker, path);
    }
  g_object_unref (chooser);
}

static void
change_setting (UiWindow *window, BarAction action)
{
  UiSettings *settings = &window->settings;

  if (action == BAR_ALL_VISIBLE)
    settings->selected_layer = FALSE;
  else if (action == BAR_WITHOUT_LABELS)
    {
      settings->label_layer = UI_NO_LAYER;
      settings->without_labels = TRUE;
    }
  else
    settings->effort = TESSERA_EFFORT_DRAFT;
  controls_write (window);
  window_look_soon (window);
}

void
window_bar_chosen (BarAction action, gpointer data)
{
  UiWindow *window = data;

  bar_hide (window->bar);
  switch (action)
    {
    case BAR_SELECT_ALL:
      fix (window, UI_FIX_SELECT_ALL);
      break;
    case BAR_CONVERT_RGB:
      fix (window, UI_FIX_CONVERT_RGB);
      break;
    case BAR_ANCHOR:
      fix (window, UI_FIX_ANCHOR);
      break;
    case BAR_NEW_LABELS:
      gtk_button_clicked (GTK_BUTTON (window->controls.new_labels));
      break;
    case BAR_ALL_VISIBLE:
    case BAR_WITHOUT_LABELS:
    case BAR_DRAFT:
      change_setting (window, action);
      break;
    case BAR_CHOOSE_MODEL:
      choose_model (window);
      break;
    case BAR_NEW_SELECTION:
      window_look_soon (window);
      break;
    case BAR_RESAMPLE:
      window_resample (window, window->gallery.current);
      break;
    case BAR_LABELS:
      window_set_mode (window, UI_MODE_LABELS);
      break;
    case BAR_SAVE:
      window_save_best (window);
      break;
    case BAR_GROW_AGAIN:
      extend_page_grow (window);
      break;
    case BAR_DISCARD:
      gallery_discard_cut (&window->gallery);
      window_show_current (window);
      break;
    default:
      break;
    }
  window_update (window);
}

/* ---- help, closing ------------------------------------------------------------------------- */

void
window_help (UiWindow *window)
{
  g_autoptr (GError) error = NULL;

  if (window->host->help_uri
      && !gtk_show_uri_on_window (GTK_WINDOW (window->top), window->host->help_uri,
                                  GDK_CURRENT_TIME, &error))
    bar_show_error (window->bar, error->message);
}

enum { ANSWER_DISCARD = 1, ANSWER_APPLY };

/* TRUE keeps the window open. */
gboolean
window_ask_close (GtkWidget *top, GdkEvent *event, gpointer data)
{
  UiWindow *window = data;
  const int n = gallery_n_unapplied (&window->gallery);
  GtkWidget *dialog;
  int answer;

  (void) event;
  if (n == 0 || !window->state.alive)
    return FALSE;
  dialog = gtk_message_dialog_new (GTK_WINDOW (top), GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
                                   GTK_BUTTONS_NONE, "%s", _ ("Close without applying?"));
  gtk_message_dialog_format_secondary_text (
      GTK_MESSAGE_DIALOG (dialog),
      g_dngettext (GETTEXT_PACKAGE, "%d result has not been applied.",
                   "%d results have not been applied.", (gulong) n),
      n);
  gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Discard"), ANSWER_DISCARD);
  gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Cancel"), GTK_RESPONSE_CANCEL);
  gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Apply Best"), ANSWER_APPLY);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), ANSWER_APPLY);
  answer = gtk_dialog_run (GTK_DIALOG (dialog));
  gtk_widget_destroy (dialog);
  if (answer == ANSWER_APPLY)
    window_apply (window, 0);
  return answer != ANSWER_DISCARD && answer != ANSWER_APPLY;
}

/* ---- keys ---------------------------------------------------------------------------------- */

static gboolean
typing (const UiWindow *window)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window->top));

  return focus && (GTK_IS_ENTRY (focus) || GTK_IS_COMBO_BOX (focus));
}

static gboolean
control_key (UiWindow *window, guint key)
{
  if (key >= GDK_KEY_1 && key <= GDK_KEY_3)
    window_set_mode (window, (UiMode) (key - GDK_KEY_1));
  else if (key == GDK_KEY_Tab)
    window_set_mode (window, (UiMode) ((window->mode + 1) % UI_N_MODES));
  else if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter)
    window_generate (window);
  else if (key == GDK_KEY_r)
    gtk_button_clicked (GTK_BUTTON (window->controls.new_seed));
  else if (key == GDK_KEY_n && window->mode == UI_MODE_LABELS)
    gtk_button_clicked (GTK_BUTTON (window->controls.new_labels));
  else if (key == GDK_KEY_f && window->mode == UI_MODE_LABELS)
    gtk_widget_grab_focus (window->controls.search);
  else if (key == GDK_KEY_question)
    window_shortcuts (window);
  else if (key == GDK_KEY_c && strip_has_focus (window->strip))
    window_copy_recipe (window, window->gallery.current);
  else
    return FALSE;
  return TRUE;
}

/* The parts of the window, one after the other: where one is now, and to the next that can be there. */
static void
next_part (UiWindow *window, int direction)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window->top));
  GtkWidget *const parts[] = { window->modes[window->mode], preview_widget (window->preview),
                               strip_widget (window->strip), window->controls.variations,
                               window->generate };
  const int n = G_N_ELEMENTS (parts);
  int now = n - 1;

  for (int i = 0; i < n; i++)
    if (focus && (focus == parts[i] || gtk_widget_is_ancestor (focus, parts[i])))
      now = i;
  for (int i = 1; i <= n; i++)
    {
      GtkWidget *part = parts[(now + direction * i + n * n) % n];

      if (!gtk_widget_get_mapped (part) || !gtk_widget_is_sensitive (part))
        continue;
      if (part == strip_widget (window->strip))
        strip_focus (window->strip);
      else
        gtk_widget_grab_focus (part);
      return;
    }
}

static void
step (UiWindow *window, int by)
{
  if (!gallery_step (&window->gallery, by))
    return;
  window_show_current (window);
  window_update (window);
  strip_focus (window->strip);
}

/* To the variation with that number: the one that is written below it. */
static void
go_to (UiWindow *window, int number)
{
  const Variation *found = NULL;

  for (guint i = 0; i < gallery_size (&window->gallery) && !found; i++)
    if (gallery_at (&window->gallery, i)->number == number)
      found = gallery_at (&window->gallery, i);
  if (!found)
    return;
  gallery_show (&window->gallery, found->id);
  window->gallery.chosen = TRUE;
  window_show_current (window);
  window_update (window);
  strip_focus (window->strip);
}

static gboolean
gallery_key (UiWindow *window, guint key)
{
  Variation *current = gallery_current (&window->gallery);

  if (key >= GDK_KEY_1 && key <= GDK_KEY_9)
    go_to (window, (int) (key - GDK_KEY_0));
  else if (key == GDK_KEY_Left || key == GDK_KEY_Right)
    step (window,
          (key == GDK_KEY_Right) == (gtk_widget_get_direction (window->top) == GTK_TEXT_DIR_LTR)
              ? 1
              : -1);
  else if (key == GDK_KEY_Home || key == GDK_KEY_End)
    step (window, key == GDK_KEY_Home ? -GALLERY_MAX : GALLERY_MAX);
  else if (!current)
    return FALSE;
  else if (key == GDK_KEY_space && current->state == VARIATION_DONE)
    current->ticked = !current->ticked;
  else if (key == GDK_KEY_m)
    window_more_like (window, current->id);
  else if (key == GDK_KEY_p)
    window_resample (window, current->id);
  else if (key == GDK_KEY_asterisk)
    window_star (window, current->id);
  else if (key == GDK_KEY_s)
    window_save_picture (window, current->id);
  else if (key == GDK_KEY_Delete)
    {
      window_discard (window, current->id);
      strip_focus (window->strip);
    }
  else if (key == GDK_KEY_Menu)
    window_menu (window, current->id, NULL);
  else
    return FALSE;
  window_update (window);
  return TRUE;
}

static gboolean
preview_key (UiWindow *window, guint key)
{
  const double pan = 40;

  if (key == GDK_KEY_plus || key == GDK_KEY_KP_Add || key == GDK_KEY_equal)
    preview_zoom (window->preview, 1.5);
  else if (key == GDK_KEY_minus || key == GDK_KEY_KP_Subtract)
    preview_zoom (window->preview, 1 / 1.5);
  else if (key == GDK_KEY_space)
    preview_set_compare (window->preview, TRUE);
  else if (key == GDK_KEY_0)
    preview_set_scale (window->preview, 0);
  else if (key == GDK_KEY_1)
    preview_set_scale (window->preview, 1);
  else if (key == GDK_KEY_Left || key == GDK_KEY_Right)
    preview_pan (window->preview, key == GDK_KEY_Left ? pan : -pan, 0);
  else if (key == GDK_KEY_Up || key == GDK_KEY_Down)
    preview_pan (window->preview, 0, key == GDK_KEY_Up ? pan : -pan);
  else
    return FALSE;
  return TRUE;
}

gboolean
window_key (GtkWidget *top, GdkEventKey *event, gpointer data)
{
  UiWindow *window = data;
  const guint state = event->state & gtk_accelerator_get_default_mod_mask ();
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (top));

  if (event->keyval == GDK_KEY_F1)
    window_help (window);
  else if (event->keyval == GDK_KEY_F6)
    next_part (window, state & GDK_SHIFT_MASK ? -1 : 1);
  else if (event->keyval == GDK_KEY_Escape && window->batch)
    window_stop (window);
  else if (event->keyval == GDK_KEY_Escape)
    gtk_window_close (GTK_WINDOW (top));
  else if ((state & ~GDK_SHIFT_MASK) == GDK_CONTROL_MASK)
    return control_key (window, event->keyval);
  else if ((state & ~GDK_SHIFT_MASK) != 0 || typing (window))
    return FALSE;
  else if (event->keyval == GDK_KEY_c)
    preview_set_compare (window->preview, TRUE);
  else if (strip_has_focus (window->strip))
    return gallery_key (window, event->keyval);
  else if (focus == preview_widget (window->preview))
    return preview_key (window, event->keyval);
  else
    return FALSE;
  return TRUE;
}

gboolean
window_key_released (GtkWidget *top, GdkEventKey *event, gpointer data)
{
  UiWindow *window = data;

  (void) top;
  if (event->keyval == GDK_KEY_c || event->keyval == GDK_KEY_space)
    preview_set_compare (window->preview, FALSE);
  return FALSE;
}
