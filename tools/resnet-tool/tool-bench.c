/* gst-resnet: resnet-tool bench: how fast a model runs here
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/plain-text.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <nn/tune.h>

#include "tool-command.h"
#include "tool-json.h"
#include "tool-message.h"
#include "tool-model.h"
#include "tool-options.h"
#include "tool-text.h"

#define MIN_RUNS 3
#define MAX_RUNS 1000000
#define SEED 20250611u

static ToolOptions options = TOOL_OPTIONS_DEFAULT;
static gchar *batch_string, *size_string, *seconds_string, *warmup_string;
static gboolean by_layer, tune, save;

typedef struct {
  const gchar *name, *kernel;
  gdouble flops; /* those of the whole batch */
  gdouble seconds, predicted;
} LayerResult;

typedef struct {
  guint batch, n_runs;
  gdouble median, min, p95; /* in milliseconds for one image */
  gdouble images_per_second;
  gdouble peak;   /* the peak of one thread in flops per second; 0 if it was not measured */
  GArray *layers; /* LayerResult, or NULL */
} BenchResult;

static GOptionContext *
bench_context (void)
{
  static const GOptionEntry entries[] = {
    { "batch", 'b', 0, G_OPTION_ARG_STRING, &batch_string, "Run N images at once (default 1)", "N" },
    { "size", 's', 0, G_OPTION_ARG_STRING, &size_string,
      "Use an input of this height and width in pixels (default: the crop)", "HxW" },
    { "seconds", 0, 0, G_OPTION_ARG_STRING, &seconds_string, "Measure for S seconds (default 3)", "S" },
    { "warmup", 'w', 0, G_OPTION_ARG_STRING, &warmup_string, "Make N runs before measuring (default 3)", "N" },
    { "layers", 0, 0, G_OPTION_ARG_NONE, &by_layer, "Also show the time of each layer", NULL },
    { "tune", 0, 0, G_OPTION_ARG_NONE, &tune, "First measure the algorithms of each layer and take the fastest", NULL },
    { "save", 0, 0, G_OPTION_ARG_NONE, &save, "With --tune, write MODEL" NN_TUNING_SUFFIX, NULL },
    { NULL },
  };

  return tool_context_new (
      "MODEL", "Measures how fast a model runs on this machine, without preprocessing.",
      "Times are milliseconds an image, which is the time of a run divided by its batch. The times of the\n"
      "layers are medians of runs of their own, because measuring them costs a little. GFLOP/s count\n"
      "2 x multiply-adds, as inspect does, so Winograd's can be above the peak. The peak is what the\n"
      "multiply-adds of one thread reach in registers alone at this ISA level, or, at level c, what OpenBLAS\n"
      "reaches in the cache. Predicted is the time that the cost model expected when it chose the kernel.\n\n"
      "--tune measures direct and Winograd's algorithms with --batch and --threads, each for --seconds, and\n"
      "takes the fastest for each layer. MODEL" NN_TUNING_SUFFIX " beside a model is used whenever the model is\n"
      "loaded for the size and the ISA level for which it was made. Results then differ in the last digits.\n\n"
      "Examples:\n"
      "  resnet-tool bench resnet50.pth\n"
      "  resnet-tool bench embedded --threads 1 --layers\n"
      "  resnet-tool bench resnet18.pth --batch 8 --size 480x640 --seconds 10 --json\n"
      "  resnet-tool bench resnet18.pth --max-isa avx2\n"
      "  resnet-tool bench resnet18.pth --tune --save",
      TOOL_OPT_THREADS | TOOL_OPT_MAX_ISA | TOOL_OPT_PRECISION | TOOL_OPT_JSON | TOOL_OPT_QUIET, &options, entries);
}

static int
compare_doubles (const void *a, const void *b)
{
  gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;

  return (x > y) - (x < y);
}

/* Returns the value such that @fraction of the sorted @times lie at or below it. Between two times it interpolates. */
static gdouble
quantile (const GArray *times, gdouble fraction)
{
  gdouble position = fraction * (times->len - 1);
  guint low = (guint)position, high = MIN (low + 1, times->len - 1);
  gdouble a = g_array_index (times, gdouble, low), b = g_array_index (times, gdouble, high);

  return a + (b - a) * (position - low);
}

static void
sort_times (GArray *times)
{
  qsort (times->data, times->len, sizeof (gdouble), compare_doubles);
}

static gdouble
seconds_since (gint64 start)
{
  return (gdouble)(g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

static GArray *
measure_layers (NnSession *session, const gfloat *input, gfloat *logits, guint batch, gdouble seconds)
{
  GArray *result = g_array_new (FALSE, TRUE, sizeof (LayerResult));
  g_autoptr (GPtrArray) times = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  gint64 start = g_get_monotonic_time ();
  guint run, i;

  nn_session_set_profiling (session, TRUE);
  for (run = 0; run < MAX_RUNS && (run < MIN_RUNS || seconds_since (start) < seconds); run++) {
    g_autoptr (GArray) profile = NULL;

    nn_session_run (session, input, batch, logits);
    profile = nn_session_get_profile (session);
    for (i = 0; i < profile->len; i++) {
      const NnLayerTime *layer = &g_array_index (profile, NnLayerTime, i);

      if (i == times->len) {
        LayerResult one = { layer->name, layer->kernel, layer->flops * batch, 0, layer->predicted };

        g_array_append_val (result, one);
        g_ptr_array_add (times, g_array_new (FALSE, FALSE, sizeof (gdouble)));
      }
      g_array_append_val (g_ptr_array_index (times, i), layer->seconds);
    }
  }
  nn_session_set_profiling (session, FALSE);
  for (i = 0; i < result->len; i++) {
    sort_times (g_ptr_array_index (times, i));
    g_array_index (result, LayerResult, i).seconds = quantile (g_ptr_array_index (times, i), 0.5);
  }
  return result;
}

static void
measure (NnSession *session, guint batch, guint channels, guint n_classes, guint warmup, gdouble seconds,
         BenchResult *result)
{
  gsize n = (gsize)channels * nn_session_get_height (session) * nn_session_get_width (session) * batch, i;
  g_autofree gfloat *input = g_new (gfloat, n);
  g_autofree gfloat *logits = g_new (gfloat, (gsize)batch * n_classes);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gdouble));
  GRand *random = g_rand_new_with_seed (SEED);
  gint64 start;
  gdouble total;

  /* The input has the range of a normalized image. With constant input, a processor could take shortcuts that no real
   * image allows. */
  for (i = 0; i < n; i++)
    input[i] = (gfloat)g_rand_double_range (random, -2, 2);
  g_rand_free (random);
  for (i = 0; i < warmup; i++)
    nn_session_run (session, input, batch, logits);
  start = g_get_monotonic_time ();
  while (times->len < MAX_RUNS && (times->len < MIN_RUNS || seconds_since (start) < seconds)) {
    gint64 before = g_get_monotonic_time ();
    gdouble one;

    nn_session_run (session, input, batch, logits);
    one = seconds_since (before);
    g_array_append_val (times, one);
  }
  total = seconds_since (start);
  sort_times (times);
  result->batch = batch;
  result->n_runs = times->len;
  result->median = 1000 * quantile (times, 0.5) / batch;
  result->min = 1000 * g_array_index (times, gdouble, 0) / batch;
  result->p95 = 1000 * quantile (times, 0.95) / batch;
  result->images_per_second = (gdouble)times->len * batch / MAX (total, 1e-9);
  result->peak = nn_session_measure_peak (session);
  result->layers = by_layer ? measure_layers (session, input, logits, batch, seconds) : NULL;
}

/* Returns the largest resident memory of this process so far, in bytes. */
static guint64
peak_rss (void)
{
  struct rusage usage;

  return getrusage (RUSAGE_SELF, &usage) == 0 ? (guint64)usage.ru_maxrss * 1024 : 0;
}

static gdouble
gflops (const LayerResult *layer)
{
  return layer->seconds > 0 ? layer->flops / layer->seconds * 1e-9 : 0;
}

/* Returns which fraction of the peak of all threads the network reaches. It can be more than 1 where an algorithm needs
 * fewer multiply-adds. */
static gdouble
fraction_of_peak (const BenchResult *r, const NnSession *session, gdouble flops)
{
  const gdouble peak = r->peak * nn_session_get_threads (session) * r->median * 1e-3;

  return peak > 0 ? flops / peak : 0;
}

static void
print_text (const gchar *name, const NnModel *model, const NnSession *session, const BenchResult *r, gdouble flops)
{
  g_autofree gchar *display = tool_display_name (name);
  gdouble total = 0;
  guint i, name_width = 5, kernel_width = 6;

  printf ("%s: %s, %ux%ux%u, batch %u, %s, precision %s, %u threads, %u runs\n", display,
          nn_model_get_architecture (model), nn_model_get_preprocess (model)->channels, nn_session_get_height (session),
          nn_session_get_width (session), r->batch, nn_session_get_isa (session),
          nn_precision_to_string (nn_session_get_precision (session)), nn_session_get_threads (session), r->n_runs);
  printf ("  median         %.3f ms an image\n", r->median);
  printf ("  min            %.3f ms\n", r->min);
  printf ("  p95            %.3f ms\n", r->p95);
  printf ("  throughput     %.1f images/s, %.1f GFLOP/s\n", r->images_per_second, flops * r->images_per_second * 1e-9);
  printf ("  peak RSS       %.1f MiB (weights and arena %.1f MiB)\n", (gdouble)peak_rss () / 1048576,
          (gdouble)nn_session_get_memory (session) / 1048576);
  printf ("  measured peak  %.1f GFLOP/s a thread: the median is at %.0f %% of it\n", r->peak * 1e-9,
          100 * fraction_of_peak (r, session, flops));
  if (!r->layers)
    return;
  for (i = 0; i < r->layers->len; i++) {
    const LayerResult *layer = &g_array_index (r->layers, LayerResult, i);

    total += layer->seconds;
    name_width = MAX (name_width, evaluate_text_columns (layer->name));
    kernel_width = MAX (kernel_width, evaluate_text_columns (layer->kernel));
  }
  printf ("\n  %-*s  %-*s  %9s  %10s  %8s  %7s\n", (int)name_width, "layer", (int)kernel_width, "kernel", "predicted",
          r->batch > 1 ? "ms a batch" : "ms", "GFLOP/s", "share");
  for (i = 0; i < r->layers->len; i++) {
    const LayerResult *layer = &g_array_index (r->layers, LayerResult, i);
    g_autoptr (GString) line = g_string_new ("  ");

    evaluate_text_append_padded (line, layer->name, name_width);
    g_string_append (line, "  ");
    evaluate_text_append_padded (line, layer->kernel, kernel_width);
    if (layer->predicted > 0)
      g_string_append_printf (line, "  %9.4f", layer->predicted * 1000);
    else
      g_string_append (line, "          -");
    g_string_append_printf (line, "  %10.4f  %8.1f  %5.1f %%\n", layer->seconds * 1000, gflops (layer),
                            total > 0 ? 100 * layer->seconds / total : 0.0);
    fputs (line->str, stdout);
  }
}

static void
print_json (const gchar *name, const NnModel *model, const NnSession *session, const BenchResult *r, gdouble flops)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  gdouble total = 0;
  guint i;

  json_builder_begin_object (builder);
  tool_json_model (builder, name, model);
  json_builder_set_member_name (builder, "input");
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, nn_model_get_preprocess (model)->channels);
  json_builder_add_int_value (builder, nn_session_get_height (session));
  json_builder_add_int_value (builder, nn_session_get_width (session));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "batch");
  json_builder_add_int_value (builder, r->batch);
  json_builder_set_member_name (builder, "threads");
  json_builder_add_int_value (builder, nn_session_get_threads (session));
  json_builder_set_member_name (builder, "isa");
  json_builder_add_string_value (builder, nn_session_get_isa (session));
  json_builder_set_member_name (builder, "precision");
  json_builder_add_string_value (builder, nn_precision_to_string (nn_session_get_precision (session)));
  json_builder_set_member_name (builder, "runs");
  json_builder_add_int_value (builder, r->n_runs);
  tool_json_number (builder, "median_ms", r->median);
  tool_json_number (builder, "min_ms", r->min);
  tool_json_number (builder, "p95_ms", r->p95);
  tool_json_number (builder, "images_per_second", r->images_per_second);
  tool_json_number (builder, "flops", flops);
  tool_json_number (builder, "peak_gflops", r->peak * 1e-9);
  tool_json_number (builder, "peak_fraction", fraction_of_peak (r, session, flops));
  json_builder_set_member_name (builder, "peak_rss_bytes");
  json_builder_add_int_value (builder, (gint64)peak_rss ());
  json_builder_set_member_name (builder, "session_bytes");
  json_builder_add_int_value (builder, (gint64)nn_session_get_memory (session));
  if (r->layers) {
    for (i = 0; i < r->layers->len; i++)
      total += g_array_index (r->layers, LayerResult, i).seconds;
    json_builder_set_member_name (builder, "layers");
    json_builder_begin_array (builder);
    for (i = 0; i < r->layers->len; i++) {
      const LayerResult *layer = &g_array_index (r->layers, LayerResult, i);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "name");
      json_builder_add_string_value (builder, layer->name);
      json_builder_set_member_name (builder, "kernel");
      json_builder_add_string_value (builder, layer->kernel);
      tool_json_number (builder, "ms", layer->seconds * 1000);
      tool_json_number (builder, "predicted_ms", layer->predicted * 1000);
      tool_json_number (builder, "gflops", gflops (layer));
      tool_json_number (builder, "share", total > 0 ? layer->seconds / total : 0);
      json_builder_end_object (builder);
    }
    json_builder_end_array (builder);
  }
  json_builder_end_object (builder);
  tool_json_print (builder, TRUE);
}

static gboolean
tune_model (NnModel *model, guint batch, guint height, guint width, gdouble seconds, GError **error)
{
  const NnSessionOptions session = {
    .threads = options.threads, .max_batch = batch, .height = height, .width = width, .max_isa = options.max_isa
  };
  g_autofree gchar *json = nn_model_tune (model, &session, seconds, error);
  g_autofree gchar *path = g_strconcat (options.arguments[0], NN_TUNING_SUFFIX, NULL);

  if (!json || (save && !g_file_set_contents (path, json, -1, error)))
    return FALSE;
  if (save && !options.quiet) {
    g_autofree gchar *shown = g_filename_display_name (path);

    fprintf (stderr, "resnet-tool: wrote %s\n", shown);
  }
  return TRUE;
}

static int
bench_run (int argc, char **argv)
{
  g_autoptr (NnModel) model = NULL;
  g_autoptr (NnSession) session = NULL;
  g_autoptr (GArray) layers = NULL;
  BenchResult result = { 0 };
  guint batch = 1, height = 0, width = 0, warmup = 3, i;
  gdouble seconds = 3, flops = 0;
  GError *error = NULL;

  if (!tool_parse (&tool_bench_command, argc, argv, &options, 1, 1))
    return TOOL_USAGE;
  if (!tool_parse_uint ("--batch", batch_string, 1, 4096, &batch, &error)
      || !tool_parse_size ("--size", size_string, &height, &width, &error)
      || !tool_parse_double ("--seconds", seconds_string, 0, 86400, &seconds, &error)
      || !tool_parse_uint ("--warmup", warmup_string, 0, MAX_RUNS, &warmup, &error)) {
    int status = tool_usage_error (&tool_bench_command, "%s", error->message);

    g_error_free (error);
    return status;
  }
  if (save && !tune)
    return tool_usage_error (&tool_bench_command, "--save goes with --tune");
  if (save && !g_file_test (options.arguments[0], G_FILE_TEST_EXISTS))
    return tool_usage_error (&tool_bench_command, "--save needs a model file, not '%s'", options.arguments[0]);
  model = tool_model_open (options.arguments[0], &options, &error);
  if (!model)
    return tool_fail (error);
  if (!height) {
    height = nn_model_get_preprocess (model)->crop_height;
    width = nn_model_get_preprocess (model)->crop_width;
  }
  layers = nn_model_get_layers (model, height, width, &error);
  if (!layers)
    return tool_fail (error);
  for (i = 0; i < layers->len; i++)
    flops += (gdouble)g_array_index (layers, NnLayerInfo, i).flops;
  if (tune && !tune_model (model, batch, height, width, seconds, &error))
    return tool_fail (error);
  session = tool_session_new (model, &options, batch, height, width, &error);
  if (!session)
    return tool_fail (error);
  measure (session, batch, nn_model_get_preprocess (model)->channels, nn_model_get_n_outputs (model), warmup, seconds,
           &result);
  if (options.json)
    print_json (options.arguments[0], model, session, &result, flops);
  else
    print_text (options.arguments[0], model, session, &result, flops);
  g_clear_pointer (&result.layers, g_array_unref);
  return TOOL_OK;
}

const ToolCommand tool_bench_command = {
  "bench",
  "measures milliseconds an image, images a second, memory, and the time of each layer",
  bench_context,
  bench_run,
};
