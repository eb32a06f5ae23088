/* gst-resnet: how many frames, how long each stage took
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetstats.h"

#include <stdlib.h>

/* The 99th percentile covers only the last frames, because a stream can run for months. */
#define RING_SIZE 1024

struct _GstResnetStats
{
  GMutex lock;
  guint64 frames;
  guint64 outcomes[GST_RESNET_N_OUTCOMES];
  guint64 regions[3];           /* the numbers of classified, reused and skipped regions */
  guint64 withheld;             /* the number of messages that were not posted */
  GstClockTime ring[GST_RESNET_N_STAGES][RING_SIZE];
  GstClockTime last[GST_RESNET_N_STAGES];
  GstClockTime sum[GST_RESNET_N_STAGES];
  const gchar *isa, *precision;
  guint threads;
  GstResnetSharing sharing;
};

GstResnetStats *
gst_resnet_stats_new (void)
{
  GstResnetStats *stats = g_new0 (GstResnetStats, 1);

  g_mutex_init (&stats->lock);
  return stats;
}

void
gst_resnet_stats_free (GstResnetStats * stats)
{
  g_mutex_clear (&stats->lock);
  g_free (stats);
}

void
gst_resnet_stats_reset (GstResnetStats * stats, const gchar * isa,
    const gchar * precision, guint threads)
{
  g_mutex_lock (&stats->lock);
  stats->frames = 0;
  memset (stats->outcomes, 0, sizeof (stats->outcomes));
  memset (stats->regions, 0, sizeof (stats->regions));
  stats->withheld = 0;
  memset (stats->last, 0, sizeof (stats->last));
  memset (stats->sum, 0, sizeof (stats->sum));
  stats->isa = isa;
  stats->precision = precision;
  stats->threads = threads;
  memset (&stats->sharing, 0, sizeof (stats->sharing));
  g_mutex_unlock (&stats->lock);
}

void
gst_resnet_stats_set_sharing (GstResnetStats * stats,
    const GstResnetSharing * sharing)
{
  g_mutex_lock (&stats->lock);
  stats->sharing = *sharing;
  g_mutex_unlock (&stats->lock);
}

void
gst_resnet_stats_set_engine (GstResnetStats * stats, const gchar * isa,
    const gchar * precision, guint threads)
{
  g_mutex_lock (&stats->lock);
  stats->isa = isa;
  stats->precision = precision;
  stats->threads = threads;
  g_mutex_unlock (&stats->lock);
}

static void
add (GstResnetStats * stats, GstResnetOutcome outcome,
    const GstClockTime * times, guint frames)
{
  guint i;

  g_mutex_lock (&stats->lock);
  stats->frames += frames;
  for (i = 0; times && i < GST_RESNET_N_STAGES; i++) {
    stats->ring[i][stats->outcomes[outcome] % RING_SIZE] = times[i];
    stats->last[i] = times[i];
    stats->sum[i] += times[i];
  }
  stats->outcomes[outcome]++;
  g_mutex_unlock (&stats->lock);
}

void
gst_resnet_stats_add (GstResnetStats * stats, GstResnetOutcome outcome,
    const GstClockTime * times)
{
  add (stats, outcome, times, 1);
}

void
gst_resnet_stats_add_beside (GstResnetStats * stats, GstResnetOutcome outcome,
    const GstClockTime * times)
{
  add (stats, outcome, times, 0);
}

void
gst_resnet_stats_add_regions (GstResnetStats * stats, guint classified,
    guint reused, guint skipped)
{
  g_mutex_lock (&stats->lock);
  stats->regions[0] += classified;
  stats->regions[1] += reused;
  stats->regions[2] += skipped;
  g_mutex_unlock (&stats->lock);
}

void
gst_resnet_stats_add_withheld (GstResnetStats * stats)
{
  g_mutex_lock (&stats->lock);
  stats->withheld++;
  g_mutex_unlock (&stats->lock);
}

static int
compare_times (const void *a, const void *b)
{
  GstClockTime x = *(const GstClockTime *) a, y = *(const GstClockTime *) b;

  return x < y ? -1 : x > y;
}

/* Returns the smallest value such that at least 99 % of the values are no larger (the nearest-rank method). */
static GstClockTime
percentile99 (GstClockTime * times, guint n)
{
  if (n == 0)
    return 0;
  qsort (times, n, sizeof (*times), compare_times);
  return times[(n * 99 + 99) / 100 - 1];
}

GstStructure *
gst_resnet_stats_to_structure (GstResnetStats * stats)
{
  static const gchar *const names[GST_RESNET_N_STAGES] =
      { "preprocess", "inference", "total" };
  GstResnetStats *copy = g_new (GstResnetStats, 1);
  const guint64 *outcomes = copy->outcomes;
  GstStructure *structure;
  guint64 classified;
  guint i;

  /* The values are copied, so that the streaming thread does not have to wait for the sorting. */
  g_mutex_lock (&stats->lock);
  memcpy (copy, stats, sizeof (*copy));
  g_mutex_unlock (&stats->lock);

  classified = outcomes[GST_RESNET_OUTCOME_CLASSIFIED];
  structure = gst_structure_new ("resnetclassify-stats",
      "frames", G_TYPE_UINT64, copy->frames,
      "classified", G_TYPE_UINT64, classified,
      "reused", G_TYPE_UINT64, outcomes[GST_RESNET_OUTCOME_REUSED],
      "late", G_TYPE_UINT64, outcomes[GST_RESNET_OUTCOME_LATE],
      "waiting", G_TYPE_UINT64, outcomes[GST_RESNET_OUTCOME_WAITING],
      "failed", G_TYPE_UINT64, outcomes[GST_RESNET_OUTCOME_FAILED],
      "regions-classified", G_TYPE_UINT64, copy->regions[0],
      "regions-reused", G_TYPE_UINT64, copy->regions[1],
      "regions-skipped", G_TYPE_UINT64, copy->regions[2],
      "messages-withheld", G_TYPE_UINT64, copy->withheld, NULL);
  for (i = 0; i < GST_RESNET_N_STAGES; i++) {
    gchar *last = g_strconcat (names[i], "-last", NULL);
    gchar *mean = g_strconcat (names[i], "-mean", NULL);
    gchar *p99 = g_strconcat (names[i], "-p99", NULL);

    gst_structure_set (structure,
        last, G_TYPE_UINT64, copy->last[i],
        mean, G_TYPE_UINT64, classified ? copy->sum[i] / classified : 0,
        p99, G_TYPE_UINT64, percentile99 (copy->ring[i],
            (guint) MIN (classified, RING_SIZE)), NULL);
    g_free (last);
    g_free (mean);
    g_free (p99);
  }
  gst_structure_set (structure, "isa", G_TYPE_STRING,
      copy->isa ? copy->isa : "", "precision", G_TYPE_STRING,
      copy->precision ? copy->precision : "", "threads", G_TYPE_UINT,
      copy->threads, "shared-with", G_TYPE_UINT, copy->sharing.shared_with,
      "group-runs", G_TYPE_UINT64, copy->sharing.group_runs, "group-images",
      G_TYPE_UINT64, copy->sharing.group_images, NULL);
  g_free (copy);
  return structure;
}
