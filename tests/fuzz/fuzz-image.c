/* gst-resnet: fuzz target: BMP and TIFF files, and what image files say about their orientation
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-common.h"
#include "tool-bmp.h"
#include "tool-exif.h"
#ifdef TOOL_HAVE_TIFF
#include "tool-tiff.h"
#endif

typedef gboolean (*Decode) (const guint8 *data, gsize size, ToolImage *image, GError **error);

static void
check (Decode decode, const guint8 *data, gsize size)
{
  g_auto (ToolImage) image = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean ok = decode (data, size, &image, &error);

  FUZZ_CHECK_RESULT (ok, error);
  if (ok) {
    guint64 sum = 0;

    if (!image.width || !image.height)
      FUZZ_FAIL ("a picture without pixels\n");
    /* Each pixel must be there and must be set. A sanitizer of memory sees in this branch a pixel that is not. */
    for (gsize i = 0; i < (gsize)image.width * image.height * 3; i++)
      sum += image.rgb[i];
    if (sum > (guint64)image.width * image.height * 3 * 255)
      FUZZ_FAIL ("impossible\n");
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint orientation = tool_exif_orientation (data, size);

  if (orientation < 1 || orientation > 8)
    FUZZ_FAIL ("orientation %u\n", orientation);
#ifdef TOOL_HAVE_TIFF
  if (size >= 2 && (data[0] == 'I' || data[0] == 'M'))
    check (tool_tiff_decode, data, size);
#endif
  if (size >= 2 && data[0] == 'B')
    check (tool_bmp_decode, data, size);
  return 0;
}
