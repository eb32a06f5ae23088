/* gst-resnet: the directory of a zip archive, before libzip reads it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The format is described in PKWARE's APPNOTE 6.3, sections 4.3.12 to 4.3.16. */
#include "load/torch/zip-directory.h"

#include <string.h>

#include "load/nn-cursor.h"

#define HEADER_SIZE 46
#define END_SIZE 22
#define END64_SIZE 56
#define LOCATOR_SIZE 20
#define MAX_COMMENT 0xffff
/* The most names that may have the same place in libzip's table, which looks at a part of the hash. About a dozen of
 * them have the same place if nobody chose the names. */
#define MAX_ALIKE 64

/**
 * Check: the archive and what was seen in its directory
 * @hashes: guint32, the hash of each entry's name
 */
typedef struct {
  const guint8 *data;
  gsize size;
  const gchar *name;
  GArray *hashes;
} Check;

static guint64
uint_at (const Check *check, gsize at, guint width)
{
  guint64 value = 0;

  for (guint i = width; i-- > 0;)
    value = value << 8 | check->data[at + i];
  return value;
}

static gboolean
has_signature (const Check *check, gsize at, const gchar *signature)
{
  return check->size >= 4 && at <= check->size - 4 && memcmp (check->data + at, signature, 4) == 0;
}

/* libzip uses Bernstein's hash. */
static guint32
name_hash (const guint8 *name, gsize n)
{
  guint32 hash = 5381;

  for (gsize i = 0; i < n && name[i]; i++)
    hash = hash * 33 + name[i];
  return hash;
}

/* Reads the entries from @at on, as many as @size bytes hold. */
static gboolean
walk (Check *check, guint64 at, guint64 size, GError **error)
{
  guint64 end;

  if (at > check->size || size > check->size - at)
    return TRUE;
  for (end = at + size; end - at >= HEADER_SIZE && has_signature (check, (gsize)at, "PK\1\2");) {
    const guint64 n = uint_at (check, (gsize)at + 28, 2);
    const guint64 all = HEADER_SIZE + n + uint_at (check, (gsize)at + 30, 2) + uint_at (check, (gsize)at + 32, 2);
    guint32 hash;

    if (all > end - at)
      break;
    if (check->hashes->len == NN_ZIP_MAX_ENTRIES) {
      g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: the archive has more than %d entries", check->name,
                   NN_ZIP_MAX_ENTRIES);
      return FALSE;
    }
    hash = name_hash (check->data + at + HEADER_SIZE, (gsize)n);
    g_array_append_val (check->hashes, hash);
    at += all;
  }
  return TRUE;
}

/* Reads the directory that the end record at @at points to, and the one that the 64-bit record before it points to. */
static gboolean
walk_end (Check *check, gsize at, GError **error)
{
  guint64 end64;

  if (!walk (check, uint_at (check, at + 16, 4), uint_at (check, at + 12, 4), error))
    return FALSE;
  if (at < LOCATOR_SIZE || !has_signature (check, at - LOCATOR_SIZE, "PK\6\7"))
    return TRUE;
  end64 = uint_at (check, at - LOCATOR_SIZE + 8, 8);
  if (check->size < END64_SIZE || end64 > check->size - END64_SIZE || !has_signature (check, (gsize)end64, "PK\6\6"))
    return TRUE;
  return walk (check, uint_at (check, (gsize)end64 + 48, 8), uint_at (check, (gsize)end64 + 40, 8), error);
}

/* A table of n names has at least n places, and the lowest bits of a name's hash are its place. */
static gboolean
are_spread (const Check *check, GError **error)
{
  const guint n_bits = g_bit_storage (check->hashes->len), mask = (1U << n_bits) - 1;
  g_autofree guint32 *n_alike = g_new0 (guint32, (gsize)mask + 1);

  for (guint i = 0; i < check->hashes->len; i++)
    if (++n_alike[g_array_index (check->hashes, guint32, i) & mask] > MAX_ALIKE) {
      g_set_error (
          error, NN_ERROR, NN_ERROR_FORMAT,
          "%s: the archive's entries have names that were chosen to make reading it slow; save the model again "
          "with torch.save()",
          check->name);
      return FALSE;
    }
  return TRUE;
}

gboolean
nn_zip_directory_check (const guint8 *data, gsize size, const gchar *name, GError **error)
{
  g_autoptr (GArray) hashes = g_array_new (FALSE, FALSE, sizeof (guint32));
  Check check = { data, size, name, hashes };
  const gsize first = size > END_SIZE + MAX_COMMENT ? size - END_SIZE - MAX_COMMENT : 0;

  /* An archive's comment may contain something that looks like an end record. Therefore all of them are examined,
   * whichever one libzip uses. All of them together may have no more entries than one may have. */
  for (gsize at = first; size >= END_SIZE && at <= size - END_SIZE; at++)
    if (data[at] == 'P' && has_signature (&check, at, "PK\5\6") && !walk_end (&check, at, error))
      return FALSE;
  return are_spread (&check, error);
}
