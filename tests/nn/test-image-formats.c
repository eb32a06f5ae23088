/* gst-resnet: the same picture in every layout, stride and region gives the same bytes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image-test-common.h"

#include <string.h>

#define W 61
#define H 47

/* These parameters take every way through the code: they enlarge, shrink, stretch and keep the picture, with each
 * interpolation. */
static const NnPreprocess ways[] = {
  TEST_PREPROCESS (40, 32, NN_INTERPOLATION_BILINEAR), TEST_PREPROCESS (90, 64, NN_INTERPOLATION_BICUBIC),
  TEST_PREPROCESS (0, 24, NN_INTERPOLATION_BILINEAR),  TEST_PREPROCESS (21, 40, NN_INTERPOLATION_NEAREST),
  TEST_PREPROCESS (H, 50, NN_INTERPOLATION_BILINEAR),
};

static guint8
pixel (guint x, guint y, guint c)
{
  guint32 h = (x * 73856093u) ^ (y * 19349663u) ^ (c * 83492791u);

  return (guint8)((h * 2654435761u) >> 24);
}

static void
put (const NnComponent *component, guint x, guint y, guint8 value)
{
  *(guint8 *)(component->data + (gssize)y * component->row_stride + (gsize)x * component->pixel_stride) = value;
}

static void
assert_same (const NnImage *image, const NnImage *reference, const gchar *isa, const gchar *what)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autofree guint8 *found = test_run_u8 (&ways[i], isa, image);
    g_autofree guint8 *expected = test_run_u8 (&ways[i], "c", reference);

    g_test_message ("%s, way %u", what, i);
    g_assert_cmpmem (found, (gsize)ways[i].crop_height * ways[i].crop_width * 3, expected,
                     (gsize)ways[i].crop_height * ways[i].crop_width * 3);
  }
}

/* Makes a plain RGB frame of the picture. */
static NnImage
reference_rgb (guint8 *data)
{
  NnImage image = test_image ("RGB:61x47", data, W * H * 3);

  for (guint c = 0; c < 3; c++) {
    for (guint y = 0; y < H; y++) {
      for (guint x = 0; x < W; x++)
        put (&image.component[c], x, y, pixel (x, y, c));
    }
  }
  return image;
}

/* Checks all layouts of RGB by their names. The table says a second time where each byte lies. */
static void
test_rgb (gconstpointer isa)
{
  static const struct {
    const gchar *format;
    guint bytes;
    gint order[3]; /* the byte in the pixel, or the plane when bytes is 1 */
  } layouts[] = {
    { "RGB", 3, { 0, 1, 2 } },  { "BGR", 3, { 2, 1, 0 } },  { "RGBx", 4, { 0, 1, 2 } }, { "BGRx", 4, { 2, 1, 0 } },
    { "xRGB", 4, { 1, 2, 3 } }, { "xBGR", 4, { 3, 2, 1 } }, { "RGBA", 4, { 0, 1, 2 } }, { "BGRA", 4, { 2, 1, 0 } },
    { "ARGB", 4, { 1, 2, 3 } }, { "ABGR", 4, { 3, 2, 1 } }, { "RGBP", 1, { 0, 1, 2 } }, { "BGRP", 1, { 2, 1, 0 } },
    { "GBR", 1, { 2, 0, 1 } },
  };
  guint8 plain[W * H * 3];
  NnImage reference = reference_rgb (plain);

  if (!test_has_isa (isa))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++) {
    const guint bytes = layouts[i].bytes;
    const gsize size = (gsize)W * H * (bytes == 1 ? 3 : bytes);
    g_autofree gchar *spec = g_strdup_printf ("%s:%dx%d", layouts[i].format, W, H);
    g_autofree guint8 *data = g_malloc (size);
    NnImage image;

    memset (data, 0xAA, size);
    for (guint c = 0; c < 3; c++) {
      for (guint y = 0; y < H; y++) {
        for (guint x = 0; x < W; x++)
          data[bytes == 1 ? (gsize)layouts[i].order[c] * W * H + y * W + x : (y * W + x) * bytes + layouts[i].order[c]]
              = pixel (x, y, c);
      }
    }
    image = test_image (spec, data, size);
    assert_same (&image, &reference, isa, layouts[i].format);
  }
}

/* The strides vary: rows are padded or come from the bottom up, and pixels lie 1 to 9 bytes apart. The memory is
 * exactly as long as the last row's last byte needs, so that a sanitizer sees any read behind it. */
static void
test_strides (gconstpointer isa)
{
  guint8 plain[W * H * 3];
  NnImage reference = reference_rgb (plain);

  if (!test_has_isa (isa))
    return;
  for (guint pixel_stride = 3; pixel_stride <= 9; pixel_stride++) {
    for (guint variant = 0; variant < 4; variant++) {
      const gsize row = (gsize)W * pixel_stride + (variant & 1 ? 29 : 0);
      const gsize size = (H - 1) * row + (W - 1) * pixel_stride + 3;
      g_autofree guint8 *data = g_malloc (size);
      g_autofree gchar *what = g_strdup_printf ("pixel stride %u, variant %u", pixel_stride, variant);
      NnImage image = reference;

      memset (data, 0x55, size);
      for (guint c = 0; c < 3; c++) {
        image.component[c].pixel_stride = pixel_stride;
        image.component[c].row_stride = variant & 2 ? -(gssize)row : (gssize)row;
        image.component[c].data = data + c + (variant & 2 ? (H - 1) * row : 0);
        for (guint y = 0; y < H; y++) {
          for (guint x = 0; x < W; x++)
            put (&image.component[c], x, y, pixel (x, y, c));
        }
      }
      assert_same (&image, &reference, isa, what);
    }
  }
}

static void
test_gray (gconstpointer isa)
{
  guint8 gray[W * H] = { 0 }, rgb[W * H * 3] = { 0 };
  NnImage image = test_image ("GRAY8:61x47", gray, sizeof gray);
  NnImage reference = test_image ("RGB:61x47", rgb, sizeof rgb);

  if (!test_has_isa (isa))
    return;
  g_assert_true (image.full_range);
  for (guint limited = 0; limited < 2; limited++) {
    for (guint i = 0; i < W * H; i++) {
      gint value = pixel (i % W, i / W, 0), full = value;

      if (limited)
        full = CLAMP (((value - 16) * 510 + (value >= 16 ? 219 : -219)) / 438, 0, 255);
      gray[i] = (guint8)value;
      memset (rgb + 3 * i, full, 3);
    }
    image.full_range = !limited;
    assert_same (&image, &reference, isa, limited ? "limited gray" : "gray");
  }
}

/* A region of interest is the same as an image that is only that region. For YUV it is the same as converting
 * everything and cropping then. */
static void
test_region (gconstpointer isa)
{
  static const guint regions[][4]
      = { { 0, 0, 1, 1 }, { 60, 46, 1, 1 }, { 1, 1, 30, 20 }, { 31, 0, 30, 47 }, { 7, 13, 53, 9 }, { 0, 40, 61, 7 } };
  guint8 plain[W * H * 3];
  NnImage whole = reference_rgb (plain);

  if (!test_has_isa (isa))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (regions); i++) {
    const guint *r = regions[i];
    g_autofree guint8 *cut = g_malloc ((gsize)r[2] * r[3] * 3);
    g_autofree gchar *spec = g_strdup_printf ("RGB:%ux%u", r[2], r[3]);
    NnImage part = whole, reference;

    for (guint y = 0; y < r[3]; y++)
      memcpy (cut + (gsize)y * r[2] * 3, plain + ((r[1] + y) * W + r[0]) * 3, (gsize)r[2] * 3);
    part.roi_x = r[0];
    part.roi_y = r[1];
    part.roi_width = r[2];
    part.roi_height = r[3];
    reference = test_image (spec, cut, (gsize)r[2] * r[3] * 3);
    assert_same (&part, &reference, isa, spec);
  }
}

/* The formats of one subsampling hold the same numbers in other places, so the same bytes come out. The sizes take both
 * ways through the code. */
static void
test_yuv_layouts (gconstpointer isa)
{
  static const gchar *const families[][6] = {
    { "I420", "YV12", "NV12", "NV21", NULL },
    { "Y42B", "NV16", "NV61", "YUY2", "UYVY", NULL },
    { "Y42B", "YVYU", "VYUY", NULL },
    { "Y444", "NV24", "AYUV", "VUYA", NULL },
  };
  static const guint sizes[][3] = { { W, H, 0 }, { 601, 521, 1 } };

  if (!test_has_isa (isa))
    return;
  for (guint f = 0; f < G_N_ELEMENTS (families); f++) {
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
      const NnPreprocess params = TEST_PREPROCESS (sizes[s][2] ? 100 : 40, 64, NN_INTERPOLATION_BILINEAR);
      g_autofree guint8 *expected = NULL;

      for (guint i = 0; families[f][i]; i++) {
        g_autofree gchar *spec = g_strdup_printf ("%s:%ux%u:bt709:mpeg2", families[f][i], sizes[s][0], sizes[s][1]);
        gsize size = (gsize)(sizes[s][0] + 1) * (sizes[s][1] + 1) * 4;
        g_autofree guint8 *data = g_malloc0 (size), *found = NULL;
        g_autoptr (GError) error = NULL;
        NnImage image;

        /* Half of the sizes in the specs are odd, so the parser's message is asked for the number of bytes. */
        if (!nn_image_from_raw (spec, data, 0, &image, &error))
          size = (gsize)g_ascii_strtoull (strstr (error->message, " has ") + 5, NULL, 10);
        image = test_image (spec, data, size);
        for (guint c = 0; c < 3; c++) {
          guint sx = c ? image.chroma_shift_x : 0, sy = c ? image.chroma_shift_y : 0;

          for (guint y = 0; y < (image.height + sy) >> sy; y++) {
            for (guint x = 0; x < (image.width + sx) >> sx; x++)
              put (&image.component[c], x, y, pixel (x, y, c));
          }
        }
        found = test_run_u8 (&params, isa, &image);
        g_test_message ("%s", spec);
        if (expected)
          g_assert_cmpmem (found, 64 * 64 * 3, expected, 64 * 64 * 3);
        else
          expected = g_steal_pointer (&found);
      }
    }
  }
}

/* One worker takes images of changing geometry and gives what a fresh one gives. */
static void
test_changing_geometry (void)
{
  guint8 plain[W * H * 3];
  NnImage whole = reference_rgb (plain);
  NnPreprocessor *p = nn_preprocessor_new (&ways[0], NULL, NULL);

  for (guint i = 0; i < 12; i++) {
    guint8 found[32 * 32 * 3];
    g_autofree guint8 *expected = NULL;
    NnImage image = whole;

    if (i % 3 == 1) {
      image.roi_x = i;
      image.roi_width = 40;
      image.roi_height = 30;
    } else if (i % 3 == 2) {
      image.component[0] = whole.component[2];
      image.component[2] = whole.component[0];
    }
    g_assert_true (nn_preprocessor_run_u8 (p, &image, found, NULL));
    expected = test_run_u8 (&ways[0], NULL, &image);
    g_assert_cmpmem (found, sizeof found, expected, sizeof found);
  }
  nn_preprocessor_free (p);
}

int
main (int argc, char **argv)
{
  static const gchar *const levels[] = { "c", "avx2" };
  static const struct {
    const gchar *name;
    GTestDataFunc function;
  } tests[] = { { "rgb", test_rgb },
                { "strides", test_strides },
                { "gray", test_gray },
                { "region", test_region },
                { "yuv-layouts", test_yuv_layouts } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    for (guint l = 0; l < G_N_ELEMENTS (levels); l++) {
      g_autofree gchar *path = g_strdup_printf ("/image/formats/%s/%s", tests[i].name, levels[l]);

      g_test_add_data_func (path, levels[l], tests[i].function);
    }
  }
  g_test_add_func ("/image/formats/changing-geometry", test_changing_geometry);
  return g_test_run ();
}
