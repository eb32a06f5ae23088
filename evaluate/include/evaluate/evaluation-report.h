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
 * @folder, @labels: belong to the caller and must live as long as the report
 * @labels: the labels of the network's classes, or NULL if it has none
 * @two_classes: used if the network has two classes
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

/* Makes a report without any images. @classes, @how: what evaluate_match_classes() gave; @classes is copied */
EvaluateReport *evaluate_report_new (const EvaluateFolder *folder, const guint *classes, EvaluateMatch how,
                                     gchar *const *labels, guint n_classes, GError **error);
void evaluate_report_free (EvaluateReport *report);

/* Counts image number @image of the folder with evaluate_counts_add(). @score: for a network with two classes, the
 * score of the second class for evaluate_two_classes_add() */
void evaluate_report_add (EvaluateReport *report, guint image, const guint *best, guint n_best, gdouble score);
/* Notes that an image could not be read. @message says which one and why. */
void evaluate_report_add_failure (EvaluateReport *report, const gchar *message);

/* Returns the name of a class, which is its label. If the network has no labels and the sorted order decides, it is the
 * name of the class's folder; otherwise it is a text like "class 7". @buffer: room for that text */
#define EVALUATE_LABEL_SIZE 32
const gchar *evaluate_report_get_label (const EvaluateReport *report, guint class_index,
                                        gchar buffer[EVALUATE_LABEL_SIZE]);

/* Returns the report as text for people. With @tables it also has each class, the matrix and the most frequent
 * confusions. Free it with g_free(). */
gchar *evaluate_report_to_text (const EvaluateReport *report, gboolean tables);
/* Returns the confusion matrix as CSV (RFC 4180), with a row for each folder and a column for each class. Free it with
 * g_free(). */
gchar *evaluate_report_to_csv (const EvaluateReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EvaluateReport, evaluate_report_free)

G_END_DECLS
