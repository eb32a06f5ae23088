/* gst-resnet: NumPy's .npy files, float32
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NN_NPY_MAX_DIMS 8

/**
 * nn_npy_load: reads format versions 1.0 to 3.0 in C order with little-endian float32 ('<f4'); float64 and float16 are
 * converted
 * @dims: gets the shape in @n_dims entries
 * Returns: (transfer full): the elements, to be freed with g_free(), or NULL with an error
 */
gfloat *nn_npy_load (const gchar *path, gsize dims[NN_NPY_MAX_DIMS], guint *n_dims, GError **error);
/* Reads the same from memory. Messages call the file @name. */
gfloat *nn_npy_parse (const guint8 *data, gsize size, const gchar *name, gsize dims[NN_NPY_MAX_DIMS], guint *n_dims,
                      GError **error);
/* Writes version 1.0 with '<f4' in C order and replaces the file atomically. */
gboolean nn_npy_save (const gchar *path, const gfloat *data, const gsize *dims, guint n_dims, GError **error);

G_END_DECLS
