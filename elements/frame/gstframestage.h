/* gst-resnet: a copy of a frame with room around it, for formats whose frames GStreamer does not keep to
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS
/* TRUE: GStreamer's own reading or writing of this format's pixels is known to leave a well-formed frame, or is not known
 * to stay inside it. */
    gboolean gst_frame_stage_is_needed (const GstVideoFormatInfo * finfo);

/* Memory that is kept from one frame to the next. */
typedef struct _GstFrameStage GstFrameStage;

GstFrameStage *gst_frame_stage_new (void);
void gst_frame_stage_free (GstFrameStage * stage);

/* Makes @staged a frame like @source, of the first @width × @height pixels, in the stage's memory. What lies in @source
 * has been checked. FALSE: there is no memory. */
gboolean gst_frame_stage_fill (GstFrameStage * stage,
    const GstVideoFrame * source, gint width, gint height,
    GstVideoFrame * staged);
/* Copies the planes back to where gst_frame_stage_fill() found them; that frame is still mapped, for writing. */
void gst_frame_stage_give_back (GstFrameStage * stage);

G_END_DECLS
