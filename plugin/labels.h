/* labels: layers whose colours say what should appear where, and what is remembered of them. */
#pragma once
#include "hole.h"
#include "report.h"

/* Labels by name and colour: of a model, or those a label layer was painted with. */
typedef struct {
  int n;
  char **names; /* [n], English; owned */
  guint32 colors[TESSERA_FREE];
  char *model; /* name of the model; owned */
} LabelSet;

void label_set_clear (LabelSet *set);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LabelSet, label_set_clear)

void label_set_of_model (LabelSet *set, const TesseraModel *model);

/* What a label layer's mark says; FALSE where the item has none that can be read. */
gboolean label_set_of_layer (LabelSet *set, GimpItem *item);

/* Marks a layer that is not yet in an image: later it would be an undo step of its own. */
gboolean labels_mark (GimpItem *item, const LabelSet *set, const char *fingerprint);

/* TRUE where the item has a mark, readable or not. */
gboolean labels_is_label_layer (GimpItem *item);

/* What a label is called in the person's language. */
const char *labels_local_name (const char *name);

/* The labels of a box of the canvas in the model's numbers: [box.height][box.width], the caller's.
 * What can be said of them goes to the report. NULL and a message where the layer cannot be used
 * for this hole, or the model knows no labels. */
guint8 *labels_read (GimpLayer *layer, const TesseraModel *model, const Hole *hole,
                     GeglRectangle box, Report *report, GError **error);
