/* gst-resnet: which class of a network each folder of images is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <evaluate/image-folder.h>

G_BEGIN_DECLS

typedef enum {
  EVALUATE_MATCH_NAME,  /* each folder's name is a label */
  EVALUATE_MATCH_ORDER, /* sorted folders are the classes in order */
} EvaluateMatch;

/**
 * evaluate_match_classes: the class of each folder, n_folders numbers (free with g_free())
 * @labels: n_classes labels, or NULL
 * @identifiers: n_classes WordNet identifiers that folders may be called by ("n01440764"), or NULL
 * By name where every folder matches one label: exactly, else without regard to case and with _ for a space, else by
 * the part before a label's first comma. Else by sorted order where there are as many folders as classes, and no folder
 * that does match a label contradicts it. Else NULL with EVALUATE_ERROR_MATCH, which lists the folders that match no
 * label.
 */
guint *evaluate_match_classes (const EvaluateFolder *folder, gchar *const *labels, gchar *const *identifiers,
                               guint n_classes, EvaluateMatch *how, GError **error);

/* "n01440764" */
gboolean evaluate_is_wordnet_id (const gchar *string, gsize length);

G_END_DECLS
