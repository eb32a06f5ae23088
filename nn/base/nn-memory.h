/* gst-resnet: aligned memory and checked sizes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define NN_ALIGNMENT 64

/* Returns @size zero-filled bytes at a multiple of NN_ALIGNMENT. Returns NULL when there is no memory (sizes come from
 * untrusted files), or when the load that this thread is in may take no more (nn-budget.h). */
gpointer nn_aligned_alloc0 (gsize size);
/* Does the same without filling the bytes. */
gpointer nn_aligned_alloc (gsize size);
void nn_aligned_free (gpointer memory);
/* Returns @n floats that are not filled, as a GBytes that frees them, and sets *floats to where they can be written.
 * Returns NULL when there is no memory. */
GBytes *nn_floats_new (gsize n, gfloat **floats);
/* This is for tests. The next @n allocations, in whatever thread, succeed; the one after them finds no memory, and
 * those after that succeed again. A negative @n means that none fails. Returns whether the failure that was asked for
 * before has come (or none was asked for). */
gboolean nn_memory_fail_after (gint n);
/* Gives whole pages inside @size bytes at @memory back to the system. Their contents are lost, and the addresses stay
 * valid. The memory must come from the functions above. */
void nn_memory_give_back (gpointer memory, gsize size);

/* Computes *result = a · b (· c). Returns FALSE when that overflows. */
static inline gboolean
nn_size_mul (gsize a, gsize b, gsize *result)
{
  return !__builtin_mul_overflow (a, b, result);
}

static inline gboolean
nn_size_mul3 (gsize a, gsize b, gsize c, gsize *result)
{
  return nn_size_mul (a, b, result) && nn_size_mul (*result, c, result);
}

static inline gboolean
nn_size_add (gsize a, gsize b, gsize *result)
{
  return !__builtin_add_overflow (a, b, result);
}

/* Returns the next multiple of @multiple. The caller knows that there is one. */
static inline gsize
nn_size_round_up (gsize size, gsize multiple)
{
  return (size + multiple - 1) / multiple * multiple;
}
