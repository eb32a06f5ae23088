/* gst-resnet: whether two bfloat16 a number, or Winograd's sums, are enough for a model, and whether one is faster
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Most networks lose 2e-6 of the largest logit and some, whose layers cancel much of what they add, lose more. So
 * before NN_PRECISION_AUTO settles for two bfloat16 it runs a few made-up images both ways, the same always: a model
 * that comes near the contract's 1e-4 stays with float32. In the same way a model whose weights make Winograd's sums
 * suspect is compared with direct ones.
 *
 * Products of bfloat16 vectors are twice as fast as float32's on some processors and as fast on others, where
 * Winograd's sums then win: both are timed. */
#include "run/session-probe.h"

#include <math.h>
#include <nn/log.h>

#include "base/nn-clock.h"

/* Of the largest logit. Images differ: on a ResNet-20 trained on CIFAR-10 these find 1.5e-5, the median of 400 test
 * images was at 4.9e-6 and the worst at 5.6e-5, four times what is found here. So the worst should stay inside 1e-4. */
#define TOLERANCE 2e-5
#define N_IMAGES 3

#define N_TIMED 3
/* What must be gained, so that it is not chance that decides between two that are as fast. */
#define GAIN 0.95

/* Noise as a normalized picture's range is; waves from coarse to fine; one grey. */
static void
make_image (guint which, guint channels, guint height, guint width, gfloat *image)
{
  const gsize n = (gsize)channels * height * width;
  guint32 state = 12345;

  for (gsize i = 0; i < n; i++) {
    const gsize x = i % width, y = i / width % height, c = i / width / height;

    /* Numerical Recipes' linear congruential generator; its high bits. */
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
      /* What is not finite in float32 already says nothing of the other. */
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
  /* The first run of each finds cold caches and new memory. */
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
