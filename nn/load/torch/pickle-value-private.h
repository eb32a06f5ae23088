/* gst-resnet: a pickle and the machine that reads it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/nn-cursor.h"
#include "load/torch/pickle-value.h"

/* The state of the machine while it runs. */
struct _NnPickleVm {
  NnCursor *cursor;
  const gchar *file;
  gsize at; /* position of the instruction, for messages */
  NnPickle *pickle;
  GPtrArray *stack; /* NnPickleValue * */
  GArray *marks;    /* guint: stack heights */
  GPtrArray *memo;  /* NnPickleValue *, NULL in holes */
  GError **error;
  guint paid_stack, paid_marks, paid_memo; /* the lengths for which memory has been drawn on the budget */
};

/* A pickle with more values is refused. */
#define NN_PICKLE_MAX_VALUES 8000000

/* A pickle owns its values and whatever they point to. */
struct _NnPickle {
  GPtrArray *blocks; /* each is an NnPickleValue[NN_PICKLE_VALUES_PER_BLOCK] */
  gsize n_values;
  GPtrArray *extra; /* other memory that values point to */
  GStringChunk *strings;
  GPtrArray *storages;
  NnPickleValue *root;
  guint64 drawn; /* bytes drawn on the budget */
};

/* Whether a value has items of its own, which nn_pickle_free() frees. */
static inline gboolean
nn_pickle_has_items (const NnPickleValue *value)
{
  return value->type == NN_PICKLE_TUPLE || value->type == NN_PICKLE_LIST || value->type == NN_PICKLE_SET
         || value->type == NN_PICKLE_DICT;
}
