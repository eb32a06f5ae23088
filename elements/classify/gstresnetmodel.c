/* gst-resnet: a loaded model with its labels, shared by all that answers come from
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetmodel.h"

#include <glib/gstdio.h>
#include <nn/answer.h>

#include "default-model.h"
#include "gstresnetshare.h"

static gboolean
is_set (const gchar * string)
{
  return string && *string;
}

void
gst_resnet_propagate_nn_error (GError ** dest, GError * error,
    const gchar * path)
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
load_weights (GstResnetModel * self, const gchar * path,
    const NnModelOptions * options, GError ** error)
{
  GError *nn_error = NULL;
  GStatBuf st;

  if (is_set (path)) {
    self->model = nn_model_load_with (path, options, &nn_error);
    if (self->model && g_stat (path, &st) == 0)
      self->size = st.st_size;
  } else {
    GBytes *bytes = default_model_get_bytes ();

    self->model =
        nn_model_load_bytes_with (bytes, "embedded model", options, &nn_error);
    self->size = g_bytes_get_size (bytes);
    g_bytes_unref (bytes);
    path = NULL;
  }
  if (!self->model) {
    gst_resnet_propagate_nn_error (error, nn_error, path);
    return FALSE;
  }
  self->model = gst_resnet_share_model (self->model);
  self->n_classes = nn_model_get_n_classes (self->model);
  return TRUE;
}

static gboolean
load_labels (GstResnetModel * self, const gchar * path, GError ** error)
{
  const gchar *const *labels = nn_model_get_labels (self->model);
  GError *nn_error = NULL;
  guint i;

  if (is_set (path)) {
    self->labels =
        nn_model_load_labels (self->model, path, self->warnings, &nn_error);
    if (!self->labels) {
      gst_resnet_propagate_nn_error (error, nn_error, path);
      return FALSE;
    }
  } else if (labels) {
    self->labels = g_strdupv ((gchar **) labels);
  } else {
    self->labels = g_new0 (gchar *, (gsize) self->n_classes + 1);
    for (i = 0; i < self->n_classes; i++)
      self->labels[i] = g_strdup_printf ("%u", i);
  }
  return TRUE;
}

GstResnetModel *
gst_resnet_model_load (const gchar * path, const gchar * labels,
    const NnModelOptions * options, GError ** error)
{
  GstResnetModel *self = g_new0 (GstResnetModel, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  if (!load_weights (self, path, options, error)
      || !load_labels (self, labels, error)) {
    gst_resnet_model_unref (self);
    return NULL;
  }
  return self;
}

GstResnetModel *
gst_resnet_model_ref (GstResnetModel * model)
{
  g_atomic_ref_count_inc (&model->ref_count);
  return model;
}

void
gst_resnet_model_unref (GstResnetModel * model)
{
  if (!g_atomic_ref_count_dec (&model->ref_count))
    return;
  g_clear_pointer (&model->model, gst_resnet_share_give_back);
  g_strfreev (model->labels);
  g_ptr_array_unref (model->warnings);
  g_free (model);
}
