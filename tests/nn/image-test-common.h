/* gst-resnet: what the tests of nn/image share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-cpu.h"

#include <nn/image.h>

/* The parameters of a square crop whose bytes are divided by 255. */
#define TEST_PREPROCESS(side, crop, filter)                                                                            \
  {                                                                                                                    \
    .resize = side, .crop_height = crop, .crop_width = crop, .channels = 3, .std = { 1, 1, 1 },                        \
    .interpolation = filter                                                                                            \
  }

/* Skips the test and returns FALSE where this machine (or NN_MAX_ISA) does not have this level. */
static inline gboolean
test_has_isa (const gchar *name)
{
  g_autofree gchar *reason = g_strdup_printf ("this machine has no %s", name);
  NnIsa isa;

  g_assert_true (nn_isa_from_name (name, &isa));
  if (nn_cpu_level (NULL) >= isa)
    return TRUE;
  g_test_skip (reason);
  return FALSE;
}

/* Makes a frame whose description is valid. */
static inline NnImage
test_image (const gchar *spec, const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  NnImage image;

  if (!nn_image_from_raw (spec, data, size, &image, &error))
    g_error ("%s", error->message);
  return image;
}

/* Runs the preprocessing up to its uint8 stage. Free the bytes with g_free(). */
static inline guint8 *
test_run_u8 (const NnPreprocess *params, const gchar *isa, const NnImage *image)
{
  g_autoptr (GError) error = NULL;
  NnPreprocessor *p = nn_preprocessor_new (params, isa, &error);
  guint8 *rgb = g_malloc ((gsize)params->crop_height * params->crop_width * 3);

  g_assert_no_error (error);
  nn_preprocessor_run_u8 (p, image, rgb, &error);
  g_assert_no_error (error);
  nn_preprocessor_free (p);
  return rgb;
}
