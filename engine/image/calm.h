/* calm: where the surroundings are even, the filling is, too. */
#pragma once
#include "base/job.h"

/* A model with few weights leaves blotches of colour in even places: evening sea, sand. In the hole,
 * what lies between 4 and 8, and between 8 and 24 pixels in size (differences of Gaussian means) is
 * weakened where its mean square is above 1.5 times that of the known pixels around; finer structure,
 * and all where the surroundings are as lively, stays. Other pixels of the filling keep every bit.
 * filling, picture: [height][width][3]; hole: [height][width], not 0 = hole. A hole without known
 * pixels stays. excess, if not NULL: the share of the filling's mean square that was taken away.
 * MEMORY, CANCELLED; on failure nothing has changed. */
gboolean calm_filling (Job *job, float *filling, const float *picture, const guint8 *hole,
                       int width, int height, double *excess, GError **error);
