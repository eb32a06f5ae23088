/* gst-resnet: trials of whether a less exact way to compute a model is near enough to float32, and whether it is faster
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two bfloat16 a number cost most networks an error of 2e-6 of the largest logit. Some networks, whose layers cancel
 * much of what they add, lose more. So before NN_PRECISION_AUTO settles for two bfloat16, it runs a few made-up images,
 * always the same ones, both ways. A model whose error comes near the contract's 1e-4 stays with float32. In the same
 * way a model whose weights make Winograd's sums suspect is compared with direct sums.
 *
 * Products of bfloat16 vectors are twice as fast as float32's on some processors. On others they are only as fast, and
 * then float32 with Winograd's sums is faster. So both are timed. */
#include "run/session-probe.h"

#include <math.h>
#include <nn/log.h>

#include "base/nn-clock.h"

/* The largest error that is allowed, as a part of the largest logit. Errors differ from image to image: on a ResNet-20
 * trained on CIFAR-10 the made-up images give 1.5e-5; of 400 test images the median was 4.9e-6 and the worst 5.6e-5,
 * four times what the made-up images give. So with this limit the worst image should stay inside 1e-4. */
#define TOLERANCE 2e-5
#define N_IMAGES 3

#define N_TIMED 3
/* A session counts as faster only when its time is below this part of the other's, so that chance does not decide
 * between two that are equally fast. */
#define GAIN 0.95

/* Makes image number @which: noise in the range of a normalized picture, ramps from coarse to fine, or one constant for
 * each channel. */
static void
make_image (guint which, guint channels, guint height, guint width, gfloat *image)
{
  const gsize n = (gsize)channels * height * width;
  guint32 state = 12345;

  for (gsize i = 0; i < n; i++) {
    const gsize x = i % width, y = i / width % height, c = i / width / height;

    /* This is the linear congruential generator of Numerical Recipes, of which the high bits are used. */
    state = state * 1664525u + 1013904223u;
    if (which == 0)
      image[i] = (gfloat)(state >> 8) * (4.0f / 16777216.0f) - 2.0f;
    else if (which == 1)
      image[i] = (gfloat)((x * (c + 1) + 3 * y) % 64) * (4.0f / 63.0f) - 2.0f;
    else
      image[i] = 0.5f - 0.25f * (gfloat)c;
  }
}

static gdouble
seconds_of_run (NnPlanSession *session, const gfloat *image, gfloat *logits)
{
  const gdouble start = nn_seconds ();

  nn_plan_session_run (session, image, 1, logits);
  return nn_seconds () - start;
}

NnProbe *
nn_session_probe (NnPlanSession *session)
{
  g_autofree gfloat *image
      = g_try_new (gfloat, (gsize)session->base.channels * session->base.height * session->base.width);
  g_autoptr (NnProbe) probe = g_new0 (NnProbe, 1);

  probe->n_classes = session->base.n_outputs;
  probe->seconds = G_MAXDOUBLE;
  probe->logits = g_try_new (gfloat, (gsize)N_IMAGES * session->base.n_outputs);
  if (!image || !probe->logits)
    return NULL;
  for (guint i = 0; i < N_IMAGES; i++) {
    gdouble seconds;

    make_image (i, session->base.channels, session->base.height, session->base.width, image);
    seconds = seconds_of_run (session, image, probe->logits + (gsize)i * session->base.n_outputs);
    probe->seconds = MIN (probe->seconds, seconds);
  }
  return g_steal_pointer (&probe);
}

void
nn_probe_free (NnProbe *probe)
{
  if (!probe)
    return;
  g_free (probe->logits);
  g_free (probe);
}

gboolean
nn_probe_is_near (const NnProbe *probe, const NnProbe *direct, const gchar *what)
{
  gdouble worst = 0;

  if (!probe || !direct)
    return FALSE;
  for (guint i = 0; i < N_IMAGES; i++) {
    const gfloat *a = direct->logits + (gsize)i * direct->n_classes;
    const gfloat *b = probe->logits + (gsize)i * direct->n_classes;
    gdouble largest = 0, error = 0;

    for (guint c = 0; c < direct->n_classes; c++) {
      largest = fmax (largest, fabs (a[c]));
      /* A logit that is not finite in float32 says nothing of the other way. */
      if (isfinite (a[c]))
        error = fmax (error, isfinite (b[c]) ? fabs ((gdouble)a[c] - b[c]) : INFINITY);
    }
    if (largest > 0 && isfinite (largest))
      worst = fmax (worst, error / largest);
    else if (error > 0)
      worst = INFINITY;
  }
  nn_log (G_LOG_LEVEL_DEBUG,
          "%s: %.1e of the largest logit from direct sums of float32 on made-up images (%.3f ms, those %.3f), %.0e "
          "allowed",
          what, worst, 1e3 * probe->seconds, 1e3 * direct->seconds, TOLERANCE);
  return worst <= TOLERANCE;
}

gboolean
nn_session_is_faster (NnPlanSession *session, NnPlanSession *reference)
{
  g_autofree gfloat *image
      = g_try_new (gfloat, (gsize)session->base.channels * session->base.height * session->base.width);
  g_autofree gfloat *logits = g_try_new (gfloat, session->base.n_outputs);
  gdouble a = G_MAXDOUBLE, b = G_MAXDOUBLE;

  if (!reference || !image || !logits)
    return FALSE;
  make_image (0, session->base.channels, session->base.height, session->base.width, image);
  /* The first run of each session is not counted: it finds cold caches and new memory. */
  for (guint i = 0; i <= N_TIMED; i++) {
    const gdouble mine = seconds_of_run (session, image, logits);
    const gdouble other = seconds_of_run (reference, image, logits);

    if (i > 0) {
      a = MIN (a, mine);
      b = MIN (b, other);
    }
  }
  nn_log (G_LOG_LEVEL_DEBUG, "precision %s: %.3f ms an image, %s %.3f ms: %s runs",
          nn_precision_to_string (session->format->precision), 1e3 * a,
          nn_precision_to_string (reference->format->precision), 1e3 * b,
          nn_precision_to_string (a < GAIN * b ? session->format->precision : reference->format->precision));
  return a < GAIN * b;
}
