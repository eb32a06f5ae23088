/* gst-resnet: running a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/model.h>

G_BEGIN_DECLS

typedef struct _NnSession NnSession;

/**
 * NnSessionOptions: zero means the default everywhere
 * @threads: 0: the CPUs this process may run on
 * @max_batch: images a run at most; 0: 1
 * @height, @width: the input's size, pixels; 0: the model's crop
 * @max_isa: the highest ISA level to use ("c", "avx2", "avx512"); NULL: environment NN_MAX_ISA, else all there is
 */
typedef struct {
  guint threads;
  guint max_batch;
  guint height, width;
  const gchar *max_isa;
} NnSessionOptions;

/* Plans and packs; holds a reference on the model. Not to be used by two threads at once; sessions of one model may
 * be made and run in different threads. */
NnSession *nn_session_new (NnModel *model, const NnSessionOptions *options, GError **error);
void nn_session_free (NnSession *session);

/**
 * nn_session_run: logits of @batch images
 * @input: float32 NCHW, batch × 3 × height × width
 * @batch: 1 to max_batch
 * @logits: float32, batch × n_classes, as the fully connected layer gives them (no softmax)
 * Allocates nothing and cannot fail after the arguments' check. Same bits for any threads and any batch on one ISA
 * level.
 */
void nn_session_run (NnSession *session, const gfloat *input, guint batch, gfloat *logits);

guint nn_session_get_threads (const NnSession *session);
guint nn_session_get_height (const NnSession *session);
guint nn_session_get_width (const NnSession *session);
/* The level chosen: "c", "avx2", "avx512". */
const gchar *nn_session_get_isa (const NnSession *session);
/* How many other sessions of the same NnModel use this one's packed weights: those made with the same size, batch,
 * threads and level share them without being asked. */
guint nn_session_get_n_sharing (const NnSession *session);
/* Bytes of packed weights and of the arena. */
gsize nn_session_get_memory (const NnSession *session);

/* One row of `resnet-tool bench --layers`. */
typedef struct {
  const gchar *name;   /* of the node */
  const gchar *kernel; /* which body ran: "direct avx2 6x16" */
  gdouble flops;       /* one image */
  gdouble seconds;     /* of the last profiled run, the whole batch */
} NnLayerTime;

/* Off at first. While on, each run stores its layers' times. */
void nn_session_set_profiling (NnSession *session, gboolean on);
/* A GArray of NnLayerTime of the last run with profiling on; free with g_array_unref(). */
GArray *nn_session_get_profile (const NnSession *session);

/* "c", "avx2", "avx512": the highest level that this processor, the operating system and NN_MAX_ISA allow. */
const gchar *nn_cpu_get_isa (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnSession, nn_session_free)

G_END_DECLS
