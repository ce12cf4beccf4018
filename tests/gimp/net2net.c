/* Writes a small random model of the published system for each condition that layers can give:
 * net2net FOLDER makes FOLDER/depth.safetensors, class.safetensors and drawing.safetensors. */
#include "../random_net2net.h"
#include <glib/gstdio.h>

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    RandomNet2net model;
  } models[] = {
    { "depth", { "\"type\":\"depth\"", 1, "identity", 0, 30, 511 } },
    { "class", { "\"type\":\"class\",\"n_classes\":5", 0, "identity", 0, 30, 256 } },
    { "drawing", { "\"type\":\"picture\"", 3, "identity", 0, 33, 511 } },
  };

  for (size_t i = 0; argc == 2 && i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *made = random_net2net_write (&models[i].model);
      g_autofree char *file = g_strconcat (models[i].name, ".safetensors", NULL);
      g_autofree char *path = g_build_filename (argv[1], file, NULL);
      g_autofree char *bytes = NULL;
      gsize size;

      if (!g_file_get_contents (made, &bytes, &size, NULL)
          || !g_file_set_contents (path, bytes, (gssize) size, NULL))
        return 1;
      g_unlink (made);
    }
  return argc != 2;
}
