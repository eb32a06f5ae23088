/* gst-resnet: what the parts of the import of an ONNX file share: its names and its errors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "import/onnx/onnx-facts.h"
#include "load/onnx/onnx.h"
#include "ops/operator.h"

/* More outputs than any operator that is taken has. */
#define NN_ONNX_MAX_OUTPUTS 8

/* What a name in the file stands for. */
typedef struct {
  guint node;           /* NN_NO_NODE: constant, or not taken */
  NnConstant *constant; /* NULL: a node's output */
  NnValue type;         /* of a node's output */
  gboolean is_second;   /* an output beside a node's first, which is not taken */
  gboolean counted;     /* among the parameters */
} NnOnnxName;

/* What is known while a file is imported. */
typedef struct {
  const NnOnnx *onnx;
  NnOnnxImport *import;
  GPtrArray *warnings;
  NnGraph *graph;
  GHashTable *names; /* string → NnOnnxName * */
  gdouble folded, max_folded, products;
  gint64 batch; /* the file's; 0: symbolic */
} NnOnnxImporter;

/* An empty table of names. */
GHashTable *nn_onnx_importer_new_names (void);
/* A name that stands for nothing yet. It replaces an earlier one of the same string. */
NnOnnxName *nn_onnx_importer_add_name (NnOnnxImporter *importer, const gchar *string);
/* What a string stands for. The file's own constants come from its initializers when they are first asked for. NULL:
 * nothing has that name. */
NnOnnxName *nn_onnx_importer_look_up (NnOnnxImporter *importer, const gchar *string);

/* The type that values of @dtype are run in: float16, bfloat16 and float64 are run in float32. */
NnDType nn_onnx_computed_as (NnDType dtype);
/* The channels of a value of that type; 0: it has none. */
guint nn_onnx_second_dim (const NnValue *type);
/* The message begins with the node's name and its operator. */
void nn_onnx_set_node_error (const NnOnnxNode *node, gint code, GError **error, const gchar *format, ...)
    G_GNUC_PRINTF (4, 5);
