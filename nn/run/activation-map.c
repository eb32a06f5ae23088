/* gst-resnet: class activation maps: where in the image a class was seen
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/activation-map.h"

#include <string.h>

#include "model/model-private.h"

/* The last feature map is what a global average pool reads whose result only the fully connected layer gets. */
static gboolean
find_feature_map (const NnGraph *graph, guint *map, guint *linear)
{
  const guint last = graph->nodes->len - 1;
  const NnNode *fc = nn_graph_node (graph, last), *pool;

  if (fc->op != NN_OP_LINEAR || fc->inputs[0] == NN_NO_NODE)
    return FALSE;
  pool = nn_graph_node (graph, fc->inputs[0]);
  if (pool->op != NN_OP_GLOBAL_AVG_POOL || pool->inputs[0] == NN_NO_NODE)
    return FALSE;
  *map = pool->inputs[0];
  *linear = last;
  return TRUE;
}

gboolean
nn_session_set_feature_map (NnSession *session, gboolean on, GError **error)
{
  const NnGraph *graph = nn_model_get_graph (session->model);
  const NnBuffer *buffer;
  guint map, linear;

  g_clear_pointer (&session->feature_map, g_free);
  g_clear_pointer (&session->feature_weight, g_bytes_unref);
  if (!on)
    return TRUE;
  if (!find_feature_map (graph, &map, &linear)) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s has no class activation map: it does not end with a global average pool and one fully connected "
                 "layer, but with %s",
                 nn_model_get_architecture (session->model),
                 nn_graph_node (graph, graph->nodes->len - 1)->op_string ?: "something else");
    return FALSE;
  }
  if (!session->format->run->has_float_images) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "class activation maps are made with precision highest only; this session runs as %s",
                 nn_precision_to_string (session->format->precision));
    return FALSE;
  }
  buffer = &session->run.plan->buffers[map];
  session->feature_buffer = buffer;
  session->feature_weight = nn_plan_cache_get_weight (nn_model_get_plans (session->model), linear);
  session->feature_map
      = g_try_new0 (gfloat, (gsize)session->max_batch * buffer->height * buffer->width * buffer->channels);
  if (!session->feature_map || !session->feature_weight) {
    g_clear_pointer (&session->feature_map, g_free);
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "no memory for the feature maps of %u images",
                 session->max_batch);
    return FALSE;
  }
  return TRUE;
}

void
nn_session_store_feature_map (NnSession *session, guint first)
{
  const NnRun *run = &session->run;
  const NnBuffer *b = session->feature_buffer;

  for (guint i = 0; i < run->images; i++) {
    const gfloat *in = nn_image_of (run, b, i) + b->origin;
    gfloat *out = session->feature_map + (gsize)(first + i) * b->height * b->width * b->channels;

    for (guint y = 0; y < b->height; y++) {
      for (guint x = 0; x < b->width; x++, out += b->channels)
        memcpy (out, in + y * b->row + x * b->pixel, b->channels * sizeof (gfloat));
    }
  }
}

void
nn_session_get_feature_map_size (const NnSession *session, guint *height, guint *width)
{
  *height = session->feature_map ? session->feature_buffer->height : 0;
  *width = session->feature_map ? session->feature_buffer->width : 0;
}

void
nn_session_get_activation_map (const NnSession *session, guint image, guint class_index, gfloat *map)
{
  const NnBuffer *b = session->feature_buffer;
  const gfloat *weight = g_bytes_get_data (session->feature_weight, NULL);
  const gsize n = (gsize)b->height * b->width;
  const gfloat *feature;

  g_return_if_fail (session->feature_map && image < session->max_batch && class_index < session->n_classes);
  feature = session->feature_map + image * n * b->channels;
  weight += (gsize)class_index * b->channels;
  for (gsize i = 0; i < n; i++, feature += b->channels) {
    gdouble sum = 0;

    for (guint c = 0; c < b->channels; c++)
      sum += (gdouble)weight[c] * feature[c];
    map[i] = (gfloat)sum;
  }
}
