/* gst-resnet: a file that is there whole or not at all
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef struct _NnSaveFile NnSaveFile;

/**
 * nn_save_file_new: opens a temporary file that nn_save_file_commit() will put in the place of @path
 *
 * Where @path is a symbolic link, its target is replaced. A target that is no regular file, such as a device, is
 * written to directly.
 *
 * Errors: NN_ERROR_IO, with @path in the message
 */
NnSaveFile *nn_save_file_new (const gchar *path, GError **error);
/* Failures are remembered until nn_save_file_commit(). */
void nn_save_file_write (NnSaveFile *file, gconstpointer data, gsize size);
/* Writes little-endian numbers on every machine. With @half they are rounded to float16, to nearest, ties to even. */
void nn_save_file_write_floats (NnSaveFile *file, const gfloat *values, gsize n, gboolean half);
/* Flushes the file and puts it in the place of the path that it was opened for. Fails where any write has failed. */
gboolean nn_save_file_commit (NnSaveFile *file, GError **error);
/* Closes the file. Without a commit it leaves nothing behind. */
void nn_save_file_free (NnSaveFile *file);

/* Rounds to IEEE 754 binary16, to nearest, ties to even. A number that is over its range becomes infinite. */
guint16 nn_float_to_half (gfloat value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnSaveFile, nn_save_file_free)
