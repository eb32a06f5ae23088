/* gst-resnet: how many floats one number is from another
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <string.h>

/* Turns the bits of a float into its place in the order of all floats, and back. The places of neighbours differ by
 * one. Places are 32 bits and wrap around, and so do their differences. */
static inline guint32
nn_float_swap_order (guint32 bits)
{
  return bits ^ (-(bits >> 31) & G_MAXINT32);
}

static inline guint32
nn_float_place (gfloat value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return nn_float_swap_order (bits);
}

static inline gfloat
nn_float_at_place (guint32 place)
{
  const guint32 bits = nn_float_swap_order (place);
  gfloat value;

  memcpy (&value, &bits, sizeof value);
  return value;
}
