/* gst-resnet: what is said on stderr, and the exit status that goes with it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* One line on stderr: "resnet-tool: …". */
void tool_error (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
void tool_warning (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
/* Says @error, frees it, returns TOOL_FAILED. */
int tool_fail (GError *error);
/* Flushes stdout: TOOL_FAILED after a message where something could not be written, else @status. */
int tool_finish (int status);
