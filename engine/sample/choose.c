#include "sample/choose.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* What survives the filters: values above `value`, and of the equal ones those up to `index`. */
typedef struct {
  float value;
  int index;
} Cut;

static gboolean
survives (Cut cut, float value, int index)
{
  return value > cut.value || (value == cut.value && index <= cut.index);
}

/* Sorts as the float does: -infinity 0x007fffff .. -0 0x7fffffff, +0 0x80000000 .. */
static guint32
sort_key (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/* The k-th largest of n, 1 <= k <= n, by counting: eight bits of the key at a time, from the top.
 * Four passes whatever the values are. */
static float
kth_largest (const float *values, int n, int k)
{
  guint32 prefix = 0, bits;
  float value;

  for (int shift = 24; shift >= 0; shift -= 8)
    {
      int counts[256] = { 0 }, digit = 255;

      for (int i = 0; i < n; i++)
        {
          const guint32 key = sort_key (values[i]);

          if (shift == 24 || (key ^ prefix) >> (shift + 8) == 0)
            counts[key >> shift & 255]++;
        }
      for (; k > counts[digit]; digit--)
        k -= counts[digit];
      prefix |= (guint32) digit << shift;
    }
  bits = prefix & 0x80000000u ? prefix & 0x7fffffffu : ~prefix;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static int
largest (const float *logits, int n)
{
  int best = 0;

  for (int i = 0; i < n; i++)
    {
      if (!(logits[i] <= FLT_MAX)) /* NaN too */
        return -1;
      if (logits[i] > logits[best])
        best = i;
    }
  return logits[best] >= -FLT_MAX ? best : -1;
}

/* A heap with the next entry of the falling order on top. Indices are kept as floats, which hold
 * them exactly up to 2^24, so that one scratch array of floats serves both. */
typedef struct {
  float *values, *indices;
  int n;
} Heap;

static gboolean
precedes (const Heap *heap, int a, int b)
{
  return heap->values[a] > heap->values[b]
         || (heap->values[a] == heap->values[b] && heap->indices[a] < heap->indices[b]);
}

static void
heap_swap (Heap *heap, int a, int b)
{
  const float value = heap->values[a], index = heap->indices[a];

  heap->values[a] = heap->values[b];
  heap->indices[a] = heap->indices[b];
  heap->values[b] = value;
  heap->indices[b] = index;
}

static void
heap_sink (Heap *heap, int at)
{
  for (int child = 2 * at + 1; child < heap->n; child = 2 * at + 1)
    {
      if (child + 1 < heap->n && precedes (heap, child + 1, child))
        child++;
      if (!precedes (heap, child, at))
        return;
      heap_swap (heap, child, at);
      at = child;
    }
}

/* exp ((logit - max) / temperature). The maximum is taken off first: then neither a tiny
 * temperature nor a huge logit can overflow. */
static double
weight (float logit, float max, double temperature)
{
  return exp (((double) logit - (double) max) / temperature);
}

/* Takes entries in falling order as long as the sum of those before is not above top_p: so the
 * first always stays, and so does the one that crosses. A heap, because few are taken. */
static Cut
nucleus (const float *logits, int n, Cut cut, float max, const ChooseOptions *options,
         float *scratch)
{
  Heap heap = { scratch, scratch + n, 0 };
  double sum = 0, before = 0;

  for (int i = 0; i < n; i++)
    if (survives (cut, logits[i], i))
      {
        heap.values[heap.n] = logits[i];
        heap.indices[heap.n++] = (float) i;
        sum += weight (logits[i], max, options->temperature);
      }
  for (int i = heap.n / 2; i-- > 0;)
    heap_sink (&heap, i);
  do
    {
      cut = (Cut){ heap.values[0], (int) heap.indices[0] };
      before += weight (cut.value, max, options->temperature);
      heap.n--;
      heap_swap (&heap, 0, heap.n);
      heap_sink (&heap, 0);
    }
  while (heap.n > 0 && before / sum <= options->top_p);
  return cut;
}

/* The first index at which the running share of the weights is above u. The weights lie in scratch
 * as doubles; memcpy, because it is an array of floats. */
static int
draw (const float *scratch, int n, double sum, double u)
{
  double running = 0;

  for (int i = 0; i < n; i++)
    {
      double p;

      memcpy (&p, scratch + 2 * (size_t) i, sizeof p);
      running += p;
      if (running / sum > u)
        return i;
    }
  return n - 1; /* only for u >= 1 */
}

static int
greedy (int best, int n, guint8 *kept, double *log_probability)
{
  if (kept)
    {
      memset (kept, 0, (size_t) n);
      kept[best] = 1;
    }
  if (log_probability)
    *log_probability = 0;
  return best;
}

void
choose_steer (float *logits, const float *unlabelled, int n, double strength)
{
  const float factor = (float) strength;

  for (int i = 0; i < n; i++)
    logits[i] = unlabelled[i] + factor * (logits[i] - unlabelled[i]);
}

int
choose_token (const float *logits, int n, const ChooseOptions *options, double u, guint8 *kept,
              float *scratch, double *log_probability)
{
  const int best = largest (logits, n);
  Cut cut = { -INFINITY, n };
  double sum = 0;
  int token;

  if (best < 0 || options->temperature == 0)
    return best < 0 ? best : greedy (best, n, kept, log_probability);
  if (options->top_k > 0 && options->top_k < n)
    cut.value = kth_largest (logits, n, options->top_k);
  if (options->top_p < 1)
    cut = nucleus (logits, n, cut, logits[best], options, scratch);
  for (int i = 0; i < n; i++)
    {
      const gboolean stays = survives (cut, logits[i], i);
      const double p = stays ? weight (logits[i], logits[best], options->temperature) : 0;

      if (kept)
        kept[i] = stays;
      memcpy (scratch + 2 * (size_t) i, &p, sizeof p);
      sum += p;
    }
  token = draw (scratch, n, sum, u);
  if (log_probability)
    *log_probability =
        ((double) logits[token] - (double) logits[best]) / options->temperature - log (sum);
  return token;
}
