/* The window as a screen reader and a keyboard see it: every object of the ATK tree in all modes, the
 * way of the focus, what is announced; and the contrast of what is written. */
#include "stage.h"
#include <string.h>

/* ---- the ATK tree -------------------------------------------------------------------------- */

typedef struct {
  int objects, controls, unnamed, odd;
} Walk;

static char *
name_of (AtkObject *object)
{
  AtkRelationSet *relations = atk_object_ref_relation_set (object);
  AtkRelation *relation =
      atk_relation_set_get_relation_by_type (relations, ATK_RELATION_LABELLED_BY);
  const char *name = atk_object_get_name (object);
  char *found = NULL;

  if (name && *name)
    found = g_strdup (name);
  else if (relation && atk_relation_get_target (relation)->len > 0)
    found = g_strdup (atk_object_get_name (atk_relation_get_target (relation)->pdata[0]));
  g_object_unref (relations);
  return found;
}

static gboolean
has_state (AtkObject *object, AtkStateType type)
{
  AtkStateSet *states = atk_object_ref_state_set (object);
  const gboolean has = atk_state_set_contains_state (states, type);

  g_object_unref (states);
  return has;
}

/* A control: what can have the focus, a value, or be acted upon. What only scrolls or holds others is none. */
static gboolean
is_control (AtkObject *object)
{
  const AtkRole role = atk_object_get_role (object);

  if (role == ATK_ROLE_FRAME || role == ATK_ROLE_SCROLL_PANE || role == ATK_ROLE_SCROLL_BAR)
    return FALSE;
  return has_state (object, ATK_STATE_FOCUSABLE) || ATK_IS_VALUE (object)
         || (ATK_IS_ACTION (object) && atk_action_get_n_actions (ATK_ACTION (object)) > 0);
}

/* The role that a widget must have; ATK_ROLE_INVALID = any. */
static AtkRole
role_for (GtkWidget *widget)
{
  if (GTK_IS_SPIN_BUTTON (widget))
    return ATK_ROLE_SPIN_BUTTON;
  if (GTK_IS_ENTRY (widget))
    return ATK_ROLE_TEXT;
  if (GTK_IS_RADIO_BUTTON (widget))
    return ATK_ROLE_RADIO_BUTTON;
  if (GTK_IS_CHECK_BUTTON (widget))
    return ATK_ROLE_CHECK_BOX;
  if (GTK_IS_TOGGLE_BUTTON (widget))
    return ATK_ROLE_TOGGLE_BUTTON;
  if (GTK_IS_BUTTON (widget))
    return ATK_ROLE_PUSH_BUTTON;
  if (GTK_IS_COMBO_BOX (widget))
    return ATK_ROLE_COMBO_BOX;
  if (GTK_IS_SCALE (widget))
    return ATK_ROLE_SLIDER;
  if (GTK_IS_EXPANDER (widget))
    return ATK_ROLE_TOGGLE_BUTTON;
  if (GTK_IS_DRAWING_AREA (widget))
    return ATK_ROLE_IMAGE;
  return ATK_ROLE_INVALID;
}

/* Is the name what is written on the button, or, for signs such as 1:1, a word? */
static gboolean
says (const char *label, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (label, "_", 2);
  g_autofree char *text = g_strjoinv ("", parts);

  return g_strcmp0 (text, name) == 0 || !strchr (label, '_');
}

static void
examine (AtkObject *object, Walk *walk)
{
  g_autofree char *name = name_of (object);
  GtkWidget *widget =
      GTK_IS_ACCESSIBLE (object) ? gtk_accessible_get_widget (GTK_ACCESSIBLE (object)) : NULL;
  const char *kind = widget ? G_OBJECT_TYPE_NAME (widget) : G_OBJECT_TYPE_NAME (object);
  const AtkRole role = atk_object_get_role (object);
  const AtkRole wanted = widget ? role_for (widget) : ATK_ROLE_INVALID;

  walk->controls++;
  if (!name || !*name)
    {
      g_test_message ("no name: %s, %s", kind, atk_role_get_name (role));
      walk->unnamed++;
    }
  else if (strstr (name, "-symbolic") || strchr (name, '_')
           || gtk_icon_theme_has_icon (gtk_icon_theme_get_default (), name))
    {
      g_test_message ("an icon's or a raw name: %s, \"%s\"", kind, name);
      walk->odd++;
    }
  if (GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget))
      && !says (gtk_button_get_label (GTK_BUTTON (widget)), name))
    {
      g_test_message ("\"%s\" is called \"%s\"", gtk_button_get_label (GTK_BUTTON (widget)), name);
      walk->odd++;
    }
  if (wanted != ATK_ROLE_INVALID && role != wanted)
    {
      g_test_message ("%s \"%s\" is a %s", kind, name, atk_role_get_name (role));
      walk->odd++;
    }
}

static void
walk_tree (AtkObject *object, Walk *walk)
{
  const AtkRole role = atk_object_get_role (object);

  if (!has_state (object, ATK_STATE_VISIBLE))
    return;
  walk->objects++;
  if (is_control (object))
    examine (object, walk);
  if (role == ATK_ROLE_COMBO_BOX) /* its menu has the texts of its entries */
    return;
  for (int i = 0; i < atk_object_get_n_accessible_children (object); i++)
    {
      AtkObject *child = atk_object_ref_accessible_child (object, i);

      walk_tree (child, walk);
      g_object_unref (child);
    }
}

static void
every_object_has_name_and_role (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  stage_open (stage, UI_MODE_SELECTION, 160, 120);
  stage_generate (stage);
  for (int mode = 0; mode < UI_N_MODES; mode++)
    {
      Walk walk = { 0 };

      stage_show_mode (stage, (UiMode) mode);
      walk_tree (gtk_widget_get_accessible (stage->top), &walk);
      g_test_message ("mode %d: %d objects, %d controls", mode, walk.objects, walk.controls);
      g_assert_cmpint (walk.controls, >, 40);
      g_assert_cmpint (walk.unnamed, ==, 0);
      g_assert_cmpint (walk.odd, ==, 0);
    }
}

/* ---- the way of the focus ------------------------------------------------------------------ */

static void
collect_focusable (GtkWidget *widget, gpointer data)
{
  /* Of radio buttons Tab reaches the active one, the arrows the others. */
  if (gtk_widget_get_can_focus (widget) && gtk_widget_is_sensitive (widget)
      && gtk_widget_get_mapped (widget) && !GTK_IS_WINDOW (widget)
      && !GTK_IS_SCROLLED_WINDOW (widget)
      && (!GTK_IS_RADIO_BUTTON (widget)
          || gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (widget))))
    g_hash_table_add (data, widget);
}

static void
drop_reached (GtkWidget *reached, GHashTable *wanted)
{
  for (GtkWidget *up = reached; up; up = gtk_widget_get_parent (up))
    g_hash_table_remove (wanted, up); /* a combo box's button stands for it */
  if (GTK_IS_FLOW_BOX_CHILD (reached))
    { /* the arrows go on from there: see tests of the gallery's keys */
      GList *others = gtk_container_get_children (GTK_CONTAINER (gtk_widget_get_parent (reached)));

      for (GList *other = others; other; other = other->next)
        g_hash_table_remove (wanted, other->data);
      g_list_free (others);
    }
}

static void
every_control_is_reached (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  stage_open (stage, UI_MODE_SELECTION, 160, 120);
  stage_generate (stage);
  for (int mode = 0; mode < UI_N_MODES; mode++)
    {
      g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);
      GtkWidget *first = NULL, *focus = NULL;
      GHashTableIter left;
      gpointer widget;
      guint n;
      int steps = 0;

      stage_show_mode (stage, (UiMode) mode);
      stage_each (stage->top, collect_focusable, wanted);
      n = g_hash_table_size (wanted);
      gtk_window_set_focus (GTK_WINDOW (stage->top), NULL);
      do
        {
          gtk_widget_child_focus (stage->top, GTK_DIR_TAB_FORWARD);
          focus = gtk_window_get_focus (GTK_WINDOW (stage->top));
          first = first ? first : focus;
          if (focus)
            drop_reached (focus, wanted);
        }
      while (++steps < 200 && (focus != first || steps == 1));
      g_hash_table_iter_init (&left, wanted);
      while (g_hash_table_iter_next (&left, &widget, NULL))
        g_test_message ("Tab does not reach: %s \"%s\"", G_OBJECT_TYPE_NAME (widget),
                        atk_object_get_name (gtk_widget_get_accessible (widget)));
      g_test_message ("mode %d: %u controls, %d steps", mode, n, steps);
      g_assert_cmpuint (n, >, 30);
      g_assert_cmpuint (g_hash_table_size (wanted), ==, 0);
      g_assert_cmpint (steps, <, 200);
    }
}

/* ---- mnemonics ----------------------------------------------------------------------------- */

typedef struct {
  GHashTable *keys;
  int doubled;
} Letters;

static void
take_letter (GtkWidget *widget, gpointer data)
{
  Letters *letters = data;
  const guint key = GTK_IS_LABEL (widget) ? gtk_label_get_mnemonic_keyval (GTK_LABEL (widget))
                                          : GDK_KEY_VoidSymbol;
  const char *other = g_hash_table_lookup (letters->keys, GUINT_TO_POINTER (key));

  if (key == GDK_KEY_VoidSymbol)
    return;
  if (other)
    g_test_message ("the same letter: %s and %s", other, gtk_label_get_label (GTK_LABEL (widget)));
  letters->doubled += other != NULL;
  g_hash_table_insert (letters->keys, GUINT_TO_POINTER (key),
                       (gpointer) gtk_label_get_label (GTK_LABEL (widget)));
}

static void
letters_are_unique (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  stage_open (stage, UI_MODE_SELECTION, 160, 120);
  stage_generate (stage);
  for (int mode = 0; mode < UI_N_MODES; mode++)
    {
      Letters letters = { .keys = g_hash_table_new (NULL, NULL) };

      stage_show_mode (stage, (UiMode) mode);
      stage_each (stage->top, take_letter, &letters);
      g_assert_cmpuint (g_hash_table_size (letters.keys), >, 14);
      g_assert_cmpint (letters.doubled, ==, 0);
      g_hash_table_unref (letters.keys);
    }
}

/* ---- announcements ------------------------------------------------------------------------- */

static void
noted (AtkObject *object, AtkPropertyValues *values, gpointer data)
{
  (void) values;
  g_ptr_array_add (data, g_strdup (atk_object_get_name (object)));
}

static AtkObject *
find_role (AtkObject *object, AtkRole role)
{
  AtkObject *found = NULL;

  if (atk_object_get_role (object) == role)
    return object;
  for (int i = 0; i < atk_object_get_n_accessible_children (object) && !found; i++)
    {
      AtkObject *child = atk_object_ref_accessible_child (object, i);

      found = find_role (child, role);
      g_object_unref (child); /* widgets keep their own */
    }
  return found;
}

static gboolean
announced (const GPtrArray *names, const char *text)
{
  for (guint i = 0; i < names->len; i++)
    if (strcmp (names->pdata[i], text) == 0)
      return TRUE;
  return FALSE;
}

static void
progress_is_announced (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  AtkObject *status, *bar;

  stage_open (stage, UI_MODE_SELECTION, 160, 120);
  stage_wait (stage, "_Generate");
  status = find_role (gtk_widget_get_accessible (stage->top), ATK_ROLE_STATUSBAR);
  g_assert_nonnull (status);
  g_signal_connect (status, "property-change::accessible-name", G_CALLBACK (noted), names);
  gtk_button_clicked (GTK_BUTTON (stage_find (stage, "_Generate")));
  stage_settle (stage, 20);
  bar = find_role (gtk_widget_get_accessible (stage->top), ATK_ROLE_PROGRESS_BAR);
  g_assert_true (ATK_IS_VALUE (bar));
  g_assert_cmpstr (atk_object_get_name (bar), ==, "Progress");
  stage_wait (stage, "_Apply");
  for (guint i = 0; i < names->len; i++)
    g_test_message ("said: %s", (char *) names->pdata[i]);
  g_assert_true (announced (names, "Generating 3 variations"));
  g_assert_true (announced (names, "3 variations are ready"));
  g_assert_cmpuint (names->len, <, 6); /* politely: not each percent */
}

static void
tear_down (Stage *stage, gconstpointer data G_GNUC_UNUSED)
{
  stage_close (stage);
}

int
main (int argc, char **argv)
{
#define TEST(name) g_test_add ("/access/" #name, Stage, NULL, NULL, name, tear_down)
  gtk_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  TEST (every_object_has_name_and_role);
  TEST (every_control_is_reached);
  TEST (letters_are_unique);
  TEST (progress_is_announced);
  return g_test_run ();
}
