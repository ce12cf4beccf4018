#include "image/label_colors.h"
#include "base/buffer.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NOWHERE = G_MAXINT16, MAX_DIFFERENCE = 25 };

/* From a pixel to the nearest pixel of an exact colour. */
typedef struct {
  gint16 x, y;
} Way;

typedef struct {
  double l, a, b;
} Lab;

static gboolean
is_color (const guint8 *rgba, guint32 color)
{
  return abs (rgba[0] - (int) (color >> 16 & 255)) <= 1
         && abs (rgba[1] - (int) (color >> 8 & 255)) <= 1
         && abs (rgba[2] - (int) (color & 255)) <= 1;
}

static double
linear (double c)
{
  return c <= 0.04045 ? c / 12.92 : pow ((c + 0.055) / 1.055, 2.4);
}

static double
lab_root (double t)
{
  return t > 216.0 / 24389 ? cbrt (t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIE Lab of sRGB under its own white, D65 (IEC 61966-2-1, CIE 15). */
static Lab
to_lab (int red, int green, int blue)
{
  const double r = linear (red / 255.0), g = linear (green / 255.0), b = linear (blue / 255.0);
  const double x = lab_root ((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const double y = lab_root (0.2126 * r + 0.7152 * g + 0.0722 * b);
  const double z = lab_root ((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);

  return (Lab){ 116 * y - 16, 500 * (x - y), 200 * (y - z) };
}

/* The label whose colour is most similar, LABEL_FREE where all are too different. */
static guint8
most_similar (const guint8 *rgba, const Lab *labs, int n_labels)
{
  const Lab lab = to_lab (rgba[0], rgba[1], rgba[2]);
  double least = MAX_DIFFERENCE * MAX_DIFFERENCE;
  guint8 label = LABEL_FREE;

  for (int i = 0; i < n_labels; i++)
    {
      const double l = lab.l - labs[i].l, a = lab.a - labs[i].a, b = lab.b - labs[i].b;

      if (l * l + a * a + b * b > least)
        continue;
      least = l * l + a * a + b * b;
      label = (guint8) i;
    }
  return label;
}

/* Labels of the exact colours; TRUE where there is a pixel of none. */
static gboolean
find_exact (const guint8 *rgba, gsize n, const guint32 *colors, int n_labels, guint8 *labels,
            LabelCount *count)
{
  gsize n_exact = 0;

  for (gsize i = 0; i < n; i++)
    {
      const guint8 *pixel = rgba + 4 * i;

      labels[i] = LABEL_FREE;
      if (pixel[3] < 128)
        continue;
      count->n_painted++;
      if (i > 0 && labels[i - 1] != LABEL_FREE && is_color (pixel, colors[labels[i - 1]]))
        labels[i] = labels[i - 1]; /* painted areas are large */
      for (int l = 0; l < n_labels && labels[i] == LABEL_FREE; l++)
        if (is_color (pixel, colors[l]))
          labels[i] = (guint8) l;
      n_exact += labels[i] != LABEL_FREE;
    }
  return n_exact < count->n_painted;
}

static void
offer (Way *way, Way other, int x, int y)
{
  const int ox = other.x + x, oy = other.y + y;

  if (other.x != NOWHERE
      && (way->x == NOWHERE || ox * ox + oy * oy < way->x * way->x + way->y * way->y)
      && ox * ox + oy * oy <= LABEL_REACH * LABEL_REACH)
    *way = (Way){ (gint16) ox, (gint16) oy };
}

/* One pass over the rows, down (step 1) or up (-1); in each row to the right and back. */
static void
pass (Way *ways, int width, int height, int step)
{
  for (int i = 0; i < height; i++)
    {
      const int y = step > 0 ? i : height - 1 - i;
      Way *row = ways + (gsize) y * width, *before = row - step * (gssize) width;

      for (int x = 0; x < width && i > 0; x++)
        {
          offer (&row[x], before[x], 0, -step);
          if (x > 0)
            offer (&row[x], before[x - 1], -1, -step);
          if (x + 1 < width)
            offer (&row[x], before[x + 1], 1, -step);
        }
      for (int x = 1; x < width; x++)
        offer (&row[x], row[x - 1], -1, 0);
      for (int x = width - 2; x >= 0; x--)
        offer (&row[x], row[x + 1], 1, 0);
    }
}

/* Danielsson's vector distance transform in eight directions (1980): two passes are enough. */
static void
find_near (const guint8 *labels, int width, int height, Way *ways)
{
  const gsize n = (gsize) width * height;
  gboolean any = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      const gboolean exact = labels[i] != LABEL_FREE;

      ways[i] = exact ? (Way){ 0, 0 } : (Way){ NOWHERE, NOWHERE };
      any |= exact;
    }
  if (!any)
    return;
  pass (ways, width, height, 1);
  pass (ways, width, height, -1);
}

gboolean
label_colors_snap (const guint8 *rgba, int width, int height, const guint32 *colors, int n_labels,
                   guint8 *labels, LabelCount *count, GError **error)
{
  const gsize n = (gsize) width * height;
  LabelCount found = { 0 };
  buffer_auto Way *ways = NULL;
  Lab labs[LABEL_FREE];

  if (find_exact (rgba, n, colors, n_labels, labels, &found))
    {
      ways = buffer_new (n, sizeof *ways, "the labels", error);
      if (!ways)
        return FALSE;
      for (int l = 0; l < n_labels; l++)
        labs[l] = to_lab (colors[l] >> 16 & 255, colors[l] >> 8 & 255, colors[l] & 255);
      find_near (labels, width, height, ways);
    }
  for (gsize i = 0; ways && i < n; i++)
    {
      if (rgba[4 * i + 3] < 128 || labels[i] != LABEL_FREE)
        continue;
      if (ways[i].x != NOWHERE) /* an exact pixel never changes, so reading it here is safe */
        labels[i] = labels[(gssize) i + ways[i].y * (gssize) width + ways[i].x];
      else
        {
          labels[i] = most_similar (rgba + 4 * i, labs, n_labels);
          found.n_near += labels[i] != LABEL_FREE;
          found.n_unknown += labels[i] == LABEL_FREE;
        }
    }
  *count = found;
  return TRUE;
}
