/* gst-resnet: what runs a model for one stream
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetrunner.h"

#include <math.h>
#include <nn/answer.h>
#include <nn/session.h>

#include "gstresnetshare.h"

/* This is the largest number of images in one run if regions are classified. The session takes as many of them through
 * a layer together as fit into the cache. A frame with more regions needs several runs. */
#define REGIONS_BATCH 16

struct _GstResnetRunner
{
  GstResnetModel *model;
  GstResnetSettings settings;   /* those that it was made with; the ones that may change come with each call */

  /* These fields are made for the present preprocessing and batch. */
  NnPreprocess preprocess;
  NnPreprocessor **preprocessors;       /* one for each thread if images are prepared side by side */
  guint n_preprocessors;
  NnSession *session;           /* NULL if the group's session runs */
  GstResnetMember *member;
  gboolean silent;              /* the group does not wait for this stream */
  guint batch;
  gboolean heatmap;
  gfloat *tensor;               /* batch × channels × height × width */

  gfloat *outputs;              /* batch × the network's outputs */
  gfloat *confidences;          /* n_classes */
};

static const NnSession *
get_session (GstResnetRunner * runner)
{
  return runner->member ? gst_resnet_group_get_session (runner->member)
      : runner->session;
}

static void
drop_session (GstResnetRunner * runner)
{
  gst_resnet_runner_set_silent (runner);
  g_clear_pointer (&runner->member, gst_resnet_group_leave);
  g_clear_pointer (&runner->session, nn_session_free);
}

/* Makes a session for this stream alone, or joins the group's. A stream that keeps the feature map always has its own
 * session. If this fails, it returns FALSE and keeps the present session. */
static gboolean
make_session (GstResnetRunner * runner, const NnPreprocess * p, guint batch,
    gboolean heatmap, GError ** error)
{
  const GstResnetSettings *settings = &runner->settings;
  NnModel *model = runner->model->model;
  NnSessionOptions options = {
    .threads = settings->threads,.max_batch = batch,.height =
        p->crop_height,.width = p->crop_width,.precision =
        heatmap ? NN_PRECISION_HIGHEST : settings->precision
  };
  GstResnetMember *member = NULL;
  NnSession *session = NULL;

  if (settings->group && *settings->group && !heatmap) {
    options.max_batch = settings->batch_size;
    member = gst_resnet_group_join (settings->group, model, &options, error);
  } else {
    session = nn_session_new (model, &options, error);
  }
  if (!member && !session) {
    g_autofree gchar *crop = nn_preprocess_crop_to_string (p);

    g_prefix_error (error, "The network does not take a crop of %s pixels: ",
        crop);
    return FALSE;
  }
  if (heatmap && !nn_session_set_feature_map (session, TRUE, error)) {
    g_prefix_error (error, "Property heatmap=true: ");
    nn_session_free (session);
    return FALSE;
  }
  drop_session (runner);
  runner->member = member;
  runner->session = session;
  /* The group does not wait for the stream before its first run. */
  runner->silent = TRUE;
  return TRUE;
}

static void
drop_preprocessors (GstResnetRunner * runner)
{
  guint i;

  for (i = 0; i < runner->n_preprocessors; i++)
    nn_preprocessor_free (runner->preprocessors[i]);
  runner->n_preprocessors = 0;
  g_clear_pointer (&runner->preprocessors, g_free);
}

/* The parameters must be valid. In a group there is one preprocessor, since the group's threads work for others while
 * this stream prepares its images. */
static void
make_preprocessors (GstResnetRunner * runner)
{
  guint i, n = runner->session && runner->batch > 1 ?
      nn_session_get_threads (runner->session) : 1;

  drop_preprocessors (runner);
  runner->preprocessors = g_new0 (NnPreprocessor *, n);
  for (i = 0; i < n; i++)
    runner->preprocessors[i] =
        nn_preprocessor_new (&runner->preprocess, NULL, NULL);
  runner->n_preprocessors = n;
}

gboolean
gst_resnet_runner_update (GstResnetRunner * runner,
    const GstResnetSettings * settings, GError ** error)
{
  NnModel *model = runner->model->model;
  NnPreprocess p;
  GError *nn_error = NULL;
  guint batch = settings->region == GST_RESNET_REGION_MODE_FULL_FRAME ? 1 :
      REGIONS_BATCH;

  if (!gst_resnet_settings_get_preprocess (settings,
          nn_model_get_preprocess (model), &p, &nn_error))
    goto failed;
  if (get_session (runner) && batch == runner->batch
      && settings->heatmap == runner->heatmap
      && memcmp (&p, &runner->preprocess, sizeof (p)) == 0)
    return TRUE;

  if (!nn_preprocess_validate (&p, &nn_error))
    goto failed;
  if (!get_session (runner) || batch != runner->batch
      || settings->heatmap != runner->heatmap
      || p.crop_height != runner->preprocess.crop_height
      || p.crop_width != runner->preprocess.crop_width) {
    if (!make_session (runner, &p, batch, settings->heatmap, &nn_error))
      goto failed;
    runner->heatmap = settings->heatmap;
    runner->batch = batch;
    g_free (runner->tensor);
    runner->tensor = g_new (gfloat, batch * nn_preprocess_get_tensor_size (&p));
    g_free (runner->outputs);
    runner->outputs =
        g_new (gfloat, (gsize) batch * nn_model_get_n_outputs (model));
  }
  runner->preprocess = p;
  make_preprocessors (runner);
  return TRUE;

failed:
  gst_resnet_propagate_nn_error (error, nn_error, NULL);
  return FALSE;
}

GstResnetRunner *
gst_resnet_runner_new (const GstResnetSettings * settings, GError ** error)
{
  GstResnetRunner *runner = g_new0 (GstResnetRunner, 1);
  const NnModelOptions options = {.weights = settings->weights,
    .architecture = settings->architecture
  };

  gst_resnet_settings_copy (&runner->settings, settings);
  runner->model =
      gst_resnet_model_load (settings->model, settings->labels, &options,
      error);
  if (!runner->model || !gst_resnet_runner_update (runner, settings, error)) {
    gst_resnet_runner_free (runner);
    return NULL;
  }
  runner->confidences = g_new (gfloat, runner->model->n_classes);
  return runner;
}

void
gst_resnet_runner_free (GstResnetRunner * runner)
{
  drop_session (runner);
  gst_resnet_settings_clear (&runner->settings);
  drop_preprocessors (runner);
  g_clear_pointer (&runner->model, gst_resnet_model_unref);
  g_free (runner->tensor);
  g_free (runner->outputs);
  g_free (runner->confidences);
  g_free (runner);
}

guint
gst_resnet_runner_get_batch (GstResnetRunner * runner)
{
  return runner->batch;
}

typedef struct
{
  GstResnetRunner *runner;
  const NnImage *images;
  GMutex lock;
  guint failed;                 /* the first image that cannot be prepared */
  GError *error;
} Preparation;

static void
prepare_task (gpointer data, guint task, guint thread)
{
  Preparation *preparation = data;
  GstResnetRunner *runner = preparation->runner;
  gsize size = nn_preprocess_get_tensor_size (&runner->preprocess);
  GError *error = NULL;

  if (nn_preprocessor_run (runner->preprocessors[thread],
          &preparation->images[task], runner->tensor + task * size, &error))
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
gst_resnet_runner_prepare (GstResnetRunner * runner, const NnImage * images,
    guint n, GError ** error)
{
  Preparation preparation = {.runner = runner,.images = images,
    .failed = G_MAXUINT
  };
  guint i;

  g_return_val_if_fail (n <= runner->batch, FALSE);
  g_mutex_init (&preparation.lock);
  if (runner->n_preprocessors > 1
      && runner->n_preprocessors >= nn_session_get_threads (runner->session))
    nn_session_run_tasks (runner->session, prepare_task, &preparation, n);
  else
    for (i = 0; i < n; i++)
      prepare_task (&preparation, i, 0);
  g_mutex_clear (&preparation.lock);
  if (preparation.error) {
    const NnImage *failed = &images[preparation.failed];
    guint64 wide = failed->par_n, high = failed->par_d;
    gboolean by_shape = wide > high * NN_IMAGE_MAX_PAR
        || high > wide * NN_IMAGE_MAX_PAR;

    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "The frame cannot be prepared: %s%s", preparation.error->message,
        by_shape ? "; ignore-pixel-aspect-ratio=true takes its pixels for "
        "square" : "");
    g_error_free (preparation.error);
  }
  return preparation.failed == G_MAXUINT;
}

gboolean
gst_resnet_runner_infer (GstResnetRunner * runner, guint n,
    GstResnetPatience * patience)
{
  if (!runner->member) {
    nn_session_run (runner->session, runner->tensor, n, runner->outputs);
    return TRUE;
  }
  if (runner->silent)
    gst_resnet_group_set_active (runner->member, TRUE);
  runner->silent = FALSE;
  return gst_resnet_group_run (runner->member,
      runner->settings.batch_timeout * GST_MSECOND, n, runner->tensor,
      runner->outputs, patience);
}

void
gst_resnet_runner_set_silent (GstResnetRunner * runner)
{
  if (runner->member && !runner->silent) {
    gst_resnet_group_set_active (runner->member, FALSE);
    runner->silent = TRUE;
  }
}

void
gst_resnet_runner_get_sharing (GstResnetRunner * runner,
    GstResnetSharing * sharing)
{
  memset (sharing, 0, sizeof (*sharing));
  sharing->shared_with =
      gst_resnet_share_get_n_users (runner->model->model) - 1;
  if (runner->member)
    gst_resnet_group_get_counts (runner->member, &sharing->group_runs,
        &sharing->group_images);
}

gfloat *
gst_resnet_runner_get_confidences (GstResnetRunner * runner,
    const GstResnetSettings * settings, guint slot, GError ** error)
{
  guint i, n = runner->model->n_classes;
  const gfloat *outputs = runner->outputs +
      (gsize) slot * nn_model_get_n_outputs (runner->model->model);
  gfloat *confidences = runner->confidences;
  gboolean finite = FALSE;

  nn_model_answer (runner->model->model, settings->activation,
      settings->temperature, outputs, confidences);
  for (i = 0; i < n && !finite; i++)
    finite = isfinite (confidences[i]);
  if (finite)
    return confidences;
  g_set_error_literal (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
      "The network's output is not finite, because the model's weights are too "
      "large for its input");
  return NULL;
}

gboolean
gst_resnet_runner_try (GstResnetRunner * runner,
    const GstResnetSettings * settings, GError ** error)
{
  gsize n = nn_preprocess_get_tensor_size (&runner->preprocess);

  memset (runner->tensor, 0, n * sizeof (gfloat));
  gst_resnet_runner_infer (runner, 1, NULL);
  return gst_resnet_runner_get_confidences (runner, settings, 0, error) != NULL;
}

GBytes *
gst_resnet_runner_get_heatmap (GstResnetRunner * runner, guint slot,
    guint class_index, guint * width, guint * height)
{
  gfloat *map, low, high;
  gboolean negative;
  guint output;
  guint8 *gray;
  gsize i, n;

  nn_session_get_feature_map_size (get_session (runner), height, width);
  n = (gsize) * height * *width;
  if (n == 0)
    return NULL;
  map = g_new (gfloat, n);
  gray = g_malloc (n);
  output = nn_model_get_output_of (runner->model->model, class_index,
      &negative);
  nn_session_get_activation_map (runner->session, slot, output, map);
  for (i = 0; negative && i < n; i++)
    map[i] = -map[i];
  low = high = map[0];
  for (i = 1; i < n; i++) {
    low = MIN (low, map[i]);
    high = MAX (high, map[i]);
  }
  /* A map that has the same value everywhere, or is not finite, shows nothing. */
  for (i = 0; i < n; i++)
    gray[i] = high > low && isfinite (high - low) && isfinite (map[i]) ?
        (guint8) lrintf ((map[i] - low) / (high - low) * 255.0f) : 0;
  g_free (map);
  return g_bytes_new_take (gray, n);
}

GstResnetModel *
gst_resnet_runner_get_model (GstResnetRunner * runner)
{
  return runner->model;
}

const gchar *
gst_resnet_runner_get_path (GstResnetRunner * runner)
{
  return runner->settings.model;
}

const gchar *
gst_resnet_runner_get_method (GstResnetRunner * runner)
{
  const gchar *method = NULL;
  guint i;

  /* If images are prepared side by side, some threads may not have prepared one yet. */
  for (i = 0; i < runner->n_preprocessors && !method; i++)
    method = nn_preprocessor_get_method (runner->preprocessors[i]);
  return method;
}

const NnPreprocess *
gst_resnet_runner_get_preprocess (GstResnetRunner * runner)
{
  return &runner->preprocess;
}

const gchar *
gst_resnet_runner_get_isa (GstResnetRunner * runner)
{
  return nn_session_get_isa (get_session (runner));
}

const gchar *
gst_resnet_runner_get_precision (GstResnetRunner * runner)
{
  return nn_precision_to_string (nn_session_get_precision (get_session
          (runner)));
}

guint
gst_resnet_runner_get_threads (GstResnetRunner * runner)
{
  return nn_session_get_threads (get_session (runner));
}

GstStructure *
gst_resnet_runner_get_info (GstResnetRunner * runner)
{
  NnModel *model = runner->model->model;
  gchar *input = g_strdup_printf ("%ux%ux%u",
      runner->preprocess.channels,
      nn_session_get_height (get_session (runner)),
      nn_session_get_width (get_session (runner)));
  GstStructure *info = gst_structure_new ("resnetclassify-model-info",
      "architecture", G_TYPE_STRING, nn_model_get_architecture (model),
      "input", G_TYPE_STRING, input,
      "classes", G_TYPE_UINT, runner->model->n_classes,
      "parameters", G_TYPE_UINT64, nn_model_get_n_parameters (model),
      "sha256", G_TYPE_STRING, nn_model_get_sha256 (model),
      "format", G_TYPE_STRING, nn_model_get_format (model),
      "size", G_TYPE_UINT64, runner->model->size, NULL);

  if (nn_model_get_weights (model))
    gst_structure_set (info,
        "weights", G_TYPE_STRING, nn_model_get_weights (model), NULL);
  g_free (input);
  return info;
}
