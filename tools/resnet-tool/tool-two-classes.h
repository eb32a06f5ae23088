/* gst-resnet: how well two classes are told apart
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/**
 * ToolTwoClasses: counts of an evaluation of a network that decides between two classes, 0 (no) and 1 (yes)
 * @counts: [true class][class it was taken for]
 * @scores: gdouble: what the network says for class 1, of the images of each class
 */
typedef struct {
  guint counts[2][2];
  GArray *scores[2];
} ToolTwoClasses;

void tool_two_classes_init (ToolTwoClasses *t);
void tool_two_classes_clear (ToolTwoClasses *t);
/* @score: the larger, the more it is class 1; probabilities, or what they are made of */
void tool_two_classes_add (ToolTwoClasses *t, guint is, guint taken_for, gdouble score);
/* Percent; NAN where nothing was counted. */
gdouble tool_two_classes_accuracy (const ToolTwoClasses *t);
gdouble tool_two_classes_precision (const ToolTwoClasses *t);
gdouble tool_two_classes_recall (const ToolTwoClasses *t);
/* The area under the receiver operating characteristic, which is how often an image of class 1 has a larger score than
 * one of class 0, equal scores counting half (Mann and Whitney 1947); NAN without images of both. Sorts the scores. */
gdouble tool_two_classes_roc_area (ToolTwoClasses *t);

void tool_two_classes_print (ToolTwoClasses *t, const gchar *yes);
/* A member "two_classes" of the object that is open. */
void tool_two_classes_json (ToolTwoClasses *t, const gchar *yes, JsonBuilder *builder);
