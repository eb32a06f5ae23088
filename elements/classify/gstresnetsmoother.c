/* gst-resnet: answers that do not flicker: smoothing over time, hysteresis, and when the answer changes
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetsmoother.h"

#include <math.h>

#include "meta/gstclassificationmeta.h"

struct _GstResnetSmoother
{
  gfloat *state;                /* n_values values */
  guint n_values;               /* 0 if nothing was seen yet */
  NnActivation activation;      /* the activation that the values were made with */
  gdouble temperature;
  GstClockTime stream_time;     /* the time that state is from */

  guint held;                   /* the class of the last answer, or G_MAXUINT */

  gchar *label;                 /* the label of the last answer, or NULL */
  GstClockTime since;           /* the running time since when it is the answer */
};

GstResnetSmoother *
gst_resnet_smoother_new (void)
{
  GstResnetSmoother *smoother = g_new0 (GstResnetSmoother, 1);

  gst_resnet_smoother_reset (smoother);
  return smoother;
}

void
gst_resnet_smoother_free (GstResnetSmoother * smoother)
{
  g_free (smoother->state);
  g_free (smoother->label);
  g_free (smoother);
}

void
gst_resnet_smoother_reset_model (GstResnetSmoother * smoother)
{
  smoother->n_values = 0;
  smoother->held = G_MAXUINT;
}

void
gst_resnet_smoother_reset (GstResnetSmoother * smoother)
{
  gst_resnet_smoother_reset_model (smoother);
  g_clear_pointer (&smoother->label, g_free);
}

static void
smooth (GstResnetSmoother * smoother, const GstResnetSettings * settings,
    const GstResnetTimes * times, gfloat * values, guint n_values)
{
  gdouble tau = settings->smoothing * (gdouble) GST_MSECOND;
  gboolean known = smoother->n_values == n_values
      && GST_CLOCK_TIME_IS_VALID (smoother->stream_time)
      && GST_CLOCK_TIME_IS_VALID (times->stream_time)
      && smoother->activation == settings->activation
      && smoother->temperature == settings->temperature;
  guint i;

  if (known && tau > 0) {
    /* The time may also go backwards, as when playing in reverse. */
    gdouble dt = fabs ((gdouble) GST_CLOCK_DIFF (smoother->stream_time,
            times->stream_time));
    gdouble weight = -expm1 (-dt / tau);

    for (i = 0; i < n_values; i++) {
      gdouble y = smoother->state[i] +
          weight * ((gdouble) values[i] - smoother->state[i]);

      /* A value that was once not finite must not stay in the state forever. */
      if (isfinite (y))
        values[i] = (gfloat) y;
    }
  }
  if (n_values > smoother->n_values)
    smoother->state = g_renew (gfloat, smoother->state, n_values);
  memcpy (smoother->state, values, n_values * sizeof (gfloat));
  smoother->n_values = n_values;
  smoother->activation = settings->activation;
  smoother->temperature = settings->temperature;
  smoother->stream_time = times->stream_time;
}

void
gst_resnet_smoother_run (GstResnetSmoother * smoother,
    const GstResnetSettings * settings, const GstResnetTimes * times,
    gfloat * values, guint n_values, GstResnetResult * result)
{
  guint top, held = smoother->held;

  smooth (smoother, settings, times, values, n_values);
  /* A class that does not reach the threshold is not held. The answer is then another class, or unknown. */
  if (held < n_values && nn_topk (values, n_values, 1, &top) == 1
      && (!(values[top] - values[held] < settings->hysteresis)
          || (settings->activation != NN_ACTIVATION_NONE
              && values[held] < settings->threshold)))
    held = G_MAXUINT;
  gst_resnet_result_select (result, settings, values, n_values, held);
  smoother->held = result->n_entries > 0 ? result->indices[0] : G_MAXUINT;
}

GstMessage *
gst_resnet_smoother_get_change (GstResnetSmoother * smoother,
    const GstResnetResult * result, const GstResnetModel * model,
    const GstResnetTimes * times, GstObject * object)
{
  const gchar *label = gst_resnet_result_get_label (result, model);
  GstClockTime held = GST_CLOCK_TIME_NONE;
  GstStructure *structure;
  gchar *name;

  if (smoother->label && g_str_equal (smoother->label, label))
    return NULL;
  if (smoother->label && GST_CLOCK_TIME_IS_VALID (smoother->since)
      && GST_CLOCK_TIME_IS_VALID (times->running_time)
      && times->running_time >= smoother->since)
    held = times->running_time - smoother->since;
  name = gst_object_get_name (object);
  structure = gst_structure_new (GST_CLASSIFICATION_LABEL_CHANGED_NAME,
      "to", G_TYPE_STRING, label,
      "index", G_TYPE_INT, gst_resnet_result_get_index (result),
      "confidence", G_TYPE_DOUBLE, (gdouble) result->best,
      "timestamp", G_TYPE_UINT64, times->pts,
      "stream-time", G_TYPE_UINT64, times->stream_time,
      "running-time", G_TYPE_UINT64, times->running_time,
      "held-for", G_TYPE_UINT64, held,
      "model-sha256", G_TYPE_STRING, nn_model_get_sha256 (model->model),
      "element", G_TYPE_STRING, name, NULL);
  if (smoother->label)
    gst_structure_set (structure, "from", G_TYPE_STRING, smoother->label, NULL);
  g_free (name);
  g_free (smoother->label);
  smoother->label = g_strdup (label);
  smoother->since = times->running_time;
  return gst_message_new_element (object, structure);
}
