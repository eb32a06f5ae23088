/* gst-resnet: which frames are taken, and which are preferred
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS
/* Returns TRUE if frames of this format are viewed where they lie. */
    gboolean gst_frame_caps_is_direct (const GstVideoFormatInfo * finfo);

/* Returns (transfer full) caps with all raw formats in system memory. RGB comes first, so that a decoder that can make
 * RGB makes it. The other RGB layouts that are viewed directly follow, then the YUV and gray ones that are, and then
 * the rest. After these come the same formats with overlay compositions on the buffers, and then with one field in each
 * buffer. */
GstCaps *gst_frame_caps_new (void);

G_END_DECLS
