/* gst-resnet: SHA-256 of a model file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* 64 lower-case hexadecimal digits; free with g_free(). With the processor's own instructions where it has them:
 * loading a model would else spend most of its time here. */
gchar *nn_sha256 (GBytes *bytes);

/* nn_sha256() of a large file beside what reads it; finish waits for it, once. */
typedef struct _NnSha256Job NnSha256Job;

NnSha256Job *nn_sha256_start (GBytes *bytes);
gchar *nn_sha256_finish (NnSha256Job *job);
