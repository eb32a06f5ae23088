/* gst-resnet: how well two classes are told apart
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/two-classes.h>
#include <math.h>
#include <string.h>

void
evaluate_two_classes_init (EvaluateTwoClasses *t)
{
  memset (t, 0, sizeof *t);
  t->scores[0] = g_array_new (FALSE, FALSE, sizeof (gdouble));
  t->scores[1] = g_array_new (FALSE, FALSE, sizeof (gdouble));
}

void
evaluate_two_classes_clear (EvaluateTwoClasses *t)
{
  g_clear_pointer (&t->scores[0], g_array_unref);
  g_clear_pointer (&t->scores[1], g_array_unref);
}

void
evaluate_two_classes_add (EvaluateTwoClasses *t, guint is, guint taken_for, gdouble score)
{
  t->counts[is][taken_for]++;
  g_array_append_val (t->scores[is], score);
}

static gdouble
percent (guint count, guint of)
{
  return of ? 100.0 * count / of : NAN;
}

gdouble
evaluate_two_classes_accuracy (const EvaluateTwoClasses *t)
{
  return percent (t->counts[0][0] + t->counts[1][1], t->scores[0]->len + t->scores[1]->len);
}

gdouble
evaluate_two_classes_precision (const EvaluateTwoClasses *t)
{
  return percent (t->counts[1][1], t->counts[0][1] + t->counts[1][1]);
}

gdouble
evaluate_two_classes_recall (const EvaluateTwoClasses *t)
{
  return percent (t->counts[1][1], t->scores[1]->len);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;

  return x < y ? -1 : x > y;
}

static GArray *
sorted (GArray *scores)
{
  GArray *copy = g_array_copy (scores);

  g_array_sort (copy, compare);
  return copy;
}

gdouble
evaluate_two_classes_roc_area (const EvaluateTwoClasses *t)
{
  g_autoptr (GArray) no = NULL;
  g_autoptr (GArray) yes = NULL;
  const guint n_no = t->scores[0]->len, n_yes = t->scores[1]->len;
  guint below = 0, up_to = 0;
  gdouble pairs = 0;

  if (!n_no || !n_yes)
    return NAN;
  no = sorted (t->scores[0]);
  yes = sorted (t->scores[1]);
  for (guint i = 0; i < n_yes; i++) {
    const gdouble score = g_array_index (yes, gdouble, i);

    while (below < n_no && g_array_index (no, gdouble, below) < score)
      below++;
    while (up_to < n_no && g_array_index (no, gdouble, up_to) <= score)
      up_to++;
    pairs += below + 0.5 * (up_to - below);
  }
  return pairs / ((gdouble)n_no * n_yes);
}

static void
append_percent (GString *out, const gchar *what, gdouble value, const gchar *of)
{
  if (isnan (value))
    g_string_append_printf (out, "%-10s  -         (there are no %s)\n", what, of);
  else
    g_string_append_printf (out, "%-10s  %.2f %%  (of the %s)\n", what, value, of);
}

void
evaluate_two_classes_append_text (const EvaluateTwoClasses *t, const gchar *yes, GString *out)
{
  g_autofree gchar *taken = g_strdup_printf ("images taken for %s", yes);
  g_autofree gchar *are = g_strdup_printf ("images of %s", yes);
  gdouble area = evaluate_two_classes_roc_area (t);

  append_percent (out, "accuracy", evaluate_two_classes_accuracy (t), "images, at 0.5");
  append_percent (out, "precision", evaluate_two_classes_precision (t), taken);
  append_percent (out, "recall", evaluate_two_classes_recall (t), are);
  if (isnan (area))
    g_string_append_printf (out, "ROC area    -         (it needs images of both classes)\n");
  else
    g_string_append_printf (out, "ROC area    %.4f\n", area);
}
