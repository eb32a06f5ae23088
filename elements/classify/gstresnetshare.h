/* gst-resnet: what the elements of one process share: models, and runs of a group's frames
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <nn/session.h>

G_BEGIN_DECLS
/* Takes @model and returns the model with the same content (file, labels and preprocessing) that another element has
 * loaded, or @model itself if there is none. Give it back with gst_resnet_share_give_back(). */
NnModel *gst_resnet_share_model (NnModel * model);
void gst_resnet_share_give_back (NnModel * model);
/* Returns how many elements have this model now. */
guint gst_resnet_share_get_n_users (const NnModel * model);

/* With a patience, another thread can end the time for which a frame of a stream waits for its group. */
typedef struct _GstResnetPatience GstResnetPatience;

GstResnetPatience *gst_resnet_patience_new (void);
void gst_resnet_patience_free (GstResnetPatience * patience);
/* With @over, a frame that waits comes back at once, and no other frame waits until it is set to FALSE. Any thread may
 * call this function. */
void gst_resnet_patience_set_over (GstResnetPatience * patience, gboolean over);

/* A group has a session that runs the frames of all its elements together. A member is one element's part in it. */
typedef struct _GstResnetGroup GstResnetGroup;
typedef struct _GstResnetMember GstResnetMember;

/* Joins the group called @name whose elements have the same model, size, threads, precision and batch size, and makes
 * it if there is none. @model is from gst_resnet_share_model(). The group runs up to @options->max_batch frames at a
 * time. */
GstResnetMember *gst_resnet_group_join (const gchar * name, NnModel * model,
    const NnSessionOptions * options, GError ** error);
void gst_resnet_group_leave (GstResnetMember * member);

/* Computes the outputs of @n images. It waits up to @timeout for the images of other elements, but only until all
 * active members have given some. A member for which several runs waited in vain is not waited for until it has images
 * again. Any number of threads may call it, each for its own element. Returns FALSE if @patience (nullable) ended
 * before the images were run. */
gboolean gst_resnet_group_run (GstResnetMember * member, GstClockTime timeout,
    guint n, const gfloat * tensor, gfloat * outputs,
    GstResnetPatience * patience);
/* The group does not wait for a member that is not active, for example after EOS, while it is paused or while it is
 * flushing. Members are not active at first. */
void gst_resnet_group_set_active (GstResnetMember * member, gboolean active);

const NnSession *gst_resnet_group_get_session (GstResnetMember * member);
/* Returns the numbers of runs and of images in them so far. The second divided by the first is the mean batch. */
void gst_resnet_group_get_counts (GstResnetMember * member, guint64 * runs,
    guint64 * images);

G_END_DECLS
