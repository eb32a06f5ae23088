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

/* More than anybody's processors, so that a mistake in an option is noticed. */
#define NN_SESSION_MAX_THREADS 1024

/**
 * NnSessionOptions: zero means the default everywhere
 * @threads: 0: the CPUs this process may run on
 * @max_batch: images a run at most; 0: 1
 * @height, @width: the input's size, pixels; 0: the model's crop
 * @max_isa: the highest ISA level to use, one of nn_cpu_get_isa_names(); NULL: environment NN_MAX_ISA, else all there
 * is
 * @precision: what is asked for
 */
typedef struct {
  guint threads;
  guint max_batch;
  guint height, width;
  const gchar *max_isa;
  NnPrecision precision;
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

typedef void (*NnSessionFunc) (gpointer data, guint task, guint thread);

/**
 * nn_session_run_tasks: @func for tasks 0 to @n - 1 on the session's threads, in any order; returns when all are done
 * For what comes before a run and after it, such as preprocessing many images. Not at the same time as a run.
 * @func: gets @data, the task, and which thread it is on, 0 to nn_session_get_threads() - 1
 */
void nn_session_run_tasks (NnSession *session, NnSessionFunc func, gpointer data, guint n);

/**
 * nn_session_set_feature_map: whether runs keep the last feature map, for nn_session_get_activation_map()
 * Off at first. Changes no bit of the logits.
 * Returns: FALSE with NN_ERROR_UNSUPPORTED for a network that does not end with a global average pool and one fully
 * connected layer, and for a session that does not run with precision highest
 */
gboolean nn_session_set_feature_map (NnSession *session, gboolean on, GError **error);
/* The map's size, samples; 0 while off. */
void nn_session_get_feature_map_size (const NnSession *session, guint *height, guint *width);

/**
 * nn_session_get_activation_map: where in image number @image of the last run the class was seen
 * Class activation map of B. Zhou et al., "Learning Deep Features for Discriminative Localization" (CVPR 2016), eq. 2:
 * M(x, y) = Σ_k w_k f_k(x, y), with the class's weights w of the fully connected layer and the last feature map f. The
 * mean of the map and the class's bias add up to its logit.
 * @map: height × width floats, rows from the top
 */
void nn_session_get_activation_map (const NnSession *session, guint image, guint class_index, gfloat *map);

guint nn_session_get_threads (const NnSession *session);
guint nn_session_get_height (const NnSession *session);
guint nn_session_get_width (const NnSession *session);
/* The level chosen, one of nn_cpu_get_isa_names(). */
const gchar *nn_session_get_isa (const NnSession *session);
/* How many other sessions of the same NnModel use this one's packed weights: those made with the same size, batch,
 * threads and level share them without being asked. */
guint nn_session_get_n_sharing (const NnSession *session);
/* What runs: HIGHEST, HIGH or MEDIUM, never AUTO. */
NnPrecision nn_session_get_precision (const NnSession *session);
/* Bytes of packed weights and of the arena. */
gsize nn_session_get_memory (const NnSession *session);

/* One row of `resnet-tool bench --layers`. */
typedef struct {
  const gchar *name;   /* of the node; "conv1 + maxpool" where two are one loop */
  const gchar *kernel; /* which body ran: "direct avx2 6x16" */
  gdouble flops;       /* one image */
  gdouble
      predicted;   /* seconds that the cost model expects for the whole planned batch on all threads; 0: it has none */
  gdouble seconds; /* of the last profiled run, the whole batch */
} NnLayerTime;

/* 2 × multiply-adds a second that one thread reaches at the session's ISA level with all numbers in registers (where
 * the level is OpenBLAS's: in the cache); measured at each call, for 20 ms. What NnLayerTime's predicted is relative to
 * is measured when profiling is switched on. */
gdouble nn_session_measure_peak (const NnSession *session);

/* Off at first. While on, each run stores its layers' times. */
void nn_session_set_profiling (NnSession *session, gboolean on);
/* A GArray of NnLayerTime of the last run with profiling on; free with g_array_unref(). */
GArray *nn_session_get_profile (const NnSession *session);

/* The highest level that this processor, the operating system and NN_MAX_ISA allow. */
const gchar *nn_cpu_get_isa (void);
/* All levels from the lowest to the highest, NULL-terminated: "c", "avx2", … "amx" (nn/base/nn-cpu.h says what each
 * needs). */
const gchar *const *nn_cpu_get_isa_names (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnSession, nn_session_free)

G_END_DECLS
