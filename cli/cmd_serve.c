#include "commands.h"

gboolean
cmd_serve (const Options *options, Report *report G_GNUC_UNUSED, GError **error)
{
  return work_usage (options, "serve: not yet.", error);
}
