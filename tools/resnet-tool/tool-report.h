/* gst-resnet: what an evaluation found, and how it is told
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "tool-common.h"
#include "tool-folder.h"
#include "tool-two-classes.h"

/**
 * ToolReport: counts of an evaluation
 * @classes: the network's class of each folder
 * @n_read, @top1, @top5: of each folder, images that could be read and those whose class came first, or in the first
 * five
 * @confusion: n_folders × n_classes: how often a folder's images were taken for a class
 * @two_classes: where there are two
 * @failures: gchar *: one sentence an image that could not be read
 */
typedef struct {
  const ToolFolder *folder;
  const guint *classes;
  ToolMatch how;
  gchar *const *labels;
  guint n_classes;
  guint *n_read, *top1, *top5;
  guint32 *confusion;
  ToolTwoClasses two_classes;
  GPtrArray *failures;
  guint total, total_top1, total_top5;
  gdouble seconds;
} ToolReport;

gboolean tool_report_init (ToolReport *report, const ToolFolder *folder, const guint *classes, ToolMatch how,
                           gchar *const *labels, guint n_classes, GError **error);
void tool_report_clear (ToolReport *report);
/* One image of folder @f: the first five classes, best first (@n_best of them); @score: of two classes the second's. */
void tool_report_add (ToolReport *report, guint f, const guint *best, guint n_best, gdouble score);
/* Percent of those read; 0 where none was. */
gdouble tool_report_percent (guint count, guint of);

void tool_report_print (ToolReport *report, gboolean tables);
/* Members of the object that is open in @builder. */
void tool_report_json (ToolReport *report, JsonBuilder *builder);
/* RFC 4180: a row a folder, a column a class. */
gboolean tool_report_save_confusion (const ToolReport *report, const gchar *path, GError **error);
/* @field, in quotes where RFC 4180 wants them. */
void tool_csv_append (GString *out, const gchar *field);
