/* gst-resnet: where a region's label goes
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlayplace.h"

/* Returns how many pixels of @label something else covers. */
static guint64
get_overlap (const GstVideoRectangle * label, const GArray * taken)
{
  guint64 pixels = 0;
  guint i;

  for (i = 0; i < taken->len; i++) {
    const GstVideoRectangle *other =
        &g_array_index (taken, GstVideoRectangle, i);
    gint width = MIN (label->x + label->w, other->x + other->w)
        - MAX (label->x, other->x);
    gint height = MIN (label->y + label->h, other->y + other->h)
        - MAX (label->y, other->y);

    if (width > 0 && height > 0)
      pixels += (guint64) width *height;
  }
  return pixels;
}

void
gst_overlay_place_label (GstVideoRectangle * label,
    const GstVideoRectangle * box, const GstVideoRectangle * visible,
    const GArray * taken)
{
  gint last_x = visible->x + visible->w - label->w;
  gint last_y = visible->y + visible->h - label->h;
  gint left = box->x, right = box->x + box->w - label->w;
  gint above = box->y - label->h, top = MAX (box->y, visible->y);
  gint below = box->y + box->h, bottom = below - label->h;
  /* The best place comes first. Places out of sight coincide with others. */
  const gint places[][2] = {
    {left, above >= visible->y ? above : top},
    {left, top}, {left, below}, {left, bottom},
    {right, above >= visible->y ? above : top},
    {right, top}, {right, below}, {right, bottom},
  };
  GstVideoRectangle best = *label;
  guint64 least = G_MAXUINT64;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (places) && least > 0; i++) {
    guint64 overlap;

    label->x = CLAMP (places[i][0], visible->x, last_x);
    label->y = CLAMP (places[i][1], visible->y, last_y);
    overlap = get_overlap (label, taken);
    if (overlap < least) {
      least = overlap;
      best = *label;
    }
  }
  *label = best;
}
