/* gst-resnet: the metas that carry a classification from element to element
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetmeta.h"

#include <math.h>

/* The keeper is a meta behind the GstClassificationMetas. It has no tag, so that every element copies it. An element
 * that changes the picture's geometry without saying how leaves the GstClassificationMetas behind; the copy of the
 * keeper then brings their classes along. */
#define KEEPER_NAME "GstResnetClassificationKeeperMeta"

/* Elements that scale a picture to another aspect ratio either stretch it or add borders, and do not say which. A
 * border of at most so many pixels, or of at most this part of the side, does no harm. */
#define BORDER_PIXELS 2
#define BORDER_PART 0.02

static gboolean
copy_field (GQuark field, const GValue * value, gpointer structure)
{
  gst_structure_id_set_value (structure, field, value);
  return TRUE;
}

/* Adds a copy of @meta to @buffer. Returns the structure of the copy. */
static GstStructure *
add_copy (GstBuffer * buffer, GstClassificationMeta * meta)
{
  GstCustomMeta *copy =
      gst_buffer_add_custom_meta (buffer, GST_CLASSIFICATION_META_NAME);
  GstStructure *structure;

  if (!copy)
    return NULL;
  structure = gst_custom_meta_get_structure (copy);
  gst_structure_foreach (gst_custom_meta_get_structure (meta), copy_field,
      structure);
  return structure;
}

/* Calls @func with a copy of each structure in the array @field, and replaces the structures by these copies. */
static void
change_structures (GstStructure * structure, const gchar * field,
    void (*func) (GstStructure *, gpointer), gpointer data)
{
  const GValue *array = gst_structure_get_value (structure, field);
  GValue changed = G_VALUE_INIT;
  guint i;

  if (!array || !GST_VALUE_HOLDS_ARRAY (array))
    return;
  g_value_init (&changed, GST_TYPE_ARRAY);
  for (i = 0; i < gst_value_array_get_size (array); i++) {
    const GValue *value = gst_value_array_get_value (array, i);
    GValue copy = G_VALUE_INIT;

    if (!GST_VALUE_HOLDS_STRUCTURE (value))
      continue;
    g_value_init (&copy, GST_TYPE_STRUCTURE);
    g_value_copy (value, &copy);
    if (g_value_get_boxed (&copy))
      func (g_value_get_boxed (&copy), data);
    gst_value_array_append_and_take_value (&changed, &copy);
  }
  gst_structure_take_value (structure, field, &changed);
}

typedef struct
{
  gint from[2], to[2];          /* width, height */
} Scale;

static gint
to_int (gint64 value)
{
  return (gint) CLAMP (value, G_MININT, G_MAXINT);
}

/* Rounds as GstVideoRegionOfInterestMeta does, so that both remain at the same place. */
static void
scale_region (GstStructure * region, gpointer data)
{
  static const gchar *const names[] = { "x", "y", "width", "height" };
  const Scale *scale = data;
  guint i;
  gint v;

  for (i = 0; i < 4; i++)
    if (gst_structure_get_int (region, names[i], &v))
      gst_structure_set (region, names[i], G_TYPE_INT,
          to_int ((gint64) v * scale->to[i % 2] / scale->from[i % 2]), NULL);
}

static void
scale_heatmap (GstStructure * structure, const Scale * scale)
{
  const GValue *rect = gst_structure_get_value (structure, "heatmap-rect");
  GValue changed = G_VALUE_INIT;
  gint64 edges[4];
  guint i;

  if (!rect || !GST_VALUE_HOLDS_ARRAY (rect)
      || gst_value_array_get_size (rect) != 4)
    return;
  for (i = 0; i < 4; i++) {
    const GValue *edge = gst_value_array_get_value (rect, i);

    if (!G_VALUE_HOLDS_INT (edge))
      return;
    edges[i] = g_value_get_int (edge);
  }
  g_value_init (&changed, GST_TYPE_ARRAY);
  for (i = 0; i < 4; i++) {
    gdouble factor = (gdouble) scale->to[i % 2] / scale->from[i % 2];
    gint64 from = llrint (edges[i % 2] * factor);
    gint64 to = llrint ((edges[i % 2] + edges[i % 2 + 2]) * factor);
    GValue edge = G_VALUE_INIT;

    g_value_init (&edge, G_TYPE_INT);
    g_value_set_int (&edge, to_int (i < 2 ? from : MAX (to - from, 1)));
    gst_value_array_append_and_take_value (&changed, &edge);
  }
  gst_structure_take_value (structure, "heatmap-rect", &changed);
}

static void
scale_structure (GstStructure * structure, gpointer data)
{
  Scale *scale = data;

  scale_heatmap (structure, scale);
  change_structures (structure, "regions", scale_region, scale);
  change_structures (structure, "others", scale_structure, scale);
  if (gst_structure_has_field (structure, "frame-width"))
    gst_structure_set (structure, "frame-width", G_TYPE_INT, scale->to[0],
        "frame-height", G_TYPE_INT, scale->to[1], NULL);
}

void
gst_resnet_meta_scale (GstStructure * structure, const GstVideoInfo * from,
    const GstVideoInfo * to)
{
  Scale scale = {
    {GST_VIDEO_INFO_WIDTH (from), GST_VIDEO_INFO_HEIGHT (from)},
    {GST_VIDEO_INFO_WIDTH (to), GST_VIDEO_INFO_HEIGHT (to)}
  };

  if (scale.from[0] > 0 && scale.from[1] > 0 && scale.to[0] > 0
      && scale.to[1] > 0)
    scale_structure (structure, &scale);
  else
    gst_resnet_meta_strip (structure);
}

static void
strip_structure (GstStructure * structure, gpointer data)
{
  gst_resnet_meta_strip (structure);
}

void
gst_resnet_meta_strip (GstStructure * structure)
{
  GValue none = G_VALUE_INIT;

  gst_structure_remove_fields (structure, "heatmap", "heatmap-width",
      "heatmap-height", "heatmap-rect", "frame-width", "frame-height", NULL);
  if (gst_structure_has_field (structure, "regions")) {
    g_value_init (&none, GST_TYPE_ARRAY);
    gst_structure_take_value (structure, "regions", &none);
  }
  change_structures (structure, "others", strip_structure, NULL);
}

/* Returns TRUE if the picture fills the whole of the other frame. */
static gboolean
is_filled (const GstVideoInfo * from, const GstVideoInfo * to)
{
  gdouble a =
      (gdouble) GST_VIDEO_INFO_WIDTH (from) * GST_VIDEO_INFO_PAR_N (from)
      / GST_VIDEO_INFO_PAR_D (from) / GST_VIDEO_INFO_HEIGHT (from);
  gdouble b = (gdouble) GST_VIDEO_INFO_WIDTH (to) * GST_VIDEO_INFO_PAR_N (to)
      / GST_VIDEO_INFO_PAR_D (to) / GST_VIDEO_INFO_HEIGHT (to);
  gdouble side = a > b ? GST_VIDEO_INFO_HEIGHT (to) : GST_VIDEO_INFO_WIDTH (to);
  gdouble border = side - side * MIN (a, b) / MAX (a, b);

  return border <= BORDER_PIXELS || border <= side * BORDER_PART;
}

static gboolean
transform (GstBuffer * other, GstCustomMeta * meta, GstBuffer * buffer,
    GQuark type, gpointer data, gpointer user_data)
{
  const GstVideoMetaTransform *video = data;
  GstStructure *copy;

  if (!GST_META_TRANSFORM_IS_COPY (type)
      && !GST_VIDEO_META_TRANSFORM_IS_SCALE (type))
    return FALSE;
  copy = add_copy (other, meta);
  if (!copy)
    return FALSE;
  if (GST_META_TRANSFORM_IS_COPY (type))
    return TRUE;
  if (is_filled (video->in_info, video->out_info))
    gst_resnet_meta_scale (copy, video->in_info, video->out_info);
  else
    gst_resnet_meta_strip (copy);
  return TRUE;
}

static gboolean
keep (GstBuffer * other, GstCustomMeta * meta, GstBuffer * buffer, GQuark type,
    gpointer data, gpointer user_data)
{
  gboolean left_behind = !gst_buffer_get_classification_meta (other);
  GstClassificationMeta *each;
  gpointer state = NULL;

  if (!GST_META_TRANSFORM_IS_COPY (type))
    return FALSE;
  while (left_behind
      && (each = gst_buffer_iterate_classification_meta (buffer, &state))) {
    GstStructure *copy = add_copy (other, each);

    if (copy)
      gst_resnet_meta_strip (copy);
  }
  return gst_buffer_get_custom_meta (other, KEEPER_NAME)
      || gst_buffer_add_custom_meta (other, KEEPER_NAME);
}

void
gst_resnet_meta_register (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    /* These are the tags of a GstVideoRegionOfInterestMeta. Encoders and decoders copy metas with these tags and
     * scalers transform them. Elements that change the geometry without saying how leave them behind. */
    const gchar *tags[] = { GST_META_TAG_VIDEO_STR,
      GST_META_TAG_VIDEO_ORIENTATION_STR, GST_META_TAG_VIDEO_SIZE_STR, NULL
    };
    const gchar *none[] = { NULL };

    if (!gst_meta_get_info (GST_CLASSIFICATION_META_NAME))
      gst_meta_register_custom (GST_CLASSIFICATION_META_NAME, tags, transform,
          NULL, NULL);
    if (!gst_meta_get_info (KEEPER_NAME))
      gst_meta_register_custom (KEEPER_NAME, none, keep, NULL, NULL);
    g_once_init_leave (&once, 1);
  }
}

GstClassificationMeta *
gst_resnet_meta_add (GstBuffer * buffer)
{
  GstCustomMeta *keeper = gst_buffer_get_custom_meta (buffer, KEEPER_NAME);
  GstClassificationMeta *meta;

  /* The keeper must remain the last of the metas. */
  if (keeper)
    gst_buffer_remove_meta (buffer, (GstMeta *) keeper);
  meta = gst_buffer_add_custom_meta (buffer, GST_CLASSIFICATION_META_NAME);
  gst_buffer_add_custom_meta (buffer, KEEPER_NAME);
  return meta;
}

void
gst_resnet_meta_append_other (GstStructure * first,
    const GstStructure * structure)
{
  const GValue *others = gst_structure_get_value (first, "others");
  GValue array = G_VALUE_INIT, value = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  if (others && GST_VALUE_HOLDS_ARRAY (others))
    g_value_copy (others, &array);
  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_set_boxed (&value, structure);
  gst_value_array_append_and_take_value (&array, &value);
  gst_structure_take_value (first, "others", &array);
}

void
gst_resnet_meta_added (GstBuffer * buffer, GstClassificationMeta * meta)
{
  gpointer state = NULL;
  GstClassificationMeta *first =
      gst_buffer_iterate_classification_meta (buffer, &state);

  if (first && first != meta)
    gst_resnet_meta_append_other (gst_custom_meta_get_structure (first),
        gst_custom_meta_get_structure (meta));
}
