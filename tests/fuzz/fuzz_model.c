/* fuzz_model: any bytes as a model file. Opened and described, or refused with a sentence. */
#include "fuzz.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autofree char *path = fuzz_file (bytes, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (TesseraModel) model = tessera_model_open (path, &error);

  if (!model == !error || (error && !*error->message))
    abort ();
  if (model && !tessera_model_info (model)->kind)
    abort ();
  return 0;
}
