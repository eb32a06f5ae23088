/* gst-resnet: what classoverlay has drawn, and putting it onto buffers
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstoverlaycontent.h"
#include "gstoverlaydraw.h"

G_BEGIN_DECLS
/* Drawn again only where what it shows, or its place, has changed. Of one thread at a time. */
typedef struct _GstOverlayScene GstOverlayScene;

GstOverlayScene *gst_overlay_scene_new (void);
void gst_overlay_scene_free (GstOverlayScene * scene);
/* Frames are of this kind from now on. */
void gst_overlay_scene_set_info (GstOverlayScene * scene,
    const GstVideoInfo * info);
/* Draws anew at the next update. */
void gst_overlay_scene_invalidate (GstOverlayScene * scene);

/* Reads @buffer's metas. FALSE: there is nothing to be put onto it. @stats is taken. */
gboolean gst_overlay_scene_update (GstOverlayScene * scene,
    GstOverlayDraw * draw, const GstOverlaySettings * settings,
    GstBuffer * buffer, gchar * stats);

/* Adds what update() drew to @buffer, which is writable, as a GstVideoOverlayCompositionMeta, over that of elements
 * before. FALSE with an error of GST_STREAM_ERROR: the buffer's metas contradict its caps; nothing was added. */
gboolean gst_overlay_scene_attach (GstOverlayScene * scene, GstBuffer * buffer,
    GError ** error);
/* Blends it into @buffer's pixels. FALSE with an error: the buffer cannot be mapped, or its memory is not what its metas
 * and the caps say; nothing was written. */
gboolean gst_overlay_scene_blend (GstOverlayScene * scene, GstBuffer * buffer,
    GError ** error);

/* How often layers were drawn, for tests and for those who look for time. */
guint gst_overlay_scene_get_n_drawn (const GstOverlayScene * scene);

G_END_DECLS
