/* gst-resnet: resnet-tool's guesses of what a wrong command line meant
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* How many letters to insert, drop, replace or swap with their neighbour until @a is @b (optimal string alignment);
 * upper and lower case, '_' and '-' are the same. */
guint tool_edit_distance (const gchar *a, const gchar *b);
/* The one of @known (NULL-terminated) that @given probably meant; NULL where none is close or two are equally close. */
const gchar *tool_closest (const gchar *given, const gchar *const *known);

/* Where the first of @arguments cannot be a model, as it is a picture or, for eval, a folder: a sentence that says so
 * and, where @command takes these behind the model, what was probably meant. NULL where it may be a model. @max: how
 * many arguments @command takes. Free with g_free(). */
gchar *tool_hint_model (const gchar *command, gchar **arguments, guint max);
