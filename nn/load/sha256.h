/* gst-resnet: SHA-256 of a model file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Returns 64 lower-case hexadecimal digits; free them with g_free(). The function uses the processor's own SHA
 * instructions if there are any, because loading a model would otherwise spend most of its time here. */
gchar *nn_sha256 (GBytes *bytes);

/* Computes nn_sha256() of a large file in parallel with the code that reads the file. nn_sha256_finish() waits for the
 * result; it must be called once. */
typedef struct _NnSha256Job NnSha256Job;

NnSha256Job *nn_sha256_start (GBytes *bytes);
gchar *nn_sha256_finish (NnSha256Job *job);
