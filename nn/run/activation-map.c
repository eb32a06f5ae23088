/* gst-resnet: class activation maps: where in the image a class was seen
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/activation-map.h"

#include <string.h>

/* Finds the last feature map: it is the input of the global average pool that the fully connected layer at the end
 * reads. */
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
nn_feature_map_can (const NnModel *model, GError **error)
{
  const NnGraph *graph = nn_model_get_graph (model);
  guint map, linear;

  if (find_feature_map (graph, &map, &linear))
    return TRUE;
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
               "%s has no class activation map: it does not end with a global average pool and one fully connected "
               "layer, but with %s",
               nn_model_get_architecture (model),
               nn_graph_node (graph, graph->nodes->len - 1)->op_string ?: "something else");
  return FALSE;
}

gboolean
nn_feature_map_init (NnFeatureMap *map, const NnModel *model, const NnPlan *plan, guint images, GError **error)
{
  const NnBuffer *buffer;
  guint node, linear;

  g_return_val_if_fail (find_feature_map (nn_model_get_graph (model), &node, &linear), FALSE);
  map->images = images;
  map->buffer = buffer = &plan->buffers[node];
  map->weight = nn_plan_cache_get_weight (nn_model_get_plans (model), linear);
  map->data = g_try_new0 (gfloat, (gsize)images * buffer->height * buffer->width * buffer->channels);
  if (map->data && map->weight)
    return TRUE;
  nn_feature_map_clear (map);
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "no memory for the feature maps of %u images", images);
  return FALSE;
}

void
nn_feature_map_clear (NnFeatureMap *map)
{
  g_clear_pointer (&map->data, g_free);
  g_clear_pointer (&map->weight, g_bytes_unref);
}

void
nn_feature_map_store (NnFeatureMap *map, const NnRun *run, guint first)
{
  const NnBuffer *b = map->buffer;

  for (guint i = 0; i < run->images; i++) {
    const gfloat *in = nn_image_of (run, b, i) + b->origin;
    gfloat *out = map->data + (gsize)(first + i) * b->height * b->width * b->channels;

    for (guint y = 0; y < b->height; y++) {
      for (guint x = 0; x < b->width; x++, out += b->channels)
        memcpy (out, in + y * b->row + x * b->pixel, b->channels * sizeof (gfloat));
    }
  }
}

void
nn_feature_map_get_size (const NnFeatureMap *map, guint *height, guint *width)
{
  *height = map->data ? map->buffer->height : 0;
  *width = map->data ? map->buffer->width : 0;
}

void
nn_feature_map_weigh (const NnFeatureMap *map, guint image, guint class_index, gfloat *activations)
{
  const NnBuffer *b = map->buffer;
  const gsize n = (gsize)b->height * b->width;
  const gfloat *feature, *weight;

  g_return_if_fail (map->data && image < map->images);
  feature = map->data + image * n * b->channels;
  weight = (const gfloat *)g_bytes_get_data (map->weight, NULL) + (gsize)class_index * b->channels;
  for (gsize i = 0; i < n; i++, feature += b->channels) {
    gdouble sum = 0;

    for (guint c = 0; c < b->channels; c++)
      sum += (gdouble)weight[c] * feature[c];
    activations[i] = (gfloat)sum;
  }
}
