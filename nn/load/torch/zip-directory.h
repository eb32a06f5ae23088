/* gst-resnet: the directory of a zip archive, before libzip reads it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/error.h>

/* A state dict has up to NN_LOAD_MAX_TENSORS tensors, each with at most one storage of its own, and the archive has a
 * few more entries. */
#define NN_ZIP_MAX_ENTRIES 131072

/**
 * nn_zip_directory_check: whether libzip may read the directory
 * libzip's table of names is slow if many names have the same hash, and takes some hundred bytes for each entry.
 * @data, @size: the whole archive
 * Errors: NN_ERROR_TOO_LARGE for more than NN_ZIP_MAX_ENTRIES entries, NN_ERROR_FORMAT for names that were chosen to
 * have the same hash; messages begin with @name. A damaged directory is not an error here; libzip refuses it.
 */
gboolean nn_zip_directory_check (const guint8 *data, gsize size, const gchar *name, GError **error);
