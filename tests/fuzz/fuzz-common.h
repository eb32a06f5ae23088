/* gst-resnet: what the fuzz targets share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* This is not g_error(), because libFuzzer keeps the input of an abort, but not that of a trap. */
#define FUZZ_FAIL(...)                                                                                                 \
  do {                                                                                                                 \
    g_printerr (__VA_ARGS__);                                                                                          \
    abort ();                                                                                                          \
  } while (0)

/* Each loader of the engine promises a result or an error: never both, and never neither. */
#define FUZZ_CHECK_RESULT(result, error)                                                                               \
  do {                                                                                                                 \
    if (((result) != 0) == ((error) != NULL))                                                                          \
      FUZZ_FAIL ("%s: result and error disagree\n", G_STRFUNC);                                                        \
    if ((error) && (!(error)->message || !*(error)->message || !g_utf8_validate ((error)->message, -1, NULL)))         \
      FUZZ_FAIL ("%s: the message is empty or not UTF-8\n", G_STRFUNC);                                                \
  } while (0)
