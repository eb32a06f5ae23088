/* gst-resnet: a copy of a frame with room around it, for formats whose frames GStreamer does not keep to
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS
/* Returns TRUE if GStreamer's own code is known to read or write outside a well-formed frame of this format, or if it
 * is not known to stay inside it. */
    gboolean gst_frame_stage_is_needed (const GstVideoFormatInfo * finfo);

/* A stage is memory that is kept from one frame to the next. */
typedef struct _GstFrameStage GstFrameStage;

GstFrameStage *gst_frame_stage_new (void);
void gst_frame_stage_free (GstFrameStage * stage);

/* Copies the first @width × @height pixels of @source to the stage's memory and makes @staged a frame of them. The
 * layout of @source must have been checked. Returns FALSE if there is no memory. */
gboolean gst_frame_stage_fill (GstFrameStage * stage,
    const GstVideoFrame * source, gint width, gint height,
    GstVideoFrame * staged);
/* Copies the planes back to where gst_frame_stage_fill() found them. The frame there must still be mapped for
 * writing. */
void gst_frame_stage_give_back (GstFrameStage * stage);

G_END_DECLS
