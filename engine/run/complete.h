/* complete: the conductor of a completion: calls the rooms in order. */
#pragma once
#include "run/scene.h"
#include "tessera.h"

typedef struct {
  int variation; /* 0-based, counted from the seed: keys the random draws */
  float *rgba;   /* [bounds.height][bounds.width][4] */
  double log_likelihood, rim_ratio;
  char *recipe;
} Completed;

struct TesseraResult {
  int n;
  PixelBox bounds;
  Completed *completed; /* [n], best first */
  TesseraTimes times;
};

/* How many variations are made to keep the best n_variations of them. */
int complete_n_tried (const TesseraRequest *request);

TesseraResult *complete_run (const Nets *nets, const TesseraRequest *request, GError **error);
