/* gst-resnet: what the sessions of all engines have
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/session-class.h"

#include "base/nn-cpu.h"

void
nn_session_init (NnSession *session, const NnSessionClass *klass, NnModel *model, const NnSessionOptions *options)
{
  const NnPreprocess *p = nn_model_get_preprocess (model);

  session->klass = klass;
  session->model = nn_model_ref (model);
  session->max_batch = MAX (options->max_batch, 1);
  session->height = options->height > 0 ? options->height : p->crop_height;
  session->channels = p->channels;
  session->width = options->width > 0 ? options->width : p->crop_width;
  session->n_outputs = nn_model_get_n_outputs (model);
  session->workers = nn_workers_new (options->threads > 0 ? options->threads : nn_cpu_count ());
}

void
nn_session_clear (NnSession *session)
{
  nn_workers_free (session->workers);
  nn_model_unref (session->model);
}
