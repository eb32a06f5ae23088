/* gst-resnet: looks for what is not finite
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Returns the place of the first of @n values that is infinite or not a number, or @n when all are finite. */
gsize nn_find_not_finite (const gfloat *values, gsize n);
