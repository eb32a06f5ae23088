/* gst-resnet: a classification, and the structure that says it
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetresult.h"

#include "gstclassificationmeta.h"

void
gst_resnet_result_reserve (GstResnetResult * result, guint n_entries)
{
  if (n_entries <= result->n_reserved)
    return;
  result->indices = g_renew (guint, result->indices, n_entries);
  result->confidences = g_renew (gfloat, result->confidences, n_entries);
  result->n_reserved = n_entries;
}

void
gst_resnet_result_clear (GstResnetResult * result)
{
  g_free (result->indices);
  g_free (result->confidences);
  memset (result, 0, sizeof (*result));
}

void
gst_resnet_meta_register (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    /* No tags: the meta depends on nothing that a later element changes (memory, size, colorspace), so converters,
     * scalers and encoders copy it. No transform function: GStreamer's own copies the structure. */
    const gchar *tags[] = { NULL };

    if (!gst_meta_get_info (GST_CLASSIFICATION_META_NAME))
      gst_meta_register_custom (GST_CLASSIFICATION_META_NAME, tags, NULL, NULL,
          NULL);
    g_once_init_leave (&once, 1);
  }
}

static void
fill_structure (const GstResnetResult * result, const GstResnetSource * source,
    GstStructure * structure)
{
  GValue entries = G_VALUE_INIT;
  guint i;

  g_value_init (&entries, GST_TYPE_ARRAY);
  for (i = 0; i < result->n_entries; i++) {
    const gchar *label = source->labels[result->indices[i]];
    gint index = (gint) result->indices[i];
    gdouble confidence = result->confidences[i];
    GValue value = G_VALUE_INIT;

    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&value, gst_structure_new ("entry",
            "label", G_TYPE_STRING, label, "index", G_TYPE_INT, index,
            "confidence", G_TYPE_DOUBLE, confidence, NULL));
    gst_value_array_append_and_take_value (&entries, &value);
    if (i == 0)
      gst_structure_set (structure, "label", G_TYPE_STRING, label,
          "index", G_TYPE_INT, index, "confidence", G_TYPE_DOUBLE, confidence,
          NULL);
  }
  gst_structure_take_value (structure, "entries", &entries);
  gst_structure_set (structure,
      "model", G_TYPE_STRING, source->architecture,
      "model-sha256", G_TYPE_STRING, source->sha256,
      "precision", G_TYPE_STRING, source->precision,
      "reused", G_TYPE_BOOLEAN, source->reused,
      "source-pts", G_TYPE_UINT64, result->source_pts,
      "element", G_TYPE_STRING, source->element, NULL);
}

void
gst_resnet_result_attach (const GstResnetResult * result,
    const GstResnetSource * source, GstBuffer * buffer)
{
  GstCustomMeta *meta =
      gst_buffer_add_custom_meta (buffer, GST_CLASSIFICATION_META_NAME);

  if (meta)
    fill_structure (result, source, gst_custom_meta_get_structure (meta));
}

GstMessage *
gst_resnet_result_to_message (const GstResnetResult * result,
    const GstResnetSource * source, GstObject * object, GstBuffer * buffer,
    const GstSegment * segment)
{
  GstClockTime timestamp = GST_BUFFER_PTS (buffer);
  GstClockTime stream_time = GST_CLOCK_TIME_NONE;
  GstClockTime running_time = GST_CLOCK_TIME_NONE;
  GstStructure *structure;

  if (segment->format == GST_FORMAT_TIME) {
    stream_time =
        gst_segment_to_stream_time (segment, GST_FORMAT_TIME, timestamp);
    running_time =
        gst_segment_to_running_time (segment, GST_FORMAT_TIME, timestamp);
  }
  structure = gst_structure_new (GST_CLASSIFICATION_MESSAGE_NAME,
      "timestamp", G_TYPE_UINT64, timestamp,
      "stream-time", G_TYPE_UINT64, stream_time,
      "running-time", G_TYPE_UINT64, running_time,
      "duration", G_TYPE_UINT64, GST_BUFFER_DURATION (buffer), NULL);
  fill_structure (result, source, structure);
  return gst_message_new_element (object, structure);
}
