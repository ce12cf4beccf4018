/* gallery: the variations made so far, in the order shown; a model without widgets. Generating adds,
 * nothing but discarding takes away. */
#pragma once
#include "host.h"

enum { GALLERY_MAX = 64 };

typedef enum {
  VARIATION_GROWING, /* rows of it are there */
  VARIATION_DONE,
  VARIATION_CUT, /* stopped before it was done: can be looked at, not applied */
} VariationState;

typedef struct Variation Variation;

struct Variation {
  int ref_count; /* the gallery's, and one for each that is made over it */
  guint id;      /* never used twice */
  int number;    /* as shown, from 1; kept when others are discarded */
  guint batch;
  VariationState state;
  gboolean ticked;  /* marked for Apply */
  gboolean starred; /* never dropped to make room */
  gboolean applied;
  int parent;        /* number of the one it is like, or a part of; 0 = none */
  gboolean part;     /* a part of the parent made anew, all else is as there */
  Variation *base;   /* reference: it lies over this one, which is not in the picture; or NULL */
  UiScene *scene;    /* reference; NULL for one found in the picture */
  guint64 seed;      /* with `variation`: what makes it again */
  int variation;     /* 0-based */
  TesseraBox box;    /* canvas */
  const float *rgba; /* [box.height][box.width][4]; weight 0 where nothing has grown yet: */
  float *own;        /* owned, or NULL where the result has them */
  UiResult *result;  /* reference, once done; */
  int rank;          /* which of it this is */
  char *recipe;      /* once done */
  double rim_ratio, seconds;
  guint version; /* grows with every change of rgba */
};

typedef struct {
  GPtrArray *variations; /* of Variation, owned */
  guint current;         /* id of the one shown; 0 = the picture itself */
  gboolean chosen;       /* the user has picked the current one: ranking leaves it alone */
  int next_number;
  guint next_id, next_batch;
} Gallery;

void gallery_init (Gallery *gallery);
void gallery_clear (Gallery *gallery);

guint gallery_size (const Gallery *gallery);
Variation *gallery_at (const Gallery *gallery, guint i);
Variation *gallery_find (const Gallery *gallery, guint id); /* NULL where it is gone */
Variation *gallery_current (const Gallery *gallery);        /* NULL = the picture itself */
int gallery_index (const Gallery *gallery, guint id);       /* -1 where it is gone */

/* n growing variations behind those that are there, or behind `parent` (a number, 0 = none) and its
 * children. box: of the hole, canvas. Old unticked, unstarred ones give way beyond GALLERY_MAX.
 * Returns the batch; *dropped counts those that gave way. FALSE (0) where memory is short. */
guint gallery_add (Gallery *gallery, UiScene *scene, int n, guint64 seed, TesseraBox box,
                   int parent, int *dropped);

/* The variation k (0-based, in the order of the request) of a batch; NULL where it was discarded. */
Variation *gallery_in_batch (const Gallery *gallery, guint batch, int k);

/* All of the batch lie over `base` (NULL: over the picture); part: they are a part of it made anew. */
void gallery_set_base (Gallery *gallery, guint batch, Variation *base, gboolean part);

/* Pixels [box.height][box.width][3] that have grown; box: canvas. The weight is that of the
 * scene's hole. */
void gallery_grow (Variation *variation, TesseraBox box, const float *pixels);

/* The batch is over. result: NULL where nothing was finished; ranks become the order, and the best
 * is ticked unless one of the batch is already. Those without a result are cut. */
void gallery_finish (Gallery *gallery, guint batch, UiResult *result, double seconds);

/* One that was found in the picture; takes the stored one's content. */
void gallery_add_stored (Gallery *gallery, UiStored *stored);

void gallery_discard (Gallery *gallery, guint id);
void gallery_discard_cut (Gallery *gallery);

/* Moves the current one by `step` places, staying inside; FALSE where that changes nothing. */
gboolean gallery_step (Gallery *gallery, int step);
void gallery_show (Gallery *gallery, guint id);

/* Variations to apply, best first: those ticked, else the current one if it is done. g_ptr_array_unref.
 * Borrowed pointers. */
GPtrArray *gallery_to_apply (const Gallery *gallery);

/* Done ones of batches of which no Apply has taken any: who has chosen has done without the rest. */
int gallery_n_unapplied (const Gallery *gallery);
