#include "worker.h"

enum { PIECE = 250000 }; /* pixels that are told of at once */

typedef enum { TASK_OPEN, TASK_ESTIMATE, TASK_RUN, TASK_DRAFT, TASK_QUIT } TaskKind;

typedef struct {
  TaskKind kind;
  char *path;
  UiScene *scene;
  TesseraRequest request;
  guint batch, serial;
  gboolean rows;
  double allowed; /* seconds */
} Task;

struct UiWorker {
  int ref_count; /* atomic: the window's, and one for each piece of news on its way */
  UiWorkerEvents events;
  gpointer data;
  GThread *thread;
  GAsyncQueue *tasks;
  GMainContext *context; /* where things are told */
  TesseraModel *model;   /* the thread's; the window reads it between two opens */
  int stop;              /* atomic: this batch and those before it shall end */
  int done;              /* atomic, in 1/1000000 */
  int alive;             /* atomic: 0 = tell nothing any more */
  guint serial;          /* of the newest estimate asked for; atomic */
  guint batch;           /* of the run that is on; the thread's */
};

static void
worker_unref (UiWorker *worker)
{
  if (!g_atomic_int_dec_and_test (&worker->ref_count))
    return;
  g_async_queue_unref (worker->tasks);
  g_main_context_unref (worker->context);
  tessera_model_close (worker->model);
  g_free (worker);
}

static void
task_free (Task *task)
{
  g_free (task->path);
  ui_scene_unref (task->scene);
  g_free (task);
}

/* ---- telling ------------------------------------------------------------------------------- */

typedef struct {
  UiWorker *worker;
  TaskKind kind;
  gboolean grown;
  TesseraModel *old; /* closed once the window has the new one */
  TesseraEstimate estimate;
  TesseraResult *result;
  GError *error;
  double seconds;
  guint batch;
  int k;
  TesseraBox box;
  float *pixels;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  tessera_model_close (news->old);
  tessera_result_free (news->result);
  g_clear_error (&news->error);
  g_free (news->pixels);
  worker_unref (news->worker);
  g_free (news);
}

static gboolean
tell (gpointer data)
{
  News *news = data;
  UiWorker *worker = news->worker;
  const UiWorkerEvents *events = &worker->events;

  if (!g_atomic_int_get (&worker->alive))
    return G_SOURCE_REMOVE;
  if (news->grown)
    events->grown (news->batch, news->k, news->box, news->pixels, worker->data);
  else if (news->kind == TASK_OPEN)
    events->opened (worker->model, g_steal_pointer (&news->error), worker->data);
  else if (news->kind == TASK_ESTIMATE)
    events->estimated (news->error ? NULL : &news->estimate, g_steal_pointer (&news->error),
                       worker->data);
  else if (news->kind == TASK_RUN)
    events->finished (news->batch, g_steal_pointer (&news->result), news->seconds,
                      g_steal_pointer (&news->error), worker->data);
  else if (news->kind == TASK_DRAFT)
    events->drafted (news->batch, g_steal_pointer (&news->result), news->estimate.seconds,
                     news->seconds, worker->data);
  return G_SOURCE_REMOVE;
}

static void
post (News *news)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell, news, news_free);
  g_source_attach (source, news->worker->context);
  g_source_unref (source);
}

static News *
news_new (UiWorker *worker, TaskKind kind)
{
  News *news = g_new0 (News, 1);

  g_atomic_int_inc (&worker->ref_count);
  news->worker = worker;
  news->kind = kind;
  return news;
}

/* ---- the thread ---------------------------------------------------------------------------- */

static gboolean
progress (double done, gpointer data)
{
  UiWorker *worker = data;

  g_atomic_int_set (&worker->done, (int) (done * 1e6));
  return (int) worker->batch > g_atomic_int_get (&worker->stop);
}

/* In pieces: none of them shall keep the main loop for long. */
static void
preview (int k, TesseraBox box, const float *pixels, gpointer data)
{
  UiWorker *worker = data;
  const int rows = MAX (PIECE / box.width, 1);

  for (int y = 0; y < box.height; y += rows)
    {
      News *news = news_new (worker, TASK_RUN);
      const TesseraBox piece = { box.x, box.y + y, box.width, MIN (rows, box.height - y) };

      news->grown = TRUE;
      news->batch = worker->batch;
      news->k = k;
      news->box = piece;
      news->pixels = g_memdup2 (pixels + 3 * (gsize) y * box.width,
                                (gsize) piece.width * piece.height * 3 * sizeof (float));
      post (news);
    }
}

static void
open_model (UiWorker *worker, const Task *task)
{
  News *news = news_new (worker, TASK_OPEN);

  news->old = worker->model;
  worker->model = tessera_model_open (task->path, &news->error);
  post (news);
}

static void
estimate (UiWorker *worker, const Task *task)
{
  News *news;

  if (task->serial != (guint) g_atomic_int_get ((int *) &worker->serial) || !worker->model)
    return; /* a newer one waits in the queue */
  news = news_new (worker, TASK_ESTIMATE);
  tessera_estimate (worker->model, &task->request, &news->estimate, NULL, &news->error);
  post (news);
}

static void
run (UiWorker *worker, const Task *task)
{
  TesseraRequest request = task->request;
  News *news = news_new (worker, TASK_RUN);
  const gint64 begun = g_get_monotonic_time ();

  worker->batch = task->batch;
  request.progress = progress;
  request.progress_data = worker;
  if (task->rows)
    {
      request.preview = preview;
      request.preview_data = worker;
    }
  news->batch = task->batch;
  if (worker->model)
    news->result = tessera_complete (worker->model, &request, &news->error);
  news->seconds = (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;
  post (news);
}

static void
draft (UiWorker *worker, const Task *task)
{
  TesseraRequest request = task->request;
  News *news = news_new (worker, TASK_DRAFT);
  const gint64 begun = g_get_monotonic_time ();

  worker->batch = news->batch = task->batch;
  request.progress = progress;
  request.progress_data = worker;
  if (worker->model && progress (0, worker)
      && tessera_estimate (worker->model, &request, &news->estimate, NULL, NULL)
      && news->estimate.seconds <= task->allowed)
    {
      news->result = tessera_complete (worker->model, &request, NULL);
      news->seconds = (double) (g_get_monotonic_time () - begun) / G_USEC_PER_SEC;
    }
  post (news);
}

static gpointer
work (gpointer data)
{
  UiWorker *worker = data;
  gboolean quit = FALSE;

  while (!quit)
    {
      Task *task = g_async_queue_pop (worker->tasks);

      quit = task->kind == TASK_QUIT;
      if (task->kind == TASK_OPEN)
        open_model (worker, task);
      else if (task->kind == TASK_ESTIMATE)
        estimate (worker, task);
      else if (task->kind == TASK_RUN)
        run (worker, task);
      else if (task->kind == TASK_DRAFT)
        draft (worker, task);
      task_free (task);
    }
  return NULL;
}

/* ---- asking -------------------------------------------------------------------------------- */

static Task *
task_new (TaskKind kind)
{
  Task *task = g_new0 (Task, 1);

  task->kind = kind;
  return task;
}

UiWorker *
ui_worker_new (const UiWorkerEvents *events, gpointer data)
{
  UiWorker *worker = g_new0 (UiWorker, 1);

  worker->events = *events;
  worker->data = data;
  worker->ref_count = 1;
  worker->alive = 1;
  worker->tasks = g_async_queue_new_full ((GDestroyNotify) task_free);
  worker->context = g_main_context_ref_thread_default ();
  worker->thread = g_thread_new ("tessera", work, worker);
  return worker;
}

void
ui_worker_free (UiWorker *worker)
{
  if (!worker)
    return;
  g_atomic_int_set (&worker->alive, 0);
  g_atomic_int_set (&worker->stop, G_MAXINT);
  g_async_queue_push_front (worker->tasks, task_new (TASK_QUIT));
  g_thread_join (worker->thread);
  worker_unref (worker);
}

void
ui_worker_open (UiWorker *worker, const char *path)
{
  Task *task = task_new (TASK_OPEN);

  task->path = g_strdup (path);
  g_async_queue_push (worker->tasks, task);
}

void
ui_worker_estimate (UiWorker *worker, UiScene *scene, const TesseraRequest *request)
{
  Task *task = task_new (TASK_ESTIMATE);

  task->scene = ui_scene_ref (scene);
  task->request = *request;
  task->serial = (guint) g_atomic_int_add ((int *) &worker->serial, 1) + 1;
  g_async_queue_push (worker->tasks, task);
}

void
ui_worker_run (UiWorker *worker, guint batch, UiScene *scene, const TesseraRequest *request,
               gboolean rows)
{
  Task *task = task_new (TASK_RUN);

  task->scene = ui_scene_ref (scene);
  task->request = *request;
  task->batch = batch;
  task->rows = rows;
  g_atomic_int_set (&worker->done, 0);
  g_async_queue_push (worker->tasks, task);
}

void
ui_worker_draft (UiWorker *worker, guint batch, UiScene *scene, const TesseraRequest *request,
                 double allowed)
{
  Task *task = task_new (TASK_DRAFT);

  task->scene = ui_scene_ref (scene);
  task->request = *request;
  task->batch = batch;
  task->allowed = allowed;
  g_async_queue_push (worker->tasks, task);
}

void
ui_worker_stop (UiWorker *worker, guint batch)
{
  g_atomic_int_set (&worker->stop, (int) batch);
}

double
ui_worker_done (UiWorker *worker)
{
  return g_atomic_int_get (&worker->done) / 1e6;
}
