#include "sample/rank.h"
#include <math.h>

static const double RIM_STEP = 0.1; /* of |log ratio|: about 10 % of the step at the rim */

static int
before (double a, double b) /* -1, 0, 1; NaN last */
{
  if (isnan (a) || isnan (b))
    return !isnan (b) ? 1 : !isnan (a) ? -1 : 0;
  return a < b ? -1 : a > b;
}

static double
rim_fault (double rim_ratio, double log_likelihood)
{
  return isnan (log_likelihood) ? NAN : round (fabs (log (rim_ratio)) / RIM_STEP);
}

void
rank_order (int n, const double *rim_ratio, const double *log_likelihood, int *order)
{
  for (int i = 0; i < n; i++)
    {
      int at = i;

      for (; at > 0; at--) /* few variations: insertion, which is stable */
        {
          const int other = order[at - 1];
          int sign = before (rim_fault (rim_ratio[i], log_likelihood[i]),
                             rim_fault (rim_ratio[other], log_likelihood[other]));

          if (sign == 0)
            sign = before (-log_likelihood[i], -log_likelihood[other]);
          if (sign >= 0)
            break;
          order[at] = other;
        }
      order[at] = i;
    }
}
