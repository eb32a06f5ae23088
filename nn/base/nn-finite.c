/* gst-resnet: looks for what is not finite
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-finite.h"

#include <math.h>
#include <string.h>

/* Values that are looked at together: a loop that may stop at each is not vectorized, and a model has millions. */
#define TOGETHER 256

gsize
nn_find_not_finite (const gfloat *values, gsize n)
{
  gsize i = 0;

  for (; n - i >= TOGETHER; i += TOGETHER) {
    guint32 bits[TOGETHER], carry = 0;

    memcpy (bits, values + i, sizeof bits);
    /* Adding one to an exponent of all ones carries into the sign's place. */
    for (guint k = 0; k < TOGETHER; k++)
      carry |= (bits[k] & 0x7fffffff) + 0x00800000;
    if (carry & 0x80000000)
      break;
  }
  while (i < n && isfinite (values[i]))
    i++;
  return i;
}
