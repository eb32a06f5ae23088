/* gst-resnet: resnet-tool convert: a model as a file for other programs
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/plain-text.h>
#include <nn/convert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "default-model.h"
#include "tool-command.h"
#include "tool-message.h"
#include "tool-model.h"
#include "tool-options.h"
#include "tool-text.h"

static ToolOptions options = TOOL_OPTIONS_DEFAULT;
static gboolean fold, half, any_size, modelinfo;

static GOptionContext *
convert_context (void)
{
  static const GOptionEntry entries[] = {
    { "fold", 'f', 0, G_OPTION_ARG_NONE, &fold, "Fold BatchNorm into the convolutions (default: as in the file)",
      NULL },
    { "any-size", 0, 0, G_OPTION_ARG_NONE, &any_size, "ONNX: leave height and width open, too (default: the crop's)",
      NULL },
    { "modelinfo", 0, 0, G_OPTION_ARG_NONE, &modelinfo,
      "ONNX: also OUT.onnx.modelinfo, which GStreamer's onnxinference (1.28) reads", NULL },
    { "fp16", 0, 0, G_OPTION_ARG_NONE, &half, "safetensors: write weights as float16, which halves the size", NULL },
    { NULL },
  };

  return tool_context_new (
      "MODEL OUT.onnx|OUT.safetensors", "Writes the network for other programs: ONNX (opset 17) or safetensors.",
      "An ONNX file has one input \"input\" of batch x 3 x crop x crop, whose batch is symbolic, and one output\n"
      "\"logits\". A model that is ONNX already keeps its operators, names and sizes unless it is folded.\n"
      "A safetensors file is a state dict with torchvision's names, or timm's where torchvision has no such\n"
      "network. A network whose tensors alone do not say what it is, is refused.\n"
      "Labels and preprocessing, the file's own or those given here, go into the file's metadata. OUT is\n"
      "replaced only when all of it is written.\n\n"
      "Examples:\n"
      "  resnet-tool convert resnet50.pth resnet50.onnx --labels imagenet_classes.txt --resize 232\n"
      "  resnet-tool convert model.onnx model.safetensors\n"
      "  resnet-tool convert embedded embedded.onnx --fold --any-size",
      TOOL_OPT_LABELS | TOOL_OPT_PREPROCESS | TOOL_OPT_QUIET, &options, entries);
}

static gboolean
format_of (const gchar *path, NnSaveFormat *format)
{
  g_autofree gchar *lower = g_ascii_strdown (path, -1);

  *format = g_str_has_suffix (lower, ".onnx") ? NN_SAVE_ONNX : NN_SAVE_SAFETENSORS;
  return *format == NN_SAVE_ONNX || g_str_has_suffix (lower, ".safetensors");
}

static gboolean
is_same_file (const gchar *a, const gchar *b)
{
  struct stat x, y;

  return stat (a, &x) == 0 && stat (b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static NnModel *
open_unfolded (const gchar *name, GError **error)
{
  const NnModelOptions model_options = tool_model_options (&options);

  if (g_str_equal (name, "embedded")) {
    g_autoptr (GBytes) bytes = default_model_get_bytes ();

    if (bytes)
      return nn_model_load_unfolded_bytes (bytes, "embedded", error);
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "this build of resnet-tool has no embedded model; name a model file");
    return NULL;
  }
  return nn_model_load_unfolded_with (name, &model_options, error);
}

static gint64
file_size (const gchar *path)
{
  struct stat st;

  return stat (path, &st) == 0 ? (gint64)st.st_size : 0;
}

static int
convert_run (int argc, char **argv)
{
  g_autoptr (NnModel) model = NULL;
  g_auto (GStrv) labels = NULL;
  g_autofree gchar *display = NULL, *size = NULL;
  NnSaveOptions save = { 0 };
  NnPreprocess preprocess;
  NnSaveFormat format;
  const gchar *const *warning;
  const gchar *in, *out;
  GError *error = NULL;

  if (!tool_parse (&tool_convert_command, argc, argv, &options, 2, 2))
    return TOOL_USAGE;
  in = options.arguments[0];
  out = options.arguments[1];
  display = tool_display_name (out);
  if (!format_of (out, &format))
    return tool_usage_error (&tool_convert_command, "'%s' ends in neither .onnx nor .safetensors", display);
  if (half && format == NN_SAVE_ONNX)
    return tool_usage_error (&tool_convert_command, "--fp16 is for .safetensors");
  if ((any_size || modelinfo) && format != NN_SAVE_ONNX)
    return tool_usage_error (&tool_convert_command, "%s is for .onnx", any_size ? "--any-size" : "--modelinfo");
  if (!g_str_equal (in, "embedded") && is_same_file (in, out)) {
    tool_error ("%s: is the input; write to another file.", display);
    return TOOL_FAILED;
  }
  model = open_unfolded (in, &error);
  if (!model)
    return tool_fail (error);
  for (warning = nn_model_get_warnings (model); *warning && !options.quiet; warning++)
    tool_warning ("%s", *warning);
  if (!tool_preprocess_get (model, &options, &preprocess, &error)
      || !tool_labels_get (model, &options, &labels, &error))
    return tool_fail (error);
  save.fold = fold;
  save.half = half;
  save.any_size = any_size;
  save.source = g_str_equal (in, "embedded") ? NULL : in;
  save.modelinfo = modelinfo;
  save.labels = (const gchar *const *)labels;
  if (nn_model_has_preprocess (model) || tool_preprocess_is_given (&options))
    save.preprocess = &preprocess;
  if (!nn_model_save (model, out, format, &save, &error))
    return tool_fail (error);
  if (!options.quiet) {
    size = evaluate_text_group_digits ((guint64)file_size (out));
    printf ("%s: %s, %u classes, %s bytes\n", display, nn_model_get_architecture (model),
            nn_model_get_n_classes (model), size);
  }
  return TOOL_OK;
}

const ToolCommand tool_convert_command = {
  "convert",
  "writes the network as an ONNX or safetensors file",
  convert_context,
  convert_run,
};
