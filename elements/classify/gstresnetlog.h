/* gst-resnet: the debug category of the engine
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS
/* Sends what the engine logs to GStreamer's debug log, too, in the category "resnet". Further calls do nothing. */
    void gst_resnet_log_init (void);

G_END_DECLS
