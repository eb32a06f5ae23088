/* gst-resnet: a bounds-checked cursor over untrusted bytes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <string.h>

/* All file formats are read through these functions: each of them either succeeds and moves the cursor on, or returns
 * FALSE and leaves the cursor where it is. */
typedef struct {
  const guint8 *data;
  gsize size;
  gsize pos; /* never above size */
} NnCursor;

static inline void
nn_cursor_init (NnCursor *cursor, const guint8 *data, gsize size)
{
  cursor->data = data;
  cursor->size = size;
  cursor->pos = 0;
}

static inline gsize
nn_cursor_left (const NnCursor *cursor)
{
  return cursor->size - cursor->pos;
}

/* Gives @n bytes without copying them; the pointer is valid as long as the file's bytes are. */
static inline gboolean
nn_cursor_bytes (NnCursor *cursor, guint64 n, const guint8 **bytes)
{
  if (n > nn_cursor_left (cursor))
    return FALSE;
  *bytes = cursor->data + cursor->pos;
  cursor->pos += (gsize)n;
  return TRUE;
}

/* Reads an unsigned little-endian integer of @width (1 to 8) bytes. */
static inline gboolean
nn_cursor_uint_le (NnCursor *cursor, guint width, guint64 *value)
{
  const guint8 *bytes;
  guint64 v = 0;

  if (!nn_cursor_bytes (cursor, width, &bytes))
    return FALSE;
  for (guint i = width; i-- > 0;)
    v = v << 8 | bytes[i];
  *value = v;
  return TRUE;
}

static inline gboolean
nn_cursor_u8 (NnCursor *cursor, guint8 *value)
{
  if (cursor->pos >= cursor->size)
    return FALSE;
  *value = cursor->data[cursor->pos++];
  return TRUE;
}

/* Gives the bytes up to the next '\n'. The '\n' is skipped and does not count in @length. */
static inline gboolean
nn_cursor_line (NnCursor *cursor, const guint8 **line, gsize *length)
{
  gsize left = nn_cursor_left (cursor);
  const guint8 *start = cursor->data + cursor->pos;
  const guint8 *end = left ? memchr (start, '\n', left) : NULL;

  if (!end)
    return FALSE;
  *line = start;
  *length = (gsize)(end - start);
  cursor->pos += *length + 1;
  return TRUE;
}
