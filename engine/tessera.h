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

enum {
  TESSERA_MAX_VARIATIONS = 16,
  TESSERA_FREE = 255, /* a pixel without label */
  TESSERA_MAX_LABEL_STRENGTH = 20
};

/* "0.1.0" */
const char *tessera_version (void);

/* The instruction set that the kernels of this run use: "avx2", "c". */
const char *tessera_isa (void);

/* ---- models -------------------------------------------------------------------------------- */

typedef struct TesseraModel TesseraModel;

/* Maps and validates a model file (docs/model-file.md). The path stands in every message. */
TesseraModel *tessera_model_open (const char *path, GError **error);
void tessera_model_close (TesseraModel *model); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TesseraModel, tessera_model_close)

/* What a model is told beside the pixels, and the request's field for it. */
typedef enum {
  TESSERA_CONDITION_NONE,         /* nothing */
  TESSERA_CONDITION_LABELS,       /* kind fill: labels, every pixel of them optional */
  TESSERA_CONDITION_SEGMENTATION, /* labels, all pixels */
  TESSERA_CONDITION_DEPTH,        /* depth, all pixels */
  TESSERA_CONDITION_PICTURE,      /* drawing, all pixels: poses, edges */
  TESSERA_CONDITION_COORDINATES,  /* nothing: the place in the picture, which the engine knows */
  TESSERA_CONDITION_CLASS,        /* class_number */
  TESSERA_CONDITION_PREFIX,       /* prefix tokens, such as boxes of things */
} TesseraCondition;

typedef struct {
  const char *kind;    /* "fill", "vqgan", "gpt", "net2net" */
  const char *name;    /* free text from the file, never NULL */
  const char *source;  /* free text, never NULL: where the weights come from */
  const char *licence; /* free text, never NULL */
  gsize file_bytes;
  guint64 n_weights; /* numbers stored in the file's tensors */
  int factor;        /* f: a cell is factor x factor pixels; 0 = no tokenizer */
  int n_codes;       /* codebook entries; 0 = no tokenizer */
  int window;        /* side of the transformer's window in cells; 0 = no transformer */
  TesseraCondition condition;
  int n_labels;              /* 0 = knows no labels */
  gboolean needs_all_labels; /* TESSERA_FREE may not stand in its label maps */
  int n_classes;             /* TESSERA_CONDITION_CLASS: class is 0..n_classes-1; else 0 */
  int n_prefix;              /* TESSERA_CONDITION_PREFIX: condition tokens that a request gives */
  gboolean can_complete;     /* fills holes in pictures */
  gboolean can_paint;        /* makes a whole picture without any pixels given */
  gboolean can_reconstruct;  /* encodes and decodes RGB pictures */
} TesseraModelInfo;

/* The strings live as long as the model. */
const TesseraModelInfo *tessera_model_info (const TesseraModel *model);

/* SHA-256 of the file, 64 hex digits; computed at the first call, which reads the whole file. */
const char *tessera_model_fingerprint (const TesseraModel *model);

/* English name of label i, 0 <= i < n_labels, and its colour in label layers, 0xRRGGBB (sRGB).
 * Labels of one model differ by at least 8 in some channel. */
const char *tessera_model_label (const TesseraModel *model, int i);
guint32 tessera_model_label_color (const TesseraModel *model, int i);

/* "labels", "depth" ...: what the model is told, in English. */
const char *tessera_condition_name (TesseraCondition condition);

/* All of this as one JSON object; the caller's (g_free). Reads the whole file for its fingerprint.
 * path: NULL = it is nobody's business. */
char *tessera_model_json (const TesseraModel *model, const char *path);

typedef struct {
  gsize n_painted; /* alpha of half or more */
  gsize n_near; /* no label's colour, nor near a pixel of one: taken for the most similar label */
  gsize n_unknown; /* similar to none: free */
} TesseraLabelCount;

/* Labels of a picture painted in the model's label colours, anti-aliased edges included. rgba:
 * [height][width][4] sRGB of 8 bits, alpha not premultiplied; labels: [height][width], the
 * caller's. MEMORY error only. */
gboolean tessera_labels_from_colors (const TesseraModel *model, const guint8 *rgba, int width,
                                     int height, guint8 *labels, TesseraLabelCount *count,
                                     GError **error);

/* ---- requests ------------------------------------------------------------------------------ */

/* Pixels of the caller: [height][width][3] perceptual RGB, 0..1. Borrowed until the call returns. */
typedef struct {
  int width, height;
  const float *pixels;
} TesseraPicture;

typedef struct {
  int x, y, width, height; /* in pixels of the picture */
} TesseraBox;

/* How a hole larger than the model's window is covered (docs/model-file.md, ARCHITECTURE.md). */
typedef enum {
  TESSERA_STRATEGY_AUTO,     /* what the model's kind does by itself: pyramid, or anchored */
  TESSERA_STRATEGY_PYRAMID,  /* kind fill: a reduced copy first, finer levels guided by it */
  TESSERA_STRATEGY_ANCHORED, /* kind net2net: windows at a fixed stride */
  TESSERA_STRATEGY_EXACT,    /* kind net2net: the published window, centred on every cell */
} TesseraStrategy;

typedef enum {
  TESSERA_EFFORT_NORMAL,
  TESSERA_EFFORT_DRAFT, /* coarse and fast */
  TESSERA_EFFORT_HIGH,  /* tries twice as many variations and keeps the best */
} TesseraEffort;

/* Return FALSE to stop. Called every few milliseconds, from the thread that called the engine;
 * done: 0..1, never falls, 1 only at the end. */
typedef gboolean (*TesseraProgress) (double done, gpointer data);

/* Shows a part of variation k (0-based, first_variation + k of the seed) that has got better: pixels [box.height]
 * [box.width][3], perceptual RGB, borrowed for the call. Later calls repeat places: the coarse
 * picture first, finished rows after it; the last ones are the result's pixels. From the thread
 * that called the engine. */
typedef void (*TesseraPreview) (int k, TesseraBox box, const float *pixels, gpointer data);

typedef struct {
  TesseraPicture picture; /* pixels NULL: there is no picture, all of it is made (can_paint) */
  const float *hole;      /* [height][width], 1 = fill, 0 = keep; soft values blend; NULL = all */
  double soften;          /* pixels around the hole over which the filling fades out; 0 (default) =
                             where hole is 0 nothing changes by one bit; at most 256 */
  gboolean wrap;          /* left and right border are one: 360 degree panoramas; FALSE */

  /* Conditions; NULL or -1 = not given (default). What the model cannot take is an error. */
  const guint8 *labels; /* [height][width], TESSERA_FREE = unpainted */
  const float *depth;   /* [height][width], any scale, near = large */
  const float *drawing; /* [height][width][3], perceptual RGB 0..1 */
  int class_number;     /* of the model's classes */
  const int *prefix;    /* [n_prefix] condition tokens */
  int n_prefix;

  int n_variations;    /* 1..TESSERA_MAX_VARIATIONS, default 4 */
  int first_variation; /* 0-based number of the first one; default 0 */
  guint64 seed;        /* default 0 */
  double temperature;  /* 0 = always the likeliest token; default 1; at most 10 */
  int top_k;           /* 0 = all tokens; default 100 */
  double top_p;        /* above 0 up to 1, 1 = off; default 1 */

  /* Kind fill, where labels are painted: how much they count. 0 = as if unpainted, 1 = as the model has
   * learnt, more = obeyed more, with less variety; at most TESSERA_MAX_LABEL_STRENGTH; default 4.
   * Other values than 1 double the transformer's work there. */
  double label_strength;
  TesseraStrategy strategy; /* AUTO */
  TesseraEffort effort;     /* NORMAL */

  /* "More like this": the draws of variation similar_variation of similar_seed, but for a share
   * `amount` of the finest level's cells, which draw anew by `seed`. amount < 0 (default) = off. */
  guint64 similar_seed;
  int similar_variation; /* 0-based */
  double amount;         /* 0..1 */

  gboolean match_rim; /* shift the colours of the filling so that they meet the rim, and weaken
                         blotches that the surroundings do not have; TRUE */
  double texture;     /* per cent of fine structure lent by the rest of the picture; 100 */
  gboolean grain;     /* add the noise of the surroundings where the filling lacks it; TRUE */

  int n_threads;            /* 0 = one for each core (default) */
  gsize memory_limit;       /* bytes, 0 = three quarters of what is free (default) */
  TesseraProgress progress; /* NULL = none (default) */
  gpointer progress_data;
  TesseraPreview preview; /* NULL = none (default) */
  gpointer preview_data;
} TesseraRequest;

/* Every field to its default. Begin with this: fields may be added. */
void tessera_request_init (TesseraRequest *request);

/* What a request will cost; made from the plan, before anything is computed. */
typedef struct {
  int n_levels, n_windows, n_cells; /* n_cells: tokens to sample for one variation, all levels */
  double flop;
  double seconds;     /* at the speed this machine is assumed to have: a guess, right within 2x */
  gsize bytes;        /* working memory beyond the model */
  TesseraBox context; /* the part of the picture that is looked at */
} TesseraEstimate;

/* plan_text, if not NULL, becomes a table for people: levels and windows (English; g_free). */
gboolean tessera_estimate (const TesseraModel *model, const TesseraRequest *request,
                           TesseraEstimate *estimate, char **plan_text, GError **error);

/* The box of the picture that a completion will read, before any pixel is at hand: a host needs
 * to fetch no more of a large picture, and gives that part as the request's picture.
 * bounds: of the hole, softening included. A picture that wraps is given with all its columns, and
 * all of it for TESSERA_STRATEGY_EXACT. */
TesseraBox tessera_context_box (const TesseraModel *model, int picture_width, int picture_height,
                                TesseraBox bounds);

/* ---- results ------------------------------------------------------------------------------- */

typedef struct TesseraResult TesseraResult;

/* Fills the hole, or makes the whole picture. The result is the caller's. Same model file, request
 * and seed give the same bytes on the same instruction set, whatever n_threads, and a variation
 * is the same alone and among others. Stopped by progress, the result holds the variations that
 * were finished; TESSERA_ERROR_CANCELLED where none was. TESSERA_ERROR_EMPTY where the hole has no
 * pixel, or leaves none to go by and no condition is given; TESSERA_ERROR_UNSUPPORTED where the
 * model cannot do what is asked. */
TesseraResult *tessera_complete (const TesseraModel *model, const TesseraRequest *request,
                                 GError **error);
void tessera_result_free (TesseraResult *result); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TesseraResult, tessera_result_free)

int tessera_result_n_variations (const TesseraResult *result); /* fewer if stopped */

typedef struct {
  double encode, sample, decode, pixels; /* seconds of the steps; pixels: all work on pictures */
} TesseraTimes;

TesseraTimes tessera_result_times (const TesseraResult *result);

/* The bounding box of the hole, softening included: what all variations cover. */
TesseraBox tessera_result_box (const TesseraResult *result);

/* Rank i, best first: [box.height][box.width][4], perceptual RGB 0..1 and blend weight: the
 * hole, softened. */
const float *tessera_result_pixels (const TesseraResult *result, int i);

/* Which variation (0-based, counted from the seed: first_variation + k) has rank i. */
int tessera_result_variation (const TesseraResult *result, int i);

/* Mean log-probability of the tokens of rank i, natural logarithm, <= 0. */
double tessera_result_log_likelihood (const TesseraResult *result, int i);

/* Step of the picture across the rim after filling, divided by the step just outside it; 1 is
 * seamless. */
double tessera_result_rim_ratio (const TesseraResult *result, int i);

/* Blends rank i into pixels [height][width][3] of the whole picture, which may be the request's
 * own. Pixels where hole is 0 keep every bit. */
void tessera_result_apply (const TesseraResult *result, int i, float *pixels, int width);

/* JSON, one line: all that is needed to make rank i again, but for the picture. */
const char *tessera_result_recipe (const TesseraResult *result, int i);

/* Sets what the recipe says (seed, first_variation, similar_*, sampling, soften, ...; n_variations
 * becomes 1) and leaves pictures, conditions, threads and callbacks alone. FORMAT error where it
 * cannot be read, UNSUPPORTED where a newer program wrote it. */
gboolean tessera_recipe_read (const char *recipe, TesseraRequest *request, GError **error);

/* ---- the tokenizer alone ------------------------------------------------------------------- */

/* Cells of a picture of this size: each side divided by the factor, rounded up. */
int tessera_cells (const TesseraModel *model, int side);

/* tokens: [rows][cols], the caller's. The picture's last column and row are repeated up to whole
 * cells. */
gboolean tessera_encode (const TesseraModel *model, const TesseraRequest *request, int *tokens,
                         GError **error);

/* pixels: [height][width][3] of the request's picture size, the caller's, not clamped; of the
 * request only picture.width and height, limits and progress count. FORMAT error where a token
 * is none. */
gboolean tessera_decode (const TesseraModel *model, const TesseraRequest *request,
                         const int *tokens, float *pixels, GError **error);

/* Both, one after the other: what the model can represent. */
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
                              "sos:TOKEN", "prefix:N"; NULL = config or weights say it */
  const char *labels_file; /* a name a line, for each number of a label map; NULL = none */
  int label_shift;         /* 0 or 1; -1 = 1 for COCO's 183 labels, else 0 (default) */
  gboolean overwrite;      /* replace an output that exists; FALSE */
  TesseraProgress progress;
  gpointer progress_data;
} TesseraImport;

typedef struct {
  const char *kind; /* "vqgan", "gpt", "net2net" */
  guint64 n_weights;
  gsize file_bytes;
} TesseraImported;

void tessera_import_init (TesseraImport *import);

/* Nothing in the checkpoint is ever run: its pickle is read by a reader that builds tensors and
 * refuses, by name, what reaches further. Peak memory does not grow with the file. FORMAT and
 * UNSUPPORTED for the files, QUESTION where a person must say what no file says, MISFIT where
 * config and weights disagree, CANCELLED; G_FILE_ERROR. Without success there is no output. imported may be NULL. */
gboolean tessera_import (const TesseraImport *import, TesseraImported *imported, GError **error);

G_END_DECLS
