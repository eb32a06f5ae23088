/* gst-resnet: turned pictures and pixels that are not square
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image-test-common.h"

#include <string.h>

static const gchar *const specs[] = { "RGB:%ux%u",
                                      "BGRx:%ux%u",
                                      "RGBP:%ux%u",
                                      "GRAY8:%ux%u",
                                      "I420:%ux%u:bt709:mpeg2",
                                      "NV12:%ux%u:bt709:jpeg",
                                      "NV21:%ux%u:bt601:mpeg2",
                                      "YUY2:%ux%u:bt709:mpeg2",
                                      "NV16:%ux%u:bt601:jpeg",
                                      "Y41B:%ux%u",
                                      "Y444:%ux%u",
                                      "AYUV:%ux%u:full-bt601" };

static guint8
pattern (gsize i)
{
  guint32 h = (guint32)i * 2654435761u;

  h ^= h >> 15;
  return (guint8)((h * 2246822519u) >> 24);
}

static guint
subsampled (guint size, guint shift)
{
  return (size + (1u << shift) - 1) >> shift;
}

/* Finds where the upright picture's sample at (x, y) is stored. The comments of the cases are EXIF's words for the
 * sides on which the stored first row and first column lie. */
static void
find_stored (guint orientation, guint width, guint height, guint x, guint y, guint *column, guint *row)
{
  switch (orientation) {
  case 1: /* top, left */
    *column = x, *row = y;
    break;
  case 2: /* top, right */
    *column = width - 1 - x, *row = y;
    break;
  case 3: /* bottom, right */
    *column = width - 1 - x, *row = height - 1 - y;
    break;
  case 4: /* bottom, left */
    *column = x, *row = height - 1 - y;
    break;
  case 5: /* left, top */
    *column = y, *row = x;
    break;
  case 6: /* right, top */
    *column = y, *row = height - 1 - x;
    break;
  case 7: /* right, bottom */
    *column = width - 1 - y, *row = height - 1 - x;
    break;
  default: /* left, bottom */
    *column = width - 1 - y, *row = x;
  }
}

/* Makes the upright picture in planes of its own. */
static NnImage
turn_by_hand (const NnImage *stored, guint orientation, guint8 *planes[3])
{
  NnImage upright = *stored;
  const gboolean swapped = orientation >= 5;

  for (guint c = 0; c < (stored->kind == NN_IMAGE_GRAY ? 1 : 3); c++) {
    const gboolean chroma = stored->kind == NN_IMAGE_YUV && c > 0;
    const guint width = subsampled (stored->width, chroma ? stored->chroma_shift_x : 0);
    const guint height = subsampled (stored->height, chroma ? stored->chroma_shift_y : 0);
    const guint upright_width = swapped ? height : width, upright_height = swapped ? width : height;
    const NnComponent *in = &stored->component[c];

    planes[c] = g_malloc ((gsize)width * height);
    for (guint y = 0; y < upright_height; y++)
      for (guint x = 0; x < upright_width; x++) {
        guint column, row;

        find_stored (orientation, width, height, x, y, &column, &row);
        planes[c][(gsize)y * upright_width + x]
            = in->data[(gssize)row * in->row_stride + (gssize)column * in->pixel_stride];
      }
    upright.component[c] = (NnComponent){ planes[c], upright_width, 1 };
  }
  if (swapped) {
    upright.width = stored->height;
    upright.height = stored->width;
    upright.chroma_shift_x = stored->chroma_shift_y;
    upright.chroma_shift_y = stored->chroma_shift_x;
  }
  return upright;
}

/* The turned view gives the same bits as the picture that was turned by hand, as a whole and for regions. */
static void
check_turns (const gchar *format, guint width, guint height, const NnPreprocess *params, guint n_regions)
{
  g_autofree gchar *spec = g_strdup_printf (format, width, height);
  const gsize room = (gsize)(width + 4) * (height + 4) * 4;
  g_autofree guint8 *data = g_malloc (room);
  const gsize bytes = (gsize)params->crop_height * params->crop_width * 3;
  NnImage stored;
  gsize size;

  for (gsize i = 0; i < room; i++)
    data[i] = pattern (i);
  /* The size of the frame is not known here, so the loop tries sizes until one is taken. */
  for (size = (gsize)width * height; size < room && !nn_image_from_raw (spec, data, size, &stored, NULL); size++)
    ;
  g_assert_cmpuint (size, <, room);
  for (guint orientation = 1; orientation <= 8; orientation++)
    for (guint r = 0; r <= n_regions; r++) {
      guint8 *planes[3] = { NULL };
      NnImage turned = stored, by_hand = turn_by_hand (&stored, orientation, planes);
      g_autofree guint8 *found = NULL, *expected = NULL;

      nn_image_turn (&turned, (NnOrientation)orientation);
      g_assert_cmpuint (turned.width, ==, by_hand.width);
      g_assert_cmpuint (turned.height, ==, by_hand.height);
      if (r > 0) {
        by_hand.roi_x = turned.roi_x = r * 3;
        by_hand.roi_y = turned.roi_y = r * 2 + 1;
        by_hand.roi_width = turned.roi_width = turned.width - r * 5;
        by_hand.roi_height = turned.roi_height = turned.height - r * 4;
      }
      g_test_message ("%s, orientation %u, region %u", spec, orientation, r);
      found = test_run_u8 (params, NULL, &turned);
      expected = test_run_u8 (params, NULL, &by_hand);
      g_assert_cmpmem (found, bytes, expected, bytes);
      for (guint c = 0; c < 3; c++)
        g_free (planes[c]);
    }
}

static void
test_turns (void)
{
  static const NnPreprocess ways[]
      = { TEST_PREPROCESS (20, 17, NN_INTERPOLATION_BILINEAR), TEST_PREPROCESS (0, 40, NN_INTERPOLATION_BICUBIC),
          TEST_PREPROCESS (31, 48, NN_INTERPOLATION_NEAREST) };
  static const guint sizes[][2] = { { 61, 47 }, { 40, 58 }, { 33, 32 } };

  for (guint f = 0; f < G_N_ELEMENTS (specs); f++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (guint w = 0; w < G_N_ELEMENTS (ways); w++)
        check_turns (specs[f], sizes[s][0], sizes[s][1], &ways[w], 2);
}

/* The picture is so large that planes are resized before they are converted. */
static void
test_large (void)
{
  const NnPreprocess params = TEST_PREPROCESS (64, 56, NN_INTERPOLATION_BILINEAR);

  check_turns ("NV12:%ux%u:bt709:mpeg2", 601, 530, &params, 1);
  check_turns ("I420:%ux%u:bt709:jpeg", 530, 602, &params, 1);
  check_turns ("RGB:%ux%u", 601, 530, &params, 1);
}

/* A region of the stored picture, turned with it, is the region of the upright one. A rectangle and a map are turned
 * back. */
static void
test_back (void)
{
  const guint width = 9, height = 5;

  for (guint orientation = 1; orientation <= 8; orientation++) {
    NnImage image = { .kind = NN_IMAGE_GRAY,
                      .width = width,
                      .height = height,
                      .roi_x = 2,
                      .roi_y = 1,
                      .roi_width = 4,
                      .roi_height = 3,
                      .par_n = 2,
                      .par_d = 1 };
    guint8 data[45] = { 0 }, map[45];
    gdouble rect[4];
    guint map_width, map_height;

    for (guint i = 0; i < 45; i++)
      data[i] = (guint8)i;
    image.component[0] = (NnComponent){ data, width, 1 };
    nn_image_turn (&image, (NnOrientation)orientation);
    g_assert_cmpuint (image.par_n, ==, orientation >= 5 ? 1 : 2);
    rect[0] = image.roi_x, rect[1] = image.roi_y, rect[2] = image.roi_width, rect[3] = image.roi_height;
    nn_rect_turn_back (rect, (NnOrientation)orientation, width, height);
    g_assert_cmpfloat (rect[0], ==, 2);
    g_assert_cmpfloat (rect[1], ==, 1);
    g_assert_cmpfloat (rect[2], ==, 4);
    g_assert_cmpfloat (rect[3], ==, 3);
    map_width = image.width;
    map_height = image.height;
    for (guint y = 0; y < map_height; y++)
      for (guint x = 0; x < map_width; x++)
        map[y * map_width + x]
            = image.component[0]
                  .data[(gssize)y * image.component[0].row_stride + (gssize)x * image.component[0].pixel_stride];
    nn_map_turn_back (map, &map_width, &map_height, (NnOrientation)orientation);
    g_assert_cmpuint (map_width, ==, width);
    g_assert_cmpuint (map_height, ==, height);
    g_assert_cmpmem (map, 45, data, 45);
  }
}

/* Pixels that are not square give the same bytes as a resize of the stored pixels to the sides that the displayed shape
 * asks for. */
static void
test_pixel_aspect_ratio (void)
{
  static const struct {
    guint width, height, n, d, resize, resized_height, resized_width;
  } cases[] = {
    { 72, 57, 64, 45, 40, 40, 71 }, /* displayed 102.4 × 57 */
    { 72, 48, 8, 9, 40, 40, 53 },   /* 64 × 48 */
    { 60, 60, 1, 2, 30, 60, 30 },   /* 30 × 60 */
    { 45, 60, 2, 1, 40, 40, 60 },   /* 90 × 60: the shorter side changes */
    { 61, 47, 1, 1, 40, 40, 51 },   { 61, 47, 0, 0, 40, 40, 51 }, { 61, 47, 32, 1, 16, 16, 664 },
  };

  for (guint f = 0; f < G_N_ELEMENTS (specs); f++)
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
      const gsize room = 4 * 80 * 80;
      g_autofree guint8 *data = g_malloc (room), *found = NULL, *expected = NULL;
      g_autofree gchar *spec = g_strdup_printf (specs[f], cases[i].width, cases[i].height);
      NnPreprocess params = TEST_PREPROCESS (cases[i].resize, 38, NN_INTERPOLATION_BILINEAR);
      NnPreprocess stretched = TEST_PREPROCESS (0, 38, NN_INTERPOLATION_BILINEAR);
      gdouble seen[4];
      NnImage image;
      gsize size;

      for (gsize k = 0; k < room; k++)
        data[k] = pattern (k);
      for (size = 1; size < room && !nn_image_from_raw (spec, data, size, &image, NULL); size++)
        ;
      g_assert_cmpuint (size, <, room);
      stretched.resize_height = cases[i].resized_height;
      stretched.resize_width = cases[i].resized_width;
      expected = test_run_u8 (&stretched, NULL, &image);
      image.par_n = cases[i].n;
      image.par_d = cases[i].d;
      g_test_message ("%s %u/%u", spec, cases[i].n, cases[i].d);
      found = test_run_u8 (&params, NULL, &image);
      g_assert_cmpmem (found, 38 * 38 * 3, expected, 38 * 38 * 3);
      /* The part that the network sees is a square where it is displayed. */
      nn_image_get_seen (&image, &params, seen);
      g_assert_cmpfloat_with_epsilon (seen[2] * MAX (cases[i].n, 1) / MAX (cases[i].d, 1), seen[3], 1e-9);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/turn/turns", test_turns);
  g_test_add_func ("/image/turn/large", test_large);
  g_test_add_func ("/image/turn/back", test_back);
  g_test_add_func ("/image/turn/pixel-aspect-ratio", test_pixel_aspect_ratio);
  return g_test_run ();
}
