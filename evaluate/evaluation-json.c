/* gst-resnet: what an evaluation found, as JSON
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/evaluation-json.h>
#include <math.h>

static void
add_number (JsonBuilder *b, const gchar *name, gdouble value)
{
  json_builder_set_member_name (b, name);
  if (isfinite (value))
    json_builder_add_double_value (b, value);
  else
    json_builder_add_null_value (b);
}

static void
add_two_classes (const EvaluateTwoClasses *t, const gchar *yes, JsonBuilder *b)
{
  json_builder_set_member_name (b, "two_classes");
  json_builder_begin_object (b);
  json_builder_set_member_name (b, "positive");
  json_builder_add_string_value (b, yes);
  add_number (b, "threshold", 0.5);
  add_number (b, "accuracy", evaluate_two_classes_accuracy (t));
  add_number (b, "precision", evaluate_two_classes_precision (t));
  add_number (b, "recall", evaluate_two_classes_recall (t));
  add_number (b, "roc_area", evaluate_two_classes_roc_area (t));
  json_builder_end_object (b);
}

void
evaluate_report_add_json (const EvaluateReport *r, JsonBuilder *b)
{
  const EvaluateCounts *n = r->counts;
  gchar buffer[EVALUATE_LABEL_SIZE];
  guint f, c, i;

  json_builder_set_member_name (b, "matched_by");
  json_builder_add_string_value (b, r->how == EVALUATE_MATCH_NAME ? "name" : "sorted order");
  json_builder_set_member_name (b, "images");
  json_builder_add_int_value (b, n->total);
  json_builder_set_member_name (b, "unreadable");
  json_builder_begin_array (b);
  for (i = 0; i < r->failures->len; i++)
    json_builder_add_string_value (b, g_ptr_array_index (r->failures, i));
  json_builder_end_array (b);
  json_builder_set_member_name (b, "correct");
  json_builder_add_int_value (b, n->total_top1);
  json_builder_set_member_name (b, "top1");
  if (n->total)
    json_builder_add_double_value (b, evaluate_percent (n->total_top1, n->total));
  else
    json_builder_add_null_value (b);
  json_builder_set_member_name (b, "top5");
  if (n->total)
    json_builder_add_double_value (b, evaluate_percent (n->total_top5, n->total));
  else
    json_builder_add_null_value (b);

  if (n->n_classes == 2)
    add_two_classes (&r->two_classes, evaluate_report_get_label (r, 1, buffer), b);

  json_builder_set_member_name (b, "classes");
  json_builder_begin_array (b);
  for (f = 0; f < n->n_folders; f++) {
    g_autofree gchar *name = g_utf8_make_valid (r->folder->names[f], -1);
    guint count, worst = evaluate_counts_get_most_confused (n, f, &count);

    json_builder_begin_object (b);
    json_builder_set_member_name (b, "folder");
    json_builder_add_string_value (b, name);
    json_builder_set_member_name (b, "label");
    json_builder_add_string_value (b, evaluate_report_get_label (r, n->classes[f], buffer));
    json_builder_set_member_name (b, "index");
    json_builder_add_int_value (b, n->classes[f]);
    json_builder_set_member_name (b, "n");
    json_builder_add_int_value (b, n->n_read[f]);
    json_builder_set_member_name (b, "top1");
    if (n->n_read[f])
      json_builder_add_double_value (b, evaluate_percent (n->top1[f], n->n_read[f]));
    else
      json_builder_add_null_value (b);
    json_builder_set_member_name (b, "top5");
    if (n->n_read[f])
      json_builder_add_double_value (b, evaluate_percent (n->top5[f], n->n_read[f]));
    else
      json_builder_add_null_value (b);
    json_builder_set_member_name (b, "most_confused_with");
    if (count) {
      json_builder_begin_object (b);
      json_builder_set_member_name (b, "label");
      json_builder_add_string_value (b, evaluate_report_get_label (r, worst, buffer));
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

  /* counts[i][j] is the number of images of classes[i] that were taken for predicted[j]. */
  json_builder_set_member_name (b, "confusion");
  json_builder_begin_object (b);
  json_builder_set_member_name (b, "predicted");
  json_builder_begin_array (b);
  for (c = 0; c < n->n_classes; c++)
    json_builder_add_string_value (b, evaluate_report_get_label (r, c, buffer));
  json_builder_end_array (b);
  json_builder_set_member_name (b, "counts");
  json_builder_begin_array (b);
  for (f = 0; f < n->n_folders; f++) {
    json_builder_begin_array (b);
    for (c = 0; c < n->n_classes; c++)
      json_builder_add_int_value (b, n->confusion[(gsize)f * n->n_classes + c]);
    json_builder_end_array (b);
  }
  json_builder_end_array (b);
  json_builder_end_object (b);
}
