/* gst-resnet: counts of an evaluation: what was taken for what
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many of a picture's most likely classes count: the last one for the top-5 figure. */
#define EVALUATE_BEST 5

/**
 * EvaluateCounts: counts of an evaluation
 * @n_folders, @n_classes: how many folders of images there are, and how many classes the network has
 * @classes: the network's class of each folder
 * @n_read: of each folder, the images that could be read
 * @top1, @top5: of each folder, the images whose class came first, or among the first five
 * @confusion: n_folders × n_classes: how often a folder's images were taken for a class
 * @total, @total_top1, @total_top5: the sums over all folders
 */
typedef struct {
  guint n_folders, n_classes;
  guint *classes;
  guint *n_read, *top1, *top5;
  guint32 *confusion;
  guint total, total_top1, total_top5;
} EvaluateCounts;

/* @classes: of each folder, below @n_classes; copied. NULL with EVALUATE_ERROR_TOO_LARGE: there is no memory. */
EvaluateCounts *evaluate_counts_new (const guint *classes, guint n_folders, guint n_classes, GError **error);
void evaluate_counts_free (EvaluateCounts *counts);

/* One image of folder @folder. @best: its most likely classes, the most likely first; @n_best: 1 to EVALUATE_BEST */
void evaluate_counts_add (EvaluateCounts *counts, guint folder, const guint *best, guint n_best);

/* Percent; 0 of nothing. */
gdouble evaluate_percent (guint count, guint of);

/* The class for which images of @folder are taken most often when they are taken wrongly, the first of equals; @count
 * is 0 where that never happens. */
guint evaluate_counts_get_most_confused (const EvaluateCounts *counts, guint folder, guint *count);

typedef struct {
  guint folder, class_index, count;
} EvaluateConfusion;

/* A GArray of EvaluateConfusion: what was taken wrongly at least @least times, the most frequent first. Free with
 * g_array_unref(). */
GArray *evaluate_counts_list_confusions (const EvaluateCounts *counts, guint least);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EvaluateCounts, evaluate_counts_free)

G_END_DECLS
