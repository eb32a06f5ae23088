/* gst-resnet: which way up a picture is stored
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The formats are those of CIPA DC-008 (Exif 2.32), 4.5 and 4.6. TIFF's header and first directory are behind
 * "Exif\0\0" in JPEG's APP1, in the eXIf chunk of PNG 1.5, and in the EXIF chunk of WebP's RIFF. XMP part 3 describes
 * where XMP is in these files. */
#include "tool-exif.h"

#include <string.h>

#define ORIENTATION_TAG 0x0112

typedef struct {
  const guint8 *data;
  gsize size;
} Piece;

static guint32
read_number (const guint8 *b, guint n, gboolean big_endian)
{
  guint32 value = 0;

  for (guint i = 0; i < n; i++)
    value = value << 8 | b[big_endian ? i : n - 1 - i];
  return value;
}

static gboolean
begins (Piece piece, const gchar *magic, gsize length)
{
  return piece.size >= length && memcmp (piece.data, magic, length) == 0;
}

/* Returns the orientation that the first directory of a TIFF structure gives, or 0 if it gives none. */
static guint
exif_says (Piece exif)
{
  gboolean big_endian;
  gsize directory;
  guint n;

  if (begins (exif, "Exif\0\0", 6)) {
    exif.data += 6;
    exif.size -= 6;
  }
  if (!begins (exif, "II*\0", 4) && !begins (exif, "MM\0*", 4))
    return 0;
  big_endian = exif.data[0] == 'M';
  if (exif.size < 8)
    return 0;
  directory = read_number (exif.data + 4, 4, big_endian);
  if (directory > exif.size || exif.size - directory < 2)
    return 0;
  n = read_number (exif.data + directory, 2, big_endian);
  for (guint i = 0; i < n && exif.size - directory >= 2 + 12 * (gsize)(i + 1); i++) {
    const guint8 *entry = exif.data + directory + 2 + 12 * (gsize)i;
    guint type = read_number (entry + 2, 2, big_endian);

    if (read_number (entry, 2, big_endian) != ORIENTATION_TAG)
      continue;
    /* The type should be SHORT, but some writers use BYTE or LONG. */
    return type == 1 ? entry[8] : type == 3 || type == 4 ? read_number (entry + 8, type == 3 ? 2 : 4, big_endian) : 0;
  }
  return 0;
}

/* Returns tiff:Orientation, which is an attribute or an element, or 0 if there is none. */
static guint
xmp_says (Piece xmp)
{
  static const gchar name[] = "tiff:Orientation";
  const gsize length = sizeof name - 1;

  for (gsize i = 0; i + length + 3 <= xmp.size; i++) {
    const guint8 *at = xmp.data + i;

    if (memcmp (at, name, length) != 0)
      continue;
    at += length;
    if (at[0] == '>' && g_ascii_isdigit (at[1]))
      return at[1] - '0';
    if (at[0] == '=' && at[1] == '"' && g_ascii_isdigit (at[2]))
      return at[2] - '0';
  }
  return 0;
}

static void
take (Piece *piece, const guint8 *data, gsize size)
{
  if (!piece->data)
    *piece = (Piece){ data, size };
}

static void
find_in_jpeg (Piece file, Piece *exif, Piece *xmp)
{
  static const gchar adobe[] = "http://ns.adobe.com/xap/1.0/";
  gsize at = 2;

  /* This loop reads the segments up to the first scan. */
  while (file.size - at >= 4 && file.data[at] == 0xff) {
    const guint marker = file.data[at + 1];
    gsize length;

    if (marker == 0xff) { /* This is a fill byte. */
      at++;
      continue;
    }
    if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) { /* These markers have no length. */
      at += 2;
      continue;
    }
    if (marker == 0xd9 || marker == 0xda)
      return;
    length = read_number (file.data + at + 2, 2, TRUE);
    if (length < 2 || length > file.size - at - 2)
      return;
    if (marker == 0xe1) {
      Piece segment = { file.data + at + 4, length - 2 };

      if (begins (segment, "Exif\0\0", 6))
        take (exif, segment.data, segment.size);
      else if (begins (segment, adobe, sizeof adobe))
        take (xmp, segment.data + sizeof adobe, segment.size - sizeof adobe);
    }
    at += 2 + length;
  }
}

static void
find_in_png (Piece file, Piece *exif, Piece *xmp)
{
  static const gchar adobe[] = "XML:com.adobe.xmp";
  gsize at = 8;

  while (file.size - at >= 12) {
    const gsize length = read_number (file.data + at, 4, TRUE);
    Piece chunk = { file.data + at + 8, length };

    if (length > file.size - at - 12)
      return;
    if (memcmp (file.data + at + 4, "eXIf", 4) == 0)
      take (exif, chunk.data, chunk.size);
    else if (memcmp (file.data + at + 4, "iTXt", 4) == 0 && begins (chunk, adobe, sizeof adobe))
      take (xmp, chunk.data + sizeof adobe, chunk.size - sizeof adobe);
    at += 12 + length;
  }
}

static void
find_in_webp (Piece file, Piece *exif, Piece *xmp)
{
  gsize at = 12;

  while (file.size - at >= 8) {
    const gsize length = read_number (file.data + at + 4, 4, FALSE);

    if (length > file.size - at - 8)
      return;
    if (memcmp (file.data + at, "EXIF", 4) == 0)
      take (exif, file.data + at + 8, length);
    else if (memcmp (file.data + at, "XMP ", 4) == 0)
      take (xmp, file.data + at + 8, length);
    at += 8 + MIN (length + length % 2, file.size - at - 8);
  }
}

guint
tool_exif_orientation (const guint8 *data, gsize size)
{
  const Piece file = { data, size };
  Piece exif = { NULL, 0 }, xmp = { NULL, 0 };
  guint orientation;

  if (begins (file, "\xff\xd8\xff", 3))
    find_in_jpeg (file, &exif, &xmp);
  else if (begins (file, "\x89PNG\r\n\x1a\n", 8))
    find_in_png (file, &exif, &xmp);
  else if (begins (file, "RIFF", 4) && size >= 12 && memcmp (data + 8, "WEBP", 4) == 0)
    find_in_webp (file, &exif, &xmp);
  orientation = exif_says (exif);
  if (!orientation)
    orientation = xmp_says (xmp);
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}
