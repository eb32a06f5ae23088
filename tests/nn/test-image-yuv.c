/* gst-resnet: YUV against the exact conversion, on a photograph
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The reference computes in double and as plainly as possible: it upsamples the chroma linearly at the siting, applies
 * the ITU matrix and rounds to bytes of RGB. Then it takes the RGB path, which test-image-exact.c compares with Pillow.
 * The bounds are those of the contract in docs/preprocessing.md: 0.25/255 on average and 5/255 at the 99.9th
 * percentile. */
#include "image-test-common.h"

#include <math.h>
#include <string.h>

typedef struct {
  guint width, height;
  guint8 *rgb;
} Picture;

/* Loads the photograph, continued in all directions by its mirror images, so that its detail is that of a photograph at
 * any size. */
static Picture
load_photograph (guint width, guint height)
{
  g_autofree gchar *path = g_build_filename (g_getenv ("NN_TEST_DATA"), "image", "photograph.ppm", NULL);
  g_autofree gchar *file = NULL;
  Picture picture = { width, height, g_malloc ((gsize)width * height * 3) };
  const guint w = 192, h = 144;
  const gchar header[] = "P6\n192 144\n255\n";
  gsize size;

  g_assert_true (g_file_get_contents (path, &file, &size, NULL));
  g_assert_cmpuint (size, ==, strlen (header) + w * h * 3);
  g_assert_cmpint (memcmp (file, header, strlen (header)), ==, 0);
  for (guint y = 0; y < height; y++) {
    for (guint x = 0; x < width; x++) {
      guint sx = x % (2 * w), sy = y % (2 * h);

      sx = sx < w ? sx : 2 * w - 1 - sx;
      sy = sy < h ? sy : 2 * h - 1 - sy;
      memcpy (picture.rgb + ((gsize)y * width + x) * 3, file + strlen (header) + ((gsize)sy * w + sx) * 3, 3);
    }
  }
  return picture;
}

static guint8
round_to_byte (gdouble v)
{
  return (guint8)CLAMP (floor (v + 0.5), 0, 255);
}

/* Fills a frame's components from a picture, as @image describes them, with the forward matrix and averaged chroma. */
static void
encode (const Picture *picture, const NnImage *image)
{
  const gdouble kr = image->kr, kb = image->kb, kg = 1 - kr - kb;
  const guint sx = image->chroma_shift_x, sy = image->chroma_shift_y;

  for (guint c = 0; c < 3; c++) {
    const guint bx = c ? sx : 0, by = c ? sy : 0;
    const NnComponent *out = &image->component[c];

    for (guint y = 0; y < (image->height + (1u << by) - 1) >> by; y++) {
      for (guint x = 0; x < (image->width + (1u << bx) - 1) >> bx; x++) {
        gdouble sum = 0;

        for (guint i = 0; i < 1u << (bx + by); i++) {
          guint px = MIN ((x << bx) + (i & ((1u << bx) - 1)), image->width - 1);
          guint py = MIN ((y << by) + (i >> bx), image->height - 1);
          const guint8 *rgb = picture->rgb + ((gsize)py * picture->width + px) * 3;
          gdouble luma = (kr * rgb[0] + kg * rgb[1] + kb * rgb[2]) / 255;

          sum += c == 0   ? luma
                 : c == 1 ? (rgb[2] / 255.0 - luma) / (2 - 2 * kb)
                          : (rgb[0] / 255.0 - luma) / (2 - 2 * kr);
        }
        sum /= 1u << (bx + by);
        if (image->full_range)
          sum = c ? 255 * sum + 128 : 255 * sum;
        else
          sum = c ? 224 * sum + 128 : 219 * sum + 16;
        *(guint8 *)(out->data + (gssize)y * out->row_stride + (gsize)x * out->pixel_stride) = round_to_byte (sum);
      }
    }
  }
}

static gdouble
sample (const NnImage *image, guint c, gint x, gint y)
{
  gint width = (gint)((image->width + (1u << image->chroma_shift_x) - 1) >> image->chroma_shift_x);
  gint height = (gint)((image->height + (1u << image->chroma_shift_y) - 1) >> image->chroma_shift_y);
  const NnComponent *in = &image->component[c];

  x = CLAMP (x, 0, width - 1);
  y = CLAMP (y, 0, height - 1);
  return in->data[(gssize)y * in->row_stride + (gsize)x * in->pixel_stride];
}

static gdouble
chroma_at (const NnImage *image, guint c, guint x, guint y)
{
  gdouble nx = 1u << image->chroma_shift_x, ny = 1u << image->chroma_shift_y;
  gdouble px = image->chroma_left ? x / nx : (x - (nx - 1) / 2) / nx;
  gdouble py = image->chroma_top ? y / ny : (y - (ny - 1) / 2) / ny;
  gint ix = (gint)floor (px), iy = (gint)floor (py);
  gdouble fx = px - ix, fy = py - iy;

  return (1 - fy) * ((1 - fx) * sample (image, c, ix, iy) + fx * sample (image, c, ix + 1, iy))
         + fy * ((1 - fx) * sample (image, c, ix, iy + 1) + fx * sample (image, c, ix + 1, iy + 1));
}

/* Converts the whole frame exactly. */
static guint8 *
convert (const NnImage *image)
{
  const gdouble kr = image->kr, kb = image->kb, kg = 1 - kr - kb;
  guint8 *rgb = g_malloc ((gsize)image->width * image->height * 3);

  for (guint y = 0; y < image->height; y++) {
    for (guint x = 0; x < image->width; x++) {
      const NnComponent *in = &image->component[0];
      gdouble luma = in->data[(gssize)y * in->row_stride + (gsize)x * in->pixel_stride];
      gdouble cb = chroma_at (image, 1, x, y) - 128, cr = chroma_at (image, 2, x, y) - 128;
      guint8 *out = rgb + ((gsize)y * image->width + x) * 3;

      luma = image->full_range ? luma / 255 : (luma - 16) / 219;
      cb /= image->full_range ? 255 : 224;
      cr /= image->full_range ? 255 : 224;
      out[0] = round_to_byte (255 * (luma + 2 * (1 - kr) * cr));
      out[1] = round_to_byte (255 * (luma - 2 * (1 - kr) * kr / kg * cr - 2 * (1 - kb) * kb / kg * cb));
      out[2] = round_to_byte (255 * (luma + 2 * (1 - kb) * cb));
    }
  }
  return rgb;
}

/* Returns how many bytes a frame has. It tries a frame that is too short, because the parser then says how many bytes
 * it wants. */
static gsize
frame_size (const gchar *spec)
{
  g_autoptr (GError) error = NULL;
  const gchar *has;
  guint8 byte = 0;
  NnImage image;

  g_assert_false (nn_image_from_raw (spec, &byte, 0, &image, &error));
  has = strstr (error->message, " has ");
  g_assert_nonnull (has);
  return (gsize)g_ascii_strtoull (has + strlen (" has "), NULL, 10);
}

typedef struct {
  const gchar *format;
  guint width, height;
  const gchar *colors; /* ":COLORIMETRY:SITING" */
  guint resize, crop;
  NnInterpolation interpolation;
  guint roi[4];
} Case;

static void
check_case (const Case *c, const gchar *isa, gdouble *worst_mean, guint *worst_percentile)
{
  g_autofree gchar *spec = g_strdup_printf ("%s:%ux%u%s", c->format, c->width, c->height, c->colors);
  g_autofree gchar *rgb_spec = g_strdup_printf ("RGB:%ux%u", c->width, c->height);
  NnPreprocess params = NN_PREPROCESS_IMAGENET;
  Picture picture = load_photograph (c->width, c->height);
  gsize size = frame_size (spec), n = (gsize)c->crop * c->crop * 3, sum = 0, seen = 0;
  g_autofree guint8 *frame = g_malloc0 (size);
  NnImage image = test_image (spec, frame, size), reference;
  g_autofree guint8 *rgb = NULL, *found = NULL, *expected = NULL;
  guint histogram[256] = { 0 }, percentile;
  gdouble mean;

  params.resize = c->resize;
  params.crop_height = params.crop_width = c->crop;
  params.interpolation = c->interpolation;
  encode (&picture, &image);
  rgb = convert (&image);
  reference = test_image (rgb_spec, rgb, (gsize)c->width * c->height * 3);
  image.roi_x = reference.roi_x = c->roi[0];
  image.roi_y = reference.roi_y = c->roi[1];
  image.roi_width = reference.roi_width = c->roi[2];
  image.roi_height = reference.roi_height = c->roi[3];
  found = test_run_u8 (&params, isa, &image);
  expected = test_run_u8 (&params, isa, &reference);
  for (gsize i = 0; i < n; i++) {
    guint difference = (guint)ABS ((gint)found[i] - (gint)expected[i]);

    histogram[difference]++;
    sum += difference;
  }
  mean = (gdouble)sum / n;
  for (percentile = 0; percentile < 255; percentile++) {
    seen += histogram[percentile];
    if (seen >= n * 0.999)
      break;
  }
  if (!(mean <= 0.25) || percentile > 5) {
    g_test_message ("%s resize %u crop %u %s: mean %.3f, 99.9th percentile %u", spec, c->resize, c->crop,
                    nn_interpolation_to_string (c->interpolation), mean, percentile);
    g_test_fail ();
  }
  *worst_mean = MAX (*worst_mean, mean);
  *worst_percentile = MAX (*worst_percentile, percentile);
  g_free (picture.rgb);
}

static const gchar *const formats[] = { "NV12", "NV21", "NV16", "NV61", "NV24", "I420", "YV12", "YUY2",
                                        "UYVY", "YVYU", "VYUY", "Y42B", "Y444", "Y41B", "AYUV", "VUYA" };
static const gchar *const colors[]
    = { ":bt601:mpeg2", ":full-bt601:jpeg", ":bt709:cosited", ":full-bt709:mpeg2", ":bt2020:jpeg", ":smpte240m:dv" };

/* Every format runs at sizes where it is enlarged, kept, shrunk a little and shrunk much, with all matrices, ranges and
 * sitings. */
static void
test_formats (gconstpointer isa)
{
  static const Case sizes[] = {
    { NULL, 97, 61, NULL, 120, 112, NN_INTERPOLATION_BILINEAR, { 0 } },
    { NULL, 640, 481, NULL, 130, 112, NN_INTERPOLATION_BILINEAR, { 0 } },
    { NULL, 193, 145, NULL, 145, 128, NN_INTERPOLATION_BICUBIC, { 0 } },
    { NULL, 801, 603, NULL, 128, 128, NN_INTERPOLATION_BILINEAR, { 0 } },
    { NULL, 640, 600, NULL, 0, 112, NN_INTERPOLATION_BICUBIC, { 0 } },
  };
  gdouble worst_mean = 0;
  guint worst_percentile = 0;

  if (!test_has_isa (isa))
    return;
  for (guint f = 0; f < G_N_ELEMENTS (formats); f++) {
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
      Case c = sizes[s];

      c.format = formats[f];
      c.colors = colors[(f + s) % G_N_ELEMENTS (colors)];
      check_case (&c, isa, &worst_mean, &worst_percentile);
    }
  }
  g_test_message ("%s: worst mean %.3f, worst 99.9th percentile %u", (const gchar *)isa, worst_mean, worst_percentile);
}

static void
test_sizes (gconstpointer isa)
{
  static const Case cases[] = {
    { "NV12", 1920, 1080, ":bt709:mpeg2", 256, 224, NN_INTERPOLATION_BILINEAR, { 0 } },
    { "I420", 1280, 720, ":bt709:mpeg2", 256, 224, NN_INTERPOLATION_BILINEAR, { 0 } },
    { "NV12", 1281, 719, ":full-bt601:jpeg", 96, 96, NN_INTERPOLATION_BILINEAR, { 0 } },
    { "YUY2", 1281, 721, ":bt601:mpeg2", 128, 112, NN_INTERPOLATION_BICUBIC, { 0 } },
    { "NV12", 1920, 1080, ":bt709:mpeg2", 0, 224, NN_INTERPOLATION_BILINEAR, { 0 } },
    { "NV12", 640, 1400, ":bt601:jpeg", 128, 112, NN_INTERPOLATION_BILINEAR, { 0 } },
    { "I420", 1400, 900, ":bt601:cosited", 128, 112, NN_INTERPOLATION_BILINEAR, { 201, 103, 1001, 701 } },
    { "I420", 640, 480, ":bt601:mpeg2", 256, 224, NN_INTERPOLATION_BILINEAR, { 33, 45, 301, 203 } },
    { "Y444", 1280, 720, ":bt709:jpeg", 256, 224, NN_INTERPOLATION_BILINEAR, { 0 } },
    { "NV12", 224, 224, ":bt601:mpeg2", 224, 224, NN_INTERPOLATION_BILINEAR, { 0 } },
    { "NV12", 1920, 1080, ":bt709:mpeg2", 256, 224, NN_INTERPOLATION_NEAREST, { 0 } },
    { "I420", 33, 17, ":bt601:mpeg2", 40, 64, NN_INTERPOLATION_NEAREST, { 0 } },
    { "YV12", 1, 1, ":bt601:jpeg", 16, 16, NN_INTERPOLATION_BILINEAR, { 0 } },
    { "NV21", 1, 9, ":bt601:mpeg2", 16, 16, NN_INTERPOLATION_BICUBIC, { 0 } },
    { "UYVY", 3, 2, ":bt601:mpeg2", 16, 24, NN_INTERPOLATION_BILINEAR, { 0 } },
    { "Y41B", 5, 5, ":bt601:mpeg2", 5, 7, NN_INTERPOLATION_BILINEAR, { 0 } },
  };
  gdouble worst_mean = 0;
  guint worst_percentile = 0;

  if (!test_has_isa (isa))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_case (&cases[i], isa, &worst_mean, &worst_percentile);
  g_test_message ("%s: worst mean %.3f, worst 99.9th percentile %u", (const gchar *)isa, worst_mean, worst_percentile);
}

/* White stays white, black stays black and gray stays gray in every format at all sizes. */
static void
test_neutral (void)
{
  static const guint8 levels[] = { 16, 126, 235 };
  static const guint sizes[] = { 2, 300, 1100 };

  for (guint l = 0; l < G_N_ELEMENTS (levels); l++) {
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
      g_autofree gchar *spec = g_strdup_printf ("NV12:%ux%u:bt709:mpeg2", sizes[s], sizes[s]);
      gsize size = frame_size (spec);
      g_autofree guint8 *frame = g_malloc (size), *found = NULL;
      NnPreprocess params = NN_PREPROCESS_IMAGENET;
      NnImage image = test_image (spec, frame, size);
      guint expected = (guint)floor ((levels[l] - 16) * 255.0 / 219.0 + 0.5);

      memset (frame, levels[l], (gsize)sizes[s] * sizes[s]);
      memset (frame + (gsize)sizes[s] * sizes[s], 128, size - (gsize)sizes[s] * sizes[s]);
      params.crop_height = params.crop_width = 64;
      found = test_run_u8 (&params, NULL, &image);
      for (guint i = 0; i < 64 * 64 * 3; i++)
        g_assert_cmpuint (found[i], ==, expected);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/yuv/neutral", test_neutral);
  g_test_add_data_func ("/image/yuv/formats/c", "c", test_formats);
  g_test_add_data_func ("/image/yuv/formats/avx2", "avx2", test_formats);
  g_test_add_data_func ("/image/yuv/sizes/c", "c", test_sizes);
  g_test_add_data_func ("/image/yuv/sizes/avx2", "avx2", test_sizes);
  return g_test_run ();
}
