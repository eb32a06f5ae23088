/* gst-resnet: what an evaluation found, and how it is told
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <evaluate/class-match.h>
#include <evaluate/confusion.h>
#include <evaluate/image-folder.h>
#include <evaluate/two-classes.h>

G_BEGIN_DECLS

/**
 * EvaluateReport: an evaluation of a network on a folder of images
 * @folder, @labels: the caller's, as long as the report
 * @labels: of the network's classes; NULL: it has none
 * @two_classes: where there are two
 * @failures: gchar *: a sentence for each image that could not be read
 */
typedef struct {
  const EvaluateFolder *folder;
  gchar *const *labels;
  EvaluateMatch how;
  EvaluateCounts *counts;
  EvaluateTwoClasses two_classes;
  GPtrArray *failures;
} EvaluateReport;

/* @classes, @how: as evaluate_match_classes() gives them; @classes is copied. */
EvaluateReport *evaluate_report_new (const EvaluateFolder *folder, const guint *classes, EvaluateMatch how,
                                     gchar *const *labels, guint n_classes, GError **error);
void evaluate_report_free (EvaluateReport *report);

/* Image number @image of the folder was classified: evaluate_counts_add(). @score: of two classes, what is said for the
 * second: evaluate_two_classes_add() */
void evaluate_report_add (EvaluateReport *report, guint image, const guint *best, guint n_best, gdouble score);
/* An image could not be read; @message says which and why. */
void evaluate_report_add_failure (EvaluateReport *report, const gchar *message);

/* The name of a class: its label; that of its folder where the network has no labels and sorted order decides; else
 * "class 7". @buffer: room for the last */
#define EVALUATE_LABEL_SIZE 32
const gchar *evaluate_report_get_label (const EvaluateReport *report, guint class_index,
                                        gchar buffer[EVALUATE_LABEL_SIZE]);

/* What people read. @tables: also each class, the matrix and the most frequent confusions. Free with g_free(). */
gchar *evaluate_report_to_text (const EvaluateReport *report, gboolean tables);
/* The confusion matrix by RFC 4180: a row is a folder, a column a class. Free with g_free(). */
gchar *evaluate_report_to_csv (const EvaluateReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EvaluateReport, evaluate_report_free)

G_END_DECLS
