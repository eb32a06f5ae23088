/* gst-resnet: what the elements of one process share: models, and runs of a group's frames
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <nn/session.h>

G_BEGIN_DECLS
/* Takes @model and gives the one of the same content (file, labels and preprocessing) that another element has loaded,
 * or @model itself. Give it back with gst_resnet_share_give_back(). */
NnModel *gst_resnet_share_model (NnModel * model);
void gst_resnet_share_give_back (NnModel * model);
/* How many have this model now. */
guint gst_resnet_share_get_n_users (const NnModel * model);

/* A session that runs the frames of all elements of one group together. */
typedef struct _GstResnetGroup GstResnetGroup;

/* Joins the group called @name whose elements have the same model, size, threads, precision and batch size, or makes
 * it. @model is from gst_resnet_share_model(). Frames of a group are run @options->max_batch at a time. */
GstResnetGroup *gst_resnet_group_join (const gchar * name, NnModel * model,
    const NnSessionOptions * options, GError ** error);
void gst_resnet_group_leave (GstResnetGroup * group);

/* Logits of @n images. Waits up to @timeout for other elements' images to come along, not longer than until all members
 * that are active have some. Any number of threads, each for an element of its own. */
void gst_resnet_group_run (GstResnetGroup * group, GstClockTime timeout,
    guint n, const gfloat * tensor, gfloat * logits);
/* A member that sends nothing for a while (EOS, paused, flushing) is not waited for. Each starts so. */
void gst_resnet_group_set_active (GstResnetGroup * group, gboolean active);

const NnSession *gst_resnet_group_get_session (GstResnetGroup * group);
/* Runs and images in them so far: their ratio is the mean batch. */
void gst_resnet_group_get_counts (GstResnetGroup * group, guint64 * runs,
    guint64 * images);

G_END_DECLS
