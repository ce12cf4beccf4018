#include "run/nets.h"
#include "gpt/gpt.h"

/* Kinds that cannot be run as a whole yet are still read once, so that `info` tells the truth. */
static gboolean
open_kind (Nets *nets, GError **error)
{
  const ModelKind kind = nets->model->schema.kind;
  g_auto (Gpt) gpt = { 0 };

  if (kind == KIND_FILL && !fill_init (&nets->fill, nets->model, error))
    return FALSE;
  if ((kind == KIND_GPT || kind == KIND_NET2NET)
      && !gpt_init (&gpt, nets->model, kind == KIND_GPT ? "" : "transformer.", error))
    return FALSE;
  if (kind == KIND_GPT)
    return TRUE;
  nets->vqgan = vqgan_new (nets->model, kind == KIND_VQGAN ? "" : "first_stage_model.", error);
  return nets->vqgan != NULL;
}

Nets *
nets_open (const char *path, GError **error)
{
  g_autoptr (Nets) nets = g_new0 (Nets, 1);

  nets->model = model_open (path, error);
  if (!nets->model)
    return NULL;
  if (!open_kind (nets, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  return g_steal_pointer (&nets);
}

void
nets_close (Nets *nets)
{
  if (!nets)
    return;
  g_clear_pointer (&nets->vqgan, vqgan_free);
  fill_clear (&nets->fill);
  g_clear_pointer (&nets->model, model_close);
  g_free (nets->fingerprint);
  g_free (nets);
}

const char *
nets_fingerprint (const Nets *nets)
{
  Nets *self = (Nets *) nets; /* constant but for what the lock guards */
  const Span bytes = safetensors_bytes (nets->model->file);

  g_mutex_lock (&self->lock);
  if (!self->fingerprint)
    self->fingerprint = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes.data, bytes.size);
  g_mutex_unlock (&self->lock);
  return self->fingerprint;
}
