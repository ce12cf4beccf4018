#include "bar.h"
#include <glib/gi18n-lib.h>
#include <string.h>

struct Bar {
  GtkWidget *info, *label;
  BarChosen chosen;
  gpointer data;
};

static const char *
action_text (BarAction action)
{
  switch (action)
    {
    case BAR_SELECT_ALL:
      return _ ("Select All");
    case BAR_CONVERT_RGB:
      return _ ("Convert to RGB");
    case BAR_ANCHOR:
      return _ ("Anchor");
    case BAR_NEW_LABELS:
      return _ ("New Label Layer");
    case BAR_ALL_VISIBLE:
      return _ ("Use All Visible");
    case BAR_WITHOUT_LABELS:
      return _ ("Continue Without Labels");
    case BAR_DRAFT:
      return _ ("Use Draft Effort");
    case BAR_CHOOSE_MODEL:
      return _ ("Choose Model…");
    case BAR_NEW_SELECTION:
      return _ ("Use New Selection");
    case BAR_RESAMPLE:
      return _ ("Make This Part Anew");
    case BAR_GROW_AGAIN:
      return _ ("Grow Again");
    case BAR_LABELS:
      return _ ("Paint Labels");
    case BAR_SAVE:
      return _ ("Save Best As…");
    case BAR_KEEP:
      return _ ("Keep");
    case BAR_DISCARD:
      return _ ("Discard");
    default:
      return _ ("OK");
    }
}

/* What can be done about a code. */
static BarAction
action_for (const char *code)
{
  static const struct {
    const char *code;
    BarAction action;
  } table[] = {
    { "E-EMPTY-HOLE", BAR_SELECT_ALL },
    { "E-INDEXED", BAR_CONVERT_RGB },
    { "E-GRAY-LABELS", BAR_CONVERT_RGB },
    { "E-FLOATING", BAR_ANCHOR },
    { "E-NO-LABELS", BAR_NEW_LABELS },
    { "E-MANY-LAYERS", BAR_ALL_VISIBLE },
    { "E-OUTSIDE", BAR_ALL_VISIBLE },
    { "E-LABEL-EMPTY", BAR_WITHOUT_LABELS },
    { "E-LABEL-OUTSIDE", BAR_WITHOUT_LABELS },
    { "E-TOO-LARGE", BAR_DRAFT },
    { "E-NO-MODEL", BAR_CHOOSE_MODEL },
    { "E-BAD-MODEL", BAR_CHOOSE_MODEL },
    { "E-MODEL-CANNOT", BAR_CHOOSE_MODEL },
    { "E-NO-CONTEXT", BAR_LABELS },
    { "E-CLOSED", BAR_SAVE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].code, code) == 0)
      return table[i].action;
  return BAR_NONE;
}

static void
responded (GtkInfoBar *info G_GNUC_UNUSED, int response, gpointer data)
{
  Bar *bar = data;

  if (response == GTK_RESPONSE_CLOSE)
    bar_hide (bar);
  else if (response > 0)
    bar->chosen ((BarAction) response, bar->data);
}

Bar *
bar_new (BarChosen chosen, gpointer data)
{
  Bar *bar = g_new0 (Bar, 1);

  bar->chosen = chosen;
  bar->data = data;
  bar->info = gtk_info_bar_new ();
  bar->label = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (bar->label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (bar->label), 0);
  gtk_label_set_width_chars (GTK_LABEL (bar->label), 20);
  gtk_label_set_max_width_chars (GTK_LABEL (bar->label), 60);
  gtk_box_pack_start (GTK_BOX (gtk_info_bar_get_content_area (GTK_INFO_BAR (bar->info))),
                      bar->label, TRUE, TRUE, 0);
  atk_object_set_role (gtk_widget_get_accessible (bar->info), ATK_ROLE_ALERT);
  gtk_widget_show (bar->label);
  gtk_widget_set_no_show_all (bar->info, TRUE);
  g_signal_connect (bar->info, "response", G_CALLBACK (responded), bar);
  g_object_set_data_full (G_OBJECT (bar->info), "bar", bar, g_free);
  return bar;
}

GtkWidget *
bar_widget (Bar *bar)
{
  return bar->info;
}

static void
remove_buttons (GtkInfoBar *info)
{
  GList *buttons = gtk_container_get_children (GTK_CONTAINER (gtk_info_bar_get_action_area (info)));

  for (GList *button = buttons; button; button = button->next)
    gtk_widget_destroy (button->data);
  g_list_free (buttons);
}

static void
show (Bar *bar, GtkMessageType type, const char *text, BarAction first, BarAction second)
{
  GtkInfoBar *info = GTK_INFO_BAR (bar->info);

  remove_buttons (info);
  gtk_info_bar_set_message_type (info, type);
  gtk_info_bar_set_show_close_button (info, first == BAR_NONE);
  gtk_label_set_text (GTK_LABEL (bar->label), text);
  atk_object_set_name (gtk_widget_get_accessible (bar->info), text);
  if (first != BAR_NONE)
    gtk_info_bar_add_button (info, action_text (first), first);
  if (second != BAR_NONE)
    gtk_info_bar_add_button (info, action_text (second), second);
  gtk_widget_show (bar->info);
  gtk_info_bar_set_revealed (info, TRUE);
}

void
bar_show_error (Bar *bar, const char *text)
{
  const char *colon = strstr (text, ": ");
  g_autofree char *code = NULL;

  if (colon && (g_str_has_prefix (text, "E-") || g_str_has_prefix (text, "W-"))
      && !memchr (text, ' ', (size_t) (colon - text)))
    {
      code = g_strndup (text, (gsize) (colon - text));
      text = colon + 2;
    }
  show (bar, GTK_MESSAGE_WARNING, text, code ? action_for (code) : BAR_NONE, BAR_NONE);
}

void
bar_show (Bar *bar, const char *text, BarAction first, BarAction second)
{
  show (bar, GTK_MESSAGE_INFO, text, first, second);
}

void
bar_hide (Bar *bar)
{
  gtk_widget_hide (bar->info);
  gtk_label_set_text (GTK_LABEL (bar->label), "");
}

const char *
bar_text (const Bar *bar)
{
  return gtk_label_get_text (GTK_LABEL (bar->label));
}
