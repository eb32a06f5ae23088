/* gst-resnet: the element resnetclassify: its errors, and what its debug log says of each frame
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetclassifyreport.h"

#include <glib/gstdio.h>

#define GST_CAT_DEFAULT gst_resnet_classify_debug

/* The hash of a larger file that was refused is not computed, because that would read the file a second time. */
#define MAX_HASHED_BYTES ((goffset) 256 << 20)

/* Returns the SHA-256 of a file that could not be loaded, so that a report says which file it was, or the reason why
 * there is none. */
static gchar *
hash_file (const gchar * path)
{
  GChecksum *checksum;
  guchar buffer[16384];
  GStatBuf st;
  gchar *hash;
  FILE *file;
  gsize n;

  if (g_stat (path, &st) != 0)
    return g_strdup ("none, the file cannot be read");
  if (!S_ISREG (st.st_mode))
    return g_strdup ("none, this is no regular file");
  if (st.st_size > MAX_HASHED_BYTES)
    return g_strdup ("none, the file is too large");
  file = g_fopen (path, "rb");
  if (!file)
    return g_strdup ("none, the file cannot be read");
  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  while ((n = fread (buffer, 1, sizeof (buffer), file)) > 0)
    g_checksum_update (checksum, buffer, n);
  hash = ferror (file) ? g_strdup ("none, the file cannot be read") :
      g_strdup (g_checksum_get_string (checksum));
  g_checksum_free (checksum);
  fclose (file);
  return hash;
}

static gchar *
describe (GstResnetClassify * self)
{
  GstResnetRunner *runner = gst_resnet_analyzer_get_runner (self->analyzer);
  GstPad *pad = GST_BASE_TRANSFORM_SINK_PAD (self);
  const gchar *path = runner ? gst_resnet_runner_get_path (runner) :
      self->active.model;
  GstCaps *caps = gst_pad_get_current_caps (pad);
  gchar *caps_text = caps ? gst_caps_to_string (caps) : NULL;
  gchar *hash, *text;

  if (runner)
    hash = g_strdup (nn_model_get_sha256 (gst_resnet_runner_get_model
            (runner)->model));
  else if (path && *path)
    hash = hash_file (path);
  else
    hash = g_strdup ("none, it is not loaded");
  text = g_strdup_printf ("model: %s, sha256: %s, caps: %s",
      path && *path ? path : "embedded", hash,
      caps_text ? caps_text : "none yet");
  g_free (hash);
  g_free (caps_text);
  if (caps)
    gst_caps_unref (caps);
  return text;
}

void
gst_resnet_classify_report (GstResnetClassify * self, GstMessageType type,
    const GError * error)
{
  gst_element_message_full (GST_ELEMENT (self), type, error->domain,
      error->code, g_strdup (error->message), describe (self), __FILE__,
      GST_FUNCTION, __LINE__);
}

static gboolean
is_logged (void)
{
  return gst_debug_category_get_threshold (GST_CAT_DEFAULT) >= GST_LEVEL_LOG;
}

static void
append_result (GString * string, const GstResnetResult * result,
    const GstResnetModel * model)
{
  guint i;

  if (result->n_entries == 0)
    g_string_append_printf (string, "%s (at most %.4f)", GST_RESNET_UNKNOWN,
        result->best);
  for (i = 0; i < result->n_entries; i++)
    g_string_append_printf (string, "%s%s %.4f", i > 0 ? ", " : "",
        model->labels[result->indices[i]], result->confidences[i]);
}

static gchar *
answer_to_string (const GstResnetAnswer * answer)
{
  GString *string = g_string_new (NULL);
  guint i;

  if (answer->has_frame)
    append_result (string, &answer->frame, answer->model);
  for (i = 0; answer->regions && i < answer->regions->len; i++) {
    const GstResnetRegion *region =
        &g_array_index (answer->regions, GstResnetRegion, i);

    g_string_append_printf (string, "%sregion %d (%s): ",
        string->len > 0 ? "; " : "", region->id,
        region->type ? g_quark_to_string (region->type) : "no type");
    if (!region->classified)
      g_string_append (string, "skipped");
    else
      append_result (string, &region->result, answer->model);
    if (region->reused)
      g_string_append (string, " (reused)");
  }
  if (string->len == 0)
    g_string_append (string, "nothing to classify");
  return g_string_free (string, FALSE);
}

void
gst_resnet_classify_log_answer (GstResnetClassify * self,
    const GstResnetAnswer * answer, const GstResnetTimes * times,
    const GstClockTime * durations)
{
  GstResnetRunner *runner = gst_resnet_analyzer_get_runner (self->analyzer);
  const NnPreprocess *p = gst_resnet_runner_get_preprocess (runner);
  const gchar *method = gst_resnet_runner_get_method (runner);
  gchar *text, *resize, *crop;

  if (!is_logged ())
    return;
  text = answer_to_string (answer);
  resize = nn_preprocess_resize_to_string (p);
  crop = nn_preprocess_crop_to_string (p);
  GST_LOG_OBJECT (self, "frame %" GST_TIME_FORMAT ": %s; preprocessing %.3f ms "
      "(method %s, resize %s, crop %s), inference %.3f ms (precision %s, "
      "level %s, %u threads), in all %.3f ms", GST_TIME_ARGS (times->pts), text,
      durations[GST_RESNET_STAGE_PREPROCESS] / 1e6,
      method ? method : "none", resize, crop,
      durations[GST_RESNET_STAGE_INFERENCE] / 1e6, answer->precision,
      gst_resnet_runner_get_isa (runner),
      gst_resnet_runner_get_threads (runner),
      durations[GST_RESNET_STAGE_TOTAL] / 1e6);
  g_free (resize);
  g_free (crop);
  g_free (text);
}

void
gst_resnet_classify_log_passing (GstResnetClassify * self,
    const GstResnetAnswer * answer, const GstResnetTimes * times,
    const gchar * why)
{
  gchar *text;

  if (!is_logged ())
    return;
  if (!answer) {
    GST_LOG_OBJECT (self, "frame %" GST_TIME_FORMAT ": %s; there is no result "
        "that it could carry", GST_TIME_ARGS (times->pts), why);
    return;
  }
  text = answer_to_string (answer);
  GST_LOG_OBJECT (self, "frame %" GST_TIME_FORMAT ": %s; it carries the result "
      "of frame %" GST_TIME_FORMAT ": %s", GST_TIME_ARGS (times->pts), why,
      GST_TIME_ARGS (answer->source_pts), text);
  g_free (text);
}
