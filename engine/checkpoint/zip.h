/* zip: the container of PyTorch's files since 1.6. All entries of those are stored as they are, so
 * this reader knows no compression, and nothing can unfold beyond the file's own size. */
#pragma once
#include "base/span.h"

typedef struct Zip Zip;

/* Reads the central directory and checks every entry against the file: inside of it, not
 * overlapping, no name twice. UNSUPPORTED for compressed or encrypted entries; FORMAT. */
Zip *zip_open (Span file, GError **error);
void zip_close (Zip *zip); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Zip, zip_close)

/* The bytes of top/name, where top is the folder that holds everything; FALSE where there is none
 * such. */
gboolean zip_find (const Zip *zip, const char *name, Span *bytes);
