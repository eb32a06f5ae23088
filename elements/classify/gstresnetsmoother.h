/* gst-resnet: answers that do not flicker: smoothing over time, hysteresis, and when the answer changes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetresult.h"

G_BEGIN_DECLS
/* Only one thread at a time may use a smoother. */
    typedef struct _GstResnetSmoother GstResnetSmoother;

GstResnetSmoother *gst_resnet_smoother_new (void);
void gst_resnet_smoother_free (GstResnetSmoother * smoother);

/* Forgets the past, which belongs to another stream, after a flush or new caps. */
void gst_resnet_smoother_reset (GstResnetSmoother * smoother);
/* Prepares for the classes of another model. The name of the last answer is kept, so that a change is noticed. */
void gst_resnet_smoother_reset_model (GstResnetSmoother * smoother);

/* Smooths @values (the n_values confidences of the frame of @times) in place and selects the classes of @result from
 * them.
 *
 * Smoothing is a first-order low-pass filter whose time constant τ is the settings' smoothing. It is sampled exactly at
 * the times of the frames: y ← y + (1 − exp (−Δt / τ)) (x − y), where Δt is in stream time. A constant input gives the
 * same output at the same time for any frame rate. Frames without a stream time are not smoothed. */
void gst_resnet_smoother_run (GstResnetSmoother * smoother,
    const GstResnetSettings * settings, const GstResnetTimes * times,
    gfloat * values, guint n_values, GstResnetResult * result);

/* Returns the message "label-changed" if the answer of @result differs from the last one, and NULL otherwise. */
GstMessage *gst_resnet_smoother_get_change (GstResnetSmoother * smoother,
    const GstResnetResult * result, const GstResnetModel * model,
    const GstResnetTimes * times, GstObject * object);

G_END_DECLS
