/* gst-resnet: a file that is there whole or not at all
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef struct _NnSaveFile NnSaveFile;

/**
 * nn_save_file_new: a temporary file beside @path
 * A symbolic link's target is what is replaced. What is no regular file (a device) is written to directly.
 * Errors: NN_ERROR_IO, names @path
 */
NnSaveFile *nn_save_file_new (const gchar *path, GError **error);
/* Failures are remembered until nn_save_file_commit(). */
void nn_save_file_write (NnSaveFile *file, gconstpointer data, gsize size);
/* Little-endian, whatever the machine. @half: rounded to float16, to nearest, ties to even. */
void nn_save_file_write_floats (NnSaveFile *file, const gfloat *values, gsize n, gboolean half);
/* Flushes, and puts the file in @path's place. */
gboolean nn_save_file_commit (NnSaveFile *file, GError **error);
/* Without a commit nothing is left behind. */
void nn_save_file_free (NnSaveFile *file);

/* IEEE 754 binary16, to nearest, ties to even; infinite where the number is over its range. */
guint16 nn_float_to_half (gfloat value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnSaveFile, nn_save_file_free)
