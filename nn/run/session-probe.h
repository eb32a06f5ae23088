/* gst-resnet: trials of whether a less exact way to compute a model is near enough to float32, and whether it is faster
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/plan-session.h"

/* The logits of a few made-up images, which are always the same, and the least time that one of them took. */
typedef struct {
  gfloat *logits;
  guint n_classes;
  gdouble seconds;
} NnProbe;

/* Runs the made-up images. Returns NULL where there is no memory. */
NnProbe *nn_session_probe (NnPlanSession *session);
void nn_probe_free (NnProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnProbe, nn_probe_free)
/* Whether the logits of @probe stay inside the contract when they are compared with @direct's, which are plain sums of
 * float32. Returns FALSE where either is NULL. @what names the way that is judged, for the debug line. */
gboolean nn_probe_is_near (const NnProbe *probe, const NnProbe *direct, const gchar *what);
/* Whether @session is faster than @reference on a made-up image. Both must have the same number of threads. */
gboolean nn_session_is_faster (NnPlanSession *session, NnPlanSession *reference);
