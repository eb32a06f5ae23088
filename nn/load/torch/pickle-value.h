/* gst-resnet: what a pickle holds, as plain values
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/tensor.h"

/**
 * The interpreter (pickle.c) reads the instructions of Python's pickle, protocols 0 to 5, into a tree of plain values.
 * Nothing is ever imported or called. A "global" is a name that is looked up in a fixed list (pickle-globals.c). A
 * "reduce" on one of those names makes one of the values below; on any other name it makes a value that is opaque.
 * Names that can run commands end the reading with NN_ERROR_UNSAFE.
 *
 * The tree is in truth a directed graph without cycles (cycles are refused): the memo can make one value appear in many
 * places, so code that walks the graph must keep a set of the values that it has seen.
 */
typedef enum {
  NN_PICKLE_NONE,
  NN_PICKLE_BOOL,    /* integer */
  NN_PICKLE_INT,     /* integer */
  NN_PICKLE_BIG_INT, /* data: little-endian two's complement, more than 8 bytes; or decimal text (text TRUE) */
  NN_PICKLE_FLOAT,   /* number */
  NN_PICKLE_STRING,  /* data: valid UTF-8 without NUL, terminated */
  NN_PICKLE_BYTES,   /* data; also for strings that are not valid UTF-8 */
  NN_PICKLE_TUPLE,   /* items */
  NN_PICKLE_LIST,    /* items */
  NN_PICKLE_SET,     /* items */
  NN_PICKLE_DICT,    /* items: key, value, key, value, … in order of insertion; a later equal key wins */
  NN_PICKLE_GLOBAL,  /* global; data: "module.name" */
  NN_PICKLE_STORAGE, /* storage */
  NN_PICKLE_TENSOR,  /* tensor */
  NN_PICKLE_OPAQUE,  /* data: "module.name" of what it would be in Python; it does nothing */
} NnPickleType;

typedef struct _NnPickleValue NnPickleValue;

/* A persistent id of torch.save: ('storage', type, key, location, numel[, view_metadata]). */
typedef struct {
  const gchar *type; /* "FloatStorage" (static) */
  gint dtype;        /* an NnDType, or −1 for a type that is not supported (complex, quantized) */
  guint element_size;
  const gchar *key;
  guint64 n_elements;
  gboolean is_view; /* only in the legacy form: this is the part of the key's storage that begins at view_offset */
  guint64 view_offset, view_size;
} NnPickleStorage;

typedef struct {
  NnPickleValue *storage;
  gint dtype; /* as in NnPickleStorage; it differs from the storage's for untyped storages */
  guint64 offset;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS], strides[NN_TENSOR_MAX_DIMS];
  const gchar *unsupported; /* the reason if the tensor has no values here ("sparse"), else NULL */
} NnPickleTensor;

struct _NnPickleValue {
  NnPickleType type;
  guint8 mark;      /* used by the check for cycles */
  guint8 n_copies;  /* 1 if a dictionary was already made of it, or if it was made as such a copy itself */
  guint8 is_module; /* for OPAQUE: whether it has the attributes of a torch.nn.Module */
  gboolean text;    /* for BIG_INT */
  guint global;     /* for GLOBAL: the index in the list */
  gsize n_items;    /* number of items, or of bytes of data */
  gsize n_allocated;
  union {
    gint64 integer;
    gdouble number;
    const gchar *data;
    NnPickleValue **items;
    NnPickleStorage *storage;
    NnPickleTensor *tensor;
  };
};

typedef struct _NnPickle NnPickle;

void nn_pickle_free (NnPickle *pickle);
/* The value that the pickle ends with (at its STOP); it belongs to the pickle. */
NnPickleValue *nn_pickle_root (const NnPickle *pickle);

/* All STORAGE values in the order of the pickle, whether or not the root leads to them. */
const GPtrArray *nn_pickle_storages (const NnPickle *pickle);

/* Whether an integer is torch's magic number 0x1950a86a20f9469cfc6c. */
gboolean nn_pickle_is_torch_magic (const NnPickleValue *value);
/* Returns the last value under that string key; NULL if @dict is not a dictionary or has no such key. The time is
 * linear in the dictionary's length. */
NnPickleValue *nn_pickle_dict_get (const NnPickleValue *dict, const gchar *key);

/* The state of the machine while it runs; see pickle-value-private.h. */
typedef struct _NnPickleVm NnPickleVm;

/* Sets "FILE: pickle at byte N: …" and returns FALSE. */
gboolean nn_pickle_fail (NnPickleVm *vm, NnError code, const gchar *format, ...) G_GNUC_PRINTF (3, 4);

/* Draws memory that the pickle is about to take on the load's budget. */
gboolean nn_pickle_draw (NnPickleVm *vm, guint64 bytes);
/* Makes a value that the pickle owns; returns NULL and sets the error if there are too many. */
NnPickleValue *nn_pickle_value_new (NnPickleVm *vm, NnPickleType type);
/* Returns NULL when it has set the error. */
gpointer nn_pickle_alloc0 (NnPickleVm *vm, gsize size);
gboolean nn_pickle_append (NnPickleVm *vm, NnPickleValue *container, NnPickleValue *item);
/* Returns NULL when it has set the error. */
const gchar *nn_pickle_intern (NnPickleVm *vm, const gchar *data, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnPickle, nn_pickle_free)
