/* pickle: reads what Python's pickle module wrote, without running anything. A pickle is a program
 * for a little stack machine; this one knows the opcodes that checkpoints hold, and refuses the
 * others by name. Pushing, storing and naming are done; calls are the matter of object.h, which
 * knows how a tensor is built and calls nothing at all. */
#pragma once
#include "checkpoint/value.h"

/* The value of the pickle at the beginning of `bytes`; it lives as long as the arena and borrows
 * from `bytes`. Every
 * storage that it names is added to `storages` (of const Storage *; NULL = no list is wanted). used:
 * bytes up to its end. Work and memory are bounded by the size of `bytes` and
 * the arena's limit; nothing recurses. FORMAT or UNSUPPORTED error, which names what was met. */
Value *pickle_read (Arena *arena, Span bytes, GPtrArray *storages, size_t *used, GError **error);
