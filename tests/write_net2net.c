/* write_net2net FOLDER: the models of net2net_fixture.c as FOLDER/NAME.safetensors, for tests that run
 * programs. */
#include "net2net_fixture.h"
#include <glib/gstdio.h>

static const char *const names[N_MODELS] = { "segmentation", "shifted", "depth", "picture",
                                             "coord",        "class",   "sos",   "prefix" };

int
main (int argc, char **argv)
{
  g_assert (argc == 2);
  for (int i = 0; i < N_MODELS; i++)
    {
      g_autofree char *made = random_net2net_write (&net2net_models[i]);
      g_autofree char *name = g_strconcat (names[i], ".safetensors", NULL);
      g_autofree char *path = g_build_filename (argv[1], name, NULL), *bytes = NULL;
      gsize size;

      if (!g_file_get_contents (made, &bytes, &size, NULL)
          || !g_file_set_contents (path, bytes, (gssize) size, NULL))
        g_error ("%s could not be written", path);
      g_unlink (made);
    }
  return 0;
}
