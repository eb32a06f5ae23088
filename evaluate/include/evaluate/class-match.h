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
 * evaluate_match_classes: finds the class of each folder
 * @labels: n_classes labels, or NULL
 * @identifiers: n_classes WordNet identifiers that folders may be called by ("n01440764"), or NULL
 * Names decide if every folder matches one label. A folder matches exactly, or else without regard to case and with _
 * for a space, or else by the part of a label before its first comma. If names do not decide, the sorted order does,
 * provided that there are as many folders as classes and no folder that does match a label contradicts it.
 * Returns: n_folders numbers of classes, to be freed with g_free(). If neither names nor order decide, it is NULL with
 * EVALUATE_ERROR_MATCH, and the error lists the folders that match no label.
 */
guint *evaluate_match_classes (const EvaluateFolder *folder, gchar *const *labels, gchar *const *identifiers,
                               guint n_classes, EvaluateMatch *how, GError **error);

/* Returns TRUE if @string has the form of a WordNet identifier, such as "n01440764". */
gboolean evaluate_is_wordnet_id (const gchar *string, gsize length);

G_END_DECLS
