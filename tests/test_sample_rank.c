#include "sample/rank.h"
#include <glib.h>
#include <math.h>

static void
check (int n, const double *ratio, const double *odd, const double *likelihood, const int *want)
{
  int order[8];

  rank_order (n, ratio, odd, likelihood, order);
  for (int i = 0; i < n; i++)
    g_assert_cmpint (order[i], ==, want[i]);
}

static void
prefers_a_seamless_rim (void)
{
  check (4, (double[]){ 2, 0.3, 1.01, 1.4 }, (double[]){ 1, 1, 2, 1 }, (double[]){ -1, -1, -9, -1 },
         (int[]){ 2, 3, 0, 1 });
}

static void
treats_too_smooth_like_too_rough (void)
{
  check (3, (double[]){ 0.5, 1.5, 2 }, (double[]){ 0, 0, 0 }, (double[]){ -1, -1, -0.5 },
         (int[]){ 1, 2, 0 });
}

static void
lets_colours_decide_near_ties (void)
{
  check (3, (double[]){ 1.01, 1.02, 1.1 }, (double[]){ 3, 2, 1 }, (double[]){ -3, -4, -5 },
         (int[]){ 2, 1, 0 });
}

static void
lets_likelihood_decide_ties (void)
{
  check (3, (double[]){ 1.01, 1.02, 1.03 }, (double[]){ 1, 1, 1 }, (double[]){ -5, -4, -3 },
         (int[]){ 2, 1, 0 });
}

static void
keeps_the_order_of_equals (void)
{
  check (4, (double[]){ 1, 1, 1, 1 }, (double[]){ 0, 0, 0, 0 }, (double[]){ -2, -2, -1, -2 },
         (int[]){ 2, 0, 1, 3 });
}

static void
puts_nan_last (void)
{
  check (6, (double[]){ NAN, INFINITY, 1, 0, 1, 1 }, (double[]){ 0, 0, 0, 0, 0, NAN },
         (double[]){ -1, -2, NAN, -1, -9, -1 }, (int[]){ 4, 3, 1, 0, 2, 5 });
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rank/prefers-a-seamless-rim", prefers_a_seamless_rim);
  g_test_add_func ("/rank/treats-too-smooth-like-too-rough", treats_too_smooth_like_too_rough);
  g_test_add_func ("/rank/lets-colours-decide-near-ties", lets_colours_decide_near_ties);
  g_test_add_func ("/rank/lets-likelihood-decide-ties", lets_likelihood_decide_ties);
  g_test_add_func ("/rank/keeps-the-order-of-equals", keeps_the_order_of_equals);
  g_test_add_func ("/rank/puts-nan-last", puts_nan_last);
  return g_test_run ();
}
