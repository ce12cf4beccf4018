/* tessera: completes pictures with a VQGAN tokenizer and a GPT. The only header to include from
 * outside; it brings the error codes of base/status.h along.
 *
 * Objects are opaque and constant once made, unless a comment says otherwise; any function may be
 * called from any thread. Functions that can fail return FALSE or NULL, set `error` and leave
 * their outputs alone. Strings and arrays that a function returns belong to the object they were
 * asked of. */
#pragma once
#include "base/status.h"

G_BEGIN_DECLS

enum { TESSERA_MAX_VARIATIONS = 16, TESSERA_FREE = 255 /* a pixel without label */ };

/* "0.1.0" */
const char *tessera_version (void);

/* ---- models -------------------------------------------------------------------------------- */

typedef struct TesseraModel TesseraModel;

/* Maps and validates a model file (docs/model-file.md). The path stands in every message. */
TesseraModel *tessera_model_open (const char *path, GError **error);
void tessera_model_close (TesseraModel *model); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TesseraModel, tessera_model_close)

typedef struct {
  const char *kind;        /* "fill", "vqgan", "gpt", "net2net" */
  const char *name;        /* free text from the file, never NULL */
  const char *source;      /* free text, never NULL: where the weights come from */
  const char *licence;     /* free text, never NULL */
  const char *fingerprint; /* SHA-256 of the file, 64 hex digits */
  gsize file_bytes;
  guint64 n_weights;        /* numbers stored in the file's tensors */
  int factor;               /* f: a cell is factor x factor pixels; 0 = no tokenizer */
  int n_codes;              /* codebook entries; 0 = no tokenizer */
  int window;               /* side of the transformer's window in cells; 0 = no transformer */
  int n_labels;             /* 0 = knows no labels */
  gboolean can_complete;    /* tessera_complete takes it */
  gboolean can_reconstruct; /* tessera_reconstruct takes it */
} TesseraModelInfo;

const TesseraModelInfo *tessera_model_info (const TesseraModel *model);

/* English name of label i, 0 <= i < n_labels. */
const char *tessera_model_label (const TesseraModel *model, int i);

/* ---- requests ------------------------------------------------------------------------------ */

/* Pixels of the caller: [height][width][3] perceptual RGB, 0..1. Borrowed until the call returns. */
typedef struct {
  int width, height;
  const float *pixels;
} TesseraPicture;

/* Return FALSE to cancel. Called every few milliseconds, from the thread that called the engine;
 * done: 0..1, never falls, 1 only at the end. */
typedef gboolean (*TesseraProgress) (double done, gpointer data);

typedef struct {
  TesseraPicture picture;
  const float *hole;        /* [height][width], 1 = fill, 0 = keep; soft values blend */
  const guint8 *labels;     /* [height][width], TESSERA_FREE = unpainted; NULL = none (default) */
  int n_variations;         /* 1..TESSERA_MAX_VARIATIONS, default 4 */
  guint64 seed;             /* default 0 */
  double temperature;       /* 0 = always the likeliest token; default 1; at most 10 */
  int top_k;                /* 0 = all tokens; default 100 */
  double top_p;             /* above 0 up to 1, 1 = off; default 1 */
  gboolean match_rim;       /* shift the colours of the filling so that they meet the rim; TRUE */
  double texture;           /* per cent of fine structure lent by the rest of the picture; 100 */
  int n_threads;            /* 0 = one for each core (default) */
  gsize memory_limit;       /* bytes, 0 = three quarters of what is free (default) */
  TesseraProgress progress; /* NULL = none (default) */
  gpointer progress_data;
} TesseraRequest;

/* Every field to its default. Begin with this: fields may be added. */
void tessera_request_init (TesseraRequest *request);

/* What a request will cost; made from the plan, before anything is computed. */
typedef struct {
  int n_levels, n_windows, n_cells; /* n_cells: tokens to sample for one variation, all levels */
  double flop;
  double seconds; /* at the speed this machine is assumed to have: a guess, right within 2x */
  gsize bytes;    /* working memory beyond the model */
} TesseraEstimate;

gboolean tessera_estimate (const TesseraModel *model, const TesseraRequest *request,
                           TesseraEstimate *estimate, GError **error);

/* ---- results ------------------------------------------------------------------------------- */

typedef struct TesseraResult TesseraResult;

typedef struct {
  int x, y, width, height; /* in pixels of the picture */
} TesseraBox;

/* Fills the hole. The result is the caller's. Same model file, request and seed give the same
 * bytes on the same instruction set, whatever n_threads. TESSERA_ERROR_EMPTY where the hole
 * has no pixel, or leaves none to go by; TESSERA_ERROR_CANCELLED where progress said so. */
TesseraResult *tessera_complete (const TesseraModel *model, const TesseraRequest *request,
                                 GError **error);
void tessera_result_free (TesseraResult *result); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TesseraResult, tessera_result_free)

int tessera_result_n_variations (const TesseraResult *result);

/* The bounding box of the hole: what all variations cover. */
TesseraBox tessera_result_box (const TesseraResult *result);

/* Rank i, best first: [box.height][box.width][4], perceptual RGB 0..1 and blend weight (= hole). */
const float *tessera_result_pixels (const TesseraResult *result, int i);

/* Which variation (0-based, the number that keys its random draws) has rank i. */
int tessera_result_variation (const TesseraResult *result, int i);

/* Mean log-probability of the tokens of rank i, natural logarithm, <= 0. */
double tessera_result_log_likelihood (const TesseraResult *result, int i);

/* Step of the picture across the rim after filling, divided by the step just outside it; 1 is
 * seamless. */
double tessera_result_rim_ratio (const TesseraResult *result, int i);

/* Blends rank i into pixels [height][width][3] of the whole picture, which may be the request's
 * own. Pixels where hole is 0 keep every bit. */
void tessera_result_apply (const TesseraResult *result, int i, float *pixels, int width);

/* JSON, one line: all that is needed to make the same result again. */
const char *tessera_result_recipe (const TesseraResult *result);

/* Encodes and decodes the whole picture: what the model can represent. pixels:
 * [height][width][3], the caller's, not clamped. */
gboolean tessera_reconstruct (const TesseraModel *model, const TesseraRequest *request,
                              float *pixels, GError **error);

/* ---- import -------------------------------------------------------------------------------- */

/* Types of weights in a model file. */
typedef enum {
  TESSERA_WEIGHTS_F16,
  TESSERA_WEIGHTS_F32,
  TESSERA_WEIGHTS_BF16,
  TESSERA_WEIGHTS_I8, /* the transformer's large products with 8 bits, all else F16 */
} TesseraWeights;

/* A checkpoint of the published system (CompVis/taming-transformers) becomes a model file. */
typedef struct {
  const char *checkpoint;  /* a file that PyTorch has written, or .safetensors */
  const char *config;      /* its yaml file; NULL = what can be told from the weights */
  const char *first_stage; /* a file with the tokenizer; NULL = it is in the checkpoint. Wins. */
  const char *output;      /* the model file: written under a temporary name, then renamed */
  const char *name;        /* free text of the model; NULL = the output's name */
  TesseraWeights type;     /* default TESSERA_WEIGHTS_F16 */
  int n_heads;             /* attention heads; 0 = the config says it */
  const char *condition;   /* "segmentation", "depth", "picture", "coord:CODES", "class:CLASSES",
                              "sos:TOKEN", "tokens:N"; NULL = config or weights say it */
  const char *labels_file; /* a name a line, in the labels' order; NULL = none */
  int label_shift;         /* 0 or 1; -1 = 1 for COCO's 183 labels, else 0 (default) */
  gboolean overwrite;      /* replace an output that exists; FALSE */
  TesseraProgress progress;
  gpointer progress_data;
} TesseraImport;

void tessera_import_init (TesseraImport *import);

/* Nothing in the checkpoint is ever run: its pickle is read by a reader that builds tensors and
 * refuses, by name, what reaches further. Peak memory does not grow with the file. FORMAT and
 * UNSUPPORTED for the files, QUESTION where a person must say what no file says, MISFIT where
 * config and weights disagree, CANCELLED; G_FILE_ERROR. Without success there is no output. */
gboolean tessera_import (const TesseraImport *import, GError **error);

G_END_DECLS
