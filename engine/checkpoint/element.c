#include "checkpoint/element.h"
#include <math.h>
#include <string.h>

static const struct {
  const char *name;
  size_t size;
} kinds[] = {
  [ELEMENT_F32] = { "F32", 4 },
  [ELEMENT_F16] = { "F16", 2 },
  [ELEMENT_BF16] = { "BF16", 2 },
  [ELEMENT_F64] = { "F64", 8 },
  [ELEMENT_I64] = { "I64", 8 },
  [ELEMENT_I32] = { "I32", 4 },
  [ELEMENT_I16] = { "I16", 2 },
  [ELEMENT_I8] = { "I8", 1 },
  [ELEMENT_U8] = { "U8", 1 },
  [ELEMENT_BOOL] = { "BOOL", 1 },
  [ELEMENT_C64] = { "C64", 8 },
  [ELEMENT_C128] = { "C128", 16 },
  [ELEMENT_UNKNOWN] = { "an unknown type", 0 },
};

size_t
element_size (Element element)
{
  return kinds[element].size;
}

const char *
element_name (Element element)
{
  return kinds[element].name;
}

gboolean
element_readable (Element element)
{
  return element < ELEMENT_C64;
}

static guint32
bits_of (float number)
{
  guint32 bits;

  memcpy (&bits, &number, sizeof bits);
  return bits;
}

static float
float_of (guint32 bits)
{
  float number;

  memcpy (&number, &bits, sizeof number);
  return number;
}

/* Sign, 5 bits of exponent (bias 15), 10 of mantissa; binary32 has 8 (bias 127) and 23. */
float
float_from_half (guint16 half)
{
  const guint32 sign = (guint32) (half & 0x8000) << 16, exponent = half >> 10 & 31;
  const guint32 mantissa = half & 1023;

  if (exponent == 0) /* a multiple of 2^-24 */
    return float_of (sign | bits_of ((float) mantissa * 0x1p-24f));
  if (exponent == 31)
    return float_of (sign | 0x7f800000 | mantissa << 13);
  return float_of (sign | (exponent + 112) << 23 | mantissa << 13);
}

guint16
half_from_float (float number)
{
  const guint32 bits = bits_of (number), magnitude = bits & 0x7fffffff;
  const guint16 sign = (guint16) (bits >> 16 & 0x8000);

  if (magnitude > 0x7f800000)
    return sign | 0x7e00; /* not a number */
  if (magnitude >= 0x477ff000)
    return sign | 0x7c00;     /* 65520 and above round to infinity */
  if (magnitude < 0x38800000) /* below 2^-14: the sum's last bit is worth 2^-24 */
    return sign | (guint16) (bits_of (float_of (magnitude) + 0.5f) - bits_of (0.5f));
  return sign | (guint16) ((magnitude - (112u << 23) + 0xfff + (magnitude >> 13 & 1)) >> 13);
}

static guint16
brain_from_float (float number)
{
  const guint32 bits = bits_of (number);

  if ((bits & 0x7fffffff) > 0x7f800000)
    return (guint16) (bits >> 16 | 0x40); /* rounding must not make infinity of it */
  return (guint16) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

#define READ(type, swap)                                                                           \
  ({                                                                                               \
    type raw;                                                                                      \
    memcpy (&raw, place, sizeof raw);                                                              \
    swap (raw);                                                                                    \
  })

double
element_read (Element element, const guint8 *place)
{
  guint64 wide;
  double number;

  switch (element)
    {
    case ELEMENT_F32:
      return float_of (READ (guint32, GUINT32_FROM_LE));
    case ELEMENT_F16:
      return float_from_half (READ (guint16, GUINT16_FROM_LE));
    case ELEMENT_BF16:
      return float_of ((guint32) READ (guint16, GUINT16_FROM_LE) << 16);
    case ELEMENT_F64:
      wide = READ (guint64, GUINT64_FROM_LE);
      memcpy (&number, &wide, sizeof number);
      return number;
    case ELEMENT_I64:
      return (double) (gint64) READ (guint64, GUINT64_FROM_LE);
    case ELEMENT_I32:
      return (gint32) READ (guint32, GUINT32_FROM_LE);
    case ELEMENT_I16:
      return (gint16) READ (guint16, GUINT16_FROM_LE);
    case ELEMENT_I8:
      return (gint8) *place;
    case ELEMENT_U8:
    case ELEMENT_BOOL:
      return *place;
    default:
      return NAN;
    }
}

void
element_widen (Element element, const guint8 *from, float *to, size_t n)
{
  const size_t size = element_size (element);

  if (element == ELEMENT_F32 && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    memcpy (to, from, n * size);
  else
    for (size_t i = 0; i < n; i++)
      to[i] = (float) element_read (element, from + i * size);
}

void
element_narrow (Element element, const float *from, guint8 *to, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (element == ELEMENT_F32)
      {
        const guint32 bits = GUINT32_TO_LE (bits_of (from[i]));

        memcpy (to + 4 * i, &bits, 4);
      }
    else
      {
        const guint16 half = GUINT16_TO_LE (element == ELEMENT_F16 ? half_from_float (from[i])
                                                                   : brain_from_float (from[i]));

        memcpy (to + 2 * i, &half, 2);
      }
}
