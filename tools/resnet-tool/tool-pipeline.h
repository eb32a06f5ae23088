/* gst-resnet: many image files through a session, read and preprocessed beside it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/image.h>
#include <nn/session.h>

#include "tool-image-load.h"

/* This function is called in the order of the files, from the caller's thread. @logits: n_classes numbers, or NULL if
 * @error says why there are none */
typedef void (*ToolResultFunc) (guint index, const gfloat *logits, const GError *error, gpointer data);

/* Returns the number of images in one run. It is the number whose tensors fit into 64 MiB, but at least 1 and at most
 * 16, and not more than there are images. */
guint tool_pipeline_batch (const NnPreprocess *preprocess, guint n_images);

/**
 * tool_pipeline_run: runs many image files through a session
 * @session: its input must be @preprocess's crop, and its max_batch must be what tool_pipeline_batch() returns
 * @image_options: how the files are read
 * @readers: the number of threads that read, decode and preprocess (0: as many as the session has)
 * If a file cannot be read or decoded, @func gets the error of that file, and the others go on. The results do not
 * depend on the number of threads.
 * Returns: FALSE with an error if nothing could be started
 */
gboolean tool_pipeline_run (NnSession *session, guint n_classes, const NnPreprocess *preprocess, const gchar *max_isa,
                            const ToolImageOptions *image_options, guint readers, const gchar *const *paths,
                            guint n_paths, ToolResultFunc func, gpointer data, GError **error);
