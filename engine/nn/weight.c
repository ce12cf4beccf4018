#include "nn/weight.h"
#include "nn/kernels.h"
#include <string.h>

void
weight_clear (Weight *weight)
{
  buffer_free (weight->owned);
  *weight = (Weight){ 0 };
}

void
weight_widen (const Weight *weight, size_t first, size_t n, float *to)
{
  if (weight->half)
    kernels_best ()->conv.widen (n, weight->data + first * 2, to);
  else
    memcpy (to, weight->data + first * sizeof (float), n * sizeof (float));
}
