/* gst-resnet: how well two classes are told apart
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * EvaluateTwoClasses: counts of an evaluation of a network that decides between two classes, 0 (no) and 1 (yes)
 * @counts: the number of images by [true class][class it was taken for]
 * @scores: gdouble: the network's scores for class 1, for the images of each class
 */
typedef struct {
  guint counts[2][2];
  GArray *scores[2];
} EvaluateTwoClasses;

void evaluate_two_classes_init (EvaluateTwoClasses *t);
void evaluate_two_classes_clear (EvaluateTwoClasses *t);
/* Counts an image of class @is. @score: a probability, or a number that grows with it; the larger it is, the more the
 * network is for class 1 */
void evaluate_two_classes_add (EvaluateTwoClasses *t, guint is, guint taken_for, gdouble score);
/* These functions return percentages, or NAN if nothing was counted. */
gdouble evaluate_two_classes_accuracy (const EvaluateTwoClasses *t);
gdouble evaluate_two_classes_precision (const EvaluateTwoClasses *t);
gdouble evaluate_two_classes_recall (const EvaluateTwoClasses *t);
/* Returns the area under the receiver operating characteristic. It is how often an image of class 1 has a larger score
 * than one of class 0, where equal scores count half (Mann and Whitney 1947). It is NAN unless there are images of both
 * classes. */
gdouble evaluate_two_classes_roc_area (const EvaluateTwoClasses *t);

/* Appends lines for people to @out. @yes: the name of class 1 */
void evaluate_two_classes_append_text (const EvaluateTwoClasses *t, const gchar *yes, GString *out);

G_END_DECLS
