/* gst-resnet: what an evaluation found, and how it is told
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-report.h"

#include <stdio.h>
#include <string.h>

/* Up to this many folders the confusion matrix is printed. */
#define MAX_PRINTED_MATRIX 20
#define MAX_LABEL_COLUMNS 28
/* How many failures and confusions the text tells; the JSON has all. */
#define MAX_PRINTED_FAILURES 20
#define MAX_PRINTED_CONFUSIONS 10

gboolean
tool_report_init (ToolReport *report, const ToolFolder *folder, const guint *classes, ToolMatch how,
                  gchar *const *labels, guint n_classes, GError **error)
{
  memset (report, 0, sizeof *report);
  report->folder = folder;
  report->classes = classes;
  report->how = how;
  report->labels = labels;
  report->n_classes = n_classes;
  report->failures = g_ptr_array_new_with_free_func (g_free);
  tool_two_classes_init (&report->two_classes);
  report->n_read = g_new0 (guint, folder->n_folders);
  report->top1 = g_new0 (guint, folder->n_folders);
  report->top5 = g_new0 (guint, folder->n_folders);
  report->confusion = g_try_malloc0_n ((gsize)folder->n_folders * n_classes, sizeof (guint32));
  if (report->confusion)
    return TRUE;
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "there is no memory for a confusion matrix of %u x %u classes",
               folder->n_folders, n_classes);
  return FALSE;
}

void
tool_report_clear (ToolReport *report)
{
  g_clear_pointer (&report->failures, g_ptr_array_unref);
  tool_two_classes_clear (&report->two_classes);
  g_clear_pointer (&report->n_read, g_free);
  g_clear_pointer (&report->top1, g_free);
  g_clear_pointer (&report->top5, g_free);
  g_clear_pointer (&report->confusion, g_free);
}

void
tool_report_add (ToolReport *report, guint f, const guint *best, guint n_best, gdouble score)
{
  guint i;

  if (report->n_classes == 2)
    tool_two_classes_add (&report->two_classes, report->classes[f], best[0], score);

  report->total++;
  report->n_read[f]++;
  report->confusion[(gsize)f * report->n_classes + best[0]]++;
  if (best[0] == report->classes[f]) {
    report->top1[f]++;
    report->total_top1++;
  }
  for (i = 0; i < n_best; i++)
    if (best[i] == report->classes[f]) {
      report->top5[f]++;
      report->total_top5++;
    }
}

gdouble
tool_report_percent (guint count, guint of)
{
  return of ? 100.0 * count / of : 0.0;
}

/* The label of a folder's class; the folder's own name where the model has no labels. */
static const gchar *
class_label (const ToolReport *r, guint class, gchar buffer[TOOL_LABEL_SIZE])
{
  if (!r->labels && r->how == TOOL_MATCH_ORDER)
    return r->folder->names[class];
  return tool_label (r->labels, class, buffer);
}

/* What folder @f's images are taken for most often when they are taken wrongly; its count is 0 where never. */
static guint
most_confused (const ToolReport *r, guint f, guint *count)
{
  const guint32 *row = r->confusion + (gsize)f * r->n_classes;
  guint c, worst = 0;

  *count = 0;
  for (c = 0; c < r->n_classes; c++)
    if (c != r->classes[f] && row[c] > *count) {
      *count = row[c];
      worst = c;
    }
  return worst;
}

static void
print_classes (const ToolReport *r)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint f, columns = 5;
  gchar buffer[TOOL_LABEL_SIZE];

  for (f = 0; f < r->folder->n_folders; f++)
    columns = MAX (columns, tool_columns (class_label (r, r->classes[f], buffer)));
  columns = MIN (columns, MAX_LABEL_COLUMNS);
  tool_append_padded (out, "class", columns);
  g_string_append (out, "       n    top-1    top-5  most confused with\n");
  for (f = 0; f < r->folder->n_folders; f++) {
    guint count, worst = most_confused (r, f, &count);

    tool_append_padded (out, class_label (r, r->classes[f], buffer), columns);
    g_string_append_printf (out, "  %6u", r->n_read[f]);
    if (r->n_read[f])
      g_string_append_printf (out, "  %5.1f %%  %5.1f %%", tool_report_percent (r->top1[f], r->n_read[f]),
                              tool_report_percent (r->top5[f], r->n_read[f]));
    if (count)
      g_string_append_printf (out, "  %s (%u)", class_label (r, worst, buffer), count);
    g_string_append_c (out, '\n');
  }
  fputs (out->str, stdout);
}

static void
print_matrix (const ToolReport *r)
{
  g_autoptr (GString) out = g_string_new ("\nconfusion matrix: a row is a class, a column what it was taken for\n");
  guint f, g, columns = 5, any_other = 0;
  gchar buffer[TOOL_LABEL_SIZE];

  for (f = 0; f < r->folder->n_folders; f++) {
    columns = MAX (columns, tool_columns (class_label (r, r->classes[f], buffer)));
    any_other += r->n_read[f];
    for (g = 0; g < r->folder->n_folders; g++)
      any_other -= r->confusion[(gsize)f * r->n_classes + r->classes[g]];
  }
  columns = MIN (columns, MAX_LABEL_COLUMNS);
  tool_append_padded (out, "", columns);
  for (f = 0; f < r->folder->n_folders; f++) {
    g_string_append (out, "  ");
    tool_append_padded (out, class_label (r, r->classes[f], buffer), 6);
  }
  g_string_append (out, any_other ? "   other\n" : "\n");
  for (f = 0; f < r->folder->n_folders; f++) {
    const guint32 *row = r->confusion + (gsize)f * r->n_classes;
    guint other = r->n_read[f];

    tool_append_padded (out, class_label (r, r->classes[f], buffer), columns);
    for (g = 0; g < r->folder->n_folders; g++) {
      guint count = row[r->classes[g]];

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
  fputs (out->str, stdout);
}

typedef struct {
  guint f, c, count;
} Confusion;

static gint
compare_confusions (gconstpointer a, gconstpointer b)
{
  const Confusion *x = a, *y = b;

  if (x->count != y->count)
    return x->count < y->count ? 1 : -1;
  if (x->f != y->f)
    return x->f < y->f ? -1 : 1;
  return x->c < y->c ? -1 : x->c > y->c;
}

static void
print_confusions (const ToolReport *r)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Confusion));
  gchar buffers[2][TOOL_LABEL_SIZE];
  Confusion one;
  guint i;

  for (one.f = 0; one.f < r->folder->n_folders; one.f++)
    for (one.c = 0; one.c < r->n_classes; one.c++) {
      one.count = r->confusion[(gsize)one.f * r->n_classes + one.c];
      if (one.count > 1 && one.c != r->classes[one.f])
        g_array_append_val (all, one);
    }
  if (!all->len)
    return;
  g_array_sort (all, compare_confusions);
  printf ("\nmost frequent confusions\n");
  for (i = 0; i < MIN (all->len, MAX_PRINTED_CONFUSIONS); i++) {
    one = g_array_index (all, Confusion, i);
    printf ("  %5u  %s, taken for %s\n", one.count, class_label (r, r->classes[one.f], buffers[0]),
            class_label (r, one.c, buffers[1]));
  }
}

void
tool_report_print (ToolReport *r, gboolean tables)
{
  gchar buffer[TOOL_LABEL_SIZE];
  g_autofree gchar *read = tool_group_digits (r->total);
  guint i;

  if (tables && r->total) {
    print_classes (r);
    if (r->folder->n_folders <= MAX_PRINTED_MATRIX)
      print_matrix (r);
    print_confusions (r);
    printf ("\n");
  }
  if (r->failures->len) {
    printf ("unreadable  %u images, not counted below\n", r->failures->len);
    for (i = 0; i < r->failures->len && (tables || i == 0) && i < MAX_PRINTED_FAILURES; i++)
      printf ("            %s\n", (const gchar *)g_ptr_array_index (r->failures, i));
    if (i < r->failures->len)
      printf ("            and %u more (--json and --csv have all)\n", r->failures->len - i);
  }
  printf ("images      %s\n", read);
  if (!r->total)
    return;
  printf ("top-1       %.2f %%  (%u)\n", tool_report_percent (r->total_top1, r->total), r->total_top1);
  if (r->n_classes == 2)
    tool_two_classes_print (&r->two_classes, class_label (r, 1, buffer));
  if (r->n_classes > 5)
    printf ("top-5       %.2f %%  (%u)\n", tool_report_percent (r->total_top5, r->total), r->total_top5);
}

void
tool_report_json (ToolReport *r, JsonBuilder *b)
{
  gchar buffer[TOOL_LABEL_SIZE];
  guint f, c, i;

  json_builder_set_member_name (b, "matched_by");
  json_builder_add_string_value (b, r->how == TOOL_MATCH_NAME ? "name" : "sorted order");
  json_builder_set_member_name (b, "images");
  json_builder_add_int_value (b, r->total);
  json_builder_set_member_name (b, "unreadable");
  json_builder_begin_array (b);
  for (i = 0; i < r->failures->len; i++)
    json_builder_add_string_value (b, g_ptr_array_index (r->failures, i));
  json_builder_end_array (b);
  json_builder_set_member_name (b, "correct");
  json_builder_add_int_value (b, r->total_top1);
  json_builder_set_member_name (b, "top1");
  if (r->total)
    json_builder_add_double_value (b, tool_report_percent (r->total_top1, r->total));
  else
    json_builder_add_null_value (b);
  json_builder_set_member_name (b, "top5");
  if (r->total)
    json_builder_add_double_value (b, tool_report_percent (r->total_top5, r->total));
  else
    json_builder_add_null_value (b);

  if (r->n_classes == 2)
    tool_two_classes_json (&r->two_classes, class_label (r, 1, buffer), b);

  json_builder_set_member_name (b, "classes");
  json_builder_begin_array (b);
  for (f = 0; f < r->folder->n_folders; f++) {
    g_autofree gchar *name = tool_display_name (r->folder->names[f]);
    guint count, worst = most_confused (r, f, &count);

    json_builder_begin_object (b);
    json_builder_set_member_name (b, "folder");
    json_builder_add_string_value (b, name);
    json_builder_set_member_name (b, "label");
    json_builder_add_string_value (b, class_label (r, r->classes[f], buffer));
    json_builder_set_member_name (b, "index");
    json_builder_add_int_value (b, r->classes[f]);
    json_builder_set_member_name (b, "n");
    json_builder_add_int_value (b, r->n_read[f]);
    json_builder_set_member_name (b, "top1");
    if (r->n_read[f])
      json_builder_add_double_value (b, tool_report_percent (r->top1[f], r->n_read[f]));
    else
      json_builder_add_null_value (b);
    json_builder_set_member_name (b, "top5");
    if (r->n_read[f])
      json_builder_add_double_value (b, tool_report_percent (r->top5[f], r->n_read[f]));
    else
      json_builder_add_null_value (b);
    json_builder_set_member_name (b, "most_confused_with");
    if (count) {
      json_builder_begin_object (b);
      json_builder_set_member_name (b, "label");
      json_builder_add_string_value (b, class_label (r, worst, buffer));
      json_builder_set_member_name (b, "index");
      json_builder_add_int_value (b, worst);
      json_builder_set_member_name (b, "n");
      json_builder_add_int_value (b, count);
      json_builder_end_object (b);
    } else {
      json_builder_add_null_value (b);
    }
    json_builder_end_object (b);
  }
  json_builder_end_array (b);

  /* counts[i][j]: images of classes[i] taken for predicted[j]. */
  json_builder_set_member_name (b, "confusion");
  json_builder_begin_object (b);
  json_builder_set_member_name (b, "predicted");
  json_builder_begin_array (b);
  for (c = 0; c < r->n_classes; c++)
    json_builder_add_string_value (b, class_label (r, c, buffer));
  json_builder_end_array (b);
  json_builder_set_member_name (b, "counts");
  json_builder_begin_array (b);
  for (f = 0; f < r->folder->n_folders; f++) {
    json_builder_begin_array (b);
    for (c = 0; c < r->n_classes; c++)
      json_builder_add_int_value (b, r->confusion[(gsize)f * r->n_classes + c]);
    json_builder_end_array (b);
  }
  json_builder_end_array (b);
  json_builder_end_object (b);
}

void
tool_csv_append (GString *out, const gchar *field)
{
  if (!strpbrk (field, "\",\r\n")) {
    g_string_append (out, field);
    return;
  }
  g_string_append_c (out, '"');
  for (; *field; field++) {
    if (*field == '"')
      g_string_append_c (out, '"');
    g_string_append_c (out, *field);
  }
  g_string_append_c (out, '"');
}

gboolean
tool_report_save_confusion (const ToolReport *r, const gchar *path, GError **error)
{
  g_autoptr (GString) out = g_string_new ("true\\predicted");
  gchar buffer[TOOL_LABEL_SIZE];
  guint f, c;

  for (c = 0; c < r->n_classes; c++) {
    g_string_append_c (out, ',');
    tool_csv_append (out, class_label (r, c, buffer));
  }
  g_string_append_c (out, '\n');
  for (f = 0; f < r->folder->n_folders; f++) {
    tool_csv_append (out, class_label (r, r->classes[f], buffer));
    for (c = 0; c < r->n_classes; c++)
      g_string_append_printf (out, ",%u", r->confusion[(gsize)f * r->n_classes + c]);
    g_string_append_c (out, '\n');
  }
  return g_file_set_contents (path, out->str, (gssize)out->len, error);
}
