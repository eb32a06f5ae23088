/* gst-resnet: resnet-tool's command line: the options that commands share, strict numbers
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-options.h"

#include <math.h>
#include <nn/cpu.h>
#include <stdio.h>
#include <string.h>

#include "tool-hint.h"
#include "tool-message.h"

gboolean
tool_parse_uint (const gchar *name, const gchar *string, guint min, guint max, guint *value, GError **error)
{
  guint64 number;

  if (!string)
    return TRUE;
  if (!g_ascii_string_to_unsigned (string, 10, min, max, &number, NULL)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is a whole number from %u to %u, not '%s'", name,
                 min, max, string);
    return FALSE;
  }
  *value = (guint)number;
  return TRUE;
}

gboolean
tool_parse_double (const gchar *name, const gchar *string, gdouble min, gdouble max, gdouble *value, GError **error)
{
  gchar *end = NULL;
  gdouble number;

  if (!string)
    return TRUE;
  /* strtod also accepts leading space, "nan", "inf" and hexadecimal numbers, but only plain decimal numbers are allowed
   * here. */
  number = *string && string[strspn (string, "+-.0123456789eE")] == '\0' ? g_ascii_strtod (string, &end) : NAN;
  if (!end || *end || !isfinite (number) || number < min || number > max) {
    gchar low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];

    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is a number from %s to %s, not '%s'", name,
                 g_ascii_formatd (low, sizeof low, "%g", min), g_ascii_formatd (high, sizeof high, "%g", max), string);
    return FALSE;
  }
  *value = number;
  return TRUE;
}

gboolean
tool_parse_size (const gchar *name, const gchar *string, guint *height, guint *width, GError **error)
{
  g_auto (GStrv) parts = NULL;
  guint64 h, w;

  if (!string)
    return TRUE;
  parts = g_strsplit (string, "x", 3);
  if (g_strv_length (parts) != 2 || !g_ascii_string_to_unsigned (parts[0], 10, 1, NN_PREPROCESS_MAX_SIZE, &h, NULL)
      || !g_ascii_string_to_unsigned (parts[1], 10, 1, NN_PREPROCESS_MAX_SIZE, &w, NULL)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 "%s is HEIGHTxWIDTH in pixels, each from 1 to %d, not '%s'", name, NN_PREPROCESS_MAX_SIZE, string);
    return FALSE;
  }
  *height = (guint)h;
  *width = (guint)w;
  return TRUE;
}

static gboolean
keep (gchar **kept, const gchar *value)
{
  g_free (*kept);
  *kept = g_strdup (value);
  return TRUE;
}

/* Returns TRUE if @value is three numbers or one. Which of these the network needs is known only later. */
static gboolean
is_statistic (const gchar *name, const gchar *value, GError **error)
{
  NnPreprocess colour = { .channels = 3 }, grey = { .channels = 1 };

  /* An empty text would mean that the value stays as it was. */
  if (!*value)
    value = " ";
  return nn_preprocess_set_statistics (&grey, name, value, name, NULL, NULL)
         || nn_preprocess_set_statistics (&colour, name, value, name, NULL, error);
}

static gboolean
parse_shared (const gchar *name, const gchar *value, gpointer data, GError **error)
{
  static const gchar *const activations[] = { "softmax", "sigmoid", "none", "auto", NULL };
  g_autofree gchar *levels = NULL;
  ToolOptions *options = data;
  NnPreprocess tried = NN_PREPROCESS_IMAGENET;
  const gchar *const *match;

  if (g_str_equal (name, "--threads") || g_str_equal (name, "-t"))
    return tool_parse_uint (name, value, 0, NN_SESSION_MAX_THREADS, &options->threads, error);
  if (g_str_equal (name, "--top-k") || g_str_equal (name, "-k"))
    return tool_parse_uint (name, value, 1, G_MAXINT, &options->top_k, error);
  if (g_str_equal (name, "--resize"))
    return nn_preprocess_set_resize (&tried, name, value, error) && keep (&options->resize, value);
  if (g_str_equal (name, "--crop"))
    return nn_preprocess_set_crop (&tried, name, value, error) && keep (&options->crop, value);
  if (g_str_equal (name, "--mean"))
    return is_statistic (name, value, error) && keep (&options->mean, value);
  if (g_str_equal (name, "--std"))
    return is_statistic (name, value, error) && keep (&options->std, value);
  if (g_str_equal (name, "--channel-order")) {
    options->has_channel_order = TRUE;
    if (nn_channel_order_from_string (value, &options->preprocess.channel_order))
      return TRUE;
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is rgb or bgr, not '%s'", name, value);
    return FALSE;
  }
  if (g_str_equal (name, "--interpolation")) {
    options->has_interpolation = TRUE;
    if (nn_interpolation_from_string (value, &options->preprocess.interpolation))
      return TRUE;
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is nearest, bilinear or bicubic, not '%s'", name,
                 value);
    return FALSE;
  }
  if (g_str_equal (name, "--activation")) {
    for (match = activations; *match; match++)
      if (g_str_equal (*match, value)) {
        options->activation = (NnActivation)(match - activations);
        return TRUE;
      }
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is auto, softmax, sigmoid or none, not '%s'",
                 name, value);
    return FALSE;
  }
  if (g_str_equal (name, "--precision")) {
    if (nn_precision_from_string (value, &options->precision))
      return TRUE;
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is highest, high, medium or auto, not '%s'", name,
                 value);
    return FALSE;
  }
  if (g_strv_contains (nn_cpu_get_isa_names (), value)) {
    g_free (options->max_isa);
    options->max_isa = g_strdup (value);
    return TRUE;
  }
  levels = g_strjoinv (", ", (gchar **)nn_cpu_get_isa_names ());
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is one of %s, not '%s'", name, levels, value);
  return FALSE;
}

/* This member is in every set. */
#define EVERY_COMMAND ((ToolOptionSet)~0)

GOptionContext *
tool_context_new (const gchar *arguments, const gchar *summary, const gchar *description, ToolOptionSet set,
                  ToolOptions *options, const GOptionEntry *entries)
{
  const struct {
    ToolOptionSet member;
    GOptionEntry entry;
  } shared[] = {
    { TOOL_OPT_LABELS,
      { "labels", 'l', 0, G_OPTION_ARG_FILENAME, &options->labels,
        "Take the names of the classes from FILE (one label a line, or JSON)", "FILE" } },
    { TOOL_OPT_TOP_K,
      { "top-k", 'k', 0, G_OPTION_ARG_CALLBACK, parse_shared, "Tell at most N classes (default 5)", "N" } },
    { TOOL_OPT_ACTIVATION,
      { "activation", 0, 0, G_OPTION_ARG_CALLBACK, parse_shared,
        "Make confidences with softmax, sigmoid, none or auto (default: softmax unless the network ends in one)",
        "NAME" } },
    { TOOL_OPT_PREPROCESS,
      { "resize", 0, 0, G_OPTION_ARG_CALLBACK, parse_shared,
        "Make the shorter side N pixels long; 0 stretches to the crop, HxW to that size (default: the model's)",
        "N" } },
    { TOOL_OPT_PREPROCESS,
      { "crop", 0, 0, G_OPTION_ARG_CALLBACK, parse_shared,
        "Let the network see a centre square of N pixels, or HEIGHTxWIDTH (default: the model's)", "N" } },
    { TOOL_OPT_PREPROCESS,
      { "mean", 0, 0, G_OPTION_ARG_CALLBACK, parse_shared,
        "Subtract this mean from each channel, in the network's order; values are 0 to 1, or 0 to 255 if one is above "
        "1",
        "A,B,C" } },
    { TOOL_OPT_PREPROCESS,
      { "std", 0, 0, G_OPTION_ARG_CALLBACK, parse_shared,
        "Divide each channel by this standard deviation of the same values", "A,B,C" } },
    { TOOL_OPT_PREPROCESS,
      { "channel-order", 0, 0, G_OPTION_ARG_CALLBACK, parse_shared,
        "Give the network its colours as rgb, or as bgr for those of Caffe and OpenCV (default: the model's)",
        "NAME" } },
    { TOOL_OPT_PREPROCESS,
      { "interpolation", 0, 0, G_OPTION_ARG_CALLBACK, parse_shared,
        "Resize with nearest, bilinear or bicubic (default: the model's)", "NAME" } },
    { TOOL_OPT_EXIF,
      { "exif", 0, 0, G_OPTION_ARG_NONE, &options->exif,
        "Turn pictures upright by their EXIF orientation, as Pillow's ImageOps.exif_transpose() does", NULL } },
    { TOOL_OPT_THREADS,
      { "threads", 't', 0, G_OPTION_ARG_CALLBACK, parse_shared,
        "Use N threads; 0 (default) is as many as the CPUs that this process may run on", "N" } },
    { TOOL_OPT_MAX_ISA,
      { "max-isa", 0, 0, G_OPTION_ARG_CALLBACK, parse_shared,
        "Use no instruction set above this: c, avx2, avxvnni, avx512, avx512vnni, avx512bf16, amx", "LEVEL" } },
    { TOOL_OPT_PRECISION,
      { "precision", 0, 0, G_OPTION_ARG_CALLBACK, parse_shared,
        "Multiply with auto (default), highest (fp32), high (two bf16 for each number) or medium (bf16)", "NAME" } },
    { EVERY_COMMAND,
      { "weights", 'w', 0, G_OPTION_ARG_STRING, &options->weights,
        "Take this set of weights where a file has several (state_dict, model_ema, student, ...)", "NAME" } },
    { EVERY_COMMAND,
      { "architecture", 0, 0, G_OPTION_ARG_STRING, &options->architecture,
        "Say what a state dict cannot show: resnetblur50, stride=1x1, head=gelu, ... (docs/formats.md)", "NAME" } },
    { TOOL_OPT_JSON,
      { "json", 'j', 0, G_OPTION_ARG_NONE, &options->json, "Write one JSON document to the standard output", NULL } },
    { TOOL_OPT_QUIET,
      { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, "Leave out warnings, progress and tables", NULL } },
  };
  const GOptionEntry rest[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->arguments, NULL, NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new (arguments);
  GOptionGroup *group = g_option_group_new ("main", "", "", options, NULL);
  gsize i;

  if (!options->names)
    options->names = g_ptr_array_new ();
  g_ptr_array_set_size (options->names, 0);
  for (i = 0; entries && entries[i].long_name; i++)
    g_ptr_array_add (options->names, (gpointer)entries[i].long_name);
  if (entries)
    g_option_group_add_entries (group, entries);
  for (i = 0; i < G_N_ELEMENTS (shared); i++)
    if (set & shared[i].member) {
      const GOptionEntry one[] = { shared[i].entry, { NULL } };

      g_option_group_add_entries (group, one);
      g_ptr_array_add (options->names, (gpointer)shared[i].entry.long_name);
    }
  g_ptr_array_add (options->names, (gpointer) "help");
  g_ptr_array_add (options->names, NULL);
  g_option_group_add_entries (group, rest);
  g_option_context_set_main_group (context, group);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  return context;
}

int
tool_usage_error (const ToolCommand *command, const gchar *format, ...)
{
  g_autofree gchar *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  tool_error ("%s: %s (try 'resnet-tool help %s').", command->name, message, command->name);
  return TOOL_USAGE;
}

/* Returns a sentence about the first option that the command does not take, and about what was probably meant. */
static gchar *
hint_option (int argc, char **argv, const ToolOptions *options)
{
  const gchar *const *names = (const gchar *const *)options->names->pdata;
  int i;

  for (i = 1; i < argc && !g_str_equal (argv[i], "--"); i++) {
    g_autofree gchar *name = NULL;
    const gchar *closest;

    if (!g_str_has_prefix (argv[i], "--"))
      continue;
    name = g_strndup (argv[i] + 2, strcspn (argv[i] + 2, "="));
    if (g_strv_contains (names, name))
      continue;
    closest = tool_closest (name, names);
    return closest ? g_strdup_printf ("there is no option --%s; did you mean --%s?", name, closest)
                   : g_strdup_printf ("there is no option --%s", name);
  }
  return NULL;
}

gboolean
tool_parse (const ToolCommand *command, int argc, char **argv, ToolOptions *options, guint min, guint max)
{
  g_autoptr (GOptionContext) context = command->context ();
  g_autoptr (GError) error = NULL;
  guint n;

  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_autofree gchar *hint = g_error_matches (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION)
                                 ? hint_option (argc, argv, options)
                                 : NULL;

    tool_usage_error (command, "%s", hint ? hint : error->message);
    return FALSE;
  }
  n = options->arguments ? g_strv_length (options->arguments) : 0;
  if (n > 0) {
    g_autofree gchar *hint = tool_hint_model (command->name, options->arguments, max);

    if (hint) {
      tool_usage_error (command, "%s", hint);
      return FALSE;
    }
  }
  if (n < min || n > max) {
    if (n < min && !n)
      tool_usage_error (command, "a MODEL is needed: a .pth, .safetensors or .onnx file, or 'embedded'");
    else if (n < min)
      tool_usage_error (command, "something is missing after the model's name");
    else
      tool_usage_error (command, "unexpected argument '%s'", options->arguments[max]);
    return FALSE;
  }
  return TRUE;
}
