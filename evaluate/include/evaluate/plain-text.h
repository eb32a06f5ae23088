/* gst-resnet: tables and CSV as text
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The first function returns the number of columns of a terminal that @string takes. The second one appends @string,
 * cut or padded to exactly @columns columns. */
guint evaluate_text_columns (const gchar *string);
void evaluate_text_append_padded (GString *out, const gchar *string, guint columns);
/* Returns the number with commas between groups of three digits, such as "11,689,512". */
gchar *evaluate_text_group_digits (guint64 value);
/* Appends @field, with quotes around it where RFC 4180 requires them. */
void evaluate_text_append_csv (GString *out, const gchar *field);

G_END_DECLS
