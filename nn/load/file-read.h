/* gst-resnet: a whole file in memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/error.h>

/**
 * nn_file_read: reads a whole regular file into memory
 * @max_bytes: the largest size that is accepted; a larger file gives NN_ERROR_TOO_LARGE
 * The file is read rather than mapped: another process that truncates a mapped file kills its readers with SIGBUS, and
 * one that writes to it changes bytes between their check and their use.
 * Errors: NN_ERROR_IO if the file cannot be opened or read, if it is a directory, a device or a pipe, or if it changes
 * while it is read.
 */
GBytes *nn_file_read (const gchar *path, guint64 max_bytes, GError **error);

/* The number of bytes at the beginning of a file that is enough to tell what the file is. */
#define NN_FILE_BEGINNING 4096
/* Says from its beginning whether a file is to be read, and sets @error if it is not. @n is less than NN_FILE_BEGINNING
 * only when the whole file is that short. */
typedef gboolean (*NnFileCheck) (const guint8 *beginning, gsize n, const gchar *shown, GError **error);
/* Like nn_file_read(), but memory is allocated only after @check has accepted the beginning. This matters because a
 * sparse file of some gigabytes takes no room on a disk. */
GBytes *nn_file_read_if (const gchar *path, guint64 max_bytes, NnFileCheck check, GError **error);
