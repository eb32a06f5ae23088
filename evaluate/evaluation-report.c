/* gst-resnet: what an evaluation found, and how it is told
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/evaluation-report.h>
#include <evaluate/plain-text.h>

/* The confusion matrix is printed for at most this number of folders. */
#define MAX_PRINTED_MATRIX 20
#define MAX_LABEL_COLUMNS 28
/* The text has at most this many failures and confusions. The JSON has all of them. */
#define MAX_PRINTED_FAILURES 20
#define MAX_PRINTED_CONFUSIONS 10

EvaluateReport *
evaluate_report_new (const EvaluateFolder *folder, const guint *classes, EvaluateMatch how, gchar *const *labels,
                     guint n_classes, GError **error)
{
  EvaluateCounts *counts = evaluate_counts_new (classes, folder->n_folders, n_classes, error);
  EvaluateReport *report;

  if (!counts)
    return NULL;
  report = g_new0 (EvaluateReport, 1);
  report->folder = folder;
  report->labels = labels;
  report->how = how;
  report->counts = counts;
  report->failures = g_ptr_array_new_with_free_func (g_free);
  evaluate_two_classes_init (&report->two_classes);
  return report;
}

void
evaluate_report_free (EvaluateReport *report)
{
  evaluate_counts_free (report->counts);
  g_ptr_array_unref (report->failures);
  evaluate_two_classes_clear (&report->two_classes);
  g_free (report);
}

void
evaluate_report_add (EvaluateReport *report, guint image, const guint *best, guint n_best, gdouble score)
{
  guint folder;

  g_return_if_fail (image < report->folder->n_images);
  folder = g_array_index (report->folder->folder_of, guint, image);
  evaluate_counts_add (report->counts, folder, best, n_best);
  if (report->counts->n_classes == 2)
    evaluate_two_classes_add (&report->two_classes, report->counts->classes[folder], best[0], score);
}

void
evaluate_report_add_failure (EvaluateReport *report, const gchar *message)
{
  g_ptr_array_add (report->failures, g_utf8_make_valid (message, -1));
}

const gchar *
evaluate_report_get_label (const EvaluateReport *r, guint class_index, gchar buffer[EVALUATE_LABEL_SIZE])
{
  if (r->labels)
    return r->labels[class_index];
  if (r->how == EVALUATE_MATCH_ORDER)
    return r->folder->names[class_index];
  g_snprintf (buffer, EVALUATE_LABEL_SIZE, "class %u", class_index);
  return buffer;
}

static void
append_classes (const EvaluateReport *r, GString *out)
{
  const EvaluateCounts *n = r->counts;
  guint f, columns = 5;
  gchar buffer[EVALUATE_LABEL_SIZE];

  for (f = 0; f < n->n_folders; f++)
    columns = MAX (columns, evaluate_text_columns (evaluate_report_get_label (r, n->classes[f], buffer)));
  columns = MIN (columns, MAX_LABEL_COLUMNS);
  evaluate_text_append_padded (out, "class", columns);
  g_string_append (out, "       n    top-1    top-5  most confused with\n");
  for (f = 0; f < n->n_folders; f++) {
    guint count, worst = evaluate_counts_get_most_confused (n, f, &count);

    evaluate_text_append_padded (out, evaluate_report_get_label (r, n->classes[f], buffer), columns);
    g_string_append_printf (out, "  %6u", n->n_read[f]);
    if (n->n_read[f])
      g_string_append_printf (out, "  %5.1f %%  %5.1f %%", evaluate_percent (n->top1[f], n->n_read[f]),
                              evaluate_percent (n->top5[f], n->n_read[f]));
    if (count)
      g_string_append_printf (out, "  %s (%u)", evaluate_report_get_label (r, worst, buffer), count);
    g_string_append_c (out, '\n');
  }
}

static void
append_matrix (const EvaluateReport *r, GString *out)
{
  const EvaluateCounts *n = r->counts;
  guint f, g, columns = 5, any_other = 0;
  gchar buffer[EVALUATE_LABEL_SIZE];

  g_string_append (out, "\nconfusion matrix: a row is a class, a column what it was taken for\n");
  for (f = 0; f < n->n_folders; f++) {
    columns = MAX (columns, evaluate_text_columns (evaluate_report_get_label (r, n->classes[f], buffer)));
    any_other += n->n_read[f];
    for (g = 0; g < n->n_folders; g++)
      any_other -= n->confusion[(gsize)f * n->n_classes + n->classes[g]];
  }
  columns = MIN (columns, MAX_LABEL_COLUMNS);
  evaluate_text_append_padded (out, "", columns);
  for (f = 0; f < n->n_folders; f++) {
    g_string_append (out, "  ");
    evaluate_text_append_padded (out, evaluate_report_get_label (r, n->classes[f], buffer), 6);
  }
  g_string_append (out, any_other ? "   other\n" : "\n");
  for (f = 0; f < n->n_folders; f++) {
    const guint32 *row = n->confusion + (gsize)f * n->n_classes;
    guint other = n->n_read[f];

    evaluate_text_append_padded (out, evaluate_report_get_label (r, n->classes[f], buffer), columns);
    for (g = 0; g < n->n_folders; g++) {
      guint count = row[n->classes[g]];

      other -= count;
      if (count)
        g_string_append_printf (out, "  %6u", count);
      else
        g_string_append (out, "       .");
    }
    if (any_other)
      g_string_append_printf (out, "  %6u", other);
    g_string_append_c (out, '\n');
  }
}

static void
append_confusions (const EvaluateReport *r, GString *out)
{
  g_autoptr (GArray) all = evaluate_counts_list_confusions (r->counts, 2);
  gchar buffers[2][EVALUATE_LABEL_SIZE];
  guint i;

  if (all->len > 0)
    g_string_append (out, "\nmost frequent confusions\n");
  for (i = 0; i < MIN (all->len, MAX_PRINTED_CONFUSIONS); i++) {
    const EvaluateConfusion *one = &g_array_index (all, EvaluateConfusion, i);

    g_string_append_printf (out, "  %5u  %s, taken for %s\n", one->count,
                            evaluate_report_get_label (r, r->counts->classes[one->folder], buffers[0]),
                            evaluate_report_get_label (r, one->class_index, buffers[1]));
  }
}

gchar *
evaluate_report_to_text (const EvaluateReport *r, gboolean tables)
{
  const EvaluateCounts *n = r->counts;
  GString *out = g_string_new (NULL);
  g_autofree gchar *read = evaluate_text_group_digits (n->total);
  gchar buffer[EVALUATE_LABEL_SIZE];
  guint i;

  if (tables && n->total) {
    append_classes (r, out);
    if (n->n_folders <= MAX_PRINTED_MATRIX)
      append_matrix (r, out);
    append_confusions (r, out);
    g_string_append_printf (out, "\n");
  }
  if (r->failures->len) {
    g_string_append_printf (out, "unreadable  %u images, not counted below\n", r->failures->len);
    for (i = 0; i < r->failures->len && (tables || i == 0) && i < MAX_PRINTED_FAILURES; i++)
      g_string_append_printf (out, "            %s\n", (const gchar *)g_ptr_array_index (r->failures, i));
    if (i < r->failures->len)
      g_string_append_printf (out, "            and %u more (--json and --csv have all)\n", r->failures->len - i);
  }
  g_string_append_printf (out, "images      %s\n", read);
  if (!n->total)
    return g_string_free (out, FALSE);
  g_string_append_printf (out, "top-1       %.2f %%  (%u)\n", evaluate_percent (n->total_top1, n->total),
                          n->total_top1);
  if (n->n_classes == 2)
    evaluate_two_classes_append_text (&r->two_classes, evaluate_report_get_label (r, 1, buffer), out);
  if (n->n_classes > 5)
    g_string_append_printf (out, "top-5       %.2f %%  (%u)\n", evaluate_percent (n->total_top5, n->total),
                            n->total_top5);
  return g_string_free (out, FALSE);
}

gchar *
evaluate_report_to_csv (const EvaluateReport *r)
{
  const EvaluateCounts *n = r->counts;
  GString *out = g_string_new ("true\\predicted");
  gchar buffer[EVALUATE_LABEL_SIZE];
  guint f, c;

  for (c = 0; c < n->n_classes; c++) {
    g_string_append_c (out, ',');
    evaluate_text_append_csv (out, evaluate_report_get_label (r, c, buffer));
  }
  g_string_append_c (out, '\n');
  for (f = 0; f < n->n_folders; f++) {
    evaluate_text_append_csv (out, evaluate_report_get_label (r, n->classes[f], buffer));
    for (c = 0; c < n->n_classes; c++)
      g_string_append_printf (out, ",%u", n->confusion[(gsize)f * n->n_classes + c]);
    g_string_append_c (out, '\n');
  }
  return g_string_free (out, FALSE);
}
