/* gst-resnet: resnet-tool inspect: what is in a model file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/plain-text.h>
#include <nn/cpu.h>
#include <nn/model.h>
#include <nn/preprocess.h>
#include <stdio.h>

#include "tool-command.h"
#include "tool-json.h"
#include "tool-message.h"
#include "tool-model.h"
#include "tool-options.h"
#include "tool-text.h"

static ToolOptions options = TOOL_OPTIONS_DEFAULT;
static gchar *size_string;
static gboolean all_labels;

static GOptionContext *
inspect_context (void)
{
  static const GOptionEntry entries[] = {
    { "size", 's', 0, G_OPTION_ARG_STRING, &size_string,
      "Use an input of this height and width in pixels (default: the crop)", "HxW" },
    { "labels-all", 0, 0, G_OPTION_ARG_NONE, &all_labels, "Show all labels, not only the first few", NULL },
    { NULL },
  };

  return tool_context_new (
      "MODEL",
      "Tells what is in a model file: architecture, layers, shapes, parameters, operations, preprocessing, labels.",
      "Layers are shown as they run, after BatchNorm was folded and additions and ReLUs were fused.\n"
      "Shapes are channels x height x width of one image, and FLOPs are 2 x its multiply-adds.\n"
      "Parameters are counted as PyTorch counts them: weights, biases and BatchNorm's gamma and beta, but\n"
      "no running statistics.\n\n"
      "Examples:\n"
      "  resnet-tool inspect resnet50.pth\n"
      "  resnet-tool inspect embedded --labels-all\n"
      "  resnet-tool inspect resnet18.safetensors --size 480x640 --json | jq .flops",
      TOOL_OPT_LABELS | TOOL_OPT_PREPROCESS | TOOL_OPT_JSON | TOOL_OPT_QUIET, &options, entries);
}

/* Returns a text such as "11.69 M" or "1.81 G". */
static const gchar *
scaled (gchar buffer[16], gdouble value)
{
  static const gchar units[] = " kMGTP";
  guint i;

  for (i = 0; value >= 999.5 && i + 2 < sizeof units; i++)
    value /= 1000;
  g_snprintf (buffer, 16, i ? "%.*f %c" : "%.*f", !i ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, units[i]);
  return buffer;
}

static void
print_text (const gchar *name, const NnModel *model, const NnPreprocess *preprocess, GArray *layers, guint height,
            guint width, gchar **labels, guint64 flops)
{
  g_autofree gchar *display = tool_display_name (name);
  g_autofree gchar *steps = tool_preprocess_string (preprocess);
  g_autofree gchar *parameters = evaluate_text_group_digits (nn_model_get_n_parameters (model));
  const gchar *source = tool_preprocess_is_given (&options) ? "with this command line's values"
                        : nn_model_has_preprocess (model)   ? "from the file"
                                                            : "torchvision's ImageNet values; the file says nothing";
  guint n_classes = nn_model_get_n_classes (model);
  guint i, name_width = 5, op_width = 9;
  gchar number[2][16];

  printf ("%s\n", display);
  printf ("  architecture   %s\n", nn_model_get_architecture (model));
  printf ("  format         %s\n", nn_model_get_format (model));
  if (nn_model_get_weights (model)) {
    g_autofree gchar *others = g_strjoinv (", ", (gchar **)nn_model_get_other_weights (model));

    printf ("  weights        %s (also in the file: %s; --weights NAME takes another)\n", nn_model_get_weights (model),
            others);
  }
  printf ("  sha256         %s\n", nn_model_get_sha256 (model));
  printf ("  parameters     %s\n", parameters);
  printf ("  input          %ux%ux%u\n", preprocess->channels, height, width);
  printf ("  FLOPs          %s per image (2 x multiply-adds)\n", scaled (number[0], (gdouble)flops));
  printf ("  ISA level      %s\n", nn_cpu_get_isa ());
  printf ("  preprocessing  %s\n", steps);
  printf ("                 (%s)\n", source);
  printf ("  classes        %u\n", n_classes);
  if (!labels) {
    printf ("  labels         none in the file (give --labels FILE where names are wanted)\n");
  } else if (all_labels) {
    printf ("  labels\n");
    for (i = 0; i < n_classes; i++)
      printf ("    %4u  %s\n", i, labels[i]);
  } else {
    printf ("  labels         ");
    for (i = 0; i < MIN (n_classes, 5); i++)
      printf ("%s%s", i ? ", " : "", labels[i]);
    printf (n_classes > 5 ? ", ... (all: --labels-all)\n" : "\n");
  }
  if (options.quiet)
    return;

  for (i = 0; i < layers->len; i++) {
    const NnLayerInfo *layer = &g_array_index (layers, NnLayerInfo, i);

    name_width = MAX (name_width, evaluate_text_columns (layer->name));
    op_width = MAX (op_width, evaluate_text_columns (layer->op));
  }
  name_width = MIN (name_width, 32);
  op_width = MIN (op_width, 40);
  {
    g_autoptr (GString) line = g_string_new (NULL);

    g_string_append_printf (line, "\n  %-*s  %-*s  %14s  %14s  %10s  %8s\n", (int)name_width, "layer", (int)op_width,
                            "operation", "in", "out", "parameters", "FLOPs");
    for (i = 0; i < layers->len; i++) {
      const NnLayerInfo *layer = &g_array_index (layers, NnLayerInfo, i);
      gchar in[40], out[40];

      g_snprintf (in, sizeof in, "%ux%ux%u", layer->in[0], layer->in[1], layer->in[2]);
      g_snprintf (out, sizeof out, "%ux%ux%u", layer->out[0], layer->out[1], layer->out[2]);
      g_string_append (line, "  ");
      evaluate_text_append_padded (line, layer->name, name_width);
      g_string_append (line, "  ");
      evaluate_text_append_padded (line, layer->op, op_width);
      g_string_append_printf (line, "  %14s  %14s  %10s  %8s\n", in, out,
                              scaled (number[0], (gdouble)layer->n_parameters),
                              scaled (number[1], (gdouble)layer->flops));
    }
    fputs (line->str, stdout);
  }
}

static void
json_shape (JsonBuilder *builder, const gchar *name, const guint shape[3])
{
  guint i;

  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (i = 0; i < 3; i++)
    json_builder_add_int_value (builder, shape[i]);
  json_builder_end_array (builder);
}

static void
print_json (const gchar *name, const NnModel *model, const NnPreprocess *preprocess, GArray *layers, guint height,
            guint width, gchar **labels, guint64 flops)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const gchar *const *warning;
  const guint input[3] = { preprocess->channels, height, width };
  guint i;

  json_builder_begin_object (builder);
  tool_json_model (builder, name, model);
  json_shape (builder, "input", input);
  json_builder_set_member_name (builder, "isa");
  json_builder_add_string_value (builder, nn_cpu_get_isa ());
  json_builder_set_member_name (builder, "flops");
  json_builder_add_int_value (builder, (gint64)flops);
  tool_json_preprocess (builder, preprocess);
  json_builder_set_member_name (builder, "preprocessing_from_file");
  json_builder_add_boolean_value (builder, nn_model_has_preprocess (model));
  json_builder_set_member_name (builder, "labels");
  if (labels) {
    json_builder_begin_array (builder);
    for (i = 0; labels[i]; i++)
      json_builder_add_string_value (builder, labels[i]);
    json_builder_end_array (builder);
  } else {
    json_builder_add_null_value (builder);
  }
  json_builder_set_member_name (builder, "warnings");
  json_builder_begin_array (builder);
  for (warning = nn_model_get_warnings (model); *warning; warning++)
    json_builder_add_string_value (builder, *warning);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "layers");
  json_builder_begin_array (builder);
  for (i = 0; i < layers->len; i++) {
    const NnLayerInfo *layer = &g_array_index (layers, NnLayerInfo, i);

    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "name");
    json_builder_add_string_value (builder, layer->name);
    json_builder_set_member_name (builder, "operation");
    json_builder_add_string_value (builder, layer->op);
    json_shape (builder, "in", layer->in);
    json_shape (builder, "out", layer->out);
    json_builder_set_member_name (builder, "parameters");
    json_builder_add_int_value (builder, (gint64)layer->n_parameters);
    json_builder_set_member_name (builder, "flops");
    json_builder_add_int_value (builder, (gint64)layer->flops);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  tool_json_print (builder, TRUE);
}

static int
inspect_run (int argc, char **argv)
{
  g_autoptr (NnModel) model = NULL;
  g_autoptr (GArray) layers = NULL;
  g_auto (GStrv) labels = NULL;
  NnPreprocess preprocess;
  GError *error = NULL;
  guint height = 0, width = 0, i;
  guint64 flops = 0;

  if (!tool_parse (&tool_inspect_command, argc, argv, &options, 1, 1))
    return TOOL_USAGE;
  if (!tool_parse_size ("--size", size_string, &height, &width, &error)) {
    int status = tool_usage_error (&tool_inspect_command, "%s", error->message);

    g_error_free (error);
    return status;
  }
  model = tool_model_open (options.arguments[0], &options, &error);
  if (!model || !tool_preprocess_get (model, &options, &preprocess, &error)
      || !tool_labels_get (model, &options, &labels, &error))
    return tool_fail (error);
  if (!height) {
    height = preprocess.crop_height;
    width = preprocess.crop_width;
  }
  layers = nn_model_get_layers (model, height, width, &error);
  if (!layers)
    return tool_fail (error);
  for (i = 0; i < layers->len; i++)
    flops += g_array_index (layers, NnLayerInfo, i).flops;
  if (options.json)
    print_json (options.arguments[0], model, &preprocess, layers, height, width, labels, flops);
  else
    print_text (options.arguments[0], model, &preprocess, layers, height, width, labels, flops);
  return TOOL_OK;
}

const ToolCommand tool_inspect_command = {
  "inspect",
  "shows architecture, layers, shapes, parameters, FLOPs, preprocessing and labels",
  inspect_context,
  inspect_run,
};
