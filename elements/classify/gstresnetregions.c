/* gst-resnet: regions of a frame: found, chosen, remembered by their id
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetregions.h"

#include <math.h>

#ifdef HAVE_ANALYTICS
#include "gstanalyticsbridge.h"
#endif

/* A thing that was not seen for so many frames is forgotten. */
#define FORGET_AFTER 300
/* At most this many things are remembered. */
#define MAX_TRACKED 4096
/* Regions are compared with each other only up to this number of pairs. */
#define MAX_PAIRS (1024 * 1024)

static gboolean
has_type (gchar ** types, GQuark type)
{
  const gchar *name = g_quark_to_string (type);
  guint i;

  for (i = 0; types && types[i]; i++)
    if (name && g_str_equal (g_strstrip (types[i]), name))
      return TRUE;
  return types == NULL;
}

void
gst_resnet_regions_find (GstBuffer * buffer, const GstResnetSettings * settings,
    GArray * regions)
{
  const gchar *names = settings->roi_types;
  gchar **types = names && *names ? g_strsplit (names, ",", -1) : NULL;
  guint i, kept = 0, first = regions->len;
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    GstVideoRegionOfInterestMeta *roi = (GstVideoRegionOfInterestMeta *) meta;

    /* The fields are unsigned, so a detector that computed a negative number wrote one near 2³². Regions without an id
     * have the id 0. */
    gst_resnet_regions_add (regions, GST_RESNET_REGION_ROI, roi->id,
        roi->id > 0 ? roi->id : 0, roi->roi_type, (gint) roi->x, (gint) roi->y,
        (gint) roi->w, (gint) roi->h);
  }
#ifdef HAVE_ANALYTICS
  gst_analytics_bridge_find_regions (buffer, regions);
#endif
  for (i = first; types && i < regions->len; i++) {
    GstResnetRegion *region = &g_array_index (regions, GstResnetRegion, i);

    if (has_type (types, region->type))
      g_array_index (regions, GstResnetRegion, first + kept++) = *region;
  }
  if (types)
    g_array_set_size (regions, first + kept);
  g_strfreev (types);
}

gboolean
gst_resnet_regions_clip (const GstResnetRegion * region,
    const GstResnetSettings * settings, const NnImage * bounds, NnImage * image)
{
  gint64 all_x = bounds->roi_x, all_y = bounds->roi_y;
  gint64 all_width = bounds->roi_width ? bounds->roi_width : bounds->width;
  gint64 all_height = bounds->roi_width ? bounds->roi_height : bounds->height;
  gdouble padding = settings->roi_padding;
  gint64 pad_x = llrint (region->width * padding);
  gint64 pad_y = llrint (region->height * padding);
  gint64 left, top, right, bottom;

  if (region->width <= 0 || region->height <= 0
      || region->width < settings->roi_min_size
      || region->height < settings->roi_min_size)
    return FALSE;
  left = MAX (region->x - pad_x, all_x);
  top = MAX (region->y - pad_y, all_y);
  right = MIN (region->x + region->width + pad_x, all_x + all_width);
  bottom = MIN (region->y + region->height + pad_y, all_y + all_height);
  if (left >= right || top >= bottom)
    return FALSE;
  /* Some part of the region itself must be in the picture. Its padding alone is not classified. */
  if (region->x >= all_x + all_width || region->y >= all_y + all_height
      || region->x + region->width <= all_x
      || region->y + region->height <= all_y)
    return FALSE;
  *image = *bounds;
  image->roi_x = left;
  image->roi_y = top;
  image->roi_width = right - left;
  image->roi_height = bottom - top;
  return TRUE;
}

/* Returns the area of the intersection divided by that of the union. */
static gdouble
overlap (const GstResnetRegion * a, const GstResnetRegion * b)
{
  gdouble width = (gdouble) MIN (a->x + a->width, b->x + b->width)
      - (gdouble) MAX (a->x, b->x);
  gdouble height = (gdouble) MIN (a->y + a->height, b->y + b->height)
      - (gdouble) MAX (a->y, b->y);
  gdouble both = (gdouble) a->width * a->height + (gdouble) b->width *
      b->height;

  if (a->width <= 0 || a->height <= 0 || b->width <= 0 || b->height <= 0
      || width <= 0 || height <= 0)
    return 0;
  return width * height / (both - width * height);
}

void
gst_resnet_regions_match (const GstResnetAnswer * answer,
    const GstResnetRegion * regions, guint n, guint * matches)
{
  const GArray *known = answer->regions;
  gboolean compare = known && (guint64) known->len * n <= MAX_PAIRS;
  GHashTable *keys = g_hash_table_new (g_int64_hash, g_int64_equal);
  guint i, j;

  for (j = 0; known && j < known->len; j++) {
    GstResnetRegion *region = &g_array_index (known, GstResnetRegion, j);

    if (region->key != 0)
      g_hash_table_insert (keys, &region->key, GUINT_TO_POINTER (j + 1));
  }
  for (i = 0; i < n; i++) {
    const GstResnetRegion *region = &regions[i];
    gdouble best = 0.5, o;

    matches[i] = G_MAXUINT;
    if (region->key != 0) {
      j = GPOINTER_TO_UINT (g_hash_table_lookup (keys, &region->key));
      if (j > 0 && g_array_index (known, GstResnetRegion,
              j - 1).type == region->type)
        matches[i] = j - 1;
      continue;
    }
    for (j = 0; compare && j < known->len; j++) {
      const GstResnetRegion *other = &g_array_index (known, GstResnetRegion, j);

      if (other->key != 0 || other->type != region->type)
        continue;
      o = overlap (region, other);
      if (o >= best) {
        best = o;
        matches[i] = j;
      }
    }
  }
  g_hash_table_unref (keys);
}

typedef struct
{
  gint64 key;
  GQuark type;
  GstResnetResult result;
  GstClockTime source_pts;
  guint since;                  /* the number of frames that it was in since its last classification */
  guint64 seen;                 /* the last frame that it was in */
} Tracked;

struct _GstResnetTracker
{
  GHashTable *things;           /* key → Tracked */
  guint64 frame;
};

static void
tracked_free (gpointer data)
{
  Tracked *thing = data;

  gst_resnet_result_clear (&thing->result);
  g_free (thing);
}

GstResnetTracker *
gst_resnet_tracker_new (void)
{
  GstResnetTracker *tracker = g_new0 (GstResnetTracker, 1);

  tracker->things = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
      tracked_free);
  return tracker;
}

void
gst_resnet_tracker_free (GstResnetTracker * tracker)
{
  g_hash_table_unref (tracker->things);
  g_free (tracker);
}

void
gst_resnet_tracker_reset (GstResnetTracker * tracker)
{
  g_hash_table_remove_all (tracker->things);
}

void
gst_resnet_tracker_begin (GstResnetTracker * tracker)
{
  GHashTableIter iter;
  gpointer value;

  /* Looking for forgotten things once in a while is enough. */
  if (++tracker->frame % (FORGET_AFTER / 4) != 0)
    return;
  g_hash_table_iter_init (&iter, tracker->things);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (tracker->frame - ((Tracked *) value)->seen > FORGET_AFTER)
      g_hash_table_iter_remove (&iter);
}

gboolean
gst_resnet_tracker_reuse (GstResnetTracker * tracker,
    const GstResnetSettings * settings, GstResnetRegion * region)
{
  guint interval = settings->reclassify_interval;
  Tracked *thing = region->key == 0 ? NULL :
      g_hash_table_lookup (tracker->things, &region->key);

  if (!thing || thing->type != region->type)
    return FALSE;
  thing->seen = tracker->frame;
  if (interval != 0 && ++thing->since >= interval)
    return FALSE;
  gst_resnet_result_copy (&region->result, &thing->result);
  region->source_pts = thing->source_pts;
  region->classified = region->reused = TRUE;
  return TRUE;
}

void
gst_resnet_tracker_store (GstResnetTracker * tracker,
    const GstResnetRegion * region)
{
  Tracked *thing;

  if (region->key == 0)
    return;
  thing = g_hash_table_lookup (tracker->things, &region->key);
  if (!thing) {
    if (g_hash_table_size (tracker->things) >= MAX_TRACKED)
      return;
    thing = g_new0 (Tracked, 1);
    thing->key = region->key;
    g_hash_table_insert (tracker->things, &thing->key, thing);
  }
  thing->type = region->type;
  gst_resnet_result_copy (&thing->result, &region->result);
  thing->source_pts = region->source_pts;
  thing->since = 0;
  thing->seen = tracker->frame;
}
