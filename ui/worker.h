/* worker: libtessera in a thread of its own. Everything it has to tell arrives in the main loop;
 * nothing here blocks the caller. One thing is done at a time, in the order asked for. */
#pragma once
#include "host.h"

typedef struct UiWorker UiWorker;

/* What the window is told, from the main loop. Errors and results are the receiver's. */
typedef struct {
  /* model: constant and valid until the next open; NULL and error where it cannot be opened. */
  void (*opened) (const TesseraModel *model, GError *error, gpointer data);
  /* estimate: NULL and error where the request cannot be done. */
  void (*estimated) (const TesseraEstimate *estimate, GError *error, gpointer data);
  /* box: in the scene's part. */
  void (*grown) (guint batch, int k, TesseraBox box, const float *pixels, gpointer data);
  /* result: NULL and error where nothing was finished. */
  void (*finished) (guint batch, TesseraResult *result, double seconds, GError *error,
                    gpointer data);
  /* A draft is there; result: NULL where there is none. estimated: the seconds it was thought to
   * take; more than were allowed: it was not begun. taken: 0 where it was not begun. */
  void (*drafted) (guint batch, TesseraResult *result, double estimated, double taken,
                   gpointer data);
} UiWorkerEvents;

UiWorker *ui_worker_new (const UiWorkerEvents *events, gpointer data);

/* Stops what runs, waits for the thread; nothing is told afterwards. NULL is fine. */
void ui_worker_free (UiWorker *worker);

void ui_worker_open (UiWorker *worker, const char *path);

/* request: copied; its arrays are the scene's, of which a reference is kept. A later estimate
 * replaces one that has not begun. */
void ui_worker_estimate (UiWorker *worker, UiScene *scene, const TesseraRequest *request);

/* batch: above 0, larger than those before. rows: tell what has grown. */
void ui_worker_run (UiWorker *worker, guint batch, UiScene *scene, const TesseraRequest *request,
                    gboolean rows);

/* As a run without rows, if the estimate allows for no more than `allowed` seconds. */
void ui_worker_draft (UiWorker *worker, guint batch, UiScene *scene, const TesseraRequest *request,
                      double allowed);

/* This run, and those asked for before it, end within a tenth of a second with what is finished. */
void ui_worker_stop (UiWorker *worker, guint batch);

/* 0..1 of the run that is on. */
double ui_worker_done (UiWorker *worker);
