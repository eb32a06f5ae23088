/* gst-resnet: counts of an evaluation: what was taken for what
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/confusion.h>
#include <evaluate/image-folder.h>

/* A confusion matrix may have at most this many cells, which take 4 GiB. */
#define MAX_CELLS ((guint64)1 << 30)

EvaluateCounts *
evaluate_counts_new (const guint *classes, guint n_folders, guint n_classes, GError **error)
{
  EvaluateCounts *counts = g_new0 (EvaluateCounts, 1);
  guint i;

  counts->n_folders = n_folders;
  counts->n_classes = n_classes;
  counts->classes = g_new (guint, n_folders);
  for (i = 0; i < n_folders; i++) {
    g_assert (classes[i] < n_classes);
    counts->classes[i] = classes[i];
  }
  counts->n_read = g_new0 (guint, n_folders);
  counts->top1 = g_new0 (guint, n_folders);
  counts->top5 = g_new0 (guint, n_folders);
  if ((guint64)n_folders * n_classes <= MAX_CELLS)
    counts->confusion = g_try_malloc0_n ((gsize)n_folders * n_classes, sizeof (guint32));
  if (counts->confusion)
    return counts;
  g_set_error (error, EVALUATE_ERROR, EVALUATE_ERROR_TOO_LARGE,
               "there is no memory for a confusion matrix of %u x %u classes", n_folders, n_classes);
  evaluate_counts_free (counts);
  return NULL;
}

void
evaluate_counts_free (EvaluateCounts *counts)
{
  g_free (counts->classes);
  g_free (counts->n_read);
  g_free (counts->top1);
  g_free (counts->top5);
  g_free (counts->confusion);
  g_free (counts);
}

void
evaluate_counts_add (EvaluateCounts *counts, guint folder, const guint *best, guint n_best)
{
  guint i;

  g_return_if_fail (folder < counts->n_folders && n_best >= 1 && best[0] < counts->n_classes);
  counts->total++;
  counts->n_read[folder]++;
  counts->confusion[(gsize)folder * counts->n_classes + best[0]]++;
  if (best[0] == counts->classes[folder]) {
    counts->top1[folder]++;
    counts->total_top1++;
  }
  for (i = 0; i < MIN (n_best, EVALUATE_BEST); i++)
    if (best[i] == counts->classes[folder]) {
      counts->top5[folder]++;
      counts->total_top5++;
      break;
    }
}

gdouble
evaluate_percent (guint count, guint of)
{
  return of ? 100.0 * count / of : 0.0;
}

guint
evaluate_counts_get_most_confused (const EvaluateCounts *counts, guint folder, guint *count)
{
  const guint32 *row = counts->confusion + (gsize)folder * counts->n_classes;
  guint c, worst = 0;

  *count = 0;
  for (c = 0; c < counts->n_classes; c++)
    if (c != counts->classes[folder] && row[c] > *count) {
      *count = row[c];
      worst = c;
    }
  return worst;
}

static gint
compare_confusions (gconstpointer a, gconstpointer b)
{
  const EvaluateConfusion *x = a, *y = b;

  if (x->count != y->count)
    return x->count < y->count ? 1 : -1;
  if (x->folder != y->folder)
    return x->folder < y->folder ? -1 : 1;
  return x->class_index < y->class_index ? -1 : x->class_index > y->class_index;
}

GArray *
evaluate_counts_list_confusions (const EvaluateCounts *counts, guint least)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (EvaluateConfusion));
  EvaluateConfusion one;

  for (one.folder = 0; one.folder < counts->n_folders; one.folder++)
    for (one.class_index = 0; one.class_index < counts->n_classes; one.class_index++) {
      one.count = counts->confusion[(gsize)one.folder * counts->n_classes + one.class_index];
      if (one.count >= MAX (least, 1) && one.class_index != counts->classes[one.folder])
        g_array_append_val (all, one);
    }
  g_array_sort (all, compare_confusions);
  return all;
}
