/* tessera: the GIMP 3 plug-in. GIMP starts it once to learn its procedures and again for every
 * call, so nothing here may be slow. */
#include "complete.h"

#define COMPLETE "tessera-complete"

typedef struct {
  GimpPlugIn parent;
} TesseraPlugin;

typedef struct {
  GimpPlugInClass parent;
} TesseraPluginClass;

GType tessera_plugin_get_type (void);
G_DEFINE_TYPE (TesseraPlugin, tessera_plugin, GIMP_TYPE_PLUG_IN)
GIMP_MAIN (tessera_plugin_get_type ())

static GList *
query_procedures (GimpPlugIn *plug_in)
{
  (void) plug_in;
  return g_list_append (NULL, g_strdup (COMPLETE));
}

static GimpProcedure *
create_procedure (GimpPlugIn *plug_in, const gchar *name)
{
  return g_str_equal (name, COMPLETE) ? complete_create (plug_in, name) : NULL;
}

/* There are no translations yet. */
static gboolean
set_i18n (GimpPlugIn *plug_in, const gchar *procedure, gchar **domain, gchar **folder)
{
  (void) plug_in;
  (void) procedure;
  (void) domain;
  (void) folder;
  return FALSE;
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
