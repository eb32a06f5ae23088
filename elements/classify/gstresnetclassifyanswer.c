/* gst-resnet: the element resnetclassify: what others see of an answer
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstanalyticsbridge.h"
#include "gstresnetclassifyanswer.h"

void
gst_resnet_classify_attach_answer (GstResnetClassify * self, GstBuffer * buffer,
    gboolean reused)
{
  const GstResnetAnswer *answer = self->answer;
  const GArray *regions = answer->regions;
  GArray *found = NULL;
  guint *matches = NULL;
  gchar *name;

  if (!self->passing.attach_meta)
    return;
  if (regions && reused) {
    found = g_array_new (FALSE, TRUE, sizeof (GstResnetRegion));
    gst_resnet_regions_find (buffer, &self->passing, found);
    matches = g_new (guint, found->len);
    gst_resnet_regions_match (answer, (GstResnetRegion *) found->data,
        found->len, matches);
    regions = found;
  }
  name = gst_object_get_name (GST_OBJECT (self));
  gst_resnet_answer_attach (answer, name, reused, regions, matches, buffer);
#ifdef HAVE_ANALYTICS
  gst_analytics_bridge_attach (answer, regions, matches, buffer);
#endif
  g_free (name);
  g_free (matches);
  g_clear_pointer (&found, g_array_unref);
}

void
gst_resnet_classify_note_sharing (GstResnetClassify * self)
{
  GstResnetSharing sharing;

  gst_resnet_runner_get_sharing (gst_resnet_analyzer_get_runner
      (self->analyzer), &sharing);
  gst_resnet_stats_set_sharing (self->stats, &sharing);
}

void
gst_resnet_classify_count_regions (GstResnetClassify * self,
    const GstResnetAnswer * answer)
{
  guint i, counts[3] = { 0, 0, 0 };

  for (i = 0; answer->regions && i < answer->regions->len; i++) {
    const GstResnetRegion *region =
        &g_array_index (answer->regions, GstResnetRegion, i);

    counts[!region->classified ? 2 : region->reused ? 1 : 0]++;
  }
  if (answer->regions)
    gst_resnet_stats_add_regions (self->stats, counts[0], counts[1], counts[2]);
}

/* Counts the messages that were posted and not freed yet, since they pile up on a bus that nobody reads. The element
 * and each of the messages have a reference. */
struct _GstResnetUnread
{
  gatomicrefcount ref_count;
  gint n_messages;
};

/* At most this many messages may pile up. */
#define MAX_UNREAD 1000

GstResnetUnread *
gst_resnet_unread_new (void)
{
  GstResnetUnread *unread = g_new0 (GstResnetUnread, 1);

  g_atomic_ref_count_init (&unread->ref_count);
  return unread;
}

void
gst_resnet_unread_unref (GstResnetUnread * unread)
{
  if (g_atomic_ref_count_dec (&unread->ref_count))
    g_free (unread);
}

static void
message_freed (gpointer data)
{
  GstResnetUnread *unread = data;

  g_atomic_int_add (&unread->n_messages, -1);
  gst_resnet_unread_unref (unread);
}

static void
post_counted (GstResnetClassify * self, GstMessage * message)
{
  GstResnetUnread *unread = self->unread;

  g_atomic_ref_count_inc (&unread->ref_count);
  g_atomic_int_inc (&unread->n_messages);
  gst_mini_object_set_qdata (GST_MINI_OBJECT (message),
      g_quark_from_static_string ("gst-resnet-unread"), unread, message_freed);
  gst_element_post_message (GST_ELEMENT (self), message);
}

void
gst_resnet_classify_post_answer (GstResnetClassify * self,
    GstResnetAnswer * answer, const GstResnetTimes * times)
{
  GstObject *object = GST_OBJECT (self);
  GstMessage *change =
      gst_resnet_analyzer_get_change (self->analyzer, answer, times, object);

  /* No message is posted for a frame in which there was nothing to classify. */
  if (self->active.post_messages && (answer->has_frame
          || answer->regions->len > 0)) {
    if (g_atomic_int_get (&self->unread->n_messages) < MAX_UNREAD)
      post_counted (self, gst_resnet_answer_to_message (answer, object, times));
    else
      gst_resnet_stats_add_withheld (self->stats);
  }
  if (change && self->active.post_label_changes)
    gst_element_post_message (GST_ELEMENT (self), change);
  else if (change)
    gst_message_unref (change);
}
