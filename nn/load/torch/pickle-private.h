/* gst-resnet: what pickle.c and pickle-globals.c share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/torch/pickle.h"

/* The machine while it runs. */
typedef struct {
  NnCursor *cursor;
  const gchar *file;
  gsize at; /* position of the instruction, for messages */
  NnPickle *pickle;
  GPtrArray *stack; /* NnPickleValue * */
  GArray *marks;    /* guint: stack heights */
  GPtrArray *memo;  /* NnPickleValue *, NULL in holes */
  GError **error;
  guint paid_stack, paid_marks, paid_memo; /* of which memory is drawn on the budget */
} NnPickleVm;

/* A pickle with more values is refused. */
#define NN_PICKLE_MAX_VALUES 8000000

/* What a pickle owns: its values, and whatever they point to. */
struct _NnPickle {
  GPtrArray *blocks; /* NnPickleValue[NN_PICKLE_VALUES_PER_BLOCK] each */
  gsize n_values;
  GPtrArray *extra; /* other memory that values point to */
  GStringChunk *strings;
  GPtrArray *storages;
  NnPickleValue *root;
  guint64 drawn; /* on the budget */
};

/* Whether a value has items of its own, which nn_pickle_free() frees. */
static inline gboolean
nn_pickle_has_items (const NnPickleValue *value)
{
  return value->type == NN_PICKLE_TUPLE || value->type == NN_PICKLE_LIST || value->type == NN_PICKLE_SET
         || value->type == NN_PICKLE_DICT;
}

/* Sets "FILE: pickle at byte N: …" and returns FALSE. */
gboolean nn_pickle_fail (NnPickleVm *vm, NnError code, const gchar *format, ...) G_GNUC_PRINTF (3, 4);

/* Draws memory that the pickle is about to take on the load's budget. */
gboolean nn_pickle_draw (NnPickleVm *vm, guint64 bytes);
/* A value that the pickle owns; NULL with the error set at the cap. */
NnPickleValue *nn_pickle_value_new (NnPickleVm *vm, NnPickleType type);
/* NULL with the error set. */
gpointer nn_pickle_alloc0 (NnPickleVm *vm, gsize size);
gboolean nn_pickle_append (NnPickleVm *vm, NnPickleValue *container, NnPickleValue *item);
/* NULL with the error set. */
const gchar *nn_pickle_intern (NnPickleVm *vm, const gchar *data, gsize size);

/* Hostile bytes for a message: escaped, shortened; free with g_free(). */
gchar *nn_pickle_printable (const gchar *data, gsize size);

/* The GLOBAL value of a name; NULL with the error set for one that can run commands. */
NnPickleValue *nn_pickle_global (NnPickleVm *vm, const gchar *module, gsize module_size, const gchar *name,
                                 gsize name_size);

/* What callable (*args) would give in Python, as data; NULL with the error set when the list says that it is not to be
 * called, or the arguments do not fit. */
NnPickleValue *nn_pickle_reduce (NnPickleVm *vm, NnPickleValue *callable, NnPickleValue *args);

/* Whether a call makes an opaque value of it, whatever its arguments are. */
gboolean nn_pickle_is_inert (const NnPickleValue *callable);

/* torch.save's persistent id, a tuple: a storage, or a class. */
NnPickleValue *nn_pickle_persistent (NnPickleVm *vm, NnPickleValue *id);
