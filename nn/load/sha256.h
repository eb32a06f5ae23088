/* gst-resnet: SHA-256 of a model file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* 64 lower-case hexadecimal digits; free with g_free(). With the processor's own instructions where it has them:
 * loading a model would else spend most of its time here. */
gchar *nn_sha256 (GBytes *bytes);
