/* A picture with a hole, everything a condition may be, and small random models of kind net2net. */
#pragma once
#include "random_net2net.h"
#include "tessera.h"

enum { WIDTH = 93, HEIGHT = 74 }; /* 24 x 19 cells of 4, the last ones not whole */

typedef struct {
  float pixels[HEIGHT][WIDTH][3], hole[HEIGHT][WIDTH];
  guint8 labels[HEIGHT][WIDTH];
  float depth[HEIGHT][WIDTH], drawing[HEIGHT][WIDTH][3];
  int prefix[4];
  TesseraModel *model;
  TesseraRequest request;
} Fixture;

/* One model for each condition. */
enum { SEGMENTATION, SHIFTED, DEPTH, PICTURE, COORD, CLASS, SOS, PREFIX, N_MODELS };
extern const RandomNet2net net2net_models[N_MODELS];

/* The hole is 41 x 37 pixels at 30, 21; two variations; all conditions that the model needs. */
Fixture *fixture_new (const RandomNet2net *model);
void fixture_free (Fixture *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

/* What the model needs, and nothing else. */
void fixture_give_conditions (Fixture *f);

/* Aborts where these fail. */
TesseraResult *fixture_complete (Fixture *f);
void fixture_assert_refused (Fixture *f, TesseraError code, const char *words);

size_t fixture_result_bytes (const TesseraResult *result);
