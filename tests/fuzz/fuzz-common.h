/* gst-resnet: what the fuzz targets share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Each of the engine's loaders keeps this promise: a result or an error, never both, never neither. */
#define FUZZ_CHECK_RESULT(result, error)                                                                               \
  do {                                                                                                                 \
    if (((result) != 0) == ((error) != NULL))                                                                          \
      g_error ("%s: result and error disagree", G_STRFUNC);                                                            \
    if ((error) && (!(error)->message || !*(error)->message || !g_utf8_validate ((error)->message, -1, NULL)))         \
      g_error ("%s: the message is empty or not UTF-8", G_STRFUNC);                                                    \
  } while (0)
