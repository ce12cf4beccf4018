#include "outline.h"
#include <math.h>
#include <string.h>

/* Of more lines than these one sees no single dash, and sorting them would take too long. */
enum { MAX_CHAINED = 20000 };

static gboolean
inside (const float *mask, int width, int height, float level, int x, int y)
{
  return x >= 0 && y >= 0 && x < width && y < height && mask[(gsize) y * width + x] > level;
}

/* Lines of one direction: `across` runs along the line, `along` from line to line. */
static void
add_lines (GArray *lines, const float *mask, int width, int height, float level,
           gboolean horizontal)
{
  const int n_lines = horizontal ? height : width, length = horizontal ? width : height;

  for (int line = 0; line <= n_lines; line++)
    {
      int begin = -1;

      for (int at = 0; at <= length; at++)
        {
          const gboolean before = horizontal ? inside (mask, width, height, level, at, line - 1)
                                             : inside (mask, width, height, level, line - 1, at);
          const gboolean behind = horizontal ? inside (mask, width, height, level, at, line)
                                             : inside (mask, width, height, level, line, at);
          const gboolean border = at < length && before != behind;

          if (border && begin < 0)
            begin = at;
          if (border || begin < 0)
            continue;

          const OutlineLine found = horizontal ? (OutlineLine){ begin, line, at, line }
                                               : (OutlineLine){ line, begin, line, at };

          g_array_append_val (lines, found);
          begin = -1;
        }
    }
}

static gpointer
corner_key (int x, int y)
{
  return GUINT_TO_POINTER ((guint) y << 16 ^ (guint) x);
}

/* Takes a line that begins or ends at (x, y) out of those that are left and turns it so that it begins
 * there. at: for a corner the lines that meet there, GSList of indices. */
static gboolean
take_line (const GArray *lines, GHashTable *at, guint8 *taken, int x, int y, OutlineLine *found)
{
  for (const GSList *i = g_hash_table_lookup (at, corner_key (x, y)); i; i = i->next)
    {
      const guint place = GPOINTER_TO_UINT (i->data);
      const OutlineLine *line = &g_array_index (lines, OutlineLine, place);
      const gboolean begins = line->x1 == x && line->y1 == y;

      if (taken[place] || (!begins && (line->x2 != x || line->y2 != y)))
        continue;
      taken[place] = 1;
      *found = begins ? *line : (OutlineLine){ line->x2, line->y2, line->x1, line->y1 };
      return TRUE;
    }
  return FALSE;
}

static void
free_value (gpointer key G_GNUC_UNUSED, gpointer list, gpointer data G_GNUC_UNUSED)
{
  g_slist_free (list);
}

/* The same lines so that each begins where the one before it has ended, as far as they are connected:
 * dashes then run on around corners. */
static GArray *
chain (GArray *lines)
{
  GArray *chained = g_array_sized_new (FALSE, FALSE, sizeof (OutlineLine), lines->len);
  g_autoptr (GHashTable) at = g_hash_table_new (NULL, NULL);
  g_autofree guint8 *taken = g_new0 (guint8, lines->len + 1);

  for (guint i = 0; i < lines->len; i++)
    {
      const OutlineLine *line = &g_array_index (lines, OutlineLine, i);
      gpointer const keys[] = { corner_key (line->x1, line->y1), corner_key (line->x2, line->y2) };

      for (int end = 0; end < 2; end++)
        g_hash_table_insert (
            at, keys[end],
            g_slist_prepend (g_hash_table_lookup (at, keys[end]), GUINT_TO_POINTER (i)));
    }
  for (guint i = 0; i < lines->len; i++)
    {
      OutlineLine next = g_array_index (lines, OutlineLine, i);

      while (take_line (lines, at, taken, next.x1, next.y1, &next))
        {
          g_array_append_val (chained, next);
          next = (OutlineLine){ next.x2, next.y2, next.x2, next.y2 };
        }
    }
  g_hash_table_foreach (at, free_value, NULL);
  g_array_unref (lines);
  return chained;
}

GArray *
outline_new (const float *mask, int width, int height, float level)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (OutlineLine));

  add_lines (lines, mask, width, height, level, TRUE);
  add_lines (lines, mask, width, height, level, FALSE);
  return lines->len > MAX_CHAINED ? lines : chain (lines);
}

/* One sweep of a chamfer distance (1 and sqrt 2), forward or backward. */
static void
sweep (float *distance, int width, int height, gboolean backward)
{
  const int step = backward ? -1 : 1;
  const float diagonal = (float) G_SQRT2;

  for (int i = 0; i < height; i++)
    for (int j = 0; j < width; j++)
      {
        const int y = backward ? height - 1 - i : i, x = backward ? width - 1 - j : j;
        float *here = distance + (gsize) y * width + x;
        const gboolean up = i > 0, left = j > 0, right = j < width - 1;

        if (left)
          *here = MIN (*here, here[-step] + 1);
        if (up)
          *here = MIN (*here, here[-step * width] + 1);
        if (up && left)
          *here = MIN (*here, here[-step * width - step] + diagonal);
        if (up && right)
          *here = MIN (*here, here[-step * width + step] + diagonal);
      }
}

GArray *
outline_grown (const float *mask, int width, int height, double distance)
{
  const gsize n = (gsize) width * height;
  g_autofree float *away = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    away[i] = mask[i] > 0 ? 0 : 1e9f;
  sweep (away, width, height, FALSE);
  sweep (away, width, height, TRUE);
  for (gsize i = 0; i < n; i++)
    away[i] = away[i] <= distance ? 1 : 0;
  return outline_new (away, width, height, 0.5f);
}

/* Marks the place that pixel `first` belongs to. */
static void
flood (const float *mask, guint8 *seen, int width, int height, gsize first, GArray *stack)
{
  g_array_set_size (stack, 0);
  g_array_append_val (stack, first);
  seen[first] = 1;
  while (stack->len > 0)
    {
      const gsize at = g_array_index (stack, gsize, stack->len - 1);
      const int x = (int) (at % (gsize) width), y = (int) (at / (gsize) width);
      const gsize near[4] = { at - 1, at + 1, at - (gsize) width, at + (gsize) width };
      const gboolean exists[4] = { x > 0, x<width - 1, y> 0, y < height - 1 };

      g_array_set_size (stack, stack->len - 1);
      for (int i = 0; i < 4; i++)
        if (exists[i] && !seen[near[i]] && mask[near[i]] > 0)
          {
            seen[near[i]] = 1;
            g_array_append_val (stack, near[i]);
          }
    }
}

int
outline_places (const float *mask, int width, int height, int box[4])
{
  const gsize n = (gsize) width * height;
  g_autofree guint8 *seen = g_new0 (guint8, n);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (gsize));
  int places = 0, left = width, top = height, right = 0, bottom = 0;

  for (gsize i = 0; i < n; i++)
    {
      const int x = (int) (i % (gsize) width), y = (int) (i / (gsize) width);

      if (!(mask[i] > 0))
        continue;
      left = MIN (left, x);
      right = MAX (right, x + 1);
      top = MIN (top, y);
      bottom = MAX (bottom, y + 1);
      if (seen[i])
        continue;
      places++;
      flood (mask, seen, width, height, i, stack);
    }
  box[0] = left;
  box[1] = top;
  box[2] = MAX (right - left, 0);
  box[3] = MAX (bottom - top, 0);
  return places;
}

void
outline_path (const GArray *lines, cairo_t *cr, double x, double y, double scale)
{
  for (guint i = 0; i < lines->len; i++)
    {
      const OutlineLine *line = &g_array_index (lines, OutlineLine, i);

      if (i == 0 || line->x1 != line[-1].x2 || line->y1 != line[-1].y2)
        cairo_move_to (cr, floor (x + line->x1 * scale) + 0.5, floor (y + line->y1 * scale) + 0.5);
      cairo_line_to (cr, floor (x + line->x2 * scale) + 0.5, floor (y + line->y2 * scale) + 0.5);
    }
}

GArray *
outline_cells (const float *mask, int width, int height, int size)
{
  const int cols = (width + size - 1) / size, rows = (height + size - 1) / size;
  g_autofree float *cells = g_new0 (float, (gsize) cols *rows);
  GArray *lines;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int row = y / size - 1; row <= y / size + 1 && mask[(gsize) y * width + x] > 0; row++)
        for (int col = x / size - 1; col <= x / size + 1; col++)
          if (row >= 0 && col >= 0 && row < rows && col < cols)
            cells[(gsize) row * cols + col] = 1;
  lines = outline_new (cells, cols, rows, 0.5f);
  for (guint i = 0; i < lines->len; i++)
    {
      OutlineLine *line = &g_array_index (lines, OutlineLine, i);

      line->x1 = MIN (line->x1 * size, width);
      line->x2 = MIN (line->x2 * size, width);
      line->y1 = MIN (line->y1 * size, height);
      line->y2 = MIN (line->y2 * size, height);
    }
  return lines;
}
