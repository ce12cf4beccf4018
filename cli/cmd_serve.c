#include "commands.h"
#include "failure.h"
#include "fill.h"
#include "json_add.h"
#include "serve_lines.h"
#include "serve_request.h"
#include "serve_socket.h"
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* One conversation. A thread of its own reads the lines, so that "cancel" is heard while the other
 * one computes; both write answers. */
typedef struct {
  Work *work; /* of the server: its model */
  ReportOut out;
  ServeLines lines;
  GAsyncQueue *queue; /* of ServeRequest: jobs, at last an op "quit" or "end" */
  GMutex mutex;       /* of what follows */
  GPtrArray *waiting; /* of ServeRequest: in the queue or in work; borrowed */
} Session;

/* ---- answers ------------------------------------------------------------------------------- */

static void
answer_begin (Session *session, const ServeRequest *request, Report *report)
{
  report_init (report, TRUE);
  report->out = &session->out;
  report->id = request->id;
  report->rows = request->rows;
  report->quiet = TRUE;
}

/* The last line of an answer: error NULL = all is well. */
static void
answer_end (Report *report, const GError *error)
{
  report->input = NULL;
  report_end (report, error);
  report_clear (report);
}

static void
answer_at_once (Session *session, const ServeRequest *request, const GError *error)
{
  Report report;

  answer_begin (session, request, &report);
  answer_end (&report, error);
}

static void
answer_info (Session *session, const ServeRequest *request)
{
  Report report;
  JsonBuilder *json;

  answer_begin (session, request, &report);
  json = report_event (&report, "info");
  info_add (json, session->work->model, NULL);
  report_say (&report, json);
  answer_end (&report, NULL);
}

/* ---- the thread that reads ----------------------------------------------------------------- */

/* TRUE where there is such a request, running or waiting. NULL: all of them. */
static gboolean
cancel (Session *session, const char *target)
{
  gboolean found = FALSE;

  g_mutex_lock (&session->mutex);
  for (guint i = 0; i < session->waiting->len; i++)
    {
      ServeRequest *request = g_ptr_array_index (session->waiting, i);

      if (target && strcmp (request->id, target))
        continue;
      g_atomic_int_set (&request->cancelled, 1);
      found = TRUE;
    }
  g_mutex_unlock (&session->mutex);
  return found;
}

static void
answer_cancel (Session *session, const ServeRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (!cancel (session, request->target))
    g_set_error (&error, FAILURE, FAILURE_USAGE, _ ("target: no request %s is waiting or running."),
                 request->target);
  answer_at_once (session, request, error);
}

/* Whether there is room for one more. */
static gboolean
has_room (Session *session, const ServeRequest *request, GError **error)
{
  gsize held = request->held, n;

  g_mutex_lock (&session->mutex);
  n = session->waiting->len;
  for (guint i = 0; i < n; i++)
    held += ((ServeRequest *) g_ptr_array_index (session->waiting, i))->held;
  g_mutex_unlock (&session->mutex);
  if (n < SERVE_MAX_WAITING && held <= SERVE_MAX_HELD)
    return TRUE;
  g_set_error_literal (error, FAILURE, FAILURE_USAGE,
                       _ ("Too many requests are waiting. Ask again when some are done."));
  return FALSE;
}

static void
enqueue (Session *session, ServeRequest *request)
{
  guint n_before;

  g_mutex_lock (&session->mutex);
  n_before = session->waiting->len;
  g_ptr_array_add (session->waiting, request);
  g_mutex_unlock (&session->mutex);
  if (n_before)
    {
      Report report;
      JsonBuilder *json;

      answer_begin (session, request, &report);
      json = report_event (&report, "queued");
      json_add_int (json, "before", n_before);
      report_say (&report, json);
      report_clear (&report);
    }
  g_async_queue_push (session->queue, request);
}

/* FALSE after "quit". */
static gboolean
hear (Session *session, const char *line, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ServeRequest) request = serve_request_read (line, length, &error);

  if (error || (request->options && !has_room (session, request, &error)))
    answer_at_once (session, request, error);
  else if (request->options)
    enqueue (session, g_steal_pointer (&request));
  else if (!strcmp (request->op, "info"))
    answer_info (session, request);
  else if (!strcmp (request->op, "cancel"))
    answer_cancel (session, request);
  else
    {
      cancel (session, NULL);
      g_async_queue_push (session->queue, g_steal_pointer (&request));
      return FALSE;
    }
  return TRUE;
}

static void
hear_too_long (Session *session)
{
  ServeRequest nobody = { .id = (char *) "null" };
  g_autoptr (GError) error = g_error_new (
      FAILURE, FAILURE_USAGE, _ ("This line is longer than %d MiB."), SERVE_MAX_LINE >> 20);

  answer_at_once (session, &nobody, error);
}

static gpointer
listen_to (gpointer data)
{
  Session *session = data;
  gboolean goes_on = TRUE;

  while (goes_on)
    {
      g_autofree char *line = NULL;
      gsize length = 0;
      const LineKind kind = serve_lines_next (&session->lines, &line, &length);

      if (kind == LINE_TOO_LONG)
        hear_too_long (session);
      else if (kind == LINE_END)
        break;
      else if (line[strspn (line, " \t\r")]) /* empty lines are nothing */
        goes_on = hear (session, line, length);
    }
  if (goes_on)
    {
      ServeRequest *end = g_new0 (ServeRequest, 1);

      end->op = g_strdup ("end");
      g_async_queue_push (session->queue, end);
    }
  return NULL;
}

/* ---- the thread that works ----------------------------------------------------------------- */

static gboolean
run (Work *work, const GPtrArray *names, GError **error)
{
  switch (work->options->command)
    {
    case COMMAND_EXTEND:
      return command_extend (work, names, error);
    case COMMAND_PAINT:
      return command_paint (work, names, error);
    default:
      return command_complete (work, names, error);
    }
}

/* The server's own limits hold where a request sets none. */
static void
inherit (Options *options, const Options *server)
{
  if (!options->memory)
    options->memory = server->memory;
  if (!options->request.n_threads)
    options->request.n_threads = server->request.n_threads;
}

static void
work_on (Session *session, ServeRequest *request)
{
  g_auto (Work) work = { .kept = TRUE, .cancelled = &request->cancelled };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = NULL;
  Report report;

  answer_begin (session, request, &report);
  inherit (request->options, session->work->options);
  if (request->options->inputs->len)
    report.input = options_input (request->options);
  if (!request->options->output || (names = fill_names (request->options, NULL, &error)))
    {
      if (g_atomic_int_get (&request->cancelled))
        {
          work.options = request->options;
          work.stop = STOP_CANCEL;
          error = work_stop_error (&work, 0, request->options->request.n_variations);
        }
      else if (work_adopt (&work, request->options, &report, session->work->model, &error))
        run (&work, names, &error);
    }
  g_mutex_lock (&session->mutex);
  g_ptr_array_remove (session->waiting, request);
  g_mutex_unlock (&session->mutex);
  answer_end (&report, error);
}

/* TRUE where "quit" has ended the conversation, and not the end of the input. */
static gboolean
converse (Work *work, int in, int out)
{
  Session session = { .work = work, .out = { .fd = out } };
  GThread *reader;
  gboolean quit = FALSE, ended = FALSE;

  g_mutex_init (&session.out.mutex);
  g_mutex_init (&session.mutex);
  serve_lines_init (&session.lines, in, SERVE_MAX_LINE);
  session.queue = g_async_queue_new_full (serve_request_free);
  session.waiting = g_ptr_array_new ();
  reader = g_thread_new ("reader", listen_to, &session);
  while (!ended)
    {
      g_autoptr (ServeRequest) request = g_async_queue_pop (session.queue);

      quit = !strcmp (request->op, "quit");
      ended = quit || !strcmp (request->op, "end");
      if (!ended)
        work_on (&session, request);
      else if (quit)
        answer_at_once (&session, request, NULL);
    }
  g_thread_join (reader);
  g_async_queue_unref (session.queue);
  g_ptr_array_unref (session.waiting);
  serve_lines_clear (&session.lines);
  g_mutex_clear (&session.mutex);
  g_mutex_clear (&session.out.mutex);
  return quit;
}

/* One client after the other. */
static gboolean
serve_socket (Work *work, GError **error)
{
  const int listener = serve_socket_open (work->options->socket, error);
  gboolean quit = FALSE;

  if (listener < 0)
    return FALSE;
  while (!quit)
    {
      const int client = serve_socket_accept (listener);

      if (client < 0)
        break;
      quit = converse (work, client, client);
      close (client);
    }
  serve_socket_close (listener, work->options->socket);
  return TRUE;
}

gboolean
cmd_serve (const Options *options, Report *report, GError **error)
{
  g_auto (Work) work = { 0 };
  gboolean done = TRUE;

  signal (SIGPIPE,
          SIG_IGN); /* who goes away in the middle of an answer ends his conversation only */
  if (!options->socket)
    report->json = TRUE;
  if (!work_open (&work, options, report, error))
    return FALSE;
  if (options->socket)
    done = serve_socket (&work, error);
  else
    converse (&work, STDIN_FILENO, STDOUT_FILENO);
  report->json = !done; /* every answer has been given */
  return done;
}
