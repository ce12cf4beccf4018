#include "base/philox.h"

enum { ROUNDS = 10 };

/* Salmon et al. 2011, section 3.3: two 32 x 32 -> 64 bit products a round, keys bumped by Weyl
 * constants (golden ratio and sqrt (3) - 1). */
void
philox4x32 (const guint32 counter[4], const guint32 key[2], guint32 out[4])
{
  guint32 c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  guint32 k0 = key[0], k1 = key[1];

  for (int round = 0; round < ROUNDS; round++)
    {
      const guint64 a = (guint64) 0xD2511F53u * c0, b = (guint64) 0xCD9E8D57u * c2;

      c0 = (guint32) (b >> 32) ^ c1 ^ k0;
      c1 = (guint32) b;
      c2 = (guint32) (a >> 32) ^ c3 ^ k1;
      c3 = (guint32) a;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

double
philox_uniform (guint64 seed, guint32 variation, guint32 level, guint32 row, guint32 col)
{
  const guint32 counter[4] = { variation, level, row, col };
  const guint32 key[2] = { (guint32) seed, (guint32) (seed >> 32) };
  guint32 out[4];

  philox4x32 (counter, key, out);
  return (double) (((guint64) out[1] << 32 | out[0]) >> 11) * 0x1p-53;
}
