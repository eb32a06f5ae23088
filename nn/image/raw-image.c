/* gst-resnet: a view of one raw frame, by the names that GStreamer gives formats
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-memory.h"
#include "image/resize-filter.h"

#include <nn/error.h>
#include <string.h>

/* A place says where a component lies: in which plane, how many bytes its first byte is from the start of the plane,
 * and how many bytes there are from pixel to pixel. */
typedef struct {
  guint8 plane, offset, pixel_stride;
} Place;

/* @plane: the size of each plane. A row of plane p has ceil(width / 2^group_shift) groups of group_bytes bytes, and
 * there are ceil(height / 2^row_shift) rows. */
typedef struct {
  gchar name[6];
  guint8 kind;
  guint8 n_planes;
  guint8 shift_x, shift_y; /* those of the chroma planes */
  Place place[3];          /* R, G, B or Y, Cb, Cr, or the only component */
  struct {
    guint8 group_shift, group_bytes, row_shift;
  } plane[3];
} RawFormat;

#define RGB_PACKED(name, stride, r, g, b)                                                                              \
  {                                                                                                                    \
    name, NN_IMAGE_RGB, 1, 0, 0, { { 0, r, stride }, { 0, g, stride }, { 0, b, stride } },                             \
    {                                                                                                                  \
      {                                                                                                                \
        0, stride, 0                                                                                                   \
      }                                                                                                                \
    }                                                                                                                  \
  }
#define RGB_PLANAR(name, r, g, b)                                                                                      \
  {                                                                                                                    \
    name, NN_IMAGE_RGB, 3, 0, 0, { { r, 0, 1 }, { g, 0, 1 }, { b, 0, 1 } },                                            \
    {                                                                                                                  \
      { 0, 1, 0 }, { 0, 1, 0 }, { 0, 1, 0 }                                                                            \
    }                                                                                                                  \
  }
#define YUV_PLANAR(name, sx, sy, cb, cr)                                                                               \
  {                                                                                                                    \
    name, NN_IMAGE_YUV, 3, sx, sy, { { 0, 0, 1 }, { cb, 0, 1 }, { cr, 0, 1 } },                                        \
    {                                                                                                                  \
      { 0, 1, 0 }, { sx, 1, sy }, { sx, 1, sy }                                                                        \
    }                                                                                                                  \
  }
#define YUV_SEMI(name, sx, sy, cb, cr)                                                                                 \
  {                                                                                                                    \
    name, NN_IMAGE_YUV, 2, sx, sy, { { 0, 0, 1 }, { 1, cb, 2 }, { 1, cr, 2 } },                                        \
    {                                                                                                                  \
      { 0, 1, 0 }, { sx, 2, sy }                                                                                       \
    }                                                                                                                  \
  }
#define YUV_422_PACKED(name, y, cb, cr)                                                                                \
  {                                                                                                                    \
    name, NN_IMAGE_YUV, 1, 1, 0, { { 0, y, 2 }, { 0, cb, 4 }, { 0, cr, 4 } },                                          \
    {                                                                                                                  \
      {                                                                                                                \
        1, 4, 0                                                                                                        \
      }                                                                                                                \
    }                                                                                                                  \
  }
#define YUV_444_PACKED(name, y, cb, cr)                                                                                \
  {                                                                                                                    \
    name, NN_IMAGE_YUV, 1, 0, 0, { { 0, y, 4 }, { 0, cb, 4 }, { 0, cr, 4 } },                                          \
    {                                                                                                                  \
      {                                                                                                                \
        0, 4, 0                                                                                                        \
      }                                                                                                                \
    }                                                                                                                  \
  }

static const RawFormat formats[] = {
  RGB_PACKED ("RGB", 3, 0, 1, 2),
  RGB_PACKED ("BGR", 3, 2, 1, 0),
  RGB_PACKED ("RGBx", 4, 0, 1, 2),
  RGB_PACKED ("BGRx", 4, 2, 1, 0),
  RGB_PACKED ("xRGB", 4, 1, 2, 3),
  RGB_PACKED ("xBGR", 4, 3, 2, 1),
  RGB_PACKED ("RGBA", 4, 0, 1, 2),
  RGB_PACKED ("BGRA", 4, 2, 1, 0),
  RGB_PACKED ("ARGB", 4, 1, 2, 3),
  RGB_PACKED ("ABGR", 4, 3, 2, 1),
  RGB_PLANAR ("RGBP", 0, 1, 2),
  RGB_PLANAR ("BGRP", 2, 1, 0),
  RGB_PLANAR ("GBR", 2, 0, 1), /* The planes are in the order G, B, R. */
  { "GRAY8", NN_IMAGE_GRAY, 1, 0, 0, { { 0, 0, 1 } }, { { 0, 1, 0 } } },
  YUV_SEMI ("NV12", 1, 1, 0, 1),
  YUV_SEMI ("NV21", 1, 1, 1, 0),
  YUV_SEMI ("NV16", 1, 0, 0, 1),
  YUV_SEMI ("NV61", 1, 0, 1, 0),
  YUV_SEMI ("NV24", 0, 0, 0, 1),
  YUV_PLANAR ("I420", 1, 1, 1, 2),
  YUV_PLANAR ("YV12", 1, 1, 2, 1),
  YUV_422_PACKED ("YUY2", 0, 1, 3),
  YUV_422_PACKED ("UYVY", 1, 0, 2),
  YUV_422_PACKED ("YVYU", 0, 3, 1),
  YUV_422_PACKED ("VYUY", 1, 2, 0),
  YUV_PLANAR ("Y42B", 1, 0, 1, 2),
  YUV_PLANAR ("Y444", 0, 0, 1, 2),
  YUV_PLANAR ("Y41B", 2, 0, 1, 2),
  YUV_444_PACKED ("AYUV", 1, 2, 3),
  YUV_444_PACKED ("VUYA", 2, 1, 0),
};

static const struct {
  const gchar *name;
  gdouble kr, kb;
  NnTransfer transfer;
} matrices[] = {
  { "bt601", 0.299, 0.114 },
  { "bt709", 0.2126, 0.0722 },
  { "bt2020", 0.2627, 0.0593 },
  { "smpte240m", 0.212, 0.087 },
  { "bt2100-pq", 0.2627, 0.0593, NN_TRANSFER_PQ },
  { "bt2100-hlg", 0.2627, 0.0593, NN_TRANSFER_HLG },
};

static const struct {
  const gchar *name;
  gboolean left, top;
} sitings[] = {
  { "mpeg2", TRUE, FALSE },
  { "jpeg", FALSE, FALSE },
  { "cosited", TRUE, TRUE },
  { "dv", TRUE, TRUE },
};

static const RawFormat *
find_format (const gchar *name, GError **error)
{
  g_autoptr (GString) known = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (strcmp (name, formats[i].name) == 0)
      return &formats[i];
  }
  known = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    g_string_append_printf (known, "%s%s", i ? " " : "", formats[i].name);
  g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "unknown raw format \"%s\"; known are %s", name, known->str);
  return NULL;
}

static gboolean
parse_size (const gchar *text, guint *width, guint *height, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "x", 3);
  guint64 w, h;

  if (g_strv_length (parts) == 2 && g_ascii_string_to_unsigned (parts[0], 10, 1, NN_IMAGE_MAX_SIZE, &w, NULL)
      && g_ascii_string_to_unsigned (parts[1], 10, 1, NN_IMAGE_MAX_SIZE, &h, NULL)) {
    *width = (guint)w;
    *height = (guint)h;
    return TRUE;
  }
  g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
               "\"%s\" is no frame size; it must be WIDTHxHEIGHT, each 1 to %d pixels", text, NN_IMAGE_MAX_SIZE);
  return FALSE;
}

static gboolean
parse_colorimetry (const gchar *text, NnImage *image, GError **error)
{
  const gchar *name = text;

  if (g_str_has_prefix (name, "full-")) {
    image->full_range = TRUE;
    name += strlen ("full-");
  }
  for (guint i = 0; i < G_N_ELEMENTS (matrices); i++) {
    if (strcmp (name, matrices[i].name) == 0) {
      image->kr = matrices[i].kr;
      image->kb = matrices[i].kb;
      image->transfer = matrices[i].transfer;
      image->bt2020_primaries = matrices[i].transfer != NN_TRANSFER_SDR;
      return TRUE;
    }
  }
  g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
               "unknown colorimetry \"%s\"; known are bt601 bt709 bt2020 smpte240m bt2100-pq bt2100-hlg, each also as "
               "full-bt601 and so on",
               text);
  return FALSE;
}

static gboolean
parse_siting (const gchar *text, NnImage *image, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (sitings); i++) {
    if (strcmp (text, sitings[i].name) == 0) {
      image->chroma_left = sitings[i].left;
      image->chroma_top = sitings[i].top;
      return TRUE;
    }
  }
  g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "unknown chroma siting \"%s\"; known are mpeg2 jpeg cosited dv",
               text);
  return FALSE;
}

gboolean
nn_image_from_raw (const gchar *spec, const guint8 *data, gsize size, NnImage *image, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (spec, ":", 5);
  guint n_parts = g_strv_length (parts);
  const RawFormat *format;
  NnImage result = { 0 };
  gsize start[3], stride[3], expected = 0;

  if (n_parts < 2 || n_parts > 4) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                 "\"%s\" describes no raw frame; it must be FORMAT:WIDTHxHEIGHT[:COLORIMETRY[:SITING]], as in "
                 "\"NV12:1920x1080:bt709:mpeg2\"",
                 spec);
    return FALSE;
  }
  format = find_format (parts[0], error);
  if (!format || !parse_size (parts[1], &result.width, &result.height, error))
    return FALSE;
  /* A gray or RGB frame has no matrix, and RGB is always full range. Gray counts as full range unless the spec says
   * otherwise, as GStreamer does it for GRAY8 from image decoders. */
  if (!parse_colorimetry (n_parts > 2           ? parts[2]
                          : result.height > 576 ? "bt709"
                                                : "bt601",
                          &result, error)
      || !parse_siting (n_parts > 3 ? parts[3] : "mpeg2", &result, error))
    return FALSE;
  result.kind = (NnImageKind)format->kind;
  if (result.kind == NN_IMAGE_RGB || (result.kind == NN_IMAGE_GRAY && n_parts == 2))
    result.full_range = TRUE;
  result.chroma_shift_x = format->shift_x;
  result.chroma_shift_y = format->shift_y;
  for (guint p = 0; p < format->n_planes; p++) {
    gsize bytes;

    start[p] = expected;
    stride[p] = (gsize)nn_image_subsampled (result.width, format->plane[p].group_shift) * format->plane[p].group_bytes;
    if (!nn_size_mul (stride[p], nn_image_subsampled (result.height, format->plane[p].row_shift), &bytes)
        || !nn_size_add (expected, bytes, &expected)) {
      g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "a frame \"%s\" does not fit into memory", spec);
      return FALSE;
    }
  }
  if (size != expected) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                 "a frame \"%s\" has %" G_GSIZE_FORMAT " bytes (rows without padding), here are %" G_GSIZE_FORMAT, spec,
                 expected, size);
    return FALSE;
  }
  for (guint c = 0; c < (result.kind == NN_IMAGE_GRAY ? 1 : 3); c++) {
    const Place *place = &format->place[c];

    result.component[c].data = data + start[place->plane] + place->offset;
    result.component[c].row_stride = (gssize)stride[place->plane];
    result.component[c].pixel_stride = place->pixel_stride;
  }
  *image = result;
  return TRUE;
}
