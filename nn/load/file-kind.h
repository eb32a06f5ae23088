/* gst-resnet: what a file is, by its first bytes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/error.h>

typedef enum {
  NN_FILE_UNKNOWN, /* nn_file_kind_refuse() says what it is instead */
  NN_FILE_ZIP,
  NN_FILE_PICKLE,
  NN_FILE_SAFETENSORS,
} NnFileKind;

NnFileKind nn_file_kind (const guint8 *data, gsize size);

/* Sets the error for a file that is none of the above: what it looks like and what to do. */
void nn_file_kind_refuse (const guint8 *data, gsize size, const gchar *name, GError **error);
