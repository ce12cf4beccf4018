/* object: what a pickle's calls stand for. The policy (docs/decisions.md):
 * - tensors, parameters, storages and dictionaries are built;
 * - objects of classes, and a list of harmless calls that real checkpoints hold, become opaque;
 * - a name from a module that reaches the system is refused wherever it stands, and so is every
 *   call of anything else.
 * Nothing is ever imported or run. */
#pragma once
#include "checkpoint/value.h"

/* Opcode GLOBAL: the name, or an error that says it. */
Value *object_global (Arena *arena, Span module, Span name, GError **error);

/* Opcode REDUCE: callee (arguments). */
Value *object_call (Arena *arena, const Value *callee, const Value *arguments, GError **error);

/* Opcodes NEWOBJ, NEWOBJ_EX: an instance of a class without its constructor. */
Value *object_instance (Arena *arena, const Value *class, GError **error);

/* Opcode BINPERSID: the storage that such a tuple describes. */
Value *object_storage (Arena *arena, const Value *id, GError **error);
