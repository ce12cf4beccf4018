/* app_menu: the menu button of the window: recipes, what is shown, keys, details, about. */
#include "window_private.h"
#include <glib/gi18n-lib.h>

/* ---- keys ---------------------------------------------------------------------------------- */

typedef struct {
  const char *keys, *text; /* keys as GtkShortcutsShortcut reads them */
} Shortcut;

static const Shortcut always[] = {
  { "<ctrl>Return", N_ ("Generate, generate more") },
  { "Escape", N_ ("Stop, or close the window") },
  { "<ctrl>1...3 <ctrl>Tab", N_ ("The three modes") },
  { "<ctrl>r", N_ ("A new seed") },
  { "<ctrl>n", N_ ("New label layer") },
  { "<ctrl>f", N_ ("Search labels") },
  { "F6", N_ ("The next part of the window") },
  { "F1", N_ ("Help") },
  { "<ctrl>question", N_ ("This list") },
};

static const Shortcut gallery[] = {
  { "1...9 Left Right", N_ ("Go to a variation") },
  { "space", N_ ("Mark it for Apply") },
  { "Return", N_ ("Apply it") },
  { "m", N_ ("More like this") },
  { "p", N_ ("Make the selected part anew") },
  { "asterisk", N_ ("Star: keep it") },
  { "s", N_ ("Save as PNG") },
  { "<ctrl>c", N_ ("Copy the recipe") },
  { "Delete", N_ ("Discard it") },
};

static const Shortcut picture[] = {
  { "c", N_ ("Hold to see the original") },
  { "space", N_ ("The same, in the preview") },
  { "plus minus", N_ ("Zoom") },
  { "0", N_ ("Show all of it") },
  { "1", N_ ("One pixel for one") },
  { "Left Right Up Down", N_ ("Move") },
};

static GtkWidget *
shortcuts_group (const char *title, const Shortcut *shortcuts, gsize n)
{
  GtkWidget *group = g_object_new (GTK_TYPE_SHORTCUTS_GROUP, "title", title, NULL);

  for (gsize i = 0; i < n; i++)
    gtk_container_add (GTK_CONTAINER (group),
                       g_object_new (GTK_TYPE_SHORTCUTS_SHORTCUT, "visible", TRUE, "accelerator",
                                     shortcuts[i].keys, "title", _ (shortcuts[i].text), NULL));
  return group;
}

void
window_shortcuts (UiWindow *window)
{
  GtkWidget *top =
      g_object_new (GTK_TYPE_SHORTCUTS_WINDOW, "modal", TRUE, "transient-for", window->top, NULL);
  GtkWidget *section = g_object_new (GTK_TYPE_SHORTCUTS_SECTION, "section-name", "all",
                                     "max-height", 12, "visible", TRUE, NULL);

  gtk_container_add (GTK_CONTAINER (section),
                     shortcuts_group (_ ("Window"), always, G_N_ELEMENTS (always)));
  gtk_container_add (GTK_CONTAINER (section),
                     shortcuts_group (_ ("Gallery"), gallery, G_N_ELEMENTS (gallery)));
  gtk_container_add (GTK_CONTAINER (section),
                     shortcuts_group (_ ("Preview"), picture, G_N_ELEMENTS (picture)));
  gtk_container_add (GTK_CONTAINER (top), section);
  gtk_widget_show_all (top);
}

/* ---- details, about ------------------------------------------------------------------------ */

/* For a report of a fault: no paths, no names of pictures. English: it is for the authors. */
static char *
details (const UiWindow *window)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "Tessera %s, %s, %u cores, GTK %u.%u.%u\n", tessera_version (),
                          tessera_isa (), g_get_num_processors (), gtk_get_major_version (),
                          gtk_get_minor_version (), gtk_get_micro_version ());
  if (window->model)
    g_string_append_printf (
        text, "Model %s (%s), sha256 %s\n", tessera_model_info (window->model)->name,
        tessera_model_info (window->model)->kind, tessera_model_fingerprint (window->model));
  g_string_append_printf (text, "Picture %d x %d, mode %d, hole %d x %d in %d places\n",
                          window->state.width, window->state.height, window->mode,
                          window->hole.width, window->hole.height, window->n_places);
  if (window->estimated)
    g_string_append_printf (text, "Estimate %.2f s x %.2f, %" G_GSIZE_FORMAT " bytes\n",
                            window->estimate.seconds, window->settings.speed,
                            window->estimate.bytes);
  g_string_append_printf (text, "Last message: %s\n", bar_text (window->bar));
  return g_string_free (text, FALSE);
}

static void
copy_text (UiWindow *window, const char *text)
{
  gtk_clipboard_set_text (gtk_widget_get_clipboard (window->top, GDK_SELECTION_CLIPBOARD), text,
                          -1);
}

static char *
about_model (const UiWindow *window)
{
  const guint cores = g_get_num_processors ();
  const TesseraModelInfo *info;
  GString *text = g_string_new (NULL);
  g_autofree char *size = NULL;

  if (!window->model)
    return g_strdup (_ ("There is no model."));
  info = tessera_model_info (window->model);
  size = g_format_size (info->file_bytes);
  /* Translators: a model's name and its kind, such as "fill" */
  g_string_append_printf (text, _ ("Model: %1$s (%2$s)"), info->name, info->kind);
  /* Translators: %1$s is an amount of memory, %2$s a licence's name */
  g_string_append_printf (text, "\n");
  g_string_append_printf (text, _ ("Size: %1$s · Licence: %2$s"), size, info->licence);
  g_string_append_printf (text, "\n");
  g_string_append_printf (
      text, g_dngettext (GETTEXT_PACKAGE, "%d label", "%d labels", (gulong) info->n_labels),
      info->n_labels);
  g_string_append_printf (text, "\n");
  g_string_append_printf (text, _ ("Made from: %s"), info->source);
  g_string_append_printf (text, "\n");
  /* Translators: %1$u is a number of processor cores, %2$s the name of an instruction set */
  g_string_append_printf (text,
                          g_dngettext (GETTEXT_PACKAGE, "This computer: %1$u core, %2$s",
                                       "This computer: %1$u cores, %2$s", cores),
                          cores, tessera_isa ());
  return g_string_free (text, FALSE);
}

static void
about (GtkWidget *item G_GNUC_UNUSED, gpointer data)
{
  UiWindow *window = data;
  g_autofree char *model = about_model (window);
  g_autofree char *text = g_strdup_printf (
      "%s\n\n%s", _ ("Completes pictures. Works on this computer only; nothing is sent anywhere."),
      model);

  gtk_show_about_dialog (GTK_WINDOW (window->top), "program-name", "Tessera", "version",
                         tessera_version (), "comments", text, "logo-icon-name", "gimp",
                         "license-type", GTK_LICENSE_GPL_3_0, NULL);
}

static void
copy_details (GtkWidget *item G_GNUC_UNUSED, gpointer data)
{
  g_autofree char *text = details (data);

  copy_text (data, text);
}

/* ---- recipes ------------------------------------------------------------------------------- */

static void
use_settings (GtkWidget *item G_GNUC_UNUSED, gpointer data)
{
  window_use_settings (data, ((UiWindow *) data)->gallery.current);
}

static void
copy_recipe (GtkWidget *item G_GNUC_UNUSED, gpointer data)
{
  window_copy_recipe (data, ((UiWindow *) data)->gallery.current);
}

static void
got_text (GtkClipboard *clipboard G_GNUC_UNUSED, const char *text, gpointer data)
{
  UiWindow *window = data;
  g_autoptr (GError) error = NULL;

  if (!text || !ui_settings_from_recipe (&window->settings, text, &error))
    bar_show (window->bar, _ ("There is no recipe in the clipboard. Copy one first."), BAR_NONE,
              BAR_NONE);
  controls_write (window);
  window_update (window);
}

static void
paste_recipe (GtkWidget *item G_GNUC_UNUSED, gpointer data)
{
  UiWindow *window = data;
  GtkClipboard *clipboard = gtk_widget_get_clipboard (window->top, GDK_SELECTION_CLIPBOARD);
  g_autofree char *text = gtk_clipboard_wait_for_text (clipboard);

  got_text (clipboard, text, window);
}

/* ---- what is shown ------------------------------------------------------------------------- */

static void
show_rows (GtkCheckMenuItem *item, gpointer data)
{
  ((UiWindow *) data)->settings.rows = gtk_check_menu_item_get_active (item);
}

static void
show_hints (GtkCheckMenuItem *item, gpointer data)
{
  UiWindow *window = data;

  if (window->updating)
    return;
  window->settings.hints = gtk_check_menu_item_get_active (item);
  window->settings.hints_seen = 0; /* whoever asks for them wants all again */
  window_update (window);
}

static void
show_outlines (GtkCheckMenuItem *item, gpointer data)
{
  UiWindow *window = data;

  window->settings.cells = gtk_check_menu_item_get_active (item);
  preview_set_cells (window->preview, window->settings.cells ? window_cell (window) : 0);
}

static void
shortcuts (GtkWidget *item G_GNUC_UNUSED, gpointer data)
{
  window_shortcuts (data);
}

static void
help (GtkWidget *item G_GNUC_UNUSED, gpointer data)
{
  window_help (data);
}

/* ---- the menu ------------------------------------------------------------------------------ */

static GtkWidget *
add_item (UiWindow *window, const char *text, GCallback activated)
{
  GtkWidget *item = gtk_menu_item_new_with_mnemonic (text);

  g_signal_connect (item, "activate", activated, window);
  gtk_menu_shell_append (GTK_MENU_SHELL (window->menu), item);
  return item;
}

static GtkWidget *
add_check (UiWindow *window, const char *text, gboolean active, GCallback toggled)
{
  GtkWidget *item = gtk_check_menu_item_new_with_mnemonic (text);

  gtk_check_menu_item_set_active (GTK_CHECK_MENU_ITEM (item), active);
  g_signal_connect (item, "toggled", toggled, window);
  gtk_menu_shell_append (GTK_MENU_SHELL (window->menu), item);
  return item;
}

static void
add_line (UiWindow *window)
{
  gtk_menu_shell_append (GTK_MENU_SHELL (window->menu), gtk_separator_menu_item_new ());
}

void
app_menu_update (UiWindow *window)
{
  const Variation *current = gallery_current (&window->gallery);
  const gboolean was = window->updating;

  gtk_widget_set_sensitive (window->menu_use, current && current->recipe);
  gtk_widget_set_sensitive (window->menu_copy, current && current->recipe);
  window->updating = TRUE;
  gtk_check_menu_item_set_active (GTK_CHECK_MENU_ITEM (window->menu_hints), window->settings.hints);
  window->updating = was;
}

GtkWidget *
app_menu_new (UiWindow *window)
{
  const UiSettings *settings = &window->settings;
  GtkWidget *button = gtk_menu_button_new ();

  window->menu = gtk_menu_new ();
  window->menu_use =
      add_item (window, _ ("Use Se_ttings of This Variation"), G_CALLBACK (use_settings));
  window->menu_copy = add_item (window, _ ("Copy _Recipe"), G_CALLBACK (copy_recipe));
  add_item (window, _ ("_Paste Recipe"), G_CALLBACK (paste_recipe));
  add_line (window);
  add_check (window, _ ("Show Rows _While Working"), settings->rows, G_CALLBACK (show_rows));
  add_check (window, _ ("Show _Cells"), settings->cells, G_CALLBACK (show_outlines));
  window->menu_hints =
      add_check (window, _ ("Show _Hints"), settings->hints, G_CALLBACK (show_hints));
  add_line (window);
  add_item (window, _ ("H_elp"), G_CALLBACK (help));
  add_item (window, _ ("_Keyboard Shortcuts"), G_CALLBACK (shortcuts));
  add_item (window, _ ("Copy _Details"), G_CALLBACK (copy_details));
  add_item (window, _ ("_About Tessera"), G_CALLBACK (about));
  gtk_widget_show_all (window->menu);
  gtk_widget_set_halign (window->menu, GTK_ALIGN_END);
  gtk_menu_button_set_popup (GTK_MENU_BUTTON (button), window->menu);
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (button), GTK_ARROW_NONE); /* three lines */
  gtk_widget_set_tooltip_text (button, _ ("Menu"));
  controls_name (button, _ ("Menu"));
  return button;
}
