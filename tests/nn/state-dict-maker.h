/* gst-resnet tests: state dicts of ResNets by hand
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

/**
 * TestResnet: what test_dict_new() makes
 * @n_blocks: of each stage, 0: no further stage
 * @stem: its channels; @stem_kernel: 7 or 3
 * @inner, @out: channels of the first stage (basic blocks: out only), doubled from stage to stage
 * @groups: of a bottleneck's 3×3 convolution, 0: 1
 * @option_a: no shortcut tensors where channels double
 * @no_batch_norm: convolutions with a bias and nothing else
 * @no_affine: BatchNorm without gamma and beta
 */
typedef struct {
  guint n_blocks[6];
  guint stem, stem_kernel;
  gboolean bottleneck;
  guint inner, out, groups;
  guint classes;
  gboolean option_a, no_batch_norm, no_affine;
} TestResnet;

/* An editable state dict; free with g_ptr_array_unref(). */
typedef GPtrArray TestDict;

TestDict *test_dict_new (const TestResnet *net);
/* What a loader would make of it. */
NnWeights *test_dict_to_weights (const TestDict *dict);

/* The name must be there already where it says so, and must not where it is added. */
void test_dict_add (TestDict *dict, const gchar *name, guint n_dims, const guint64 *dims);
void test_dict_remove (TestDict *dict, const gchar *name);
/* Also all that start with it. */
void test_dict_remove_prefix (TestDict *dict, const gchar *prefix);
void test_dict_reshape (TestDict *dict, const gchar *name, guint n_dims, const guint64 *dims);
void test_dict_fill (TestDict *dict, const gchar *name, gfloat value);
/* Every tensor whose name ends so. */
void test_dict_fill_suffix (TestDict *dict, const gchar *suffix, gfloat value);
void test_dict_set (TestDict *dict, const gchar *name, gsize index, gfloat value);
/* Integers instead of floats. */
void test_dict_make_integer (TestDict *dict, const gchar *name);
/* old → new in every name. */
void test_dict_rename (TestDict *dict, const gchar *old, const gchar *new_part);
void test_dict_prefix (TestDict *dict, const gchar *prefix);

/* A .safetensors file (floats as F32, integers as I64) with metadata: key, value, …, NULL; free with g_bytes_unref().
 */
GBytes *test_dict_to_safetensors (const TestDict *dict, const gchar *key, ...);
