/* gst-resnet: an ImageFolder (DIR/CLASS/image) and which class of the network each folder is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * ToolFolder: what torchvision's ImageFolder finds, in its order
 * @names: the folders' names in byte order, NULL-terminated
 * @paths: the images' paths, @n_images of them
 * @folder_of: each image's folder, an index into @names
 * @counts: images of each folder
 */
typedef struct {
  gchar **names;
  guint n_folders;
  GPtrArray *paths;
  GArray *folder_of;
  guint *counts;
  guint n_images;
} ToolFolder;

typedef enum {
  TOOL_MATCH_NAME,  /* each folder's name is a label */
  TOOL_MATCH_ORDER, /* sorted folders are the classes in order */
} ToolMatch;

/* Walks @dir. Links are followed, hidden folders of classes (".git") are left out. Errors: no folder, no image. */
ToolFolder *tool_folder_scan (const gchar *dir, GError **error);
void tool_folder_free (ToolFolder *folder);

/**
 * tool_folder_match: the class of each folder, n_folders numbers (free with g_free())
 * @labels: n_classes labels, or NULL
 * @identifiers: n_classes WordNet identifiers that folders may be called by ("n01440764"), or NULL
 * By name where every folder matches one label: exactly, else without regard to case and with _ for a space, else by
 * the part before a label's first comma. Else by sorted order where there are as many folders as classes, and no folder
 * that does match a label contradicts it. Else NULL with an error that lists the folders that match no label.
 */
guint *tool_folder_match (const ToolFolder *folder, gchar *const *labels, gchar *const *identifiers, guint n_classes,
                          ToolMatch *how, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ToolFolder, tool_folder_free)
