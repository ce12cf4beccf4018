/* How lively a place is, and how lively a hole should be. */
#include "image/energy.h"
#include <math.h>

#define NO_JOB ((Job){ 0 }) /* no threads, nobody who could stop it */

enum { W = 160, H = 96, N = W * H, LEFT = 40, TOP = 30, RIGHT = 120, BOTTOM = 66 };

typedef struct {
  Colour pixels[N], low[N], wanted[N], energy[N];
  guint8 hole[N];
} Case;

/* Dark chequers of 0.1 up and down above, even and bright below; or even above, too. */
static Case *
new_case (float height)
{
  Case *c = g_new0 (Case, 1);

  for (int i = 0; i < N; i++)
    {
      const int x = i % W, y = i / W;
      const float base = y < H / 2 ? 0.3f : 0.8f;
      const float wave = y < H / 2 ? ((x + y) % 2 ? height : -height) : 0;

      c->hole[i] = x >= LEFT && x < RIGHT && y >= TOP && y < BOTTOM;
      c->wanted[i] = (Colour){ base, base, base, 0 };
      c->low[i] = c->hole[i] ? (Colour){ 9, 9, 9, 0 } : c->wanted[i];
      c->pixels[i] = c->hole[i] ? (Colour){ NAN, NAN, NAN, 0 } : c->wanted[i] + wave;
    }
  return c;
}

static void
run (Case *c)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (
      texture_energy (&NO_JOB, c->pixels, c->low, c->wanted, c->hole, W, H, c->energy, &error));
  g_assert_no_error (error);
}

/* Three channels that are 0.1 off: the root of 0.03, away from the other half and the hole. */
static void
known_places (void)
{
  g_autofree Case *c = new_case (0.1f);

  run (c);
  g_assert_cmpfloat_with_epsilon (c->energy[20 * W + 10][0], sqrtf (0.03f), 1e-4f);
  g_assert_cmpfloat_with_epsilon (c->energy[80 * W + 10][0], 0, 1e-4f);
}

/* A colour of the hole is as lively as that colour is elsewhere, whatever lies nearer; within a
 * tenth, for known places at the border of the halves are neither. */
static void
colours_decide (void)
{
  g_autofree Case *c = new_case (0.1f);

  run (c);
  for (int y = TOP; y < BOTTOM; y++)
    for (int x = LEFT; x < RIGHT; x++)
      if (y / 4 != H / 8) /* the block across the border */
        g_assert_cmpfloat_with_epsilon (c->energy[y * W + x][0], y < H / 2 ? sqrtf (0.03f) : 0,
                                        0.1f * sqrtf (0.03f));
}

/* Where no colour is alike, what lies nearest counts: lively above, even below. */
static void
strange_colours_go_by_nearness (void)
{
  g_autofree Case *c = new_case (0.1f);

  for (int i = 0; i < N; i++)
    c->wanted[i] = (Colour){ 0, 1, 0, 0 };
  run (c);
  g_assert_cmpfloat (c->energy[TOP * W + W / 2][0], >,
                     1.2f * c->energy[(BOTTOM - 1) * W + W / 2][0]);
  g_assert_cmpfloat (c->energy[(BOTTOM - 1) * W + W / 2][0], >, 0);
}

static void
even_stays_even (void)
{
  g_autofree Case *c = new_case (0);

  run (c);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (c->energy[i][0], <, 1e-4f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/energy/known-places", known_places);
  g_test_add_func ("/image/energy/colours-decide", colours_decide);
  g_test_add_func ("/image/energy/strange-colours-go-by-nearness", strange_colours_go_by_nearness);
  g_test_add_func ("/image/energy/even-stays-even", even_stays_even);
  return g_test_run ();
}
