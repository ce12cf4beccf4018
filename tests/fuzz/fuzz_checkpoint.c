/* fuzz_checkpoint: any bytes as a checkpoint. Imported into a model file that can be opened, or
 * refused with a sentence and without output. */
#include "fuzz.h"
#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autofree char *path = fuzz_file (bytes, size);
  g_autofree char *output =
      g_strdup_printf ("%s/tessera-fuzz-%d.safetensors", g_get_tmp_dir (), (int) getpid ());
  g_autoptr (GError) error = NULL;
  TesseraImport import;
  gboolean done;

  tessera_import_init (&import);
  import.checkpoint = path;
  import.output = output;
  import.n_heads = 2;
  import.condition = bytes && size && bytes[size - 1] % 2 ? "sos" : NULL;
  done = tessera_import (&import, NULL, &error);
  if (done != !error || (error && !*error->message)
      || done != g_file_test (output, G_FILE_TEST_EXISTS))
    abort ();
  g_unlink (output);
  return 0;
}
