/* gst-resnet: looks for what is not finite
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-finite.h"

#include <math.h>
#include <string.h>

/* So many values are looked at together. A loop that may stop at each value is not vectorized, and a model has millions
 * of values. */
#define TOGETHER 256

gsize
nn_find_not_finite (const gfloat *values, gsize n)
{
  gsize i = 0;

  for (; n - i >= TOGETHER; i += TOGETHER) {
    guint32 bits[TOGETHER], carry = 0;

    memcpy (bits, values + i, sizeof bits);
    /* Where the exponent is all ones (infinite or no number), adding one to it carries into the place of the sign. */
    for (guint k = 0; k < TOGETHER; k++)
      carry |= (bits[k] & 0x7fffffff) + 0x00800000;
    if (carry & 0x80000000)
      break;
  }
  while (i < n && isfinite (values[i]))
    i++;
  return i;
}
