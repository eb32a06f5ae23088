/* gst-resnet tests: state dicts of ResNets by hand
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

/**
 * TestResnet: the ResNet that test_dict_new() makes
 * @n_blocks: the number of blocks of each stage; 0 ends the stages
 * @stem: the channels of the stem; @stem_kernel: 7 or 3
 * @inner, @out: the channels of the first stage, which double from stage to stage (basic blocks have out only)
 * @groups: the groups of a bottleneck's 3×3 convolution; 0 stands for 1
 * @option_a: whether there are no shortcut tensors where the channels double
 * @no_batch_norm: whether convolutions have a bias and nothing else
 * @no_affine: whether BatchNorm has neither gamma nor beta
 */
typedef struct {
  guint n_blocks[6];
  guint stem, stem_kernel;
  gboolean bottleneck;
  guint inner, out, groups;
  guint classes;
  gboolean option_a, no_batch_norm, no_affine;
} TestResnet;

/* A state dict that can be edited. Free it with g_ptr_array_unref(). */
typedef GPtrArray TestDict;

TestDict *test_dict_new (const TestResnet *net);
/* Makes the weights that a loader would make of the dict. */
NnWeights *test_dict_to_weights (const TestDict *dict);

/* The functions that change a tensor end the test where no tensor has that name. The one that adds a tensor ends it
 * where there is one already. */
void test_dict_add (TestDict *dict, const gchar *name, guint n_dims, const guint64 *dims);
void test_dict_remove (TestDict *dict, const gchar *name);
/* Removes the tensors whose names start with @prefix. */
void test_dict_remove_prefix (TestDict *dict, const gchar *prefix);
void test_dict_reshape (TestDict *dict, const gchar *name, guint n_dims, const guint64 *dims);
void test_dict_fill (TestDict *dict, const gchar *name, gfloat value);
/* Fills every tensor whose name ends with @suffix. */
void test_dict_fill_suffix (TestDict *dict, const gchar *suffix, gfloat value);
void test_dict_set (TestDict *dict, const gchar *name, gsize index, gfloat value);
/* Turns a tensor of floats into one of integers. */
void test_dict_make_integer (TestDict *dict, const gchar *name);
/* Replaces @old by @new_part in every name. */
void test_dict_rename (TestDict *dict, const gchar *old, const gchar *new_part);
void test_dict_prefix (TestDict *dict, const gchar *prefix);

/* Makes a .safetensors file (floats as F32, integers as I64) with metadata: key, value, …, NULL. Free it with
 * g_bytes_unref(). */
GBytes *test_dict_to_safetensors (const TestDict *dict, const gchar *key, ...);
