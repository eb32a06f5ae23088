/* gst-resnet: what an evaluation found, as JSON
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <evaluate/evaluation-report.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Adds these members to the object that is open in @builder: matched_by, images, unreadable, correct, top1, top5,
 * classes, confusion. */
void evaluate_report_add_json (const EvaluateReport *report, JsonBuilder *builder);

G_END_DECLS
