#include "base/philox.h"
#include <math.h>

/* Random123's kat_vectors, philox4x32 10. */
static void
gives_the_published_answers (void)
{
  static const struct {
    guint32 counter[4], key[2], out[4];
  } rows[] = {
    { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0xffffffff, 0xffffffff },
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint32 out[4];

      philox4x32 (rows[i].counter, rows[i].key, out);
      g_assert_cmpmem (out, sizeof out, rows[i].out, sizeof rows[i].out);
    }
}

/* The same vectors, put through the seed and the place: which word goes where is part of what
 * makes old recipes give the same picture. */
static void
keys_by_seed_and_place (void)
{
  const double zero = (double) (0xe169c58d6627e8d5u >> 11) / 9007199254740992.0;
  const double pi = (double) (0x94fdccebd16cfe09u >> 11) / 9007199254740992.0;

  g_assert_cmpfloat (philox_uniform (0, 0, 0, 0, 0), ==, zero);
  g_assert_cmpfloat (
      philox_uniform (0x299f31d0a4093822u, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344), ==, pi);
}

/* Mean of n uniform numbers: 0.5, standard deviation 1 / sqrt (12 n); six of them here. */
static void
is_uniform (void)
{
  enum { N = 256 * 256 };
  double sum = 0, least = 1, most = 0;

  for (guint32 row = 0; row < 256; row++)
    for (guint32 col = 0; col < 256; col++)
      {
        const double u = philox_uniform (7, 1, 2, row, col);

        sum += u;
        least = MIN (least, u);
        most = MAX (most, u);
      }
  g_assert_cmpfloat_with_epsilon (sum / N, 0.5, 6 / sqrt (12.0 * N));
  g_assert_cmpfloat (least, >=, 0);
  g_assert_cmpfloat (least, <, 20.0 / N); /* missed by chance once in e^20 */
  g_assert_cmpfloat (most, <, 1);
  g_assert_cmpfloat (most, >, 1 - 20.0 / N);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/philox/gives-the-published-answers", gives_the_published_answers);
  g_test_add_func ("/philox/keys-by-seed-and-place", keys_by_seed_and_place);
  g_test_add_func ("/philox/is-uniform", is_uniform);
  return g_test_run ();
}
