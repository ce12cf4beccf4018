#include "sample/rank.h"
#include <math.h>

static const double RIM_STEP = 0.25; /* of |log ratio| */

static int
before (double a, double b) /* -1, 0, 1; NaN last */
{
  if (isnan (a) || isnan (b))
    return !isnan (b) ? 1 : !isnan (a) ? -1 : 0;
  return a < b ? -1 : a > b;
}

void
rank_order (int n, const double *rim_ratio, const double *oddness, const double *log_likelihood,
            int *order)
{
  for (int i = 0; i < n; i++)
    {
      int at = i;

      for (; at > 0; at--) /* few variations: insertion, which is stable */
        {
          const int pair[2] = { i, order[at - 1] };
          double rim[2];
          int sign;

          for (int k = 0; k < 2; k++)
            rim[k] = isnan (log_likelihood[pair[k]]) || isnan (oddness[pair[k]])
                         ? NAN
                         : round (fabs (log (rim_ratio[pair[k]])) / RIM_STEP);
          sign = before (rim[0], rim[1]);
          if (sign == 0)
            sign = before (oddness[i], oddness[pair[1]]);
          if (sign == 0)
            sign = before (-log_likelihood[i], -log_likelihood[pair[1]]);
          if (sign >= 0)
            break;
          order[at] = pair[1];
        }
      order[at] = i;
    }
}
