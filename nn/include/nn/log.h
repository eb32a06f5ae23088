/* gst-resnet: what the engine says of its choices
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NnLogFunc: gets what the engine says
 * It may be called from any thread, also from two at once, and must not call the engine.
 * @level: G_LOG_LEVEL_WARNING or G_LOG_LEVEL_DEBUG
 * @message: one sentence in UTF-8 without a newline
 */
typedef void (*NnLogFunc) (GLogLevelFlags level, const gchar *message, gpointer user_data);

/**
 * nn_log_set_func: @func gets each message from here on; NULL: nobody does
 * Messages go to GLib's log (domain "nn") all the same, where they end up as the application has decided: neither its
 * log handlers nor its log writer are touched.
 */
void nn_log_set_func (NnLogFunc func, gpointer user_data);

/* For the engine's own files. */
void nn_log (GLogLevelFlags level, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
