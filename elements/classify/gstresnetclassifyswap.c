/* gst-resnet: the element resnetclassify: another model while it runs
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetclassifyswap.h"

#include "gstresnetclassifyreport.h"

#define GST_CAT_DEFAULT gst_resnet_classify_debug

void
gst_resnet_classify_set_model_info (GstResnetClassify * self,
    GstStructure * info)
{
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->model_info, gst_structure_free);
  self->model_info = info;
  GST_OBJECT_UNLOCK (self);
}

static void
post_structure (GstResnetClassify * self, GstStructure * structure)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), structure));
}

/* Returns (transfer full) the path as valid UTF-8, which a field of a structure must be. A path may be any bytes. */
static gchar *
to_text (const gchar * path)
{
  return path ? g_utf8_make_valid (path, -1) : g_strdup ("");
}

/* Makes the structure that both messages about models have in common. */
static GstStructure *
swap_structure_new (GstResnetClassify * self, const gchar * name,
    const GstResnetSettings * settings)
{
  gchar *element = gst_object_get_name (GST_OBJECT (self));
  gchar *model = to_text (settings->model), *labels =
      to_text (settings->labels);
  GstStructure *structure = gst_structure_new (name,
      "element", G_TYPE_STRING, element,
      "model", G_TYPE_STRING, model, "labels", G_TYPE_STRING, labels, NULL);

  g_free (labels);
  g_free (model);
  g_free (element);
  return structure;
}

/* Posts that a model was refused. It runs in the loading thread, or in the one that set the property or classifies. To
 * be called without the object lock. */
static void
model_rejected (gpointer data, const GstResnetSettings * settings,
    const GError * error)
{
  GstResnetClassify *self = data;
  GstStructure *structure = swap_structure_new (self, "model-rejected",
      settings);
  gchar *reason = to_text (error->message);
  const gchar *sha256;

  GST_OBJECT_LOCK (self);
  sha256 = self->model_info ? gst_structure_get_string (self->model_info,
      "sha256") : NULL;
  gst_structure_set (structure,
      "reason", G_TYPE_STRING, reason,
      "sha256", G_TYPE_STRING, sha256 ? sha256 : "", NULL);
  GST_OBJECT_UNLOCK (self);
  GST_INFO_OBJECT (self, "%" GST_PTR_FORMAT, structure);
  g_free (reason);
  post_structure (self, structure);
}

/* To be called with the object lock while the element runs. Returns NULL if there is no thread for it. The next
 * call tries again. */
static GstResnetSwap *
get_swap (GstResnetClassify * self, GError ** error)
{
  if (!self->swap) {
    self->swap = gst_resnet_swap_new (&self->settings, model_rejected, self,
        error);
    /* There may have been no thread when watch-model was set. */
    if (self->swap)
      gst_resnet_swap_set_watch (self->swap, self->settings.watch_model);
  }
  return self->swap;
}

void
gst_resnet_classify_watch_model (GstResnetClassify * self, GError ** error)
{
  if (!self->swap && !self->settings.watch_model)
    return;
  if (get_swap (self, error))
    gst_resnet_swap_set_watch (self->swap, self->settings.watch_model);
}

void
gst_resnet_classify_report_unwatched (GstResnetClassify * self, GError * error)
{
  if (!error)
    return;
  g_prefix_error (&error, "The model's files are not watched. ");
  gst_resnet_classify_report (self, GST_MESSAGE_WARNING, error);
  g_error_free (error);
}

void
gst_resnet_classify_stop_swapping (GstResnetClassify * self)
{
  GstResnetSwap *swap;

  GST_OBJECT_LOCK (self);
  self->running = FALSE;
  swap = self->swap;
  self->swap = NULL;
  GST_OBJECT_UNLOCK (self);
  if (swap)
    gst_resnet_swap_free (swap);
}

void
gst_resnet_classify_follow_properties (GstResnetClassify * self, guint n_specs,
    GParamSpec ** specs)
{
  gboolean model = FALSE, watch = FALSE;
  GstResnetSettings refused = { 0, };
  GError *error = NULL, *unwatched = NULL;
  guint i;

  for (i = 0; i < n_specs; i++) {
    model |= g_str_equal (specs[i]->name, "model")
        || g_str_equal (specs[i]->name, "labels-file")
        || g_str_equal (specs[i]->name, "labels")
        || g_str_equal (specs[i]->name, "weights")
        || g_str_equal (specs[i]->name, "architecture");
    watch |= g_str_equal (specs[i]->name, "watch-model");
  }
  GST_OBJECT_LOCK (self);
  if (self->running && model) {
    if (get_swap (self, &error))
      gst_resnet_swap_request (self->swap, &self->settings);
    else
      gst_resnet_settings_copy (&refused, &self->settings);
  }
  if (self->running && watch)
    gst_resnet_classify_watch_model (self, &unwatched);
  GST_OBJECT_UNLOCK (self);
  if (error)
    model_rejected (self, &refused, error);
  g_clear_error (&error);
  gst_resnet_settings_clear (&refused);
  gst_resnet_classify_report_unwatched (self, unwatched);
}

void
gst_resnet_classify_take_model (GstResnetClassify * self)
{
  GstResnetSettings settings = { 0, };
  GstResnetRunner *runner = NULL;
  GstStructure *structure;
  GError *error = NULL;

  GST_OBJECT_LOCK (self);
  if (self->swap)
    runner = gst_resnet_swap_take (self->swap, &settings);
  GST_OBJECT_UNLOCK (self);
  if (!runner)
    return;
  /* Properties may have been set since the model was asked for. */
  if (!gst_resnet_runner_update (runner, &self->active, &error)) {
    model_rejected (self, &settings, error);
    g_error_free (error);
    gst_resnet_runner_free (runner);
  } else {
    structure = swap_structure_new (self, "model-updated", &settings);
    GST_OBJECT_LOCK (self);
    gst_structure_set (structure, "from-sha256", G_TYPE_STRING,
        gst_structure_get_string (self->model_info, "sha256"), NULL);
    GST_OBJECT_UNLOCK (self);
    gst_resnet_analyzer_set_runner (self->analyzer, runner);
    gst_resnet_classify_set_model_info (self,
        gst_resnet_runner_get_info (runner));
    gst_resnet_stats_set_engine (self->stats,
        gst_resnet_runner_get_isa (runner),
        gst_resnet_runner_get_precision (runner),
        gst_resnet_runner_get_threads (runner));
    gst_structure_set (structure, "sha256", G_TYPE_STRING,
        nn_model_get_sha256 (gst_resnet_runner_get_model (runner)->model),
        NULL);
    post_structure (self, structure);
  }
  gst_resnet_settings_clear (&settings);
}
