/* gst-resnet: JSON from untrusted files
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A strict reader (RFC 8259; a byte order mark is passed over): one tokenizer finds what is there, how deep and how
 * much, before memory is taken for it, and then fills that memory. No comments, no commas at the end, no member twice
 * in one object, no NUL in a string. A value takes 12 bytes, whatever it is, and the text one copy.
 *
 * Why not a library: json-glib takes comments and has no limit of depth; jansson's tree takes 40 bytes for "1,", and
 * its memory can be limited only for the whole process. */
#pragma once

#include <nn/error.h>

/* Objects and arrays inside each other. */
#define NN_JSON_MAX_DEPTH 16

typedef struct _NnJsonDoc NnJsonDoc;

typedef enum {
  NN_JSON_ABSENT, /* no value: what a look-up gives that finds none */
  NN_JSON_NULL,
  NN_JSON_FALSE,
  NN_JSON_TRUE,
  NN_JSON_NUMBER,
  NN_JSON_STRING,
  NN_JSON_ARRAY,
  NN_JSON_OBJECT,
} NnJsonType;

/* A value of a document, which it may not outlive; every function takes an absent one too. */
typedef struct {
  const NnJsonDoc *doc;
  guint32 at;
} NnJson;

/**
 * nn_json_parse: a whole text
 * @what: what errors begin with
 * Errors: NN_ERROR_FORMAT with the line and the column, NN_ERROR_TOO_LARGE above 2 GiB
 * Returns: free with nn_json_free()
 */
NnJsonDoc *nn_json_parse (const gchar *data, gsize size, const gchar *what, GError **error);
void nn_json_free (NnJsonDoc *doc);
/* Bytes that parsing @size bytes takes at most. */
guint64 nn_json_max_memory (gsize size);

NnJson nn_json_root (const NnJsonDoc *doc);
NnJsonType nn_json_type (NnJson value);
/* Elements of an array, members of an object; of all else 0. */
guint nn_json_count (NnJson value);
/* The first element or member of @container, and the one after @value; absent at the end. */
NnJson nn_json_first (NnJson container);
NnJson nn_json_next (NnJson container, NnJson value);
/* What a member of an object is called. */
const gchar *nn_json_name (NnJson member);
/* Absent where @object is none, too. Linear in the members. */
NnJson nn_json_member (NnJson object, const gchar *name);
/* Absent where @array is none or shorter. Linear in @index. */
NnJson nn_json_element (NnJson array, guint index);

/* The text of a string, UTF-8; NULL for all else. */
const gchar *nn_json_string (NnJson value);
/* A number without fraction and exponent, within 64 bits. */
gboolean nn_json_int (NnJson value, gint64 *number);
/* Any number, as double; infinite beyond its range. */
gboolean nn_json_double (NnJson value, gdouble *number);

/* At most 60 characters of valid UTF-8, for messages: free with g_free(). */
gchar *nn_json_shown (const gchar *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnJsonDoc, nn_json_free)
