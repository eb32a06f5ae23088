/* gst-resnet: what resnetclassify says about a frame, for applications
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:gstclassificationmeta
 * @title: GstClassificationMeta
 * @short_description: reading a frame's classification
 *
 * resnetclassify puts a custom meta named "GstResnetClassificationMeta" on each buffer that it has a result for, and
 * posts an element message named "classification" with the same fields. Everything in this header is inline: an
 * application includes it and links GStreamer, nothing else. Bindings read the same with buffer.get_custom_meta
 * ("GstResnetClassificationMeta") and the meta's structure.
 *
 * Fields of both structures:
 *
 * - "entries": GST_TYPE_ARRAY of GstStructure "entry", the most confident first; each has "label" (string), "index"
 *   (int, the network's output) and "confidence" (double). Empty when nothing reaches the element's threshold.
 * - "label", "index", "confidence": those of the first entry; "unknown", -1 and the confidence of the best class when
 *   there is none; absent when only regions were classified
 * - "model" (string): the network's architecture, "ResNet-50"
 * - "model-sha256" (string): SHA-256 of the model file, 64 lower-case hexadecimal digits
 * - "precision" (string): how numbers were multiplied, "highest", "high" or "medium"
 * - "reused" (boolean): the result was carried over from an earlier frame (the element's interval property)
 * - "source-pts" (uint64): PTS of the frame that the network saw, GST_CLOCK_TIME_NONE when it had none
 * - "processing-time" (uint64): how long the classification of the frame named by "source-pts" took, nanoseconds
 * - "element" (string): name of the element that classified
 * - "heatmap" (GBytes): where in the picture the first entry's class was seen. It has one byte for each sample, which
 *   is 255 where the class was seen most, in rows from the top without padding. With it come "heatmap-width" and
 *   "heatmap-height" (int, samples) and "heatmap-rect" (GST_TYPE_ARRAY of four int: x, y, width, height of what the map
 *   covers, in pixels of the frame)
 * - "regions" (GST_TYPE_ARRAY of GstStructure "region", only where the element's property region asks for them): each
 *   has "id" (int, of its meta), "type" (string), "x", "y", "width", "height" (int, pixels, as its meta has them) and
 *   the fields above
 *
 * - "frame-width" and "frame-height" (int, pixels; with a heat map or regions): the size of the frame in whose pixels
 *   places are given
 * - "others" (GST_TYPE_ARRAY of GstStructure, only in the first classifier's structure): what the classifiers that came
 *   after it say, in their order. It is for bindings, which see only one meta of each name
 *
 * If the picture is scaled, places (heat map, regions, the frame's size) are scaled with it, as those of
 * GstVideoRegionOfInterestMetas are. If an element changes the picture's geometry and does not say how (videocrop,
 * videoflip and videobox of GStreamer before 1.28), places are left out, "regions" is empty, and the classes stay.
 *
 * A region of the frame (GstVideoRegionOfInterestMeta) that was classified has a param GstStructure named
 * "classification" with the fields of a "region" for each classifier, in their order. The first one has "others", too.
 *
 * A message has in addition "timestamp", "stream-time", "running-time" and "duration" (uint64, nanoseconds,
 * GST_CLOCK_TIME_NONE where unknown), as GStreamer's level element has them.
 *
 * |[<!-- language="C" -->
 * GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);
 * const gchar *label;
 * gdouble confidence;
 *
 * if (meta && gst_classification_meta_get_entry (meta, 0, &label, NULL, &confidence))
 *   g_print ("%s %.3f\n", label, confidence);
 * ]|
 */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS
#define GST_CLASSIFICATION_META_NAME "GstResnetClassificationMeta"
#define GST_CLASSIFICATION_MESSAGE_NAME "classification"
#define GST_CLASSIFICATION_LABEL_CHANGED_NAME "label-changed"
/**
 * GST_CLASSIFICATION_PARAM_NAME:
 *
 * Name of the param of a #GstVideoRegionOfInterestMeta that says how its region was classified.
 */
#define GST_CLASSIFICATION_PARAM_NAME "classification"
/**
 * GstClassificationMeta:
 *
 * A #GstCustomMeta named %GST_CLASSIFICATION_META_NAME.
 */
typedef GstCustomMeta GstClassificationMeta;

/**
 * gst_buffer_iterate_classification_meta:
 * @buffer: a #GstBuffer
 * @state: (inout): an opaque state, %NULL before the first call
 *
 * With several classifiers in a row a buffer has several of these metas, in the order of the elements.
 *
 * Returns: (transfer none) (nullable): the next one, %NULL after the last
 */
static inline GstClassificationMeta *
gst_buffer_iterate_classification_meta (GstBuffer * buffer, gpointer * state)
{
  const GstMetaInfo *info = gst_meta_get_info (GST_CLASSIFICATION_META_NAME);

  /* If the meta is not registered, no classifier was ever made in this process. */
  if (!info || !gst_meta_info_is_custom (info))
    return NULL;
  return (GstClassificationMeta *) gst_buffer_iterate_meta_filtered (buffer,
      state, info->api);
}

/**
 * gst_buffer_get_classification_meta:
 * @buffer: a #GstBuffer
 *
 * The classification of the last classifier that this buffer went through. (gst_buffer_get_custom_meta() gives the
 * first one's; they differ only where several are in a row.)
 *
 * Returns: (transfer none) (nullable): valid as long as the buffer; %NULL when the buffer has none
 */
static inline GstClassificationMeta *
gst_buffer_get_classification_meta (GstBuffer * buffer)
{
  gpointer state = NULL;
  GstClassificationMeta *meta, *last = NULL;

  while ((meta = gst_buffer_iterate_classification_meta (buffer, &state)))
    last = meta;
  return last;
}

/**
 * gst_classification_iterate_params:
 * @params: (nullable): the field params of a #GstVideoRegionOfInterestMeta
 * @state: (inout): an opaque state, %NULL before the first call
 *
 * With several classifiers in a row a region has several params named "classification", in the order of the elements;
 * gst_video_region_of_interest_meta_get_param() gives the first one's.
 *
 * Returns: (transfer none) (nullable): the next one, for the gst_classification_structure functions; %NULL after the
 * last
 */
static inline const GstStructure *
gst_classification_iterate_params (GList * params, gpointer * state)
{
  GList *l = *state ? ((GList *) * state)->next : params;

  for (; l; l = l->next) {
    const GstStructure *structure = (const GstStructure *) l->data;

    if (structure
        && gst_structure_has_name (structure, GST_CLASSIFICATION_PARAM_NAME)) {
      *state = l;
      return structure;
    }
  }
  return NULL;
}

/**
 * gst_classification_meta_get_structure:
 * @meta: a #GstClassificationMeta
 *
 * Returns: (transfer none): the fields, for the gst_classification_structure functions
 */
static inline const GstStructure *
gst_classification_meta_get_structure (GstClassificationMeta * meta)
{
  return gst_custom_meta_get_structure (meta);
}

/**
 * gst_message_get_classification:
 * @message: a #GstMessage
 *
 * Returns: (transfer none) (nullable): the fields, for the gst_classification_structure functions; %NULL when
 * @message is something else
 */
static inline const GstStructure *
gst_message_get_classification (GstMessage * message)
{
  const GstStructure *structure;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT)
    return NULL;
  structure = gst_message_get_structure (message);
  if (!structure
      || !gst_structure_has_name (structure, GST_CLASSIFICATION_MESSAGE_NAME)
      || !gst_structure_has_field_typed (structure, "entries", GST_TYPE_ARRAY))
    return NULL;
  return structure;
}

/**
 * gst_classification_structure_get_n_entries:
 * @structure: the fields of a meta or a message
 *
 * Returns: how many entries there are, 0 when nothing reached the threshold
 */
static inline guint
gst_classification_structure_get_n_entries (const GstStructure * structure)
{
  const GValue *entries = gst_structure_get_value (structure, "entries");

  return entries
      && GST_VALUE_HOLDS_ARRAY (entries) ? gst_value_array_get_size (entries) :
      0;
}

/**
 * gst_classification_structure_get_entry:
 * @structure: the fields of a meta or a message
 * @n: which entry, 0 is the most confident
 * @label: (out) (optional) (transfer none): its label; the index as text when the model has no labels
 * @index: (out) (optional): its index among the network's outputs
 * @confidence: (out) (optional): its probability (its logit where the element's activation is none)
 *
 * Returns: %FALSE when there is no such entry; nothing is written then
 */
static inline gboolean
gst_classification_structure_get_entry (const GstStructure * structure,
    guint n, const gchar ** label, gint * index, gdouble * confidence)
{
  const GValue *entries = gst_structure_get_value (structure, "entries");
  const GstStructure *entry;
  const gchar *entry_label;
  gint entry_index;
  gdouble entry_confidence;

  if (n >= gst_classification_structure_get_n_entries (structure))
    return FALSE;
  entry = gst_value_get_structure (gst_value_array_get_value (entries, n));
  entry_label = entry ? gst_structure_get_string (entry, "label") : NULL;
  if (!entry_label || !gst_structure_get_int (entry, "index", &entry_index)
      || !gst_structure_get_double (entry, "confidence", &entry_confidence))
    return FALSE;
  if (label)
    *label = entry_label;
  if (index)
    *index = entry_index;
  if (confidence)
    *confidence = entry_confidence;
  return TRUE;
}

/**
 * gst_classification_structure_get_model:
 * @structure: the fields of a meta or a message
 *
 * Returns: (transfer none) (nullable): the network's architecture, "ResNet-50"
 */
static inline const gchar *
gst_classification_structure_get_model (const GstStructure * structure)
{
  return gst_structure_get_string (structure, "model");
}

/**
 * gst_classification_structure_get_model_sha256:
 * @structure: the fields of a meta or a message
 *
 * Returns: (transfer none) (nullable): SHA-256 of the model file in lower-case hexadecimal
 */
static inline const gchar *
gst_classification_structure_get_model_sha256 (const GstStructure * structure)
{
  return gst_structure_get_string (structure, "model-sha256");
}

/**
 * gst_classification_structure_get_element:
 * @structure: the fields of a meta or a message
 *
 * Returns: (transfer none) (nullable): name of the element that classified
 */
static inline const gchar *
gst_classification_structure_get_element (const GstStructure * structure)
{
  return gst_structure_get_string (structure, "element");
}

/**
 * gst_classification_structure_is_reused:
 * @structure: the fields of a meta or a message
 *
 * Returns: %TRUE when the result was carried over from an earlier frame
 */
static inline gboolean
gst_classification_structure_is_reused (const GstStructure * structure)
{
  gboolean reused = FALSE;

  gst_structure_get_boolean (structure, "reused", &reused);
  return reused;
}

/**
 * gst_classification_structure_get_source_pts:
 * @structure: the fields of a meta or a message
 *
 * Returns: PTS of the frame that the network saw, %GST_CLOCK_TIME_NONE when it had none
 */
static inline GstClockTime
gst_classification_structure_get_source_pts (const GstStructure * structure)
{
  guint64 pts = GST_CLOCK_TIME_NONE;

  gst_structure_get_uint64 (structure, "source-pts", &pts);
  return pts;
}

/**
 * gst_classification_structure_get_processing_time:
 * @structure: the fields of a meta or a message
 *
 * Returns: how long the classification took, %GST_CLOCK_TIME_NONE where that is not known
 */
static inline GstClockTime
gst_classification_structure_get_processing_time (const GstStructure *
    structure)
{
  guint64 time = GST_CLOCK_TIME_NONE;

  gst_structure_get_uint64 (structure, "processing-time", &time);
  return time;
}

/**
 * gst_classification_structure_get_heatmap:
 * @structure: the fields of a meta or a message
 * @map: (out) (optional) (transfer none): one byte for each sample, rows from the top without padding; 255 is the most
 * @map_width: (out) (optional): samples in a row
 * @map_height: (out) (optional): rows
 * @x: (out) (optional): left edge of what the map covers, in pixels of the frame; it may lie outside
 * @y: (out) (optional): its upper edge
 * @width: (out) (optional): its width, in pixels of the frame
 * @height: (out) (optional): its height
 *
 * Returns: %FALSE when there is no heat map, or its size is not what it says; nothing is written then
 */
static inline gboolean
gst_classification_structure_get_heatmap (const GstStructure * structure,
    GBytes ** map, gint * map_width, gint * map_height, gint * x, gint * y,
    gint * width, gint * height)
{
  const GValue *value = gst_structure_get_value (structure, "heatmap");
  const GValue *rect = gst_structure_get_value (structure, "heatmap-rect");
  gint samples[2], edges[4], i;
  GBytes *bytes;

  if (!value || !G_VALUE_HOLDS (value, G_TYPE_BYTES) || !rect
      || !GST_VALUE_HOLDS_ARRAY (rect) || gst_value_array_get_size (rect) != 4
      || !gst_structure_get_int (structure, "heatmap-width", &samples[0])
      || !gst_structure_get_int (structure, "heatmap-height", &samples[1]))
    return FALSE;
  for (i = 0; i < 4; i++) {
    const GValue *edge = gst_value_array_get_value (rect, i);

    if (!G_VALUE_HOLDS_INT (edge))
      return FALSE;
    edges[i] = g_value_get_int (edge);
  }
  bytes = (GBytes *) g_value_get_boxed (value);
  if (!bytes || samples[0] <= 0 || samples[1] <= 0
      || g_bytes_get_size (bytes) !=
      (guint64) samples[0] * (guint64) samples[1])
    return FALSE;
  if (map)
    *map = bytes;
  if (map_width)
    *map_width = samples[0];
  if (map_height)
    *map_height = samples[1];
  if (x)
    *x = edges[0];
  if (y)
    *y = edges[1];
  if (width)
    *width = edges[2];
  if (height)
    *height = edges[3];
  return TRUE;
}

/**
 * gst_classification_meta_get_n_entries:
 * @meta: a #GstClassificationMeta
 *
 * Returns: as gst_classification_structure_get_n_entries()
 */
static inline guint
gst_classification_meta_get_n_entries (GstClassificationMeta * meta)
{
  return
      gst_classification_structure_get_n_entries
      (gst_classification_meta_get_structure (meta));
}

/**
 * gst_classification_meta_get_entry:
 * @meta: a #GstClassificationMeta
 * @n: which entry, 0 is the most confident
 * @label: (out) (optional) (transfer none): its label
 * @index: (out) (optional): its index among the network's outputs
 * @confidence: (out) (optional): its probability
 *
 * Returns: as gst_classification_structure_get_entry()
 */
static inline gboolean
gst_classification_meta_get_entry (GstClassificationMeta * meta, guint n,
    const gchar ** label, gint * index, gdouble * confidence)
{
  return
      gst_classification_structure_get_entry
      (gst_classification_meta_get_structure (meta), n, label, index,
      confidence);
}

/**
 * gst_classification_meta_get_model:
 * @meta: a #GstClassificationMeta
 *
 * Returns: (transfer none) (nullable): the network's architecture
 */
static inline const gchar *
gst_classification_meta_get_model (GstClassificationMeta * meta)
{
  return
      gst_classification_structure_get_model
      (gst_classification_meta_get_structure (meta));
}

/**
 * gst_classification_meta_get_model_sha256:
 * @meta: a #GstClassificationMeta
 *
 * Returns: (transfer none) (nullable): SHA-256 of the model file in lower-case hexadecimal
 */
static inline const gchar *
gst_classification_meta_get_model_sha256 (GstClassificationMeta * meta)
{
  return
      gst_classification_structure_get_model_sha256
      (gst_classification_meta_get_structure (meta));
}

/**
 * gst_classification_meta_get_element:
 * @meta: a #GstClassificationMeta
 *
 * Returns: (transfer none) (nullable): name of the element that classified
 */
static inline const gchar *
gst_classification_meta_get_element (GstClassificationMeta * meta)
{
  return
      gst_classification_structure_get_element
      (gst_classification_meta_get_structure (meta));
}

/**
 * gst_classification_meta_is_reused:
 * @meta: a #GstClassificationMeta
 *
 * Returns: %TRUE when the result was carried over from an earlier frame
 */
static inline gboolean
gst_classification_meta_is_reused (GstClassificationMeta * meta)
{
  return
      gst_classification_structure_is_reused
      (gst_classification_meta_get_structure (meta));
}

/**
 * gst_classification_meta_get_source_pts:
 * @meta: a #GstClassificationMeta
 *
 * Returns: PTS of the frame that the network saw, %GST_CLOCK_TIME_NONE when it had none
 */
static inline GstClockTime
gst_classification_meta_get_source_pts (GstClassificationMeta * meta)
{
  return
      gst_classification_structure_get_source_pts
      (gst_classification_meta_get_structure (meta));
}

/**
 * gst_classification_meta_get_processing_time:
 * @meta: a #GstClassificationMeta
 *
 * Returns: as gst_classification_structure_get_processing_time()
 */
static inline GstClockTime
gst_classification_meta_get_processing_time (GstClassificationMeta * meta)
{
  return
      gst_classification_structure_get_processing_time
      (gst_classification_meta_get_structure (meta));
}

/**
 * gst_classification_meta_get_heatmap:
 * @meta: a #GstClassificationMeta
 * @map: (out) (optional) (transfer none): one byte for each sample, rows from the top without padding; 255 is the most
 * @map_width: (out) (optional): samples in a row
 * @map_height: (out) (optional): rows
 * @x: (out) (optional): left edge of what the map covers, in pixels of the frame; it may lie outside
 * @y: (out) (optional): its upper edge
 * @width: (out) (optional): its width, in pixels of the frame
 * @height: (out) (optional): its height
 *
 * Returns: as gst_classification_structure_get_heatmap()
 */
static inline gboolean
gst_classification_meta_get_heatmap (GstClassificationMeta * meta,
    GBytes ** map, gint * map_width, gint * map_height, gint * x, gint * y,
    gint * width, gint * height)
{
  return
      gst_classification_structure_get_heatmap
      (gst_classification_meta_get_structure (meta), map, map_width,
      map_height, x, y, width, height);
}

G_END_DECLS
