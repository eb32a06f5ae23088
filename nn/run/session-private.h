/* gst-resnet: what the steps of a session share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/session.h>

#include "base/nn-cpu.h"
#include "base/nn-workers.h"
#include "plan/plan.h"

struct _NnSession {
  NnModel *model;
  const NnPlan *plan; /* shared with other sessions of the model */
  NnWorkers *workers;
  NnIsa isa;
  NnPrecision precision; /* what runs */
  guint max_batch, height, width, n_classes;
  guint first; /* image of the batch that is image 0 of the pass which runs */
  gfloat *arena;
  gfloat *scratch; /* scratch_size floats a thread */
  gsize scratch_size;
  gfloat *shared_scratch; /* shared_scratch_size floats, one for all threads */
  NnValue *operands;      /* plan->max_operands a thread */
  const NnValue **operand_pointers;
  gboolean profiling;
  gdouble peak;        /* flops a second of one thread; 0: not measured */
  gdouble *seconds;    /* a step */
  gfloat *feature_map; /* max_batch × height × width × channels, NULL: off */
  const NnBuffer *feature_buffer;
  GBytes *feature_weight; /* a reference */
};

/* What the tasks of one step need. */
typedef struct {
  NnSession *session;
  const NnStep *step;
  const gfloat *input; /* of the network, for the copy in */
  guint images;
} NnRun;

static inline gfloat *
nn_image_of (const NnSession *session, const NnBuffer *buffer, guint image)
{
  return session->arena + buffer->offset + (image + (buffer->whole ? session->first : 0)) * buffer->size;
}

/* A node's output as a plain tensor. */
static inline gfloat *
nn_plain_of (const NnSession *session, guint node, guint image)
{
  const NnPlainBuffer *plain = &session->plan->plain[node];

  return session->arena + plain->offset + (image + (plain->whole ? session->first : 0)) * plain->size;
}

/* Fills a table; FALSE: there is none. */
typedef gboolean (*NnBf16Init) (NnBf16Kernels *kernels, NnIsa isa, guint products);

/* nn_session_new() with other tile kernels than nn_bf16_kernels_init()'s: the tests' emulated ones. Without @probe HIGH
 * and AUTO run as high also where that leaves the contract, and MEDIUM as medium also where that is slower. */
NnSession *nn_session_new_with_bf16 (NnModel *model, const NnSessionOptions *options, NnBf16Init init, gboolean probe,
                                     GError **error);

/* session.c: what is asked for, whatever it gives; @direct: float32 without Winograd's sums. */
NnSession *nn_session_make (NnModel *model, const NnSessionOptions *options, NnBf16Init init, gboolean direct,
                            GError **error);

/* session-probe.c: what a few made-up images give, the same ones always, and the least time that one took. */
typedef struct {
  gfloat *logits;
  guint n_classes;
  gdouble seconds;
} NnProbe;

/* NULL: no memory. */
NnProbe *nn_session_probe (NnSession *session);
void nn_probe_free (NnProbe *probe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnProbe, nn_probe_free)
/* Whether what @probe has stays inside the contract beside @direct's plain sums of float32; either may be NULL: no.
 * @what: of the one that is judged, for the debug line. */
gboolean nn_probe_is_near (const NnProbe *probe, const NnProbe *direct, const gchar *what);
/* Whether @session is faster than @reference on a made-up image; both have as many threads. */
gboolean nn_session_is_faster (NnSession *session, NnSession *reference);

/* activation-map.c: after the step that reads the last feature map; @first: of the run's images */
void nn_session_store_feature_map (NnSession *session, guint first, guint images);

/* step-plain.c; a task is an image of a PLAIN step, elsewhere a row of an image. */
void nn_plain_task (gpointer run, guint task, guint thread);
void nn_elementwise_task (gpointer run, guint task, guint thread);
void nn_affine_task (gpointer run, guint task, guint thread);
void nn_concat_task (gpointer run, guint task, guint thread);
void nn_to_plain_task (gpointer run, guint task, guint thread);
void nn_to_image_task (gpointer run, guint task, guint thread);
