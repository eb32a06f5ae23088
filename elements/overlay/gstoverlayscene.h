/* gst-resnet: what classoverlay has drawn, and putting it onto buffers
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstoverlaycontent.h"
#include "gstoverlaydraw.h"

G_BEGIN_DECLS
/* It is drawn again only where what it shows, or its place, has changed. One thread at a time may use it. */
typedef struct _GstOverlayScene GstOverlayScene;

GstOverlayScene *gst_overlay_scene_new (void);
void gst_overlay_scene_free (GstOverlayScene * scene);
/* From now on frames are of this kind. */
void gst_overlay_scene_set_info (GstOverlayScene * scene,
    const GstVideoInfo * info);
/* Makes the next update draw everything again. */
void gst_overlay_scene_invalidate (GstOverlayScene * scene);

/* Reads @buffer's metas. Returns FALSE when there is nothing to put onto it. Takes ownership of @stats. */
gboolean gst_overlay_scene_update (GstOverlayScene * scene,
    GstOverlayDraw * draw, const GstOverlaySettings * settings,
    GstBuffer * buffer, gchar * stats);

/* Adds what update() drew to @buffer, which is writable, as a GstVideoOverlayCompositionMeta over that of elements before
 * it. When the buffer's metas contradict its caps, it adds nothing and returns FALSE with an error of
 * GST_STREAM_ERROR. */
gboolean gst_overlay_scene_attach (GstOverlayScene * scene, GstBuffer * buffer,
    GError ** error);
/* Blends it into @buffer's pixels. When the buffer cannot be mapped, or its memory is not what its metas and the caps say,
 * it writes nothing and returns FALSE with an error. */
gboolean gst_overlay_scene_blend (GstOverlayScene * scene, GstBuffer * buffer,
    GError ** error);

/* Returns how often layers were drawn, for tests and for people who look for lost time. */
guint gst_overlay_scene_get_n_drawn (const GstOverlayScene * scene);

G_END_DECLS
