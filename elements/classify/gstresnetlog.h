/* gst-resnet: the debug category of the engine
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS
/* From here on, what the engine says arrives in GStreamer's debug log, too, in category "resnet". Any number of calls
 * does what one does. */
    void gst_resnet_log_init (void);

G_END_DECLS
