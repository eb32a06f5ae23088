/* gst-resnet: what classoverlay is to show of a buffer
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlaycontent.h"

#include <math.h>

static void
clear_entry (gpointer data)
{
  GstOverlayEntry *entry = data;

  g_free (entry->label);
  g_free (entry->value);
}

static void
clear_region (gpointer data)
{
  g_free (((GstOverlayRegion *) data)->text);
}

GstOverlayContent *
gst_overlay_content_new (void)
{
  GstOverlayContent *content = g_new0 (GstOverlayContent, 1);

  content->entries = g_array_new (FALSE, TRUE, sizeof (GstOverlayEntry));
  g_array_set_clear_func (content->entries, clear_entry);
  content->regions = g_array_new (FALSE, TRUE, sizeof (GstOverlayRegion));
  g_array_set_clear_func (content->regions, clear_region);
  return content;
}

void
gst_overlay_content_free (GstOverlayContent * content)
{
  g_array_unref (content->entries);
  g_array_unref (content->regions);
  g_free (content->stats);
  g_free (content);
}

void
gst_overlay_content_reset (GstOverlayContent * content)
{
  g_array_set_size (content->entries, 0);
  g_array_set_size (content->regions, 0);
  content->n_left_out = 0;
  g_clear_pointer (&content->stats, g_free);
}

gboolean
gst_overlay_content_is_empty (const GstOverlayContent * content)
{
  return content->entries->len == 0 && content->regions->len == 0
      && !content->stats;
}

gboolean
gst_overlay_content_equal (const GstOverlayContent * a,
    const GstOverlayContent * b)
{
  guint i;

  if (a->entries->len != b->entries->len || a->regions->len != b->regions->len
      || a->n_left_out != b->n_left_out || g_strcmp0 (a->stats, b->stats) != 0)
    return FALSE;
  for (i = 0; i < a->entries->len; i++) {
    const GstOverlayEntry *p = &g_array_index (a->entries, GstOverlayEntry, i);
    const GstOverlayEntry *q = &g_array_index (b->entries, GstOverlayEntry, i);

    if (p->percent != q->percent || p->first != q->first
        || strcmp (p->value, q->value) != 0 || strcmp (p->label, q->label) != 0)
      return FALSE;
  }
  for (i = 0; i < a->regions->len; i++) {
    const GstOverlayRegion *p =
        &g_array_index (a->regions, GstOverlayRegion, i);
    const GstOverlayRegion *q =
        &g_array_index (b->regions, GstOverlayRegion, i);

    if (p->x != q->x || p->y != q->y || p->width != q->width
        || p->height != q->height || strcmp (p->text, q->text) != 0)
      return FALSE;
  }
  return TRUE;
}

gchar *
gst_overlay_label_clean (const gchar * label)
{
  gsize length = label ? strnlen (label, GST_OVERLAY_MAX_LABEL + 1) : 0;
  gboolean cut = length > GST_OVERLAY_MAX_LABEL;
  gchar *valid, *clean, *p;

  if (cut) {
    length = GST_OVERLAY_MAX_LABEL;
    /* The label must not be cut through the middle of a character. */
    while (length > GST_OVERLAY_MAX_LABEL - 4 && (label[length] & 0xc0) == 0x80)
      length--;
  }
  valid = g_utf8_make_valid (label ? label : "", length);
  for (p = valid; *p; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    /* Line ends, and whatever else would not stay in one line, become blanks. */
    if (c < 0x20 || c == 0x7f)
      *p = ' ';
    else if (c == 0x2028 || c == 0x2029 || c == 0x85)
      memset (p, ' ', g_utf8_skip[(guchar) * p]);
  }
  clean = cut ? g_strconcat (valid, "…", NULL) : g_strdup (valid);
  g_free (valid);
  return clean;
}

/* Returns "87 %" for a probability, and the number for anything else (a logit). */
static gchar *
format_confidence (gdouble confidence, gint * percent)
{
  *percent = -1;
  if (confidence < 0.0 || confidence > 1.0 + 1e-6) {
    gboolean plain = fabs (confidence) < 1e5;

    return g_strdup_printf (plain ? "%.1f" : "%.1e", confidence);
  }
  *percent = MIN ((gint) floor (confidence * 100.0 + 0.5), 100);
  if (*percent == 0 && confidence > 0.0)
    return g_strdup ("<1 %");
  return g_strdup_printf ("%d %%", *percent);
}

static gboolean
is_shown (const GstOverlaySettings * settings, gdouble confidence)
{
  return isfinite (confidence) && (settings->min_confidence <= 0.0
      || confidence >= settings->min_confidence);
}

gboolean
gst_overlay_content_add_entry (GstOverlayContent * content,
    const GstOverlaySettings * settings, const gchar * label,
    gdouble confidence, gboolean first)
{
  GstOverlayEntry entry = {.first = first };

  if (!is_shown (settings, confidence)
      || content->entries->len >= GST_OVERLAY_MAX_ENTRIES)
    return FALSE;
  entry.label = gst_overlay_label_clean (label);
  entry.value = format_confidence (confidence, &entry.percent);
  g_array_append_val (content->entries, entry);
  return TRUE;
}

gboolean
gst_overlay_content_add_title (GstOverlayContent * content, const gchar * name)
{
  GstOverlayEntry entry = {.percent = -1,.first = TRUE };

  if (content->entries->len + 1 >= GST_OVERLAY_MAX_ENTRIES)
    return FALSE;
  entry.label = gst_overlay_label_clean (name);
  entry.value = g_strdup ("");
  g_array_append_val (content->entries, entry);
  return TRUE;
}

gboolean
gst_overlay_content_add_region (GstOverlayContent * content,
    const GstOverlaySettings * settings, gint64 x, gint64 y, gint64 width,
    gint64 height, const gchar * label, gdouble confidence)
{
  GstOverlayRegion region = {.x = x,.y = y,.width = width,.height = height };
  gchar *clean, *value;
  gint percent;

  if (width <= 0 || height <= 0 || !is_shown (settings, confidence))
    return FALSE;
  if (content->regions->len >= GST_OVERLAY_MAX_REGIONS) {
    content->n_left_out++;
    return FALSE;
  }
  clean = gst_overlay_label_clean (label);
  value = format_confidence (confidence, &percent);
  /* An isolate (U+2066 to U+2069) is needed, because beside right-to-left text "62 %" would become "% 62". */
  region.text = g_strconcat (clean, "\302\240\302\240\342\201\246", value,
      "\342\201\251", NULL);
  g_free (value);
  g_free (clean);
  g_array_append_val (content->regions, region);
  return TRUE;
}

void
gst_overlay_heatmap_clear (GstOverlayHeatmap * heatmap)
{
  g_clear_pointer (&heatmap->map, g_bytes_unref);
}
