/* gst-resnet: hashing of names out of files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-hash.h"

guint
nn_name_hash (gconstpointer name)
{
  static gsize seed;
  guint64 h;

  if (g_once_init_enter (&seed)) {
    gsize random = ((gsize)g_random_int () << 32 | g_random_int ()) | 1;

    g_once_init_leave (&seed, random);
  }
  h = seed;
  for (const guint8 *p = name; *p; p++) {
    h = (h ^ *p) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
    h ^= h >> 29 ^ seed;
  }
  return (guint)(h ^ h >> 32);
}
