/* complete: the conductor of a completion: calls the rooms in order. */
#pragma once
#include "run/scene.h"

typedef struct {
  int variation; /* 0-based, keys the random draws */
  float *rgba;   /* [bounds.height][bounds.width][4] */
  double log_likelihood, rim_ratio;
} Completed;

struct TesseraResult {
  int n;
  PixelBox bounds;
  Completed *completed; /* [n], best first */
  char *recipe;
};

TesseraResult *complete_run (const Nets *nets, const TesseraRequest *request, GError **error);
