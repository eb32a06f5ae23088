/* gst-resnet: whether two bfloat16 a number, or Winograd's sums, are enough for a model, and whether one is faster
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/plan-session.h"

/* What a few made-up images give, the same ones always, and the least time that one took. */
typedef struct {
  gfloat *logits;
  guint n_classes;
  gdouble seconds;
} NnProbe;

/* Returns NULL where there is no memory. */
NnProbe *nn_session_probe (NnPlanSession *session);
void nn_probe_free (NnProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnProbe, nn_probe_free)
/* Whether what @probe has stays inside the contract beside @direct's plain sums of float32; either may be NULL, and
 * then it does not.
 * @what: of the one that is judged, for the debug line. */
gboolean nn_probe_is_near (const NnProbe *probe, const NnProbe *direct, const gchar *what);
/* Whether @session is faster than @reference on a made-up image; both have as many threads. */
gboolean nn_session_is_faster (NnPlanSession *session, NnPlanSession *reference);
