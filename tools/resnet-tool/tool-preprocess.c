/* gst-resnet: resnet-tool preprocess: the tensor that an image or a raw frame becomes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <nn/error.h>
#include <nn/model.h>
#include <nn/npy.h>
#include <stdio.h>

#include "tool-command.h"
#include "tool-image-load.h"
#include "tool-json.h"
#include "tool-message.h"
#include "tool-model.h"
#include "tool-options.h"
#include "tool-text.h"

static ToolOptions options = TOOL_OPTIONS_DEFAULT;
static gchar *output, *raw, *ppm;

static GOptionContext *
preprocess_context (void)
{
  static const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Write the tensor here: 1 x 3 x crop x crop, float32",
      "X.npy" },
    { "ppm", 0, 0, G_OPTION_ARG_FILENAME, &ppm, "Write the 8-bit picture that the network sees, also or only",
      "F.ppm" },
    { "raw", 0, 0, G_OPTION_ARG_STRING, &raw, "Read IMAGE as one raw frame without padding",
      "FORMAT:WIDTHxHEIGHT[:COLORIMETRY[:SITING]]" },
    { NULL },
  };

  return tool_context_new (
      "MODEL IMAGE --output X.npy", "Writes the tensor that an image becomes before the network sees it.",
      "The values are, to the bit, torchvision's Resize -> CenterCrop -> ToTensor -> Normalize of Pillow's\n"
      "Image.open(f).convert('RGB'). As there, EXIF orientation is not applied, unless --exif asks for it.\n\n"
      "For a raw frame, FORMAT is GStreamer's name (RGB, BGRx, NV12, I420, YUY2, GRAY8, ...). COLORIMETRY is\n"
      "bt601, bt709, bt2020 or smpte240m, with full- before it for 0-255 (default: bt709 above 576 lines, else\n"
      "bt601). SITING is mpeg2 (default), jpeg, cosited or dv.\n\n"
      "Examples:\n"
      "  resnet-tool preprocess resnet50.pth dog.jpg --output x.npy\n"
      "  resnet-tool preprocess embedded dog.jpg --resize 112 --crop 96 --ppm seen.ppm\n"
      "  resnet-tool preprocess embedded frame.nv12 --raw NV12:1920x1080:bt709:mpeg2 --output x.npy\n"
      "  resnet-tool preprocess embedded frame.yuv --raw I420:640x480:full-bt601:jpeg --output x.npy",
      TOOL_OPT_PREPROCESS | TOOL_OPT_EXIF | TOOL_OPT_MAX_ISA | TOOL_OPT_QUIET, &options, entries);
}

static gboolean
save_ppm (NnPreprocessor *preprocessor, const NnImage *view, const NnPreprocess *params, GError **error)
{
  gsize size = (gsize)params->crop_height * params->crop_width * 3;
  g_autofree guint8 *rgb = g_malloc (size);
  g_autofree gchar *display = NULL;
  FILE *file;
  gboolean ok;

  if (!nn_preprocessor_run_u8 (preprocessor, view, rgb, error))
    return FALSE;
  display = tool_display_name (ppm);
  file = fopen (ppm, "wb");
  ok = file && fprintf (file, "P6\n%u %u\n255\n", params->crop_width, params->crop_height) > 0
       && fwrite (rgb, 1, size, file) == size;
  if (file && fclose (file) != 0)
    ok = FALSE;
  if (!ok)
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: the file could not be written: %s", display, g_strerror (errno));
  return ok;
}

static int
preprocess_run (int argc, char **argv)
{
  g_autoptr (NnModel) model = NULL;
  g_autoptr (NnPreprocessor) preprocessor = NULL;
  g_autoptr (GBytes) frame = NULL;
  g_auto (ToolImage) image = { 0 };
  g_autofree gfloat *tensor = NULL;
  NnPreprocess params;
  NnImage view;
  gsize dims[4];
  GError *error = NULL;

  if (!tool_parse (&tool_preprocess_command, argc, argv, &options, 2, 2))
    return TOOL_USAGE;
  if (!output && !ppm)
    return tool_usage_error (&tool_preprocess_command, "--output X.npy is needed");
  model = tool_model_open (options.arguments[0], &options, &error);
  if (!model || !tool_preprocess_get (model, &options, &params, &error))
    return tool_fail (error);
  if (raw) {
    gconstpointer data;
    gsize size;

    frame = tool_file_read (options.arguments[1], &error);
    if (!frame)
      return tool_fail (error);
    data = g_bytes_get_data (frame, &size);
    if (!nn_image_from_raw (raw, data, size, &view, &error)) {
      g_prefix_error (&error, "%s: ", options.arguments[1]);
      return tool_fail (error);
    }
  } else {
    const ToolImageOptions image_options = { options.exif, options.quiet };

    if (!tool_image_load (options.arguments[1], &image_options, &image, &error))
      return tool_fail (error);
    tool_image_view (&image, &view);
  }
  preprocessor = nn_preprocessor_new (&params, options.max_isa, &error);
  if (!preprocessor)
    return tool_fail (error);
  dims[0] = 1;
  dims[1] = params.channels;
  dims[2] = params.crop_height;
  dims[3] = params.crop_width;
  tensor = g_new (gfloat, nn_preprocess_get_tensor_size (&params));
  if (output
      && (!nn_preprocessor_run (preprocessor, &view, tensor, &error) || !nn_npy_save (output, tensor, dims, 4, &error)))
    return tool_fail (error);
  if (ppm && !save_ppm (preprocessor, &view, &params, &error))
    return tool_fail (error);
  if (!options.quiet) {
    g_autofree gchar *steps = tool_preprocess_string (&params);

    printf ("%ux%u -> 1 x %u x %u x %u: %s\n", view.width, view.height, params.channels, params.crop_height,
            params.crop_width, steps);
  }
  return TOOL_OK;
}

const ToolCommand tool_preprocess_command = {
  "preprocess",
  "writes the .npy tensor that an image or a raw frame becomes",
  preprocess_context,
  preprocess_run,
};
