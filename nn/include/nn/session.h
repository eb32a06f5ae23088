/* gst-resnet: running a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/model.h>

G_BEGIN_DECLS

typedef struct _NnSession NnSession;

/**
 * NnPrecision: how numbers are multiplied, in the words of torch.set_float32_matmul_precision()
 * @NN_PRECISION_AUTO: the faster of HIGHEST and HIGH on this machine
 * @NN_PRECISION_HIGHEST: float32 arithmetic
 * @NN_PRECISION_HIGH: each float32 number as the sum of two bfloat16 (16 bits of mantissa), products summed in float32
 * @NN_PRECISION_MEDIUM: bfloat16 (8 bits of mantissa), products summed in float32
 * HIGHEST and HIGH equal PyTorch's float32 output: max |Δlogit| ≤ 1e-4 · max |logit|. HIGH and MEDIUM run as HIGHEST
 * where the machine or the network has no faster way; nn_session_get_precision() says what runs.
 */
typedef enum {
  NN_PRECISION_AUTO,
  NN_PRECISION_HIGHEST,
  NN_PRECISION_HIGH,
  NN_PRECISION_MEDIUM,
} NnPrecision;

/* "auto", "highest", "high", "medium". */
const gchar *nn_precision_to_string (NnPrecision precision);
gboolean nn_precision_from_string (const gchar *string, NnPrecision *precision);

/* No machine has so many processors, so a larger number in an option is a mistake. */
#define NN_SESSION_MAX_THREADS 1024

/**
 * NnSessionOptions: zero means the default everywhere
 * @threads: how many threads work on a run; 0 is all CPUs that this process may run on
 * @max_batch: how many images a run has at most; 0 is 1
 * @height, @width: the size of the input in pixels; 0 is the model's crop
 * @max_isa: the highest ISA level to use, one of nn_cpu_get_isa_names(); NULL is the environment's NN_MAX_ISA, or
 * whatever the machine has
 * @precision: the precision that is asked for
 */
typedef struct {
  guint threads;
  guint max_batch;
  guint height, width;
  const gchar *max_isa;
  NnPrecision precision;
} NnSessionOptions;

/* Makes the plan and packs the weights. The session holds a reference to the model. Two threads must not use it at
 * once, but sessions of one model may be made and run in different threads. */
NnSession *nn_session_new (NnModel *model, const NnSessionOptions *options, GError **error);
void nn_session_free (NnSession *session);

/**
 * nn_session_run: computes the logits of @batch images
 * @input: float32 NCHW, batch × 3 × height × width
 * @batch: 1 to max_batch
 * @logits: float32, batch × n_classes, as the fully connected layer gives them (no softmax)
 * It allocates nothing and cannot fail once the arguments are checked. On one ISA level the bits are the same for any
 * number of threads and any batch.
 */
void nn_session_run (NnSession *session, const gfloat *input, guint batch, gfloat *logits);

typedef void (*NnSessionFunc) (gpointer data, guint task, guint thread);

/**
 * nn_session_run_tasks: calls @func for the tasks 0 to @n - 1 on the session's threads, in any order, and returns when
 * all are done
 * This is for what comes before and after a run, such as preprocessing many images. It must not be called during a run.
 * @func: gets @data, the task, and the number of its thread, 0 to nn_session_get_threads() - 1
 */
void nn_session_run_tasks (NnSession *session, NnSessionFunc func, gpointer data, guint n);

/**
 * nn_session_set_feature_map: says whether runs keep the last feature map, for nn_session_get_activation_map()
 * At first they do not. It changes no bit of the logits.
 * Returns: FALSE with NN_ERROR_UNSUPPORTED for a network that does not end with a global average pool and one fully
 * connected layer, and for a session that does not run with precision highest
 */
gboolean nn_session_set_feature_map (NnSession *session, gboolean on, GError **error);
/* Gives the size of the map in samples, which is 0 while no map is kept. */
void nn_session_get_feature_map_size (const NnSession *session, guint *height, guint *width);

/**
 * nn_session_get_activation_map: tells where in image number @image of the last run the class was seen
 * This is the class activation map of B. Zhou et al., "Learning Deep Features for Discriminative Localization" (CVPR
 * 2016), eq. 2: M(x, y) = Σ_k w_k f_k(x, y), with the class's weights w of the fully connected layer and the last
 * feature map f. The mean of the map and the class's bias add up to its logit.
 * @map: height × width floats, rows from the top
 */
void nn_session_get_activation_map (const NnSession *session, guint image, guint class_index, gfloat *map);

guint nn_session_get_threads (const NnSession *session);
guint nn_session_get_height (const NnSession *session);
guint nn_session_get_width (const NnSession *session);
/* Returns the level that runs, one of nn_cpu_get_isa_names(). */
const gchar *nn_session_get_isa (const NnSession *session);
/* Returns how many other sessions of the same NnModel use this one's packed weights. Sessions with the same size,
 * batch, threads and level always share them. */
guint nn_session_get_n_sharing (const NnSession *session);
/* Returns the precision that runs: HIGHEST, HIGH or MEDIUM, never AUTO. */
NnPrecision nn_session_get_precision (const NnSession *session);
/* Returns the bytes of the packed weights and the arena. */
gsize nn_session_get_memory (const NnSession *session);

/* This is one row of `resnet-tool bench --layers`. */
typedef struct {
  const gchar *name;   /* of the node; "conv1 + maxpool" where two are one loop */
  const gchar *kernel; /* which body ran: "direct avx2 6x16" */
  gdouble flops;       /* one image */
  gdouble
      predicted;   /* seconds that the cost model expects for the whole planned batch on all threads; 0: it has none */
  gdouble seconds; /* of the last profiled run, the whole batch */
} NnLayerTime;

/* Measures for 20 ms how many operations (2 × multiply-adds) a second one thread reaches at the session's ISA level
 * with all numbers in registers, or in the cache where the level is OpenBLAS's. The peak to which NnLayerTime's
 * predicted relates is measured when profiling is switched on. */
gdouble nn_session_measure_peak (const NnSession *session);

/* While profiling is on, each run stores the times of its layers. It is off at first. */
void nn_session_set_profiling (NnSession *session, gboolean on);
/* Returns the times of the last run with profiling on, as a GArray of NnLayerTime that the caller frees with
 * g_array_unref(). */
GArray *nn_session_get_profile (const NnSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnSession, nn_session_free)

G_END_DECLS
