/* gst-resnet: resnet-tool's guesses of what a wrong command line meant
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Returns how many letters must be inserted, dropped, replaced or swapped with their neighbour to turn @a into @b
 * (optimal string alignment). Upper and lower case count as the same, and so do '_' and '-'. */
guint tool_edit_distance (const gchar *a, const gchar *b);
/* Returns the string of @known (NULL-terminated) that @given probably means. It is NULL if none is close or two are
 * equally close. */
const gchar *tool_closest (const gchar *given, const gchar *const *known);

/* Checks whether the first of @arguments cannot be a model, because it is a picture or, for eval, a folder. If so,
 * returns a sentence that says this and, if @command takes such an argument behind the model, what was probably
 * meant. Returns NULL if the argument may be a model. @max: how many arguments @command takes. Free the result with
 * g_free(). */
gchar *tool_hint_model (const gchar *command, gchar **arguments, guint max);
