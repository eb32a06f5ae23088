/* gst-resnet: a classification, and the structure that says it
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetresult.h"

#include <math.h>

#include <gst/video/video.h>

#include "meta/gstresnetmeta.h"

void
gst_resnet_result_select (GstResnetResult * result,
    const GstResnetSettings * settings, const gfloat * values, guint n_values,
    guint held)
{
  guint i, j, k = MIN (settings->top_k, n_values);

  gst_resnet_result_clear (result);
  result->indices = g_new (guint, k);
  result->confidences = g_new (gfloat, k);
  k = nn_topk (values, n_values, k, result->indices);
  if (k == 0)
    return;
  /* This moves the class that is held to the front, even if it was not among the entries. */
  if (held < n_values) {
    for (i = 0; i + 1 < k && result->indices[i] != held; i++);
    for (j = i; j > 0; j--)
      result->indices[j] = result->indices[j - 1];
    result->indices[0] = held;
  }
  result->best = values[result->indices[0]];
  for (i = 0; i < k; i++) {
    gfloat confidence = values[result->indices[i]];

    /* Values that are not numbers come last, so there is no usable one behind this. */
    if (!isfinite (confidence))
      break;
    if (settings->activation != NN_ACTIVATION_NONE
        && confidence < settings->threshold)
      break;
    result->confidences[result->n_entries++] = confidence;
  }
}

void
gst_resnet_result_clear (GstResnetResult * result)
{
  g_free (result->indices);
  g_free (result->confidences);
  memset (result, 0, sizeof (*result));
}

void
gst_resnet_result_copy (GstResnetResult * dest, const GstResnetResult * src)
{
  gst_resnet_result_clear (dest);
  *dest = *src;
  dest->indices = g_memdup2 (src->indices, src->n_entries * sizeof (guint));
  dest->confidences =
      g_memdup2 (src->confidences, src->n_entries * sizeof (gfloat));
}

const gchar *
gst_resnet_result_get_label (const GstResnetResult * result,
    const GstResnetModel * model)
{
  return result->n_entries > 0 ? model->labels[result->indices[0]] :
      GST_RESNET_UNKNOWN;
}

gint
gst_resnet_result_get_index (const GstResnetResult * result)
{
  return result->n_entries > 0 ? (gint) result->indices[0] : -1;
}

GstResnetAnswer *
gst_resnet_answer_new (GstResnetModel * model)
{
  GstResnetAnswer *answer = g_new0 (GstResnetAnswer, 1);

  g_atomic_ref_count_init (&answer->ref_count);
  answer->model = gst_resnet_model_ref (model);
  return answer;
}

GstResnetAnswer *
gst_resnet_answer_ref (GstResnetAnswer * answer)
{
  g_atomic_ref_count_inc (&answer->ref_count);
  return answer;
}

void
gst_resnet_answer_unref (GstResnetAnswer * answer)
{
  if (!g_atomic_ref_count_dec (&answer->ref_count))
    return;
  gst_resnet_result_clear (&answer->frame);
  g_clear_pointer (&answer->heatmap, g_bytes_unref);
  g_clear_pointer (&answer->regions, g_array_unref);
  gst_resnet_model_unref (answer->model);
  g_free (answer);
}

/* Fills in the entries, and the label, the index and the confidence of the answer. */
static void
fill_entries (const GstResnetResult * result, const GstResnetModel * model,
    GstStructure * structure)
{
  GValue entries = G_VALUE_INIT;
  guint i;

  g_value_init (&entries, GST_TYPE_ARRAY);
  for (i = 0; i < result->n_entries; i++) {
    GValue value = G_VALUE_INIT;

    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&value, gst_structure_new ("entry",
            "label", G_TYPE_STRING, model->labels[result->indices[i]],
            "index", G_TYPE_INT, (gint) result->indices[i],
            "confidence", G_TYPE_DOUBLE, (gdouble) result->confidences[i],
            NULL));
    gst_value_array_append_and_take_value (&entries, &value);
  }
  gst_structure_set (structure,
      "label", G_TYPE_STRING, gst_resnet_result_get_label (result, model),
      "index", G_TYPE_INT, gst_resnet_result_get_index (result),
      "confidence", G_TYPE_DOUBLE, (gdouble) result->best, NULL);
  gst_structure_take_value (structure, "entries", &entries);
}

static void
fill_source (const GstResnetAnswer * answer, const gchar * element,
    gboolean reused, GstClockTime source_pts, GstStructure * structure)
{
  NnModel *model = answer->model->model;

  gst_structure_set (structure,
      "model", G_TYPE_STRING, nn_model_get_architecture (model),
      "model-sha256", G_TYPE_STRING, nn_model_get_sha256 (model),
      "precision", G_TYPE_STRING, answer->precision,
      "reused", G_TYPE_BOOLEAN, reused,
      "source-pts", G_TYPE_UINT64, source_pts,
      "processing-time", G_TYPE_UINT64, answer->processing_time,
      "element", G_TYPE_STRING, element, NULL);
}

static void
fill_heatmap (const GstResnetAnswer * answer, GstStructure * structure)
{
  GValue rect = G_VALUE_INIT;
  guint i;

  g_value_init (&rect, GST_TYPE_ARRAY);
  for (i = 0; i < 4; i++) {
    GValue edge = G_VALUE_INIT;

    g_value_init (&edge, G_TYPE_INT);
    g_value_set_int (&edge, answer->heatmap_rect[i]);
    gst_value_array_append_and_take_value (&rect, &edge);
  }
  gst_structure_set (structure,
      "heatmap", G_TYPE_BYTES, answer->heatmap,
      "heatmap-width", G_TYPE_INT, (gint) answer->heatmap_width,
      "heatmap-height", G_TYPE_INT, (gint) answer->heatmap_height, NULL);
  gst_structure_take_value (structure, "heatmap-rect", &rect);
}

/* Makes the structure of a region's result, which has the region's place and all fields of a frame's result. */
static GstStructure *
region_to_structure (const GstResnetAnswer * answer, const gchar * element,
    gboolean reused, const GstResnetRegion * place,
    const GstResnetRegion * region, const gchar * name)
{
  const gchar *type = g_quark_to_string (place->type);
  GstStructure *structure = gst_structure_new (name,
      "id", G_TYPE_INT, place->id,
      "type", G_TYPE_STRING, type ? type : "",
      "x", G_TYPE_INT, (gint) CLAMP (place->x, G_MININT, G_MAXINT),
      "y", G_TYPE_INT, (gint) CLAMP (place->y, G_MININT, G_MAXINT),
      "width", G_TYPE_INT, (gint) CLAMP (place->width, G_MININT, G_MAXINT),
      "height", G_TYPE_INT, (gint) CLAMP (place->height, G_MININT, G_MAXINT),
      NULL);

  fill_entries (&region->result, answer->model, structure);
  fill_source (answer, element, reused || region->reused, region->source_pts,
      structure);
  return structure;
}

static const GstResnetRegion *
get_match (const GstResnetAnswer * answer, const guint * matches, guint i)
{
  guint j = matches ? matches[i] : i;
  const GstResnetRegion *region;

  if (!answer->regions || j >= answer->regions->len)
    return NULL;
  region = &g_array_index (answer->regions, GstResnetRegion, j);
  return region->classified ? region : NULL;
}

static void
fill_structure (const GstResnetAnswer * answer, const gchar * element,
    gboolean reused, const GArray * regions, const guint * matches,
    GstStructure * structure)
{
  GValue array = G_VALUE_INIT;
  guint i;

  if (answer->has_frame) {
    fill_entries (&answer->frame, answer->model, structure);
  } else {
    g_value_init (&array, GST_TYPE_ARRAY);
    gst_structure_take_value (structure, "entries", &array);
  }
  fill_source (answer, element, reused, answer->source_pts, structure);
  if (answer->heatmap)
    fill_heatmap (answer, structure);
  if (answer->frame_width > 0 && (answer->heatmap || answer->regions))
    gst_structure_set (structure,
        "frame-width", G_TYPE_INT, answer->frame_width,
        "frame-height", G_TYPE_INT, answer->frame_height, NULL);
  if (!answer->regions)
    return;
  memset (&array, 0, sizeof (array));
  g_value_init (&array, GST_TYPE_ARRAY);
  for (i = 0; i < regions->len; i++) {
    const GstResnetRegion *region = get_match (answer, matches, i);
    GValue value = G_VALUE_INIT;

    if (!region)
      continue;
    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&value, region_to_structure (answer, element, reused,
            &g_array_index (regions, GstResnetRegion, i), region, "region"));
    gst_value_array_append_and_take_value (&array, &value);
  }
  gst_structure_take_value (structure, "regions", &array);
}

/* Adds the param behind those of other classifiers. If there are such params, a copy is added to the field "others" of
 * the first one. */
static void
add_param (GstVideoRegionOfInterestMeta * roi, GstStructure * structure)
{
  GstStructure *first = gst_video_region_of_interest_meta_get_param (roi,
      GST_CLASSIFICATION_PARAM_NAME);

  if (first)
    gst_resnet_meta_append_other (first, structure);
  gst_video_region_of_interest_meta_add_param (roi, structure);
}

/* The regions are in the order of the buffer's regions of interest, without those that were not taken. */
static void
attach_to_rois (const GstResnetAnswer * answer, const gchar * element,
    gboolean reused, const GArray * regions, const guint * matches,
    GstBuffer * buffer)
{
  gpointer state = NULL;
  GstMeta *meta;
  guint i = 0;

  while (i < regions->len
      && (meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    GstVideoRegionOfInterestMeta *roi = (GstVideoRegionOfInterestMeta *) meta;
    const GstResnetRegion *place =
        &g_array_index (regions, GstResnetRegion, i), *region;

    if (place->kind != GST_RESNET_REGION_ROI)
      break;
    /* The region's type is not in roi-types. */
    if (place->type != roi->roi_type)
      continue;
    region = get_match (answer, matches, i++);
    if (region)
      add_param (roi, region_to_structure (answer, element, reused, place,
              region, GST_CLASSIFICATION_PARAM_NAME));
  }
}

void
gst_resnet_answer_attach (const GstResnetAnswer * answer,
    const gchar * element, gboolean reused, const GArray * regions,
    const guint * matches, GstBuffer * buffer)
{
  GstClassificationMeta *meta = gst_resnet_meta_add (buffer);

  if (meta) {
    fill_structure (answer, element, reused, regions, matches,
        gst_custom_meta_get_structure (meta));
    gst_resnet_meta_added (buffer, meta);
  }
  if (answer->regions)
    attach_to_rois (answer, element, reused, regions, matches, buffer);
}

void
gst_resnet_times_init (GstResnetTimes * times, GstBuffer * buffer,
    const GstSegment * segment)
{
  times->pts = GST_BUFFER_PTS (buffer);
  times->duration = GST_BUFFER_DURATION (buffer);
  times->stream_time = times->running_time = GST_CLOCK_TIME_NONE;
  if (segment->format == GST_FORMAT_TIME) {
    times->stream_time =
        gst_segment_to_stream_time (segment, GST_FORMAT_TIME, times->pts);
    times->running_time =
        gst_segment_to_running_time (segment, GST_FORMAT_TIME, times->pts);
  }
}

GstMessage *
gst_resnet_answer_to_message (const GstResnetAnswer * answer,
    GstObject * object, const GstResnetTimes * times)
{
  gchar *name = gst_object_get_name (object);
  GstStructure *structure;

  structure = gst_structure_new (GST_CLASSIFICATION_MESSAGE_NAME,
      "timestamp", G_TYPE_UINT64, times->pts,
      "stream-time", G_TYPE_UINT64, times->stream_time,
      "running-time", G_TYPE_UINT64, times->running_time,
      "duration", G_TYPE_UINT64, times->duration, NULL);
  fill_structure (answer, name, FALSE, answer->regions, NULL, structure);
  g_free (name);
  return gst_message_new_element (object, structure);
}

void
gst_resnet_regions_add (GArray * regions, GstResnetRegionKind kind, gint id,
    gint64 key, GQuark type, gint64 x, gint64 y, gint64 width, gint64 height)
{
  GstResnetRegion region = {
    .kind = kind,.id = id,.key = key,.type = type,.x = x,.y = y,
    .width = width,.height = height,.source_pts = GST_CLOCK_TIME_NONE
  };

  g_array_append_val (regions, region);
}
