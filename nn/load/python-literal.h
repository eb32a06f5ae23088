/* gst-resnet: what Python prints of a dictionary or a list, as JSON
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Reads dictionaries, lists and tuples of strings, whole numbers and each other ("{0: 'tench', 1:
 * \"jack-o'-lantern\"}"), inside each other no deeper than JSON may be. A key that is a number becomes a member's name.
 * Returns: JSON that is yet to be checked as any other, free with g_free(); NULL where it is something else. Nothing is
 * computed: an expression is something else. */
gchar *nn_python_literal_to_json (const gchar *data, gsize size);
