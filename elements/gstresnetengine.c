/* gst-resnet: a loaded model and what runs it for one stream
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetengine.h"

#include <glib/gstdio.h>
#include <math.h>
#include <nn/labels.h>
#include <nn/session.h>

#include "default-model.h"

struct _GstResnetEngine
{
  NnModel *model;
  gchar **labels;
  guint n_classes;
  guint64 size;                 /* of the model file, bytes */
  guint threads;                /* as the user asked for */
  NnPrecision precision;        /* likewise */

  /* made for the present preprocessing */
  NnPreprocess preprocess;
  NnPreprocessor *preprocessor;
  NnSession *session;
  gfloat *tensor;

  gfloat *logits, *confidences;
};

static gboolean
is_set (const gchar * string)
{
  return string && *string;
}

/* From nn's error domain to GStreamer's, by what the user can do about it. */
static void
propagate_nn_error (GError ** dest, GError * error, const gchar * path)
{
  GQuark domain = GST_STREAM_ERROR;
  gint code = GST_STREAM_ERROR_FORMAT;

  if (path && !g_file_test (path, G_FILE_TEST_EXISTS)) {
    domain = GST_RESOURCE_ERROR;
    code = GST_RESOURCE_ERROR_NOT_FOUND;
  } else if (g_error_matches (error, NN_ERROR, NN_ERROR_IO)) {
    domain = GST_RESOURCE_ERROR;
    code = GST_RESOURCE_ERROR_OPEN_READ;
  } else if (g_error_matches (error, NN_ERROR, NN_ERROR_LABELS)
      || g_error_matches (error, NN_ERROR, NN_ERROR_ARGUMENT)) {
    domain = GST_LIBRARY_ERROR;
    code = GST_LIBRARY_ERROR_SETTINGS;
  }
  g_set_error_literal (dest, domain, code, error->message);
  g_error_free (error);
}

static gboolean
load_model (GstResnetEngine * engine, const gchar * path, GError ** error)
{
  GError *nn_error = NULL;
  GStatBuf st;

  if (is_set (path)) {
    engine->model = nn_model_load (path, &nn_error);
    if (engine->model && g_stat (path, &st) == 0)
      engine->size = st.st_size;
  } else {
    GBytes *bytes = default_model_get_bytes ();

    engine->model = nn_model_load_bytes (bytes, "embedded model", &nn_error);
    engine->size = g_bytes_get_size (bytes);
    g_bytes_unref (bytes);
    path = NULL;
  }
  if (!engine->model) {
    propagate_nn_error (error, nn_error, path);
    return FALSE;
  }
  engine->n_classes = nn_model_get_n_classes (engine->model);
  return TRUE;
}

static gboolean
load_labels (GstResnetEngine * engine, const gchar * path, GError ** error)
{
  const gchar *const *labels = nn_model_get_labels (engine->model);
  GError *nn_error = NULL;
  guint i;

  if (is_set (path)) {
    engine->labels = nn_labels_load (path, engine->n_classes, &nn_error);
    if (!engine->labels) {
      propagate_nn_error (error, nn_error, path);
      return FALSE;
    }
  } else if (labels) {
    engine->labels = g_strdupv ((gchar **) labels);
  } else {
    engine->labels = g_new0 (gchar *, (gsize) engine->n_classes + 1);
    for (i = 0; i < engine->n_classes; i++)
      engine->labels[i] = g_strdup_printf ("%u", i);
  }
  return TRUE;
}

gboolean
gst_resnet_engine_update (GstResnetEngine * engine,
    const GstResnetSettings * settings, GError ** error)
{
  NnPreprocess p;
  NnPreprocessor *preprocessor = NULL;
  NnSession *session = NULL;
  GError *nn_error = NULL;

  if (!gst_resnet_settings_get_preprocess (settings,
          nn_model_get_preprocess (engine->model), &p, &nn_error))
    goto failed;
  if (engine->session && memcmp (&p, &engine->preprocess, sizeof (p)) == 0)
    return TRUE;

  preprocessor = nn_preprocessor_new (&p, NULL, &nn_error);
  if (!preprocessor)
    goto failed;
  if (!engine->session || p.crop != engine->preprocess.crop) {
    NnSessionOptions options = {
      .threads = engine->threads,.height = p.crop,.width = p.crop,
      .precision = engine->precision
    };

    session = nn_session_new (engine->model, &options, &nn_error);
    if (!session) {
      g_prefix_error (&nn_error, "With crop %u: ", p.crop);
      goto failed;
    }
    g_clear_pointer (&engine->session, nn_session_free);
    engine->session = session;
    g_free (engine->tensor);
    engine->tensor = g_new (gfloat, (gsize) 3 * p.crop * p.crop);
  }
  g_clear_pointer (&engine->preprocessor, nn_preprocessor_free);
  engine->preprocessor = preprocessor;
  engine->preprocess = p;
  return TRUE;

failed:
  g_clear_pointer (&preprocessor, nn_preprocessor_free);
  propagate_nn_error (error, nn_error, NULL);
  return FALSE;
}

GstResnetEngine *
gst_resnet_engine_new (const GstResnetSettings * settings, GError ** error)
{
  GstResnetEngine *engine = g_new0 (GstResnetEngine, 1);

  engine->threads = settings->threads;
  engine->precision = settings->precision;
  if (!load_model (engine, settings->model, error)
      || !load_labels (engine, settings->labels, error)
      || !gst_resnet_engine_update (engine, settings, error)) {
    gst_resnet_engine_free (engine);
    return NULL;
  }
  engine->logits = g_new (gfloat, engine->n_classes);
  engine->confidences = g_new (gfloat, engine->n_classes);
  return engine;
}

void
gst_resnet_engine_free (GstResnetEngine * engine)
{
  g_clear_pointer (&engine->session, nn_session_free);
  g_clear_pointer (&engine->preprocessor, nn_preprocessor_free);
  g_clear_pointer (&engine->model, nn_model_unref);
  g_strfreev (engine->labels);
  g_free (engine->tensor);
  g_free (engine->logits);
  g_free (engine->confidences);
  g_free (engine);
}

gboolean
gst_resnet_engine_prepare (GstResnetEngine * engine, const NnImage * image,
    GError ** error)
{
  return nn_preprocessor_run (engine->preprocessor, image, engine->tensor,
      error);
}

void
gst_resnet_engine_infer (GstResnetEngine * engine)
{
  nn_session_run (engine->session, engine->tensor, 1, engine->logits);
}

gboolean
gst_resnet_engine_get_result (GstResnetEngine * engine,
    const GstResnetSettings * settings, GstResnetResult * result)
{
  gfloat *confidences = engine->confidences;
  guint k = MIN (settings->top_k, engine->n_classes);
  guint i;

  nn_activate (settings->activation, engine->logits, engine->n_classes,
      confidences);
  gst_resnet_result_reserve (result, k);
  k = nn_topk (confidences, engine->n_classes, k, result->indices);
  result->n_entries = 0;
  /* Not-a-number sorts last: if the first is one, all are. */
  if (k == 0 || !isfinite (confidences[result->indices[0]]))
    return FALSE;
  for (i = 0; i < k; i++) {
    gfloat confidence = confidences[result->indices[i]];

    if (!isfinite (confidence))
      break;
    if (settings->activation != NN_ACTIVATION_NONE
        && confidence < settings->threshold)
      break;
    result->confidences[result->n_entries++] = confidence;
  }
  return TRUE;
}

const NnModel *
gst_resnet_engine_get_model (GstResnetEngine * engine)
{
  return engine->model;
}

const gchar *const *
gst_resnet_engine_get_labels (GstResnetEngine * engine)
{
  return (const gchar * const *) engine->labels;
}

const gchar *
gst_resnet_engine_get_isa (GstResnetEngine * engine)
{
  return nn_session_get_isa (engine->session);
}

const gchar *
gst_resnet_engine_get_precision (GstResnetEngine * engine)
{
  return nn_precision_to_string (nn_session_get_precision (engine->session));
}

guint
gst_resnet_engine_get_threads (GstResnetEngine * engine)
{
  return nn_session_get_threads (engine->session);
}

GstStructure *
gst_resnet_engine_get_info (GstResnetEngine * engine)
{
  NnModel *model = engine->model;
  gchar *input = g_strdup_printf ("3x%ux%u",
      nn_session_get_height (engine->session),
      nn_session_get_width (engine->session));
  GstStructure *info = gst_structure_new ("resnetclassify-model-info",
      "architecture", G_TYPE_STRING, nn_model_get_architecture (model),
      "input", G_TYPE_STRING, input,
      "classes", G_TYPE_UINT, engine->n_classes,
      "parameters", G_TYPE_UINT64, nn_model_get_n_parameters (model),
      "sha256", G_TYPE_STRING, nn_model_get_sha256 (model),
      "format", G_TYPE_STRING, nn_model_get_format (model),
      "size", G_TYPE_UINT64, engine->size, NULL);

  g_free (input);
  return info;
}
