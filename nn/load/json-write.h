/* gst-resnet: strings of JSON
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Appends @text (UTF-8) in double quotes, with the escapes that RFC 8259 requires. */
void nn_json_append_string (GString *json, const gchar *text);
