/* checkpoint_private: what the ways to read a checkpoint share. */
#pragma once
#include "checkpoint/checkpoint.h"
#include "checkpoint/value.h"
#include "checkpoint/zip.h"
#include "model/safetensors.h"

enum {
  MAX_PICKLE = 64 << 20,  /* the published ones are below 1 MB */
  MAX_VALUES = 128 << 20, /* bytes for what they describe */
};

struct Checkpoint {
  char *path;
  GMappedFile *mapping; /* NULL for safetensors */
  Safetensors *safetensors;
  Span bytes;
  GHashTable *tensors; /* name -> Stored, both owned */
};

/* Where the numbers of storages are: in a zip file, or in a table of the older form. */
typedef struct {
  Zip *zip;
  GHashTable *places; /* key -> Span, both owned */
} Storages;

/* The object of an older file, and the places of its storages. */
Value *legacy_read (Span file, Arena *arena, GHashTable *places, GError **error);

/* The tensors of the state_dict that `root` is or has. */
gboolean state_read (Checkpoint *checkpoint, const Value *root, const Storages *storages,
                     GError **error);
