#include "sample/permuter.h"
#include <string.h>

gboolean
permuter_type (const char *name, PermuterType *type)
{
  static const char *const names[] = { "identity",  "subsample", "z_curve", "spiral_out",
                                       "spiral_in", "alternate", "random" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      {
        *type = (PermuterType) i;
        return TRUE;
      }
  return FALSE;
}

gboolean
permuter_fits (PermuterType type, int rows, int cols)
{
  switch (type)
    {
    case PERMUTER_SUBSAMPLE:
    case PERMUTER_Z_CURVE:
      return rows == cols && (rows & (rows - 1)) == 0;
    case PERMUTER_SPIRAL_OUT:
    case PERMUTER_SPIRAL_IN:
      return rows == cols && rows >= 2 && rows % 2 == 0;
    default:
      return TRUE;
    }
}

/* ---- orders made of the bits of row and column --------------------------------------------- */

/* Bit b of row and column go to the places that the order gives them among the 2 n bits of the
 * position: subsample sorts by the lowest bits first, the Z curve by the highest. */
static int
interleave (int row, int col, int n_bits, gboolean lowest_first)
{
  int position = 0;

  for (int b = 0; b < n_bits; b++)
    {
      const int bit = lowest_first ? b : n_bits - 1 - b;

      position = position * 4 + ((row >> bit) & 1) * 2 + ((col >> bit) & 1);
    }
  return position;
}

static void
interleaved (int side, gboolean lowest_first, int *forward)
{
  int n_bits = 0;

  while (1 << n_bits < side)
    n_bits++;
  for (int row = 0; row < side; row++)
    for (int col = 0; col < side; col++)
      forward[interleave (row, col, n_bits, lowest_first)] = row * side + col;
}

/* ---- spirals ------------------------------------------------------------------------------- */

/* Runs of growing length: up, right, down, left, and so on; the last one is cut by the end. */
static void
spiral (int side, gboolean inwards, int *forward)
{
  static const int steps[4][2] = { { -1, 0 }, { 0, 1 }, { 1, 0 }, { 0, -1 } };
  const int n = side * side;
  int row = side / 2, col = side / 2 - 1, done = 0;

  forward[inwards ? n - 1 : 0] = row * side + col;
  done = 1;
  for (int run = 0; done < n; run++)
    for (int i = 0; i < run / 2 + 1 && done < n; i++, done++)
      {
        row += steps[run % 4][0];
        col += steps[run % 4][1];
        forward[inwards ? n - 1 - done : done] = row * side + col;
      }
}

/* ---- chance as numpy makes it -------------------------------------------------------------- */

enum { MT_N = 624, MT_M = 397 };

/* The Mersenne Twister MT19937 (Matsumoto, Nishimura: 1998), which numpy's RandomState is. */
typedef struct {
  guint32 state[MT_N];
  int used;
} Twister;

static void
twister_seed (Twister *twister, guint32 seed)
{
  twister->state[0] = seed;
  for (guint32 i = 1; i < MT_N; i++)
    {
      const guint32 last = twister->state[i - 1];

      twister->state[i] = 1812433253u * (last ^ last >> 30) + i;
    }
  twister->used = MT_N;
}

static guint32
twister_next (Twister *twister)
{
  guint32 *state = twister->state, y;

  if (twister->used == MT_N)
    {
      for (int i = 0; i < MT_N; i++)
        {
          y = (state[i] & 0x80000000u) | (state[(i + 1) % MT_N] & 0x7fffffffu);
          state[i] = state[(i + MT_M) % MT_N] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0);
        }
      twister->used = 0;
    }
  y = state[twister->used++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ y >> 18;
}

/* Uniform in 0..most: numpy draws as many bits as `most` has until they are not above it. */
static guint32
twister_upto (Twister *twister, guint32 most)
{
  guint32 mask = most, value;

  for (int shift = 1; shift < 32; shift *= 2)
    mask |= mask >> shift;
  do
    value = twister_next (twister) & mask;
  while (value > most);
  return value;
}

static void
shuffled (int n, int *forward)
{
  Twister twister;

  twister_seed (&twister, 1);
  for (int i = 0; i < n; i++)
    forward[i] = i;
  for (int i = n - 1; i > 0; i--)
    {
      const guint32 j = twister_upto (&twister, (guint32) i);
      const int kept = forward[i];

      forward[i] = forward[j];
      forward[j] = kept;
    }
}

void
permuter_forward (PermuterType type, int rows, int cols, int *forward)
{
  g_assert (permuter_fits (type, rows, cols));
  switch (type)
    {
    case PERMUTER_SUBSAMPLE:
    case PERMUTER_Z_CURVE:
      interleaved (rows, type == PERMUTER_SUBSAMPLE, forward);
      return;
    case PERMUTER_SPIRAL_OUT:
    case PERMUTER_SPIRAL_IN:
      spiral (rows, type == PERMUTER_SPIRAL_IN, forward);
      return;
    case PERMUTER_RANDOM:
      shuffled (rows * cols, forward);
      return;
    default:
      for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++)
          forward[row * cols + col] =
              row * cols + (type == PERMUTER_ALTERNATE && row % 2 ? cols - 1 - col : col);
    }
}

gboolean
permuter_backward (const int *forward, int n, int *backward)
{
  for (int i = 0; i < n; i++)
    backward[i] = -1;
  for (int i = 0; i < n; i++)
    {
      if (forward[i] < 0 || forward[i] >= n || backward[forward[i]] >= 0)
        return FALSE;
      backward[forward[i]] = i;
    }
  return TRUE;
}
