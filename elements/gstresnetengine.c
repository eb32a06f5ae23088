/* gst-resnet: what runs a model for one stream
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetengine.h"

#include <float.h>
#include <math.h>
#include <nn/session.h>

#include "gstresnetshare.h"

/* Images of one run where there are regions. The session takes as many of them through a layer together as fit into
 * the cache; a frame with more regions is several runs. */
#define REGIONS_BATCH 16

struct _GstResnetEngine
{
  GstResnetModel *model;
  guint threads;                /* as the user asked for */
  NnPrecision precision;        /* likewise */
  GstResnetGroupSettings group_settings;        /* likewise */

  /* made for the present preprocessing and batch */
  NnPreprocess preprocess;
  NnPreprocessor **preprocessors;       /* one a thread where images are prepared side by side */
  guint n_preprocessors;
  NnSession *session;           /* NULL where the group's runs */
  GstResnetGroup *group;
  gboolean silent;              /* the group does not wait for this stream */
  guint batch;
  gboolean heatmap;
  gfloat *tensor;               /* batch × 3 × crop × crop */

  gfloat *logits;               /* batch × n_classes */
  gfloat *confidences;          /* n_classes */
};

static const NnSession *
get_session (GstResnetEngine * engine)
{
  return engine->group ? gst_resnet_group_get_session (engine->group)
      : engine->session;
}

static void
drop_session (GstResnetEngine * engine)
{
  gst_resnet_engine_set_silent (engine);
  g_clear_pointer (&engine->group, gst_resnet_group_leave);
  g_clear_pointer (&engine->session, nn_session_free);
}

/* One of the stream's own, or the group's. A feature map is not shared. FALSE: the one before stays. */
static gboolean
make_session (GstResnetEngine * engine, guint crop, guint batch,
    gboolean heatmap, GError ** error)
{
  const GstResnetGroupSettings *settings = &engine->group_settings;
  NnModel *model = engine->model->model;
  NnSessionOptions options = {
    .threads = engine->threads,.max_batch = batch,.height = crop,
    .width = crop,.precision =
        heatmap ? NN_PRECISION_HIGHEST : engine->precision
  };
  GstResnetGroup *group = NULL;
  NnSession *session = NULL;

  if (settings->name && *settings->name && !heatmap) {
    options.max_batch = settings->batch_size;
    group = gst_resnet_group_join (settings->name, model, &options, error);
  } else {
    session = nn_session_new (model, &options, error);
  }
  if (!group && !session) {
    g_prefix_error (error, "With crop %u: ", crop);
    return FALSE;
  }
  if (heatmap && !nn_session_set_feature_map (session, TRUE, error)) {
    g_prefix_error (error, "Property heatmap=true: ");
    nn_session_free (session);
    return FALSE;
  }
  drop_session (engine);
  engine->group = group;
  engine->session = session;
  /* Until its first run. */
  engine->silent = TRUE;
  return TRUE;
}

static void
drop_preprocessors (GstResnetEngine * engine)
{
  guint i;

  for (i = 0; i < engine->n_preprocessors; i++)
    nn_preprocessor_free (engine->preprocessors[i]);
  engine->n_preprocessors = 0;
  g_clear_pointer (&engine->preprocessors, g_free);
}

/* For parameters that are valid. A group's threads are at work for others while this stream prepares its images. */
static void
make_preprocessors (GstResnetEngine * engine)
{
  guint i, n = engine->session && engine->batch > 1 ?
      nn_session_get_threads (engine->session) : 1;

  drop_preprocessors (engine);
  engine->preprocessors = g_new0 (NnPreprocessor *, n);
  for (i = 0; i < n; i++)
    engine->preprocessors[i] =
        nn_preprocessor_new (&engine->preprocess, NULL, NULL);
  engine->n_preprocessors = n;
}

gboolean
gst_resnet_engine_update (GstResnetEngine * engine,
    const GstResnetSettings * settings, GError ** error)
{
  NnModel *model = engine->model->model;
  NnPreprocess p;
  GError *nn_error = NULL;
  guint batch = settings->live.region == GST_RESNET_LOOK_FULL_FRAME ? 1 :
      REGIONS_BATCH;

  if (!gst_resnet_settings_get_preprocess (settings,
          nn_model_get_preprocess (model), &p, &nn_error))
    goto failed;
  if (get_session (engine) && batch == engine->batch
      && settings->live.heatmap == engine->heatmap
      && memcmp (&p, &engine->preprocess, sizeof (p)) == 0)
    return TRUE;

  if (!nn_preprocess_validate (&p, &nn_error))
    goto failed;
  if (!get_session (engine) || batch != engine->batch
      || settings->live.heatmap != engine->heatmap
      || p.crop != engine->preprocess.crop) {
    if (!make_session (engine, p.crop, batch, settings->live.heatmap,
            &nn_error))
      goto failed;
    engine->heatmap = settings->live.heatmap;
    engine->batch = batch;
    g_free (engine->tensor);
    engine->tensor = g_new (gfloat, (gsize) batch * 3 * p.crop * p.crop);
    g_free (engine->logits);
    engine->logits = g_new (gfloat, (gsize) batch * engine->model->n_classes);
  }
  engine->preprocess = p;
  make_preprocessors (engine);
  return TRUE;

failed:
  gst_resnet_propagate_nn_error (error, nn_error, NULL);
  return FALSE;
}

GstResnetEngine *
gst_resnet_engine_new (const GstResnetSettings * settings, GError ** error)
{
  GstResnetEngine *engine = g_new0 (GstResnetEngine, 1);

  engine->threads = settings->threads;
  engine->precision = settings->precision;
  engine->group_settings = settings->group;
  gst_resnet_group_settings_own (&engine->group_settings);
  engine->model =
      gst_resnet_model_load (settings->model, settings->labels, error);
  if (!engine->model || !gst_resnet_engine_update (engine, settings, error)) {
    gst_resnet_engine_free (engine);
    return NULL;
  }
  engine->confidences = g_new (gfloat, engine->model->n_classes);
  return engine;
}

void
gst_resnet_engine_free (GstResnetEngine * engine)
{
  drop_session (engine);
  gst_resnet_group_settings_clear (&engine->group_settings);
  drop_preprocessors (engine);
  g_clear_pointer (&engine->model, gst_resnet_model_unref);
  g_free (engine->tensor);
  g_free (engine->logits);
  g_free (engine->confidences);
  g_free (engine);
}

guint
gst_resnet_engine_get_batch (GstResnetEngine * engine)
{
  return engine->batch;
}

typedef struct
{
  GstResnetEngine *engine;
  const NnImage *images;
  GMutex lock;
  guint failed;                 /* the first image that cannot be prepared */
  GError *error;
} Preparation;

static void
prepare_task (gpointer data, guint task, guint thread)
{
  Preparation *preparation = data;
  GstResnetEngine *engine = preparation->engine;
  gsize size = (gsize) 3 * engine->preprocess.crop * engine->preprocess.crop;
  GError *error = NULL;

  if (nn_preprocessor_run (engine->preprocessors[thread],
          &preparation->images[task], engine->tensor + task * size, &error))
    return;
  g_mutex_lock (&preparation->lock);
  if (task < preparation->failed) {
    preparation->failed = task;
    g_clear_error (&preparation->error);
    preparation->error = g_steal_pointer (&error);
  }
  g_mutex_unlock (&preparation->lock);
  g_clear_error (&error);
}

gboolean
gst_resnet_engine_prepare (GstResnetEngine * engine, const NnImage * images,
    guint n, GError ** error)
{
  Preparation preparation = {.engine = engine,.images = images,
    .failed = G_MAXUINT
  };
  guint i;

  g_return_val_if_fail (n <= engine->batch, FALSE);
  g_mutex_init (&preparation.lock);
  if (engine->n_preprocessors > 1
      && engine->n_preprocessors >= nn_session_get_threads (engine->session))
    nn_session_run_tasks (engine->session, prepare_task, &preparation, n);
  else
    for (i = 0; i < n; i++)
      prepare_task (&preparation, i, 0);
  g_mutex_clear (&preparation.lock);
  if (preparation.error)
    g_propagate_error (error, preparation.error);
  return preparation.failed == G_MAXUINT;
}

void
gst_resnet_engine_infer (GstResnetEngine * engine, guint n)
{
  if (!engine->group) {
    nn_session_run (engine->session, engine->tensor, n, engine->logits);
    return;
  }
  if (engine->silent)
    gst_resnet_group_set_active (engine->group, TRUE);
  engine->silent = FALSE;
  gst_resnet_group_run (engine->group,
      engine->group_settings.batch_timeout * GST_MSECOND, n, engine->tensor,
      engine->logits);
}

void
gst_resnet_engine_set_silent (GstResnetEngine * engine)
{
  if (engine->group && !engine->silent) {
    gst_resnet_group_set_active (engine->group, FALSE);
    engine->silent = TRUE;
  }
}

void
gst_resnet_engine_get_sharing (GstResnetEngine * engine,
    GstResnetSharing * sharing)
{
  memset (sharing, 0, sizeof (*sharing));
  sharing->shared_with =
      gst_resnet_share_get_n_users (engine->model->model) - 1;
  if (engine->group)
    gst_resnet_group_get_counts (engine->group, &sharing->group_runs,
        &sharing->group_images);
}

/* Temperature acts on what goes into the activation, also where that is in the network: softmax (log p) = p. */
static NnActivation
apply_temperature (const GstResnetEngine * engine,
    const GstResnetSettings * settings, const gfloat * outputs, gfloat * scaled)
{
  const NnModel *model = engine->model->model;
  NnActivation activation =
      nn_model_resolve_activation (model, settings->activation);
  NnActivation inside = NN_ACTIVATION_NONE;
  guint i, n = engine->model->n_classes;

  if (settings->activation == NN_ACTIVATION_AUTO) {
    if (nn_model_get_output (model) == NN_MODEL_OUTPUT_SOFTMAX)
      activation = inside = NN_ACTIVATION_SOFTMAX;
    else if (nn_model_get_output (model) == NN_MODEL_OUTPUT_SIGMOID)
      activation = inside = NN_ACTIVATION_SIGMOID;
  }
  for (i = 0; i < n; i++) {
    gfloat value = outputs[i];

    if (inside == NN_ACTIVATION_SOFTMAX)
      value = logf (MAX (value, FLT_MIN));
    else if (inside == NN_ACTIVATION_SIGMOID)
      value = logf (MAX (value, FLT_MIN)) - logf (MAX (1 - value, FLT_EPSILON));
    scaled[i] = value / settings->live.temperature;
  }
  return activation;
}

gfloat *
gst_resnet_engine_get_confidences (GstResnetEngine * engine,
    const GstResnetSettings * settings, guint slot, GError ** error)
{
  guint i, n = engine->model->n_classes;
  gfloat *logits = engine->logits + (gsize) slot * n;
  gfloat *confidences = engine->confidences;
  NnActivation activation;
  gboolean finite = FALSE;

  /* Dividing by 1 changes no bit, but takes time. */
  if (settings->live.temperature != 1.0f) {
    activation = apply_temperature (engine, settings, logits, confidences);
    logits = confidences;
  } else {
    activation = nn_model_resolve_activation (engine->model->model,
        settings->activation);
  }
  nn_activate (activation, logits, n, confidences);
  for (i = 0; i < n && !finite; i++)
    finite = isfinite (confidences[i]);
  if (finite)
    return confidences;
  g_set_error_literal (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
      "The network's output is not finite: the model's weights are too large "
      "for its input");
  return NULL;
}

gboolean
gst_resnet_engine_try (GstResnetEngine * engine,
    const GstResnetSettings * settings, GError ** error)
{
  gsize side = engine->preprocess.crop;

  memset (engine->tensor, 0, 3 * side * side * sizeof (gfloat));
  gst_resnet_engine_infer (engine, 1);
  return gst_resnet_engine_get_confidences (engine, settings, 0, error) != NULL;
}

GBytes *
gst_resnet_engine_get_heatmap (GstResnetEngine * engine, guint slot,
    guint class_index, guint * width, guint * height)
{
  gfloat *map, low, high;
  guint8 *gray;
  gsize i, n;

  nn_session_get_feature_map_size (get_session (engine), height, width);
  n = (gsize) * height * *width;
  if (n == 0)
    return NULL;
  map = g_new (gfloat, n);
  gray = g_malloc (n);
  nn_session_get_activation_map (engine->session, slot, class_index, map);
  low = high = map[0];
  for (i = 1; i < n; i++) {
    low = MIN (low, map[i]);
    high = MAX (high, map[i]);
  }
  /* A map that is the same everywhere says nothing; so does one that is not finite. */
  for (i = 0; i < n; i++)
    gray[i] = high > low && isfinite (high - low) && isfinite (map[i]) ?
        (guint8) lrintf ((map[i] - low) / (high - low) * 255.0f) : 0;
  g_free (map);
  return g_bytes_new_take (gray, n);
}

GstResnetModel *
gst_resnet_engine_get_model (GstResnetEngine * engine)
{
  return engine->model;
}

const NnPreprocess *
gst_resnet_engine_get_preprocess (GstResnetEngine * engine)
{
  return &engine->preprocess;
}

const gchar *
gst_resnet_engine_get_isa (GstResnetEngine * engine)
{
  return nn_session_get_isa (get_session (engine));
}

const gchar *
gst_resnet_engine_get_precision (GstResnetEngine * engine)
{
  return nn_precision_to_string (nn_session_get_precision (get_session
          (engine)));
}

guint
gst_resnet_engine_get_threads (GstResnetEngine * engine)
{
  return nn_session_get_threads (get_session (engine));
}

GstStructure *
gst_resnet_engine_get_info (GstResnetEngine * engine)
{
  NnModel *model = engine->model->model;
  gchar *input = g_strdup_printf ("3x%ux%u",
      nn_session_get_height (get_session (engine)),
      nn_session_get_width (get_session (engine)));
  GstStructure *info = gst_structure_new ("resnetclassify-model-info",
      "architecture", G_TYPE_STRING, nn_model_get_architecture (model),
      "input", G_TYPE_STRING, input,
      "classes", G_TYPE_UINT, engine->model->n_classes,
      "parameters", G_TYPE_UINT64, nn_model_get_n_parameters (model),
      "sha256", G_TYPE_STRING, nn_model_get_sha256 (model),
      "format", G_TYPE_STRING, nn_model_get_format (model),
      "size", G_TYPE_UINT64, engine->model->size, NULL);

  g_free (input);
  return info;
}
