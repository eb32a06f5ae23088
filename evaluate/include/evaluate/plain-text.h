/* gst-resnet: tables and CSV as text
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Columns of a terminal; and @string cut or padded to exactly @columns, appended. */
guint evaluate_text_columns (const gchar *string);
void evaluate_text_append_padded (GString *out, const gchar *string, guint columns);
/* "11,689,512" */
gchar *evaluate_text_group_digits (guint64 value);
/* @field, in quotes where RFC 4180 wants them. */
void evaluate_text_append_csv (GString *out, const gchar *field);

G_END_DECLS
