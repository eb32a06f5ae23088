/* gst-resnet: a look at untrusted JSON before json-glib sees it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <nn/error.h>

#define NN_JSON_MAX_DEPTH 32

/**
 * nn_json_parse: RFC 8259 JSON, strictly
 * json-glib recurses once a nesting level, keeps the last of two equal keys, reads numbers of any length and takes
 * comments, octal numbers and unpaired surrogates. All of that is refused here, in one pass without recursion, and
 * equal keys by comparing the number of members written with the number kept.
 * @name: what messages call the text ("model.safetensors: header")
 * @code: of the errors
 * Returns: the parser that owns the tree; NULL with an error that has the byte
 */
JsonParser *nn_json_parse (const gchar *data, gsize size, const gchar *name, gint code, GError **error);
