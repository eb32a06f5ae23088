/* gst-resnet: many image files through a session, read and preprocessed beside it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/image.h>
#include <nn/session.h>

#include "tool-image-load.h"

/* Called in the order of the files, from the caller's thread. @logits: of n_classes; NULL where @error says why. */
typedef void (*ToolResultFunc) (guint index, const gfloat *logits, const GError *error, gpointer data);

/* Images a run: as many as fit 64 MiB of tensors, 1 to 16, and no more than there are. */
guint tool_pipeline_batch (const NnPreprocess *preprocess, guint n_images);

/**
 * tool_pipeline_run: @session's input must be @preprocess's crop; its max_batch is what tool_pipeline_batch() says
 * @image_options: how the files are read
 * @readers: threads that read, decode and preprocess (0: as many as the session has)
 * A file that cannot be read or decoded is that file's error, the others go on. The results do not depend on threads.
 * Returns: FALSE with an error where nothing could be started
 */
gboolean tool_pipeline_run (NnSession *session, guint n_classes, const NnPreprocess *preprocess, const gchar *max_isa,
                            const ToolImageOptions *image_options, guint readers, const gchar *const *paths,
                            guint n_paths, ToolResultFunc func, gpointer data, GError **error);
