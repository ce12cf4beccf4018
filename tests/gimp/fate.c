/* Loaded into the plug-in in front of libgimp by the tests: sees each message that the plug-in sends
 * to GIMP, and lets something happen just before one of them.
 *
 * $TESSERA_TEST_WORK/fate says what: "kill NAME N" ends the process as kill -9 does before the Nth
 * message of that name (from 1), "close NAME N" closes the image from which the plug-in was started,
 * "watch" does nothing. Where that file is, $TESSERA_TEST_WORK/messages receives the name of each
 * message, and $TESSERA_TEST_WORK/answer what people read in the end. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <libgimp/gimp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef gboolean (*Write) (GIOChannel *channel, gpointer message, gpointer data);

static void
happen (const char *name)
{
  static int count;
  static gboolean busy; /* what happens sends messages itself */
  const char *work = g_getenv ("TESSERA_TEST_WORK");
  g_autofree char *path = g_build_filename (work, "fate", NULL);
  g_autofree char *log = g_build_filename (work, "messages", NULL);
  char what[8] = "", where[80] = "";
  int number = 0;
  FILE *file;

  if (busy || !(file = fopen (path, "r")))
    return;
  if (fscanf (file, "%7s %79s %d", what, where, &number) == 3 && g_str_equal (where, name))
    count++;
  fclose (file);
  if (count == number && g_str_equal (where, name) && g_str_equal (what, "kill"))
    kill (getpid (), SIGKILL);
  busy = TRUE;
  if (count == number && g_str_equal (where, name) && g_str_equal (what, "close"))
    gimp_display_delete (gimp_default_display ());
  busy = FALSE;
  file = fopen (log, "a");
  fprintf (file, "%s\n", name);
  fclose (file);
}

static gboolean
pass_on (const char *function, GIOChannel *channel, gpointer message, gpointer data)
{
  return ((Write) dlsym (RTLD_NEXT, function)) (channel, message, data);
}

/* A call of a procedure. Its name is the first member of the message, whose type is GIMP's own. */
gboolean gp_proc_run_write (GIOChannel *channel, gpointer message, gpointer data);
gboolean
gp_proc_run_write (GIOChannel *channel, gpointer message, gpointer data)
{
  happen (*(const char **) message);
  return pass_on ("gp_proc_run_write", channel, message, data);
}

/* Pixels of one tile. */
gboolean gp_tile_data_write (GIOChannel *channel, gpointer message, gpointer data);
gboolean
gp_tile_data_write (GIOChannel *channel, gpointer message, gpointer data)
{
  happen ("tile");
  return pass_on ("gp_tile_data_write", channel, message, data);
}

/* The end: what the plug-in returns. */
gboolean gp_proc_return_write (GIOChannel *channel, gpointer message, gpointer data);
gboolean
gp_proc_return_write (GIOChannel *channel, gpointer message, gpointer data)
{
  happen ("return");
  return pass_on ("gp_proc_return_write", channel, message, data);
}

/* The status and the error of a call. */
GimpValueArray *
gimp_procedure_new_return_values (GimpProcedure *procedure, GimpPDBStatusType status, GError *error)
{
  GimpValueArray *(*next) (GimpProcedure *, GimpPDBStatusType, GError *);
  g_autofree char *path = g_build_filename (g_getenv ("TESSERA_TEST_WORK"), "answer", NULL);

  *(void **) &next = dlsym (RTLD_NEXT, "gimp_procedure_new_return_values");
  g_file_set_contents (path, error ? error->message : "", -1, NULL);
  return next (procedure, status, error);
}
