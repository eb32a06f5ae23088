/* gst-resnet: counts of an evaluation: what was taken for what
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* This many of a picture's most likely classes count. They are what the top-5 figure needs. */
#define EVALUATE_BEST 5

/**
 * EvaluateCounts: counts of an evaluation
 * @n_folders, @n_classes: how many folders of images there are, and how many classes the network has
 * @classes: the network's class of each folder
 * @n_read: the number of images of each folder that could be read
 * @top1, @top5: the number of images of each folder whose class came first, or was among the first five
 * @confusion: n_folders × n_classes numbers: how often a folder's images were taken for a class
 * @total, @total_top1, @total_top5: the sums over all folders
 */
typedef struct {
  guint n_folders, n_classes;
  guint *classes;
  guint *n_read, *top1, *top5;
  guint32 *confusion;
  guint total, total_top1, total_top5;
} EvaluateCounts;

/* Makes counts that are all zero. @classes: the class of each folder, below @n_classes; the array is copied. Returns
 * NULL with EVALUATE_ERROR_TOO_LARGE if there is no memory. */
EvaluateCounts *evaluate_counts_new (const guint *classes, guint n_folders, guint n_classes, GError **error);
void evaluate_counts_free (EvaluateCounts *counts);

/* Counts one image of folder @folder. @best: its most likely classes, the most likely first; @n_best: 1 to
 * EVALUATE_BEST */
void evaluate_counts_add (EvaluateCounts *counts, guint folder, const guint *best, guint n_best);

/* Returns a percentage, which is 0 if @of is 0. */
gdouble evaluate_percent (guint count, guint of);

/* Returns the class for which images of @folder are taken most often when they are taken wrongly; of equals, it is the
 * first one. @count gets the number of these images, or 0 if there is none. */
guint evaluate_counts_get_most_confused (const EvaluateCounts *counts, guint folder, guint *count);

typedef struct {
  guint folder, class_index, count;
} EvaluateConfusion;

/* Returns a GArray of EvaluateConfusion, which has the confusions that occurred at least @least times, the most
 * frequent first. Free it with g_array_unref(). */
GArray *evaluate_counts_list_confusions (const EvaluateCounts *counts, guint least);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EvaluateCounts, evaluate_counts_free)

G_END_DECLS
