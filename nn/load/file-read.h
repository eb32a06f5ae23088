/* gst-resnet: a whole file in memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/error.h>

/**
 * nn_file_read: the bytes of a regular file
 * @max_bytes: NN_ERROR_TOO_LARGE above it
 * Read into memory rather than mapped: another process that truncates a mapped file kills its readers with SIGBUS, and
 * one that writes to it changes bytes between their check and their use.
 * Errors: NN_ERROR_IO for what cannot be opened or read, directories, devices, pipes and files that change meanwhile.
 */
GBytes *nn_file_read (const gchar *path, guint64 max_bytes, GError **error);

/* So many first bytes tell what a file is. */
#define NN_FILE_BEGINNING 4096
/* Whether a file that begins so is to be read; @n is less than NN_FILE_BEGINNING where that is all of it. */
typedef gboolean (*NnFileCheck) (const guint8 *beginning, gsize n, const gchar *shown, GError **error);
/* The same, but memory is taken only after @check: a sparse file of some gigabytes takes no room on a disk. */
GBytes *nn_file_read_if (const gchar *path, guint64 max_bytes, NnFileCheck check, GError **error);
