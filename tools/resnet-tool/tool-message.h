/* gst-resnet: what is said on stderr, and the exit status that goes with it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* These functions write one line "resnet-tool: …" to stderr. */
void tool_error (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
void tool_warning (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
/* Writes the message of @error to stderr, frees @error and returns TOOL_FAILED. */
int tool_fail (GError *error);
/* Flushes stdout. If something could not be written, it says so on stderr and returns TOOL_FAILED; otherwise it returns
 * @status. */
int tool_finish (int status);
