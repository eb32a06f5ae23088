/* gst-resnet: what Python prints of a dictionary or a list, as JSON
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Reads dictionaries, lists and tuples of strings, whole numbers and each other ("{0: 'tench', 1:
 * \"jack-o'-lantern\"}"); they may be nested as deep as JSON may be. A key that is a number becomes a member's name.
 * Returns: JSON that still has to be checked like any other; free it with g_free(). NULL if the text is anything else.
 * Nothing is computed, so an expression counts as something else. */
gchar *nn_python_literal_to_json (const gchar *data, gsize size);
