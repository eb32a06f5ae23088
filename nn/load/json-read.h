/* gst-resnet: JSON from untrusted files
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This is a strict reader (RFC 8259; it skips a byte order mark). One tokenizer runs twice: the first run finds what
 * the text contains, how deep it nests and how much there is, before any memory is taken for it; the second run fills
 * that memory. Comments, trailing commas, a member that occurs twice in one object, and NUL in a string are errors. A
 * value takes 12 bytes, whatever it is, and the text is copied once.
 *
 * Why this is not a library: json-glib accepts comments and has no limit of depth; jansson's tree takes 40 bytes for
 * "1,", and its memory can be limited only for the whole process. */
#pragma once

#include <nn/error.h>

/* Objects and arrays may be nested this deep. */
#define NN_JSON_MAX_DEPTH 16

typedef struct _NnJsonDoc NnJsonDoc;

typedef enum {
  NN_JSON_ABSENT, /* no value: what a look-up returns that finds nothing */
  NN_JSON_NULL,
  NN_JSON_FALSE,
  NN_JSON_TRUE,
  NN_JSON_NUMBER,
  NN_JSON_STRING,
  NN_JSON_ARRAY,
  NN_JSON_OBJECT,
} NnJsonType;

/* A value of a document. It must not be used after the document is freed. Every function also accepts an absent
 * value. */
typedef struct {
  const NnJsonDoc *doc;
  guint32 at;
} NnJson;

/**
 * nn_json_parse: parses a whole text
 * @what: what error messages begin with
 * Errors: NN_ERROR_FORMAT with the line and the column, NN_ERROR_TOO_LARGE above 2 GiB
 * Returns: the document; free it with nn_json_free()
 */
NnJsonDoc *nn_json_parse (const gchar *data, gsize size, const gchar *what, GError **error);
void nn_json_free (NnJsonDoc *doc);
/* The most bytes that parsing @size bytes can take. */
guint64 nn_json_max_memory (gsize size);

NnJson nn_json_root (const NnJsonDoc *doc);
NnJsonType nn_json_type (NnJson value);
/* The number of elements of an array or of members of an object; 0 for every other value. */
guint nn_json_count (NnJson value);
/* The first element or member of @container, and the one after @value; the result is absent at the end. */
NnJson nn_json_first (NnJson container);
NnJson nn_json_next (NnJson container, NnJson value);
/* The name of a member of an object. */
const gchar *nn_json_name (NnJson member);
/* The result is absent also when @object is not an object. The time is linear in the number of members. */
NnJson nn_json_member (NnJson object, const gchar *name);
/* The result is absent when @array is not an array or is too short. The time is linear in @index. */
NnJson nn_json_element (NnJson array, guint index);

/* The text of a string in UTF-8; NULL for every other value. */
const gchar *nn_json_string (NnJson value);
/* Reads a number that has neither a fraction nor an exponent and fits into 64 bits. */
gboolean nn_json_int (NnJson value, gint64 *number);
/* Reads any number as a double, which is infinite when the number is beyond a double's range. */
gboolean nn_json_double (NnJson value, gdouble *number);

/* Returns at most 60 characters of @text as valid UTF-8, for messages; free it with g_free(). */
gchar *nn_json_shown (const gchar *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnJsonDoc, nn_json_free)
