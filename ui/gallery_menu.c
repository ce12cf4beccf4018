/* gallery_menu: what can be done with one variation. */
#include "window_private.h"
#include "surface.h"
#include <glib/gi18n-lib.h>

void
window_discard (UiWindow *window, guint id)
{
  const Variation *variation = gallery_find (&window->gallery, id);

  if (!variation || variation->state == VARIATION_GROWING)
    return;
  gallery_discard (&window->gallery, id);
  window_show_current (window);
  window_update (window);
}

void
window_star (UiWindow *window, guint id)
{
  Variation *variation = gallery_find (&window->gallery, id);

  if (variation)
    variation->starred = !variation->starred;
  window_update (window);
}

void
window_use_settings (UiWindow *window, guint id)
{
  const Variation *variation = gallery_find (&window->gallery, id);
  g_autoptr (GError) error = NULL;

  if (!variation || !variation->recipe)
    return;
  if (!ui_settings_from_recipe (&window->settings, variation->recipe, &error))
    bar_show_error (window->bar, error->message);
  controls_write (window);
  window_update (window);
}

void
window_copy_recipe (UiWindow *window, guint id)
{
  const Variation *variation = gallery_find (&window->gallery, id);

  if (variation && variation->recipe)
    gtk_clipboard_set_text (gtk_widget_get_clipboard (window->top, GDK_SELECTION_CLIPBOARD),
                            variation->recipe, -1);
}

/* ---- a file -------------------------------------------------------------------------------- */

/* What was read of the picture, with the variation in it, and its recipe. */
static gboolean
write_png (const Variation *variation, const char *path, GError **error)
{
  const UiScene *scene = variation->scene;
  const TesseraBox part = scene->part, box = variation->box;
  g_autoptr (GdkPixbuf) picture = NULL;
  cairo_surface_t *below = surface_from_rgb (scene->pixels, part.width, part.height, 1);
  cairo_surface_t *above = surface_from_rgba (variation->rgba, box.width, box.height, 1);
  cairo_t *cr = cairo_create (below);

  cairo_set_source_surface (cr, above, box.x - part.x, box.y - part.y);
  cairo_paint (cr);
  cairo_destroy (cr);
  picture = gdk_pixbuf_get_from_surface (below, 0, 0, part.width, part.height);
  cairo_surface_destroy (above);
  cairo_surface_destroy (below);
  return gdk_pixbuf_save (picture, path, "png", error, "tEXt::tessera-recipe", variation->recipe,
                          NULL);
}

void
window_save_picture (UiWindow *window, guint id)
{
  const Variation *variation = gallery_find (&window->gallery, id);
  GtkFileChooserNative *chooser;

  if (!variation || variation->state != VARIATION_DONE || !variation->scene)
    return;
  chooser = gtk_file_chooser_native_new (_ ("Save as PNG"), GTK_WINDOW (window->top),
                                         GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), "tessera.png");
  if (gtk_native_dialog_run (GTK_NATIVE_DIALOG (chooser)) == GTK_RESPONSE_ACCEPT)
    {
      g_autofree char *path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (chooser));
      g_autoptr (GError) error = NULL;

      if (!write_png (variation, path, &error))
        bar_show_error (window->bar, error->message);
    }
  g_object_unref (chooser);
}

/* The picture is gone, what was made of it shall not be. */
void
window_save_best (UiWindow *window)
{
  g_autoptr (GPtrArray) list = gallery_to_apply (&window->gallery);

  if (list->len > 0)
    window_save_picture (window, ((Variation *) list->pdata[0])->id);
}

/* ---- the menu ------------------------------------------------------------------------------ */

static guint
item_id (GtkWidget *item)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (item), "id"));
}

static void
activate (GtkWidget *item, gpointer data)
{
  void (*act) (UiWindow * window, guint id) = g_object_get_data (G_OBJECT (item), "act");

  act (data, item_id (item));
}

void
window_menu (UiWindow *window, guint id, GdkEvent *event)
{
  const Variation *variation = gallery_find (&window->gallery, id);
  const gboolean done = variation && variation->state == VARIATION_DONE && !window->batch;
  const gboolean starred = variation && variation->starred;
  const gboolean made = done && variation->scene; /* by this window */
  const struct {
    const char *text;
    void (*act) (UiWindow *window, guint id);
    gboolean possible;
  } items[] = {
    { _ ("More _Like This"), window_more_like, made },
    { _ ("Make the Selected _Part Anew"), window_resample, done },
    { _ ("_Apply"), window_apply, made },
    { starred ? _ ("Remove _Star") : _ ("_Star"), window_star, variation != NULL },
    { _ ("Use These Se_ttings"), window_use_settings, variation && variation->recipe },
    { _ ("Copy _Recipe"), window_copy_recipe, variation && variation->recipe },
    { _ ("Sa_ve as PNG…"), window_save_picture, made },
    { _ ("_Discard"), window_discard, variation && variation->state != VARIATION_GROWING },
  };
  GtkWidget *menu = gtk_menu_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (items); i++)
    {
      GtkWidget *item = gtk_menu_item_new_with_mnemonic (items[i].text);

      gtk_widget_set_sensitive (item, items[i].possible);
      g_object_set_data (G_OBJECT (item), "id", GUINT_TO_POINTER (id));
      g_object_set_data (G_OBJECT (item), "act", (gpointer) items[i].act);
      g_signal_connect (item, "activate", G_CALLBACK (activate), window);
      gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
    }
  gtk_menu_attach_to_widget (GTK_MENU (menu), strip_widget (window->strip), NULL);
  g_signal_connect (menu, "selection-done", G_CALLBACK (gtk_widget_destroy), NULL);
  gtk_widget_show_all (menu);
  if (event)
    gtk_menu_popup_at_pointer (GTK_MENU (menu), event);
  else
    gtk_menu_popup_at_widget (GTK_MENU (menu), strip_widget (window->strip), GDK_GRAVITY_NORTH_WEST,
                              GDK_GRAVITY_SOUTH_WEST, NULL);
}
