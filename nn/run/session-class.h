/* gst-resnet: the seam between sessions and the engines that compute them
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/session.h>

#include "base/nn-workers.h"

/**
 * NnSessionInfo: what a session says of itself
 * @isa: one of nn_cpu_get_isa_names(); @precision: the precision that runs, never AUTO
 * @memory: its memory in bytes; @n_sharing: how many other sessions of the model use the same weights
 */
typedef struct {
  const gchar *isa;
  NnPrecision precision;
  gsize memory;
  guint n_sharing;
} NnSessionInfo;

/**
 * NnSessionClass: what the sessions of an engine do; the functions of nn/session.h say what each means
 * @run: @batch is 1 to max_batch
 * @free: frees what the engine allocated; the caller then calls nn_session_clear() and g_free()
 * @set_feature_map: NULL where the engine has no activation maps; the next two functions are not called then
 * @set_profiling: NULL where the engine does not measure its layers; the next two functions are not called then
 */
typedef struct {
  void (*run) (NnSession *session, const gfloat *input, guint batch, gfloat *logits);
  void (*free) (NnSession *session);
  void (*describe) (const NnSession *session, NnSessionInfo *info);
  gboolean (*set_feature_map) (NnSession *session, gboolean on, GError **error);
  void (*get_feature_map_size) (const NnSession *session, guint *height, guint *width);
  void (*get_activation_map) (const NnSession *session, guint image, guint class_index, gfloat *map);
  void (*set_profiling) (NnSession *session, gboolean on);
  GArray *(*get_profile) (const NnSession *session);
  gdouble (*measure_peak) (const NnSession *session);
} NnSessionClass;

/**
 * NnSession: what the sessions of all engines have; an engine's own session begins with it
 * @workers: the threads for the caller's tasks, and for the engine's where it has no threads of its own
 * @channels: the channels of an input; @n_outputs: how many numbers an image gives
 */
struct _NnSession {
  const NnSessionClass *klass;
  NnModel *model;
  NnWorkers *workers;
  guint max_batch, channels, height, width, n_outputs;
};

/**
 * NnEngine: code that can compute models
 * @can_run: whether it can make sessions of the model at all; it does no work to find out
 */
typedef struct {
  const gchar *name;
  gboolean (*can_run) (const NnModel *model);
  NnSession *(*new) (NnModel *model, const NnSessionOptions *options, GError **error);
} NnEngine;

/* Fills what all sessions have, and starts the threads. */
void nn_session_init (NnSession *session, const NnSessionClass *klass, NnModel *model, const NnSessionOptions *options);
void nn_session_clear (NnSession *session);
