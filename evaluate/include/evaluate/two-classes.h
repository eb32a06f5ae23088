/* gst-resnet: how well two classes are told apart
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * EvaluateTwoClasses: counts of an evaluation of a network that decides between two classes, 0 (no) and 1 (yes)
 * @counts: [true class][class it was taken for]
 * @scores: gdouble: what the network says for class 1, of the images of each class
 */
typedef struct {
  guint counts[2][2];
  GArray *scores[2];
} EvaluateTwoClasses;

void evaluate_two_classes_init (EvaluateTwoClasses *t);
void evaluate_two_classes_clear (EvaluateTwoClasses *t);
/* @score: the larger, the more it is class 1; probabilities, or what they are made of */
void evaluate_two_classes_add (EvaluateTwoClasses *t, guint is, guint taken_for, gdouble score);
/* Percent; NAN where nothing was counted. */
gdouble evaluate_two_classes_accuracy (const EvaluateTwoClasses *t);
gdouble evaluate_two_classes_precision (const EvaluateTwoClasses *t);
gdouble evaluate_two_classes_recall (const EvaluateTwoClasses *t);
/* The area under the receiver operating characteristic, which is how often an image of class 1 has a larger score than
 * one of class 0, equal scores counting half (Mann and Whitney 1947); NAN without images of both. */
gdouble evaluate_two_classes_roc_area (const EvaluateTwoClasses *t);

/* Lines that people read; @yes: the name of class 1. */
void evaluate_two_classes_append_text (const EvaluateTwoClasses *t, const gchar *yes, GString *out);

G_END_DECLS
