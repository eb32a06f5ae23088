/* gst-resnet: resnet-tool classify: what is in these images
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/answer.h>
#include <stdio.h>
#include <unistd.h>

#include "tool-command.h"
#include "tool-json.h"
#include "tool-message.h"
#include "tool-model.h"
#include "tool-options.h"
#include "tool-pipeline.h"
#include "tool-text.h"

#define BAR_COLUMNS 20

static ToolOptions options = TOOL_OPTIONS_DEFAULT;

typedef struct {
  const gchar *const *paths;
  guint n_paths;
  gchar **labels;
  guint n_classes;
  guint top_k;
  guint *indices;
  gfloat *confidences;
  const NnModel *model;
  guint label_columns;
  gboolean bars, unicode;
  JsonBuilder *json;
  guint n_failed;
} Classify;

static GOptionContext *
classify_context (void)
{
  return tool_context_new (
      "MODEL IMAGE...", "Classifies images and tells the classes that the network finds most likely, the best first.",
      "JPEG, PNG, GIF, BMP, WebP, TIFF and PNM files are told apart by their content and read as Pillow's\n"
      "convert('RGB') reads them: alpha is dropped, and EXIF orientation is not applied without --exif. An\n"
      "image that cannot be read is reported, the others go on, and the exit status is 1.\n\n"
      "Examples:\n"
      "  resnet-tool classify embedded cat.jpg coffee.png\n"
      "  resnet-tool classify resnet50.pth --labels imagenet_classes.txt --top-k 3 *.jpg\n"
      "  resnet-tool classify embedded *.jpg --json | jq -r '.images[] | [.path, .classes[0].label] | @tsv'",
      TOOL_OPT_LABELS | TOOL_OPT_TOP_K | TOOL_OPT_ACTIVATION | TOOL_OPT_PREPROCESS | TOOL_OPT_EXIF | TOOL_OPT_THREADS
          | TOOL_OPT_MAX_ISA | TOOL_OPT_PRECISION | TOOL_OPT_JSON | TOOL_OPT_QUIET,
      &options, NULL);
}

static void
append_bar (GString *out, gdouble fraction, gboolean unicode)
{
  /* A bar consists of full blocks and one of the seven narrower blocks for the rest of a column. */
  gint eighths = (gint)lrint (CLAMP (fraction, 0.0, 1.0) * BAR_COLUMNS * 8), column;

  for (column = 0; column < BAR_COLUMNS; column++, eighths -= 8) {
    if (!unicode)
      g_string_append_c (out, eighths >= 4 ? '#' : '.');
    else if (eighths <= 0)
      g_string_append_c (out, ' ');
    else
      g_string_append_unichar (out, 0x2588 + (eighths >= 8 ? 0 : 8 - (gunichar)eighths));
  }
}

static void
print_text (const Classify *c, const gchar *path, guint n)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree gchar *display = tool_display_name (path);
  guint i;

  g_string_append_printf (out, "%s\n", display);
  for (i = 0; i < n; i++) {
    gchar buffer[TOOL_LABEL_SIZE];
    const gchar *label = tool_label (c->labels, c->indices[i], buffer);
    gdouble confidence = c->confidences[c->indices[i]];

    if (options.activation == NN_ACTIVATION_NONE)
      g_string_append_printf (out, "  %9.4f  ", confidence);
    else
      g_string_append_printf (out, "  %6.2f %%  ", confidence * 100);
    if (c->bars && options.activation != NN_ACTIVATION_NONE) {
      append_bar (out, confidence, c->unicode);
      g_string_append (out, "  ");
    }
    g_string_append_printf (out, "%s\n", label);
  }
  fputs (out->str, stdout);
  fflush (stdout);
}

static void
add_json (const Classify *c, const gchar *path, guint n, const GError *error)
{
  g_autofree gchar *display = tool_display_name (path);
  guint i;

  json_builder_begin_object (c->json);
  json_builder_set_member_name (c->json, "path");
  json_builder_add_string_value (c->json, display);
  if (error) {
    json_builder_set_member_name (c->json, "error");
    json_builder_add_string_value (c->json, error->message);
  } else {
    json_builder_set_member_name (c->json, "classes");
    json_builder_begin_array (c->json);
    for (i = 0; i < n; i++) {
      gchar buffer[TOOL_LABEL_SIZE];

      json_builder_begin_object (c->json);
      json_builder_set_member_name (c->json, "label");
      json_builder_add_string_value (c->json, tool_label (c->labels, c->indices[i], buffer));
      json_builder_set_member_name (c->json, "index");
      json_builder_add_int_value (c->json, c->indices[i]);
      tool_json_number (c->json, "confidence", c->confidences[c->indices[i]]);
      json_builder_end_object (c->json);
    }
    json_builder_end_array (c->json);
  }
  json_builder_end_object (c->json);
}

static void
on_result (guint index, const gfloat *logits, const GError *error, gpointer data)
{
  Classify *c = data;
  guint n = 0;

  if (error) {
    tool_error ("%s", error->message);
    c->n_failed++;
  } else {
    nn_model_answer (c->model, options.activation, 1, logits, c->confidences);
    /* The logits are ranked, because their order is also that of the confidences, and a softmax that saturates makes no
     * ties among them. */
    n = nn_model_rank (c->model, logits, c->top_k, c->indices);
  }
  if (c->json)
    add_json (c, c->paths[index], n, error);
  else if (!error)
    print_text (c, c->paths[index], n);
}

static int
classify_run (int argc, char **argv)
{
  g_autoptr (NnModel) model = NULL;
  g_autoptr (NnSession) session = NULL;
  g_autoptr (JsonBuilder) builder = NULL;
  g_auto (GStrv) labels = NULL;
  g_autofree guint *indices = NULL;
  g_autofree gfloat *confidences = NULL;
  NnPreprocess preprocess;
  ToolImageOptions image_options;
  Classify c = { 0 };
  const gchar *name;
  GError *error = NULL;

  if (!tool_parse (&tool_classify_command, argc, argv, &options, 2, G_MAXINT))
    return TOOL_USAGE;
  name = options.arguments[0];
  model = tool_model_open (name, &options, &error);
  if (!model || !tool_preprocess_get (model, &options, &preprocess, &error)
      || !tool_labels_get (model, &options, &labels, &error))
    return tool_fail (error);
  c.paths = (const gchar *const *)options.arguments + 1;
  c.n_paths = g_strv_length (options.arguments) - 1;
  session = tool_session_new (model, &options, tool_pipeline_batch (&preprocess, c.n_paths), preprocess.crop_height,
                              preprocess.crop_width, &error);
  if (!session)
    return tool_fail (error);
  c.labels = labels;
  c.n_classes = nn_model_get_n_classes (model);
  c.model = model;
  c.top_k = MIN (options.top_k, c.n_classes);
  c.indices = indices = g_new (guint, c.top_k);
  c.confidences = confidences = g_new (gfloat, c.n_classes);
  c.bars = isatty (STDOUT_FILENO);
  c.unicode = tool_fancy (STDOUT_FILENO);
  if (options.json) {
    c.json = builder = json_builder_new ();
    json_builder_begin_object (builder);
    tool_json_model (builder, name, model);
    tool_json_preprocess (builder, &preprocess);
    json_builder_set_member_name (builder, "precision");
    json_builder_add_string_value (builder, nn_precision_to_string (nn_session_get_precision (session)));
    json_builder_set_member_name (builder, "images");
    json_builder_begin_array (builder);
  }
  image_options = (ToolImageOptions){ options.exif, options.quiet };
  if (!tool_pipeline_run (session, nn_model_get_n_outputs (model), &preprocess, options.max_isa, &image_options,
                          options.threads, c.paths, c.n_paths, on_result, &c, &error))
    return tool_fail (error);
  if (builder) {
    json_builder_end_array (builder);
    json_builder_end_object (builder);
    tool_json_print (builder, TRUE);
  }
  return c.n_failed ? TOOL_FAILED : TOOL_OK;
}

const ToolCommand tool_classify_command = {
  "classify",
  "tells the most likely classes of images",
  classify_context,
  classify_run,
};
