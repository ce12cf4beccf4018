/* schema: the hyper-parameters of a model file (docs/model-file.md), read and bounded. */
#pragma once
#include "model/json.h"

enum { MAX_LEVELS = 8, MAX_LABELS = 256 };

typedef enum { KIND_VQGAN, KIND_GPT, KIND_NET2NET, KIND_FILL } ModelKind;

/* What becomes of an entry that a remapped codebook does not list; else the token itself. */
enum { UNKNOWN_RANDOM = -1, UNKNOWN_EXTRA = -2 };

typedef struct {
  int ch, n_levels, ch_mult[MAX_LEVELS], num_res_blocks;
  int n_attn, attn_resolutions[MAX_LEVELS], resolution;
  int in_channels, out_ch, z_channels, embed_dim, n_embed;
  int patch;           /* 1 = as published */
  gboolean layer_norm; /* else GroupNorm */
  gboolean mid_attn, seam;
  gboolean gumbel;   /* the quantiser takes the largest logit; else the nearest code */
  gboolean remap;    /* tokens are places in quantize.used, not entries of the codebook */
  int unknown_index; /* with remap */
} VqSchema;

/* GPT and the transformer of kind fill; what a kind does not have is 0. */
typedef struct {
  int vocab_size, block_size, n_unmasked; /* gpt, net2net */
  int window;                             /* fill */
  gboolean underpainted; /* fill: without a guide the underpainted picture takes its place */
  int n_layer, n_head, n_embd;
} GptSchema;

/* What stands before the picture's tokens in the sequence of a net2net. */
typedef enum {
  CONDITION_SEGMENTATION, /* the first three: tokens of a grid, from a tokenizer of their own */
  CONDITION_DEPTH,
  CONDITION_PICTURE,
  CONDITION_COORD, /* tokens of a grid, from the place in the picture */
  CONDITION_CLASS, /* one token */
  CONDITION_SOS,   /* one token, always the same */
  CONDITION_PREFIX /* n_tokens tokens, given with the request */
} ConditionType;

/* What a type does not have is 0. */
typedef struct {
  ConditionType type;
  VqSchema vqgan;            /* segmentation, depth, picture */
  int n_labels, label_shift; /* segmentation: label byte l is channel (l + label_shift) % 256 */
  int n_embed, down_factor;  /* coord */
  int n_classes;             /* class */
  int sos_token;             /* sos */
  int n_tokens;              /* class, sos: 1; prefix */
} ConditionSchema;

/* The order of tokens in a net2net's sequence. */
typedef struct {
  char *type;     /* "identity", ..; as the file names it */
  int rows, cols; /* of the grid that is put in order; 0 where type is "identity" */
} PermuterSchema;

typedef struct {
  ModelKind kind;
  char *name, *source, *licence; /* never NULL */
  VqSchema vqgan;                /* all but gpt */
  GptSchema transformer;         /* all but vqgan */
  ConditionSchema condition;     /* net2net */
  PermuterSchema permuter;       /* net2net */
  int n_labels;                  /* fill; net2net: of a segmentation, as label maps number them */
  char **labels;                 /* [n_labels], NULL-terminated */
  guint32 label_colors[MAX_LABELS]; /* [n_labels], 0xRRGGBB */
  gboolean paints;                  /* fill: has learnt to make pictures of nothing, no labels */
} Schema;

gboolean schema_read (Schema *schema, const char *text, GError **error);

/* A VQ object of docs/model-file.md: "vqgan" of a model or of a condition. */
gboolean schema_read_vq (VqSchema *vq, JsonObject *object, GError **error);
void schema_clear (Schema *schema);

/* "condition" and "permuter" of kind net2net; the tokenizer and the transformer have been read. */
gboolean schema_read_condition (Schema *schema, JsonObject *object, GError **error);

/* Whether the condition's tokens are a grid as large as the picture's, so that windows cut both. */
static inline gboolean
condition_is_grid (const ConditionSchema *condition)
{
  return condition->n_tokens == 0;
}

static inline int
vq_factor (const VqSchema *vq)
{
  return vq->patch << (vq->n_levels - 1);
}

/* Width of level l. */
static inline int
vq_width (const VqSchema *vq, int l)
{
  return vq->ch * vq->ch_mult[l];
}

gboolean vq_has_attention (const VqSchema *vq, int level);
