/* tessera: the GIMP 3 plug-in. GIMP starts it once to learn its procedures and again for every
 * call, so nothing here may be slow. */
#include "procedures.h"

static const struct {
  const char *name;
  GimpProcedure *(*create) (GimpPlugIn *plug_in, const char *name);
} procedures[] = {
  { "tessera-complete", complete_create },  { "tessera-extend-canvas", extend_create },
  { "tessera-paint-labels", paint_create }, { "tessera-label-layer", label_layer_create },
  { "tessera-redo", redo_create },          { "tessera-info", info_create },
};

typedef struct {
  GimpPlugIn parent;
} TesseraPlugin;

typedef struct {
  GimpPlugInClass parent;
} TesseraPluginClass;

GType tessera_plugin_get_type (void);
G_DEFINE_TYPE (TesseraPlugin, tessera_plugin, GIMP_TYPE_PLUG_IN)

static GList *
query_procedures (GimpPlugIn *plug_in)
{
  GList *names = NULL;

  (void) plug_in;
  for (size_t i = 0; i < G_N_ELEMENTS (procedures); i++)
    names = g_list_append (names, g_strdup (procedures[i].name));
  return names;
}

static GimpProcedure *
create_procedure (GimpPlugIn *plug_in, const gchar *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (procedures); i++)
    if (g_str_equal (name, procedures[i].name))
      return procedures[i].create (plug_in, name);
  return NULL;
}

/* Catalogues lie beside the plug-in, in locale/LANG/LC_MESSAGES/tessera.mo; where there are none,
 * as in a fresh build folder, GIMP would complain. */
static gboolean
set_i18n (GimpPlugIn *plug_in, const gchar *procedure, gchar **domain, gchar **folder)
{
  g_autofree char *here = g_path_get_dirname (gimp_get_progname ());
  g_autofree char *locale = g_build_filename (here, "locale", NULL);

  (void) plug_in;
  (void) procedure;
  if (!g_file_test (locale, G_FILE_TEST_IS_DIR))
    return FALSE;
  *domain = g_strdup (GETTEXT_PACKAGE);
  *folder = g_strdup ("locale");
  return TRUE;
}

static void
tessera_plugin_class_init (TesseraPluginClass *class)
{
  GimpPlugInClass *plug_in = GIMP_PLUG_IN_CLASS (class);

  plug_in->query_procedures = query_procedures;
  plug_in->create_procedure = create_procedure;
  plug_in->set_i18n = set_i18n;
}

static void
tessera_plugin_init (TesseraPlugin *plug_in)
{
  (void) plug_in;
}

/* Of several ways to convert pixels babl takes the one that was fastest when it tried them, so the
 * last bits of floats would change from call to call. Only exact ways are allowed; babl reads this
 * once, when libgimp starts it. */
int
main (int argc, char **argv)
{
  g_setenv ("BABL_TOLERANCE", "0", TRUE);
  return gimp_main (tessera_plugin_get_type (), argc, argv);
}
