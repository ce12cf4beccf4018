/* What patches.c and votes.c share: the picture in tiles. */
#pragma once
#include "image/patches.h"

enum { TILE = 32 }; /* pixels; small enough to look for a stop after each */

typedef struct {
  int left, top, right, bottom; /* pixels */
} Tile;

static inline int
tile_cols (const Scale *scale)
{
  return scale->width / TILE + 1;
}

static inline Tile
tile_at (const Scale *scale, guint32 number)
{
  const int x = (int) (number % (guint32) tile_cols (scale)) * TILE;
  const int y = (int) (number / (guint32) tile_cols (scale)) * TILE;

  return (Tile){ x, y, MIN (x + TILE, scale->width), MIN (y + TILE, scale->height) };
}
