/* gst-resnet: JSON from untrusted files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <nn/error.h>

/* Objects and arrays inside each other; json-glib's parser calls itself for each. */
#define NN_JSON_MAX_DEPTH 16

/* At most 60 characters of valid UTF-8, for messages: free with g_free(). */
gchar *nn_json_shown (const gchar *text);

/* Borrowed; NULL where @node is NULL or no string. */
const gchar *nn_json_get_string (JsonNode *node);

/* Parses valid UTF-8 of limited depth; errors NN_ERROR_FORMAT that begin with @what. The root, free with
 * json_node_unref(). */
JsonNode *nn_json_parse (const gchar *data, gsize size, const gchar *what, GError **error);
