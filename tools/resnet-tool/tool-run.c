/* gst-resnet: resnet-tool run: a float32 NCHW tensor in, logits out
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/image.h>
#include <nn/model.h>
#include <nn/npy.h>
#include <nn/session.h>
#include <stdio.h>

#include "tool-command.h"
#include "tool-message.h"
#include "tool-model.h"
#include "tool-options.h"
#include "tool-text.h"

/* One run of the session has at most this many images, because the session's arena grows with them. */
#define MAX_BATCH 16

static ToolOptions options = TOOL_OPTIONS_DEFAULT;
static gchar *input, *output;

static GOptionContext *
run_context (void)
{
  static const GOptionEntry entries[] = {
    { "input", 'i', 0, G_OPTION_ARG_FILENAME, &input, "Read this float32 tensor, N x 3 x H x W or 3 x H x W (needed)",
      "X.npy" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Write the logits here: N x classes, float32 (needed)",
      "Y.npy" },
    { NULL },
  };

  return tool_context_new (
      "MODEL --input X.npy --output Y.npy", "Runs the network on a tensor that is already preprocessed.",
      "N may be anything, and H and W may be whatever the network takes. The logits are those of the fully\n"
      "connected layer, without softmax.\n\n"
      "Examples:\n"
      "  resnet-tool preprocess resnet18.pth dog.jpg --output x.npy\n"
      "  resnet-tool run resnet18.pth --input x.npy --output y.npy\n"
      "  python3 -c \"import numpy; print(numpy.load('y.npy').argmax(1))\"",
      TOOL_OPT_THREADS | TOOL_OPT_MAX_ISA | TOOL_OPT_PRECISION | TOOL_OPT_QUIET, &options, entries);
}

static int
run_run (int argc, char **argv)
{
  g_autoptr (NnModel) model = NULL;
  g_autoptr (NnSession) session = NULL;
  g_autofree gfloat *tensor = NULL;
  g_autofree gfloat *logits = NULL;
  gsize dims[NN_NPY_MAX_DIMS], out_dims[2], n, i, image_size;
  const gsize *shape;
  guint n_dims, batch, n_classes, channels;
  gint64 start;
  GError *error = NULL;

  if (!tool_parse (&tool_run_command, argc, argv, &options, 1, 1))
    return TOOL_USAGE;
  if (!input || !output)
    return tool_usage_error (&tool_run_command, "%s is needed", input ? "--output Y.npy" : "--input X.npy");
  model = tool_model_open (options.arguments[0], &options, &error);
  if (!model)
    return tool_fail (error);
  channels = nn_model_get_preprocess (model)->channels;
  tensor = nn_npy_load (input, dims, &n_dims, &error);
  if (!tensor)
    return tool_fail (error);
  shape = n_dims == 4 ? dims + 1 : dims;
  if ((n_dims != 3 && n_dims != 4) || shape[0] != channels) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autofree gchar *display = tool_display_name (input);

    for (i = 0; i < n_dims; i++)
      g_string_append_printf (text, "%s%" G_GSIZE_FORMAT, i ? ", " : "", dims[i]);
    tool_error ("%s: the tensor's shape is (%s), not (N, %u, H, W) or (%u, H, W).", display, text->str, channels,
                channels);
    return TOOL_FAILED;
  }
  n = n_dims == 4 ? dims[0] : 1;
  if (n < 1 || n > G_MAXUINT || shape[1] < 1 || shape[1] > NN_IMAGE_MAX_SIZE || shape[2] < 1
      || shape[2] > NN_IMAGE_MAX_SIZE) {
    g_autofree gchar *display = tool_display_name (input);

    tool_error ("%s: %" G_GSIZE_FORMAT " images of %" G_GSIZE_FORMAT "x%" G_GSIZE_FORMAT
                " cannot be run; at least one image, and 1 to %d pixels a side are needed.",
                display, n, shape[1], shape[2], NN_IMAGE_MAX_SIZE);
    return TOOL_FAILED;
  }
  batch = (guint)MIN (n, MAX_BATCH);
  n_classes = nn_model_get_n_outputs (model);
  image_size = shape[0] * shape[1] * shape[2];
  session = tool_session_new (model, &options, batch, (guint)shape[1], (guint)shape[2], &error);
  if (!session)
    return tool_fail (error);
  logits = g_try_new (gfloat, n * n_classes);
  if (!logits) {
    tool_error ("there is no memory for the logits of %" G_GSIZE_FORMAT " images.", n);
    return TOOL_FAILED;
  }
  start = g_get_monotonic_time ();
  for (i = 0; i < n; i += batch)
    nn_session_run (session, tensor + i * image_size, (guint)MIN (batch, n - i), logits + i * n_classes);
  out_dims[0] = n;
  out_dims[1] = n_classes;
  if (!nn_npy_save (output, logits, out_dims, 2, &error))
    return tool_fail (error);
  if (!options.quiet)
    printf ("%" G_GSIZE_FORMAT " x %u x %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " -> %" G_GSIZE_FORMAT
            " x %u logits in %.1f ms (%s, precision %s, %u threads)\n",
            n, channels, shape[1], shape[2], n, n_classes, (gdouble)(g_get_monotonic_time () - start) / 1000,
            nn_session_get_isa (session), nn_precision_to_string (nn_session_get_precision (session)),
            nn_session_get_threads (session));
  return TOOL_OK;
}

const ToolCommand tool_run_command = {
  "run",
  "writes the logits of a .npy tensor that is already preprocessed",
  run_context,
  run_run,
};
