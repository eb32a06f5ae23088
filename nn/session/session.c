/* gst-resnet: sessions, whichever engine computes them
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/session.h>

#include "run/session-choose.h"
#include "run/session-class.h"

/* The first engine that can run a model is used. */
static const NnEngine *const engines[] = { &nn_engine_plans };

NnSession *
nn_session_new (NnModel *model, const NnSessionOptions *options, GError **error)
{
  static const NnSessionOptions defaults = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (engines); i++)
    if (engines[i]->can_run (model))
      return engines[i]->new (model, options ? options : &defaults, error);
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "a model that was loaded to be saved cannot be run");
  return NULL;
}

void
nn_session_free (NnSession *session)
{
  if (!session)
    return;
  session->klass->free (session);
  nn_session_clear (session);
  g_free (session);
}

void
nn_session_run (NnSession *session, const gfloat *input, guint batch, gfloat *logits)
{
  g_return_if_fail (batch >= 1 && batch <= session->max_batch);
  session->klass->run (session, input, batch, logits);
}

void
nn_session_run_tasks (NnSession *session, NnSessionFunc func, gpointer data, guint n)
{
  nn_workers_run (session->workers, func, data, n);
}

gboolean
nn_session_set_feature_map (NnSession *session, gboolean on, GError **error)
{
  if (session->klass->set_feature_map)
    return session->klass->set_feature_map (session, on, error);
  if (on)
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "this engine makes no class activation maps");
  return !on;
}

void
nn_session_get_feature_map_size (const NnSession *session, guint *height, guint *width)
{
  *height = *width = 0;
  if (session->klass->set_feature_map)
    session->klass->get_feature_map_size (session, height, width);
}

void
nn_session_get_activation_map (const NnSession *session, guint image, guint class_index, gfloat *map)
{
  g_return_if_fail (session->klass->set_feature_map && class_index < session->n_outputs);
  session->klass->get_activation_map (session, image, class_index, map);
}

guint
nn_session_get_threads (const NnSession *session)
{
  return nn_workers_get_threads (session->workers);
}

guint
nn_session_get_height (const NnSession *session)
{
  return session->height;
}

guint
nn_session_get_width (const NnSession *session)
{
  return session->width;
}

static NnSessionInfo
describe (const NnSession *session)
{
  NnSessionInfo info = { 0 };

  session->klass->describe (session, &info);
  return info;
}

NnPrecision
nn_session_get_precision (const NnSession *session)
{
  return describe (session).precision;
}

const gchar *
nn_session_get_isa (const NnSession *session)
{
  return describe (session).isa;
}

gsize
nn_session_get_memory (const NnSession *session)
{
  return describe (session).memory;
}

guint
nn_session_get_n_sharing (const NnSession *session)
{
  return describe (session).n_sharing;
}

gdouble
nn_session_measure_peak (const NnSession *session)
{
  return session->klass->set_profiling ? session->klass->measure_peak (session) : 0;
}

void
nn_session_set_profiling (NnSession *session, gboolean on)
{
  if (session->klass->set_profiling)
    session->klass->set_profiling (session, on);
}

GArray *
nn_session_get_profile (const NnSession *session)
{
  return session->klass->set_profiling ? session->klass->get_profile (session)
                                       : g_array_new (FALSE, TRUE, sizeof (NnLayerTime));
}
