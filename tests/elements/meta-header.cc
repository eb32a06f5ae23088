// gst-resnet: the public header in C++, with nothing included before it
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "meta/gstclassificationmeta.h"

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  GstBuffer *buffer = gst_buffer_new ();
  // No element was made, so the meta is not registered: no warning, no meta.
  GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);
  if (meta)
    return 1;
  static const gchar *tags[] = { nullptr };
  gst_meta_register_custom (GST_CLASSIFICATION_META_NAME, tags, nullptr, nullptr,
      nullptr);
  gst_buffer_add_custom_meta (buffer, GST_CLASSIFICATION_META_NAME);
  meta = gst_buffer_get_classification_meta (buffer);
  // One without fields: the accessors say so.
  bool good = meta && gst_classification_meta_get_n_entries (meta) == 0
      && !gst_classification_meta_get_entry (meta, 0, nullptr, nullptr, nullptr)
      && !gst_classification_meta_get_model (meta)
      && !gst_classification_meta_get_model_sha256 (meta)
      && !gst_classification_meta_get_element (meta)
      && !gst_classification_meta_is_reused (meta)
      && gst_classification_meta_get_source_pts (meta) == GST_CLOCK_TIME_NONE;
  gst_buffer_unref (buffer);
  return good ? 0 : 1;
}
