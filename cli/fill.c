#include "fill.h"
#include "canvas.h"
#include "failure.h"
#include "machine.h"
#include "recipe.h"
#include <glib/gi18n-lib.h>
#include <string.h>

/* ---- names --------------------------------------------------------------------------------- */

/* What -o would have been for one of several pictures: its name in --out-dir, as a kind that can be
 * written. */
static char *
name_in_folder (const Options *options, const char *input)
{
  g_autofree char *base = g_path_get_basename (strcmp (input, "-") ? input : "stdin.png");
  const char *point = strrchr (base, '.');
  const int stem = point && point > base ? (int) (point - base) : (int) strlen (base);
  const char *ending = picture_file_can_write (base) ? base + stem : ".png";
  g_autofree char *name =
      g_strdup_printf ("%.*s%s%s", stem, base, options->suffix ? options->suffix : "", ending);

  return g_build_filename (options->out_dir, name, NULL);
}

/* Room for a number: where "%d" stands, else before the suffix; none for a single result. */
static char *
numbered (const Options *options, const char *output, int rank)
{
  const char *mark = options->output ? strstr (output, "%d") : NULL;
  const char *place = mark ? mark : strrchr (output, '.');
  const gboolean single = options->only_best || options->request.n_variations == 1;

  if (!strcmp (output, "-") || (single && !mark))
    return g_strdup (output);
  return g_strdup_printf ("%.*s%s%d%s", (int) (place - output), output, mark ? "" : "-", rank,
                          place + (mark ? 2 : 0));
}

GPtrArray *
fill_names (const Options *options, const char *input, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const int n = options->only_best ? 1 : options->request.n_variations;
  g_autofree char *output =
      options->out_dir && input ? name_in_folder (options, input) : g_strdup (options->output);

  if (!output)
    return g_steal_pointer (&names); /* --plan */
  if (!strcmp (output, "-") && n > 1)
    {
      work_usage (options,
                  _ ("--output: standard output takes one picture. Add --only-best or "
                     "--variations 1."),
                  error);
      return NULL;
    }
  for (int i = 1; i <= n; i++)
    {
      char *name = numbered (options, output, i);

      g_ptr_array_add (names, name);
      if (!options->plan && !picture_file_may_write (name, options->force, error))
        return NULL;
    }
  return g_steal_pointer (&names);
}

/* ---- results ------------------------------------------------------------------------------- */

typedef struct {
  Work *work;
  Part *part;
  const TesseraRequest *request;
  const TesseraResult *result;
  const char *input_sum;
} Run;

/* The result's box in the whole picture. */
static TesseraBox
result_box (const Run *run)
{
  TesseraBox box = tessera_result_box (run->result);

  box.x += run->part->box.x;
  box.y += run->part->box.y;
  return box;
}

static char *
recipe_of (const Run *run, int i)
{
  const Part *part = run->part;
  const RecipePlace place = { .op = part->op,
                              .image_width = part->picture->width,
                              .image_height = part->picture->height,
                              .region = result_box (run),
                              .margins = strcmp (part->op, "extend") ? NULL : part->margins,
                              .input_sum = run->input_sum };

  return recipe_complete (tessera_result_recipe (run->result, i), &place);
}

/* The whole picture with rank i in it as a file; afterwards it is as before. */
static GBytes *
encode_rank (const Run *run, int i, const char *name, GError **error)
{
  Picture *picture = run->part->picture;
  const TesseraBox box = result_box (run);
  g_autofree guint8 *saved = canvas_save (picture, box);
  g_autofree char *recipe = run->work->options->no_recipe ? NULL : recipe_of (run, i);
  GBytes *bytes;

  if (!saved)
    {
      work_no_memory (error);
      return NULL;
    }
  canvas_blend (picture, box, tessera_result_pixels (run->result, i), run->part->opaque);
  bytes = picture_file_encode (picture, name ? name : "-", recipe, error);
  canvas_restore (picture, box, saved);
  return bytes;
}

static gboolean
write_rank (const Run *run, int i, const char *name, GError **error)
{
  g_autoptr (GBytes) bytes = encode_rank (run, i, name, error);
  const ReportResult told = { .file = name,
                              .rank = i + 1,
                              .variation = tessera_result_variation (run->result, i) + 1,
                              .seed = run->request->seed,
                              .score_edge = tessera_result_rim_ratio (run->result, i),
                              .log_likelihood = tessera_result_log_likelihood (run->result, i),
                              .bytes = bytes };

  if (!bytes || (name && !picture_file_write (name, bytes, run->work->options->force, error)))
    return FALSE;
  report_variation (run->work->report, &told);
  return TRUE;
}

/* What is finished is written even where the run was stopped; then that is the error. */
static gboolean
write_all (const Run *run, const GPtrArray *names, GError **error)
{
  const Options *options = run->work->options;
  const int n = tessera_result_n_variations (run->result);
  const int n_written = options->only_best ? MIN (n, 1) : n;

  for (int i = 0; i < n_written; i++)
    if (!write_rank (run, i, names ? g_ptr_array_index (names, (guint) i) : NULL, error))
      return FALSE;
  report_done (run->work->report, run->request->n_variations, run->request->seed);
  if (n == run->request->n_variations)
    return TRUE;
  g_propagate_error (error, work_stop_error (run->work, n, run->request->n_variations));
  return FALSE;
}

/* ---- the run ------------------------------------------------------------------------------- */

static gboolean
compute (Work *work, Part *part, const TesseraRequest *request, gsize bytes, const GPtrArray *names,
         GError **error)
{
  g_autofree char *input_sum = part_sum (part);
  g_autoptr (GError) cause = NULL;
  g_autoptr (TesseraResult) result = NULL;
  Run run = { work, part, request, NULL, input_sum };

  report_begin (work->report, request->n_variations, bytes);
  result = tessera_complete (work->model, request, &cause);
  report_finish (work->report);
  if (!result)
    {
      g_propagate_error (error, work_failure (work, g_steal_pointer (&cause)));
      return FALSE;
    }
  run.result = result;
  return write_all (&run, names, error);
}

/* "More like this": the recipe's draws, but for a share of the cells. */
static void
make_similar (const Options *options, TesseraRequest *request)
{
  request->similar_seed = options->base_seed;
  request->similar_variation = options->base_variation;
  request->amount = options->similar / 100;
  request->first_variation = 0;
}

static gboolean
choose_seed (const Work *work, TesseraRequest *request, GError **error)
{
  const Options *options = work->options;
  const gboolean similar = options->similar >= 0;

  if (similar && !options->recipe)
    return work_usage (options, _ ("--similar: it needs the --recipe of what is to be varied."),
                       error);
  if (similar && options->request.amount >= 0)
    return work_usage (options, _ ("--similar: this recipe is itself like another one; take that."),
                       error);
  if (similar)
    make_similar (options, request);
  if (options->new_seed || (similar && !options->seed_given))
    request->seed = g_random_int () >> 1; /* 31 bits: GIMP's arguments are signed */
  return TRUE;
}

/* A row or a whole variation of the preview, for those who asked for it. */
static void
on_preview (int k, TesseraBox box, const float *pixels, gpointer data)
{
  const Run *run = data;

  box.x += run->part->box.x;
  box.y += run->part->box.y;
  report_row (run->work->report, k + 1, box, pixels);
}

gboolean
fill_run (Work *work, Part *part, const GPtrArray *names, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *plan = NULL;
  TesseraEstimate estimate;
  TesseraRequest request;
  Run run = { .work = work, .part = part };
  gboolean done;

  if (!part_cut (part, work, error))
    return FALSE;
  work_request (work, &request);
  part_request (part, &request);
  request.prefix = (const int *) (void *) work->options->prefix->data;
  request.n_prefix = (int) work->options->prefix->len;
  if (work->report->rows)
    {
      request.preview = on_preview;
      request.preview_data = &run;
    }
  if (!choose_seed (work, &request, error))
    return FALSE;
  if (!tessera_estimate (work->model, &request, &estimate, &plan, &cause))
    {
      g_propagate_error (error, work_failure (work, g_steal_pointer (&cause)));
      return FALSE;
    }
  report_plan (work->report, &estimate, plan, work->options->plan);
  if (work->options->plan)
    return TRUE;
  if (!work->cancelled)
    machine_hold_signals ();
  done = compute (work, part, &request, estimate.bytes, names, error);
  if (!work->cancelled)
    machine_release_signals ();
  return done;
}
