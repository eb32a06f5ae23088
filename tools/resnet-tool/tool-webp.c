/* gst-resnet: WebP → RGB through libwebp
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/error.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include "tool-webp.h"

gboolean
tool_webp_decode (const guint8 *data, gsize size, ToolImage *image, GError **error)
{
  const WebPData file = { data, size };
  WebPBitstreamFeatures features;
  WebPAnimDecoderOptions options;
  WebPAnimDecoder *decoder = NULL;
  guint8 *rgba;
  int timestamp;
  gsize i, n;
  gboolean ok = FALSE;

  if (WebPGetFeatures (data, size, &features) != VP8_STATUS_OK) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the WebP file's header is damaged or cut off");
    return FALSE;
  }
  if (!tool_image_alloc (image, (guint64)MAX (features.width, 0), (guint64)MAX (features.height, 0), error))
    return FALSE;
  /* The first picture of an animation may be smaller than its canvas. The animation decoder puts it at its place. */
  WebPAnimDecoderOptionsInit (&options);
  options.color_mode = MODE_RGBA;
  decoder = WebPAnimDecoderNew (&file, &options);
  if (!decoder || !WebPAnimDecoderGetNext (decoder, &rgba, &timestamp)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the WebP data is damaged, or the file ends early");
  } else {
    n = (gsize)image->width * image->height;
    for (i = 0; i < n; i++)
      memcpy (image->rgb + i * 3, rgba + i * 4, 3);
    ok = TRUE;
  }
  WebPAnimDecoderDelete (decoder);
  return ok;
}
