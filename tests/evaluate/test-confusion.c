/* gst-resnet: counts of an evaluation by hand, and the reports of them
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/evaluation-report.h>
#include <evaluate/plain-text.h>
#include <math.h>
#include <string.h>
#ifdef HAVE_JSON
#include <evaluate/evaluation-json.h>
#endif

/* Three folders of a network of six classes: classes 4, 0 and 2. */
static const guint classes[] = { 4, 0, 2 };

typedef struct {
  guint folder, n_best, best[6];
} Image;

static const Image images[] = {
  { 0, 5, { 4, 0, 1, 2, 3 } },    /* right */
  { 0, 5, { 4, 1, 0, 2, 3 } },    /* right */
  { 0, 5, { 0, 1, 2, 3, 4 } },    /* the fifth is right: top-5 */
  { 0, 5, { 0, 1, 2, 3, 5 } },    /* not among five */
  { 0, 5, { 5, 1, 2, 3, 0 } },    /* taken for a class without a folder */
  { 1, 1, { 0 } },                /* right, by a network that says one class only */
  { 1, 1, { 4 } },                /* wrong */
  { 1, 6, { 1, 2, 3, 4, 5, 0 } }, /* the sixth does not count */
};

static EvaluateCounts *
count (void)
{
  EvaluateCounts *counts = evaluate_counts_new (classes, G_N_ELEMENTS (classes), 6, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (images); i++)
    evaluate_counts_add (counts, images[i].folder, images[i].best, images[i].n_best);
  return counts;
}

/* More than there is memory for; nothing at all. */
static void
test_sizes (void)
{
  g_autofree guint *many = g_new0 (guint, 1 << 22);
  g_autoptr (EvaluateCounts) counts = NULL;
  g_autoptr (GError) error = NULL;
  guint n;

  g_assert_null (evaluate_counts_new (many, 1 << 22, G_MAXUINT, &error));
  g_assert_error (error, EVALUATE_ERROR, EVALUATE_ERROR_TOO_LARGE);
  counts = evaluate_counts_new (classes, 3, 6, NULL);
  g_assert_cmpuint (counts->total, ==, 0);
  g_assert_cmpfloat (evaluate_percent (counts->total_top1, counts->total), ==, 0.0);
  evaluate_counts_get_most_confused (counts, 1, &n);
  g_assert_cmpuint (n, ==, 0);
}

static void
test_counts (void)
{
  static const guint n_read[] = { 5, 3, 0 }, top1[] = { 2, 1, 0 }, top5[] = { 3, 1, 0 };
  static const guint confusion[3][6] = { { 2, 0, 0, 0, 2, 1 }, { 1, 1, 0, 0, 1, 0 }, { 0 } };
  g_autoptr (EvaluateCounts) counts = count ();
  g_autoptr (GArray) all = NULL;
  g_autoptr (GArray) frequent = NULL;
  const EvaluateConfusion *one;
  guint n;

  for (guint f = 0; f < 3; f++) {
    g_assert_cmpuint (counts->n_read[f], ==, n_read[f]);
    g_assert_cmpuint (counts->top1[f], ==, top1[f]);
    g_assert_cmpuint (counts->top5[f], ==, top5[f]);
    for (guint c = 0; c < 6; c++)
      g_assert_cmpuint (counts->confusion[f * 6 + c], ==, confusion[f][c]);
  }
  g_assert_cmpuint (counts->total, ==, 8);
  g_assert_cmpuint (counts->total_top1, ==, 3);
  g_assert_cmpuint (counts->total_top5, ==, 4);
  g_assert_cmpfloat (evaluate_percent (counts->total_top1, counts->total), ==, 37.5);

  g_assert_cmpuint (evaluate_counts_get_most_confused (counts, 0, &n), ==, 0);
  g_assert_cmpuint (n, ==, 2);
  /* Of equals the first. */
  g_assert_cmpuint (evaluate_counts_get_most_confused (counts, 1, &n), ==, 1);
  g_assert_cmpuint (n, ==, 1);

  all = evaluate_counts_list_confusions (counts, 0);
  g_assert_cmpuint (all->len, ==, 4);
  one = &g_array_index (all, EvaluateConfusion, 0);
  g_assert_true (one->folder == 0 && one->class_index == 0 && one->count == 2);
  one = &g_array_index (all, EvaluateConfusion, 1);
  g_assert_true (one->folder == 0 && one->class_index == 5 && one->count == 1);
  frequent = evaluate_counts_list_confusions (counts, 2);
  g_assert_cmpuint (frequent->len, ==, 1);
}

/* A report of the images above, which lie in this order. */
static EvaluateFolder *
make_folder (void)
{
  EvaluateFolder *folder = g_new0 (EvaluateFolder, 1);

  folder->names = g_strsplit ("e|a|c", "|", -1);
  folder->n_folders = 3;
  folder->folder_of = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < G_N_ELEMENTS (images); i++)
    g_array_append_val (folder->folder_of, images[i].folder);
  folder->n_images = G_N_ELEMENTS (images);
  return folder;
}

static const gchar *labels[] = { "a", "b, \"bee\"", "c", "d", "e", "f", NULL };

static EvaluateReport *
make_report (const EvaluateFolder *folder, gchar *const *names)
{
  EvaluateReport *report = evaluate_report_new (folder, classes, EVALUATE_MATCH_NAME, names, 6, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (images); i++)
    evaluate_report_add (report, i, images[i].best, images[i].n_best, 0);
  evaluate_report_add_failure (report, "broken\xff.jpg: no image");
  return report;
}

static void
test_text (void)
{
  g_autoptr (EvaluateFolder) folder = make_folder ();
  g_autoptr (EvaluateReport) report = make_report (folder, (gchar **)labels);
  g_autofree gchar *all = evaluate_report_to_text (report, TRUE);
  g_autofree gchar *brief = evaluate_report_to_text (report, FALSE);
  gchar buffer[EVALUATE_LABEL_SIZE];

  g_assert_nonnull (strstr (all, "top-1       37.50 %  (3)\n"));
  g_assert_nonnull (strstr (all, "top-5       50.00 %  (4)\n"));
  g_assert_nonnull (strstr (all, "confusion matrix"));
  g_assert_nonnull (strstr (all, "    2  e, taken for a\n"));
  g_assert_true (g_utf8_validate (all, -1, NULL));
  g_assert_nonnull (strstr (brief, "images      8\n"));
  g_assert_null (strstr (brief, "confusion matrix"));
  g_assert_cmpstr (evaluate_report_get_label (report, 1, buffer), ==, "b, \"bee\"");
  report->labels = NULL;
  g_assert_cmpstr (evaluate_report_get_label (report, 5, buffer), ==, "class 5");
  report->how = EVALUATE_MATCH_ORDER;
  g_assert_cmpstr (evaluate_report_get_label (report, 1, buffer), ==, "a");
}

static void
test_csv (void)
{
  g_autoptr (EvaluateFolder) folder = make_folder ();
  g_autoptr (EvaluateReport) report = make_report (folder, (gchar **)labels);
  g_autofree gchar *csv = evaluate_report_to_csv (report);

  g_assert_cmpstr (csv, ==,
                   "true\\predicted,a,\"b, \"\"bee\"\"\",c,d,e,f\n"
                   "e,2,0,0,0,2,1\n"
                   "a,1,1,0,0,1,0\n"
                   "c,0,0,0,0,0,0\n");
}

static void
test_plain_text (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree gchar *digits = evaluate_text_group_digits (11689512);

  g_assert_cmpstr (digits, ==, "11,689,512");
  /* A wide character that does not fit any more leaves a column free. */
  g_assert_cmpuint (evaluate_text_columns ("\xe7\x8c\xab"
                                           "e\xcc\x81"),
                    ==, 3);
  evaluate_text_append_padded (out, "abc", 5);
  evaluate_text_append_padded (out, "abcdef", 5);
  g_assert_cmpstr (out->str, ==, "abc  abc..");
  g_string_truncate (out, 0);
  evaluate_text_append_csv (out, "a\nb");
  evaluate_text_append_csv (out, "c");
  g_assert_cmpstr (out->str, ==, "\"a\nb\"c");
}

/* Of two classes: three images of the second and two of the first. */
static void
test_two_classes (void)
{
  static const struct {
    guint is, taken_for;
    gdouble score;
  } seen[] = { { 1, 1, 0.9 }, { 1, 1, 0.6 }, { 1, 0, 0.4 }, { 0, 0, 0.4 }, { 0, 1, 0.7 } };
  g_autoptr (GString) out = g_string_new (NULL);
  EvaluateTwoClasses t;

  evaluate_two_classes_init (&t);
  g_assert_true (isnan (evaluate_two_classes_accuracy (&t)));
  g_assert_true (isnan (evaluate_two_classes_roc_area (&t)));
  for (guint i = 0; i < G_N_ELEMENTS (seen); i++)
    evaluate_two_classes_add (&t, seen[i].is, seen[i].taken_for, seen[i].score);
  g_assert_cmpfloat (evaluate_two_classes_accuracy (&t), ==, 60.0);
  g_assert_cmpfloat_with_epsilon (evaluate_two_classes_precision (&t), 200.0 / 3, 1e-9);
  g_assert_cmpfloat_with_epsilon (evaluate_two_classes_recall (&t), 200.0 / 3, 1e-9);
  /* Of six pairs 0.9 wins two, 0.6 one and 0.4 half of one. */
  g_assert_cmpfloat_with_epsilon (evaluate_two_classes_roc_area (&t), 3.5 / 6, 1e-9);
  /* The same again: nothing was sorted away. */
  g_assert_cmpfloat_with_epsilon (evaluate_two_classes_roc_area (&t), 3.5 / 6, 1e-9);
  evaluate_two_classes_append_text (&t, "dog", out);
  g_assert_nonnull (strstr (out->str, "images of dog"));
  g_assert_nonnull (strstr (out->str, "ROC area    0.5833\n"));
  evaluate_two_classes_clear (&t);
}

#ifdef HAVE_JSON
static void
test_json (void)
{
  g_autoptr (EvaluateFolder) folder = make_folder ();
  g_autoptr (EvaluateReport) report = make_report (folder, (gchar **)labels);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object, *one;
  JsonArray *rows;

  json_builder_begin_object (builder);
  evaluate_report_add_json (report, builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  object = json_node_get_object (root);
  g_assert_cmpint (json_object_get_int_member (object, "images"), ==, 8);
  g_assert_cmpint (json_object_get_int_member (object, "correct"), ==, 3);
  g_assert_cmpfloat (json_object_get_double_member (object, "top5"), ==, 50.0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "unreadable")), ==, 1);
  one = json_array_get_object_element (json_object_get_array_member (object, "classes"), 0);
  g_assert_cmpstr (json_object_get_string_member (one, "label"), ==, "e");
  g_assert_cmpint (json_object_get_int_member (one, "index"), ==, 4);
  g_assert_cmpint (json_object_get_int_member (one, "n"), ==, 5);
  one = json_object_get_object_member (one, "most_confused_with");
  g_assert_cmpstr (json_object_get_string_member (one, "label"), ==, "a");
  /* Of a folder without an image there is no percentage. */
  one = json_array_get_object_element (json_object_get_array_member (object, "classes"), 2);
  g_assert_true (json_object_get_null_member (one, "top1"));
  rows = json_object_get_array_member (json_object_get_object_member (object, "confusion"), "counts");
  g_assert_cmpint (json_array_get_int_element (json_array_get_array_element (rows, 0), 5), ==, 1);
}
#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confusion/sizes", test_sizes);
  g_test_add_func ("/confusion/counts", test_counts);
  g_test_add_func ("/two-classes", test_two_classes);
  g_test_add_func ("/report/text", test_text);
  g_test_add_func ("/report/csv", test_csv);
  g_test_add_func ("/report/plain-text", test_plain_text);
#ifdef HAVE_JSON
  g_test_add_func ("/report/json", test_json);
#endif
  return g_test_run ();
}
