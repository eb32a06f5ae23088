/* gst-resnet: resnet-tool eval: how good is a model on a folder of images
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <evaluate/evaluation-json.h>
#include <evaluate/plain-text.h>
#include <glib/gstdio.h>
#include <math.h>
#include <nn/answer.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tool-command.h"
#include "tool-json.h"
#include "tool-message.h"
#include "tool-model.h"
#include "tool-options.h"
#include "tool-pipeline.h"
#include "tool-text.h"

#define BAR_COLUMNS 24
/* This is the time in microseconds between two updates of the progress bar. */
#define PROGRESS_INTERVAL 100000

static ToolOptions options = TOOL_OPTIONS_DEFAULT;
static gchar *csv_path, *confusion_path, *min_top1_string;

typedef struct {
  EvaluateReport *report;
  gfloat *confidences;
  FILE *csv;
  gint csv_errno;
  gboolean progress, unicode;
  gint64 start, last_shown;
  gdouble seconds;
  const NnModel *model;
} Eval;

static GOptionContext *
eval_context (void)
{
  static const GOptionEntry entries[] = {
    { "csv", 0, 0, G_OPTION_ARG_FILENAME, &csv_path, "Write path, label, predicted, index and confidence of each image",
      "FILE" },
    { "confusion", 0, 0, G_OPTION_ARG_FILENAME, &confusion_path, "Write the confusion matrix as CSV", "FILE" },
    { "min-top1", 0, 0, G_OPTION_ARG_STRING, &min_top1_string, "Exit with 1 where top-1 is below P percent", "P" },
    { NULL },
  };

  return tool_context_new (
      "MODEL DIR", "Measures a model on a folder of images: top-1, top-5, each class, and what is taken for what.",
      "DIR is an ImageFolder as torchvision reads it:\n"
      "DIR/CLASS/*.{jpg,jpeg,png,bmp,ppm,pgm,webp,gif,tif,tiff}, also in folders below CLASS. Folders are\n"
      "matched to the labels by their names: exactly, or without regard to case and with _ for a space, or\n"
      "by what stands before a label's first comma, or by WordNet identifier if the --labels file has those.\n"
      "The folders may then be a subset of the classes. If the names do not match and there are as many\n"
      "folders as classes, the sorted folders are the classes in order, as in torchvision.\n\n"
      "The pixels are those of Pillow's convert('RGB') and the tensor is torchvision's, so the answers are\n"
      "PyTorch's. An image that cannot be read is counted and named, and the others go on. Progress is shown\n"
      "on a terminal. Results do not depend on --threads. 'index' in the CSV is that of the predicted class.\n\n"
      "Examples:\n"
      "  resnet-tool eval embedded photos/val\n"
      "  resnet-tool eval resnet50.pth imagenet/val --labels imagenet_classes.txt --csv answers.csv\n"
      "  resnet-tool eval model.pth test --resize 32 --crop 32 --mean 0.49,0.48,0.45 --std 0.25,0.24,0.26 --min-top1 "
      "88\n"
      "  resnet-tool eval model.pth test --json | jq '.classes | sort_by(.top1)[:10] | .[].label'",
      TOOL_OPT_LABELS | TOOL_OPT_ACTIVATION | TOOL_OPT_PREPROCESS | TOOL_OPT_EXIF | TOOL_OPT_THREADS | TOOL_OPT_MAX_ISA
          | TOOL_OPT_PRECISION | TOOL_OPT_JSON | TOOL_OPT_QUIET,
      &options, entries);
}

static void
show_progress (Eval *e, guint done)
{
  const EvaluateReport *r = e->report;
  gint64 now = g_get_monotonic_time ();
  gdouble seconds = (gdouble)(now - e->start) / G_USEC_PER_SEC, rate = done / MAX (seconds, 1e-6);
  guint n = r->folder->n_images, filled = (guint)((guint64)BAR_COLUMNS * done / n), i;
  guint left = (guint)((n - done) / MAX (rate, 1e-6) + 0.5);
  g_autoptr (GString) line = NULL;

  if (!e->progress || (done < n && now - e->last_shown < PROGRESS_INTERVAL))
    return;
  e->last_shown = now;
  line = g_string_new ("\r");
  for (i = 0; i < BAR_COLUMNS; i++)
    if (e->unicode)
      g_string_append_unichar (line, i < filled ? 0x2588 : 0x2591);
    else
      g_string_append_c (line, i < filled ? '#' : '.');
  g_string_append_printf (line, "  %u/%u  %.0f images/s  ", done, n, rate);
  if (left >= 3600)
    g_string_append_printf (line, "ETA %u:%02u:%02u", left / 3600, left / 60 % 60, left % 60);
  else
    g_string_append_printf (line, "ETA %u:%02u", left / 60, left % 60);
  if (r->counts->total)
    g_string_append_printf (line, "  top-1 %.2f %%", evaluate_percent (r->counts->total_top1, r->counts->total));
  g_string_append (line, "\033[K");
  if (done == n)
    g_string_append (line, "\r\033[K");
  fputs (line->str, stderr);
  fflush (stderr);
}

static void
write_csv_row (Eval *e, guint image, gint predicted, gdouble confidence)
{
  const EvaluateReport *r = e->report;
  const guint folder = g_array_index (r->folder->folder_of, guint, image);
  g_autoptr (GString) row = g_string_new (NULL);
  gchar buffer[EVALUATE_LABEL_SIZE];

  evaluate_text_append_csv (row, g_ptr_array_index (r->folder->paths, image));
  g_string_append_c (row, ',');
  evaluate_text_append_csv (row, evaluate_report_get_label (r, r->counts->classes[folder], buffer));
  if (predicted < 0) {
    g_string_append (row, ",,,\n");
  } else {
    gchar number[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_c (row, ',');
    evaluate_text_append_csv (row, evaluate_report_get_label (r, (guint)predicted, buffer));
    g_string_append_printf (row, ",%d,%s\n", predicted, g_ascii_formatd (number, sizeof number, "%.9g", confidence));
  }
  if (fwrite (row->str, 1, row->len, e->csv) != row->len && !e->csv_errno)
    e->csv_errno = errno;
}

/* Returns a score that orders images by how much they belong to the second class, without the rounding of probabilities
 * near 1. */
static gdouble
score_of (const NnModel *model, const gfloat *outputs)
{
  return nn_model_get_n_outputs (model) == 1 ? outputs[0] : (gdouble)outputs[1] - outputs[0];
}

static void
on_result (guint index, const gfloat *logits, const GError *error, gpointer data)
{
  Eval *e = data;
  EvaluateReport *r = e->report;
  guint best[EVALUATE_BEST] = { 0 }, n = 0;

  if (error) {
    evaluate_report_add_failure (r, error->message);
  } else {
    n = nn_model_rank (e->model, logits, EVALUATE_BEST, best);
    evaluate_report_add (r, index, best, n, score_of (e->model, logits));
  }
  if (e->csv) {
    if (!error)
      nn_model_answer (e->model, options.activation, 1, logits, e->confidences);
    write_csv_row (e, index, error ? -1 : (gint)best[0], error ? 0 : e->confidences[best[0]]);
  }
  show_progress (e, index + 1);
}

static void
print_head (const gchar *name, const NnModel *model, const NnSession *session, const NnPreprocess *preprocess,
            const EvaluateReport *r)
{
  g_autofree gchar *display = tool_display_name (name);
  g_autofree gchar *steps = tool_preprocess_string (preprocess);

  printf ("%s: %s, %u classes, %s, precision %s, %u threads\n", display, nn_model_get_architecture (model),
          r->counts->n_classes, nn_session_get_isa (session),
          nn_precision_to_string (nn_session_get_precision (session)), nn_session_get_threads (session));
  printf ("%s\n", steps);
  printf ("%u images in %u folders, matched to the classes by %s\n\n", r->folder->n_images, r->folder->n_folders,
          r->how == EVALUATE_MATCH_NAME ? "name" : "sorted order");
  fflush (stdout);
}

/* Warns about folders whose names are numbers, because torchvision sorts them in a surprising order: 0, 1, 10, 11,
 * 2. */
static void
warn_about_folders (const EvaluateFolder *folder, EvaluateMatch how)
{
  gboolean numbers = TRUE, in_order = TRUE;
  guint64 number, last = 0;
  guint i;

  for (i = 0; i < folder->n_folders; i++) {
    numbers = numbers && g_ascii_string_to_unsigned (folder->names[i], 10, 0, G_MAXINT64, &number, NULL);
    in_order = in_order && (!numbers || i == 0 || number > last);
    last = numbers ? number : 0;
    if (!folder->counts[i])
      tool_warning ("folder '%s' has no image in it.", folder->names[i]);
  }
  if (how == EVALUATE_MATCH_ORDER && numbers && !in_order)
    tool_warning ("the folders' names are numbers, and are taken in torchvision's order, that of text (1, 10, 2).");
}

static void
print_json (const gchar *name, const NnModel *model, const NnSession *session, const NnPreprocess *preprocess,
            const EvaluateReport *r, gdouble seconds, gdouble min_top1, gboolean passed)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree gchar *directory = tool_display_name (options.arguments[1]);

  json_builder_begin_object (builder);
  tool_json_model (builder, name, model);
  tool_json_preprocess (builder, preprocess);
  json_builder_set_member_name (builder, "isa");
  json_builder_add_string_value (builder, nn_session_get_isa (session));
  json_builder_set_member_name (builder, "precision");
  json_builder_add_string_value (builder, nn_precision_to_string (nn_session_get_precision (session)));
  json_builder_set_member_name (builder, "threads");
  json_builder_add_int_value (builder, nn_session_get_threads (session));
  json_builder_set_member_name (builder, "directory");
  json_builder_add_string_value (builder, directory);
  evaluate_report_add_json (r, builder);
  tool_json_number (builder, "seconds", seconds);
  tool_json_number (builder, "images_per_second", r->folder->n_images / MAX (seconds, 1e-9));
  if (min_top1 >= 0) {
    tool_json_number (builder, "min_top1", min_top1);
    json_builder_set_member_name (builder, "passed");
    json_builder_add_boolean_value (builder, passed);
  }
  json_builder_end_object (builder);
  /* The JSON is compact, because a matrix with one number on each line is hard to read. */
  tool_json_print (builder, FALSE);
}

static gboolean
save_confusion (const EvaluateReport *report, GError **error)
{
  g_autofree gchar *text = evaluate_report_to_csv (report);

  return g_file_set_contents (confusion_path, text, -1, error);
}

/* Opens the CSV file. Each row is written to FILE.part as soon as it is known, and FILE.part becomes FILE when all rows
 * are there. Whoever finds FILE.part finds whole rows, and knows that some are missing. Returns NULL if the file is a
 * pipe or a device, which is written directly. */
static gchar *
open_csv (Eval *e)
{
  const gboolean is_special
      = g_file_test (csv_path, G_FILE_TEST_EXISTS) && !g_file_test (csv_path, G_FILE_TEST_IS_REGULAR);
  g_autofree gchar *part = is_special ? NULL : g_strconcat (csv_path, ".part", NULL);

  e->csv = g_fopen (part ? part : csv_path, "w");
  if (e->csv)
    setvbuf (e->csv, NULL, _IOLBF, 0);
  return g_steal_pointer (&part);
}

static gboolean
evaluate (Eval *e, NnSession *session, const NnPreprocess *preprocess, GError **error)
{
  const ToolImageOptions image_options = { options.exif, options.quiet };
  EvaluateReport *r = e->report;
  g_autofree gchar *display = csv_path ? tool_display_name (csv_path) : NULL, *part = NULL;
  gboolean ok;

  if (csv_path) {
    part = open_csv (e);
    if (!e->csv || fputs ("path,label,predicted,index,confidence\n", e->csv) < 0)
      e->csv_errno = errno;
    if (!e->csv)
      goto csv_failed;
  }
  e->start = g_get_monotonic_time ();
  ok = tool_pipeline_run (session, nn_model_get_n_outputs (e->model), preprocess, options.max_isa, &image_options,
                          options.threads, (const gchar *const *)r->folder->paths->pdata, r->folder->n_images,
                          on_result, e, error);
  e->seconds = (gdouble)(g_get_monotonic_time () - e->start) / G_USEC_PER_SEC;
  if (e->csv && fclose (e->csv) != 0 && !e->csv_errno)
    e->csv_errno = errno;
  if (ok && part && !e->csv_errno && g_rename (part, csv_path) != 0)
    e->csv_errno = errno;
  if (!ok)
    return FALSE;
  if (!e->csv_errno)
    return !confusion_path || save_confusion (r, error);

csv_failed:
  g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: the file could not be written: %s", display,
               g_strerror (e->csv_errno));
  return FALSE;
}

static int
eval_run (int argc, char **argv)
{
  g_autoptr (NnModel) model = NULL;
  g_autoptr (NnSession) session = NULL;
  g_autoptr (EvaluateFolder) folder = NULL;
  g_autoptr (EvaluateReport) report = NULL;
  g_auto (GStrv) labels = NULL;
  g_auto (GStrv) identifiers = NULL;
  g_autofree guint *classes = NULL;
  g_autofree gfloat *confidences = NULL;
  NnPreprocess preprocess;
  EvaluateMatch how;
  Eval e = { 0 };
  const gchar *name;
  gdouble min_top1 = -1;
  const EvaluateCounts *counts;
  guint n_classes;
  gboolean passed;
  int status = TOOL_FAILED;
  GError *error = NULL;

  if (!tool_parse (&tool_eval_command, argc, argv, &options, 2, 2))
    return TOOL_USAGE;
  if (!tool_parse_double ("--min-top1", min_top1_string, 0, 100, &min_top1, &error)) {
    status = tool_usage_error (&tool_eval_command, "%s", error->message);
    g_error_free (error);
    return status;
  }
  name = options.arguments[0];
  model = tool_model_open (name, &options, &error);
  if (!model || !tool_preprocess_get (model, &options, &preprocess, &error)
      || !tool_labels_get (model, &options, &labels, &error))
    return tool_fail (error);
  n_classes = nn_model_get_n_classes (model);
  folder = evaluate_folder_scan (options.arguments[1], &error);
  if (!folder)
    return tool_fail (error);
  identifiers = tool_identifiers_get (&options, n_classes);
  classes = evaluate_match_classes (folder, labels, identifiers, n_classes, &how, &error);
  if (!classes) {
    tool_error ("%s%s", error->message, labels ? "" : " (option --labels)");
    g_error_free (error);
    return TOOL_FAILED;
  }
  if (!options.quiet)
    warn_about_folders (folder, how);
  session = tool_session_new (model, &options, tool_pipeline_batch (&preprocess, folder->n_images),
                              preprocess.crop_height, preprocess.crop_width, &error);
  if (session)
    report = evaluate_report_new (folder, classes, how, labels, n_classes, &error);
  if (!report)
    return tool_fail (error);
  e.report = report;
  e.model = model;
  e.confidences = confidences = g_new (gfloat, n_classes);
  e.progress = !options.quiet && isatty (STDERR_FILENO);
  e.unicode = e.progress && tool_fancy (STDERR_FILENO);
  if (!options.json && !options.quiet)
    print_head (name, model, session, &preprocess, report);

  if (!evaluate (&e, session, &preprocess, &error))
    return tool_fail (error);
  counts = report->counts;
  passed = min_top1 < 0 || (counts->total && 100.0 * counts->total_top1 >= min_top1 * counts->total);
  if (options.json) {
    print_json (name, model, session, &preprocess, report, e.seconds, min_top1, passed);
  } else {
    g_autofree gchar *text = evaluate_report_to_text (report, !options.quiet);

    fputs (text, stdout);
    printf ("time        %.1f s, %.0f images/s\n", e.seconds, folder->n_images / MAX (e.seconds, 1e-9));
  }
  fflush (stdout);
  if (!counts->total)
    tool_error ("none of the %u images could be read; the first: %s", folder->n_images,
                (const gchar *)g_ptr_array_index (report->failures, 0));
  else if (!passed)
    tool_error ("top-1 is %.2f %%, below the minimum of %g %%.", evaluate_percent (counts->total_top1, counts->total),
                min_top1);
  else
    status = TOOL_OK;
  if (report->failures->len && counts->total && options.json && !options.quiet)
    tool_warning ("%u of %u images could not be read.", report->failures->len, folder->n_images);
  return status;
}

const ToolCommand tool_eval_command = {
  "eval",
  "measures the accuracy on a folder of images: top-1, top-5, classes, confusions",
  eval_context,
  eval_run,
};
