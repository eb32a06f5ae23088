/* gst-resnet: how well two classes are told apart
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-two-classes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tool-common.h"

void
tool_two_classes_init (ToolTwoClasses *t)
{
  memset (t, 0, sizeof *t);
  t->scores[0] = g_array_new (FALSE, FALSE, sizeof (gdouble));
  t->scores[1] = g_array_new (FALSE, FALSE, sizeof (gdouble));
}

void
tool_two_classes_clear (ToolTwoClasses *t)
{
  g_clear_pointer (&t->scores[0], g_array_unref);
  g_clear_pointer (&t->scores[1], g_array_unref);
}

void
tool_two_classes_add (ToolTwoClasses *t, guint is, guint taken_for, gdouble score)
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
tool_two_classes_accuracy (const ToolTwoClasses *t)
{
  return percent (t->counts[0][0] + t->counts[1][1], t->scores[0]->len + t->scores[1]->len);
}

gdouble
tool_two_classes_precision (const ToolTwoClasses *t)
{
  return percent (t->counts[1][1], t->counts[0][1] + t->counts[1][1]);
}

gdouble
tool_two_classes_recall (const ToolTwoClasses *t)
{
  return percent (t->counts[1][1], t->scores[1]->len);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;

  return x < y ? -1 : x > y;
}

gdouble
tool_two_classes_roc_area (ToolTwoClasses *t)
{
  const guint n_no = t->scores[0]->len, n_yes = t->scores[1]->len;
  guint below = 0, up_to = 0;
  gdouble pairs = 0;

  if (!n_no || !n_yes)
    return NAN;
  g_array_sort (t->scores[0], compare);
  g_array_sort (t->scores[1], compare);
  for (guint i = 0; i < n_yes; i++) {
    const gdouble score = g_array_index (t->scores[1], gdouble, i);

    while (below < n_no && g_array_index (t->scores[0], gdouble, below) < score)
      below++;
    while (up_to < n_no && g_array_index (t->scores[0], gdouble, up_to) <= score)
      up_to++;
    pairs += below + 0.5 * (up_to - below);
  }
  return pairs / ((gdouble)n_no * n_yes);
}

static void
print_percent (const gchar *what, gdouble value, const gchar *of)
{
  if (isnan (value))
    printf ("%-10s  -         (there are no %s)\n", what, of);
  else
    printf ("%-10s  %.2f %%  (of the %s)\n", what, value, of);
}

void
tool_two_classes_print (ToolTwoClasses *t, const gchar *yes)
{
  g_autofree gchar *taken = g_strdup_printf ("images taken for %s", yes);
  g_autofree gchar *are = g_strdup_printf ("images of %s", yes);
  gdouble area = tool_two_classes_roc_area (t);

  print_percent ("accuracy", tool_two_classes_accuracy (t), "images, at 0.5");
  print_percent ("precision", tool_two_classes_precision (t), taken);
  print_percent ("recall", tool_two_classes_recall (t), are);
  if (isnan (area))
    printf ("ROC area    -         (it needs images of both classes)\n");
  else
    printf ("ROC area    %.4f\n", area);
}

void
tool_two_classes_json (ToolTwoClasses *t, const gchar *yes, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "two_classes");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "positive");
  json_builder_add_string_value (builder, yes);
  tool_json_number (builder, "threshold", 0.5);
  tool_json_number (builder, "accuracy", tool_two_classes_accuracy (t));
  tool_json_number (builder, "precision", tool_two_classes_precision (t));
  tool_json_number (builder, "recall", tool_two_classes_recall (t));
  tool_json_number (builder, "roc_area", tool_two_classes_roc_area (t));
  json_builder_end_object (builder);
}
