/* gst-resnet: the directory of a zip archive, before libzip reads it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/error.h>

/* A state dict has up to NN_LOAD_MAX_TENSORS tensors, each with a storage of its own at most, and a few entries more.
 */
#define NN_ZIP_MAX_ENTRIES 131072

/**
 * nn_zip_directory_check: whether libzip may read the directory
 * libzip's table of names is slow where many are alike to its hash, and takes some hundred bytes for each entry.
 * @size: bytes of @data, the whole archive
 * Errors: NN_ERROR_TOO_LARGE for more than NN_ZIP_MAX_ENTRIES entries, NN_ERROR_FORMAT for names that were chosen to be
 * alike; begin with @name. A directory that is damaged is libzip's to refuse.
 */
gboolean nn_zip_directory_check (const guint8 *data, gsize size, const gchar *name, GError **error);
