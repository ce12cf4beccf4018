/* The window itself, on a screen that nobody sees: from opening to Apply in each mode, stopping, keys,
 * names and mnemonics. Argument behind the program's name: a folder for pictures of the window. */
#include "fixture.h"

/* ---- what must hold ------------------------------------------------------------------------ */

static void
two_actions (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  g_test_message ("ready after %.0f ms", (double) (g_get_monotonic_time () - f->opened) / 1000);
  photograph (f, "selection");
  f->longest = 0;
  click (find (f, "_Generate"));
  g_assert_nonnull (find (f, "S_top"));
  wait_for (f, "_Apply", TRUE);
  g_test_message ("longest turn of the main loop %.0f ms", 1000 * f->longest);
  g_assert_cmpfloat (f->longest, <, 0.05);
  g_assert_nonnull (find (f, "_Generate More"));
  g_assert_nonnull (find (f, "best"));
  photograph (f, "results");
  click (find (f, "_Apply"));
  g_assert_cmpint (f->standin.n_applied, ==, 1);
  g_assert_nonnull (find (f, "Put 1 into the picture."));
  wait_for (f, "_Generate More", TRUE);
  click (find (f, "_Generate More"));
  wait_for (f, "_Apply", TRUE);
  g_assert_nonnull (find (f, "6")); /* adds, clears nothing */
  g_assert_nonnull (find (f, "1"));
}

static void
stopping (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  gint64 asked;

  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (control (f, "_Variations")), 16);
  click (find (f, "_Generate"));
  settle (f, 150);
  asked = g_get_monotonic_time ();
  press_key (f, GDK_KEY_Escape, 0);
  while (find (f, "S_top"))
    turn (f);
  g_test_message ("stopped after %.0f ms", (double) (g_get_monotonic_time () - asked) / 1000);
  g_assert_cmpint (g_get_monotonic_time () - asked, <, G_USEC_PER_SEC);
  g_assert_false (f->closed);
  g_assert_cmpint (f->standin.n_applied, ==, 0);
}

static void
nothing_selected (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_SELECTION, FALSE);
  wait_for (f, "Select All", TRUE);
  g_assert_nonnull (find (f, "Nothing is selected. Select what should be replaced."));
  g_assert_false (gtk_widget_is_sensitive (find (f, "_Generate")));
  photograph (f, "nothing-selected");
  f->standin.mask = new_mask (160, 120);
  f->standin.stamp++;
  focus (f);
  wait_for (f, "_Generate", TRUE);
}

static void
extending (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  Search right = { .name = "Pixels to add on the right" };

  open_window (f, UI_MODE_EXTEND, FALSE);
  settle (f, 400);
  g_assert_false (gtk_widget_is_sensitive (find (f, "_Generate")));
  search (f->top, &right);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (right.found), 48);
  wait_for (f, "_Generate", TRUE);
  g_assert_nonnull (find (f, "New size\n208 × 120"));
  photograph (f, "extend");
  click (find (f, "_Generate"));
  wait_for (f, "_Apply", TRUE);
  photograph (f, "extend-results");
  click (find (f, "_Apply"));
  g_assert_cmpint (gdk_pixbuf_get_width (f->standin.picture), ==, 208);
}

static void
labels (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_LABELS, TRUE);
  wait_for (f, "New Label Layer", TRUE);
  settle (f, 400);
  click (find (f, "New Label Layer"));
  settle (f, 400);
  photograph (f, "labels");
  g_assert_nonnull (f->standin.labels);
  g_assert_nonnull (find (f, "free"));
}

/* ---- names, mnemonics ---------------------------------------------------------------------- */

typedef struct {
  GHashTable *keys; /* mnemonic -> text */
  int unnamed, doubled;
} Audit;

static void
audit (GtkWidget *widget, gpointer data)
{
  Audit *found = data;
  guint key = GDK_KEY_VoidSymbol;

  if (!gtk_widget_get_visible (widget))
    return;
  if (GTK_IS_COMBO_BOX (widget)
      || (gtk_widget_get_can_focus (widget) && !GTK_IS_SCROLLED_WINDOW (widget)
          && !GTK_IS_WINDOW (widget)))
    {
      AtkObject *accessible = gtk_widget_get_accessible (widget);
      AtkRelationSet *relations = atk_object_ref_relation_set (accessible);
      const char *name = atk_object_get_name (accessible);
      const gboolean named =
          (name && *name) || atk_relation_set_contains (relations, ATK_RELATION_LABELLED_BY);

      if (!named)
        g_test_message ("no name: %s", G_OBJECT_TYPE_NAME (widget));
      found->unnamed += !named;
      g_object_unref (relations);
    }
  if (GTK_IS_LABEL (widget))
    key = gtk_label_get_mnemonic_keyval (GTK_LABEL (widget));
  if (key != GDK_KEY_VoidSymbol)
    {
      const char *text = gtk_label_get_label (GTK_LABEL (widget));
      const char *other = g_hash_table_lookup (found->keys, GUINT_TO_POINTER (key));

      if (other)
        g_test_message ("the same letter: %s and %s", other, text);
      found->doubled += other != NULL;
      g_hash_table_insert (found->keys, GUINT_TO_POINTER (key), (gpointer) text);
    }
  if (GTK_IS_CONTAINER (widget) && !GTK_IS_COMBO_BOX (widget)) /* whose button is its own matter */
    gtk_container_forall (GTK_CONTAINER (widget), audit, found);
}

static void
names_and_letters (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  click (find (f, "_Generate"));
  wait_for (f, "_Apply", TRUE);
  for (guint mode = 0; mode < UI_N_MODES; mode++)
    {
      Audit found = { .keys = g_hash_table_new (NULL, NULL) };

      press_key (f, GDK_KEY_1 + mode, GDK_CONTROL_MASK);
      settle (f, 400);
      audit (f->top, &found);
      g_assert_cmpuint (g_hash_table_size (found.keys), >, 10);
      g_assert_cmpint (found.unnamed, ==, 0);
      g_assert_cmpint (found.doubled, ==, 0);
      g_hash_table_unref (found.keys);
    }
}

static void
keys (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  press_key (f, GDK_KEY_Return, GDK_CONTROL_MASK);
  wait_for (f, "_Apply", TRUE);
  settle (f, 200);
  press_key (f, GDK_KEY_End, 0); /* the focus is in the gallery */
  press_key (f, GDK_KEY_space, 0);
  click (find (f, "_Apply"));
  g_assert_cmpint (f->standin.n_applied, ==, 2); /* the best and the last */
  press_key (f, GDK_KEY_Delete, 0);              /* whichever of the three came last */
  g_assert_cmpint ((find (f, "1") != NULL) + (find (f, "2") != NULL) + (find (f, "3") != NULL), ==,
                   2);
}

/* What was applied is no longer ticked; one like it says in its recipe whose child it is. */
static void
more_like_this (Fixture *f, gconstpointer pictures G_GNUC_UNUSED)
{
  TesseraRequest parent, child;

  open_window (f, UI_MODE_SELECTION, TRUE);
  wait_for (f, "_Generate", TRUE);
  click (find (f, "_Generate"));
  wait_for (f, "_Apply", TRUE);
  settle (f, 200);
  click (find (f, "_Apply"));
  tessera_request_init (&parent);
  g_assert_true (tessera_recipe_read (f->standin.recipe, &parent, NULL));
  press_key (f, GDK_KEY_m, 0);
  wait_for (f, "_Generate More", TRUE);
  g_assert_nonnull (find (f, "4"));
  click (find (f, "_Apply"));
  g_assert_cmpint (f->standin.n_applied, ==, 2); /* not the first one once more */
  tessera_request_init (&child);
  g_assert_true (tessera_recipe_read (f->standin.recipe, &child, NULL));
  g_assert_cmpfloat_with_epsilon (child.amount, 0.4, 1e-9);
  g_assert_cmpuint (child.similar_seed, ==, parent.seed);
  g_assert_cmpint (child.similar_variation, ==, parent.first_variation);
  g_assert_cmpuint (child.seed, !=, parent.seed);
}

int
main (int argc, char **argv)
{
#define TEST(name) g_test_add ("/window/" #name, Fixture, pictures, set_up, name, tear_down)
  const char *pictures;

  gtk_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  pictures = argc > 1 ? argv[1] : NULL;
  TEST (two_actions);
  TEST (stopping);
  TEST (nothing_selected);
  TEST (extending);
  TEST (labels);
  TEST (names_and_letters);
  TEST (keys);
  TEST (more_like_this);
  return g_test_run ();
}
