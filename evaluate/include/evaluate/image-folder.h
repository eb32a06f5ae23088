/* gst-resnet: a folder of images, one folder a class (DIR/CLASS/image)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define EVALUATE_ERROR (evaluate_error_quark ())

/**
 * EvaluateError:
 * @EVALUATE_ERROR_FOLDER: the folder does not exist, or does not have folders of images
 * @EVALUATE_ERROR_MATCH: the folders do not tell which classes they are
 * @EVALUATE_ERROR_TOO_LARGE: folders are nested without end, or there are more classes than there is memory for
 */
typedef enum {
  EVALUATE_ERROR_FOLDER,
  EVALUATE_ERROR_MATCH,
  EVALUATE_ERROR_TOO_LARGE,
} EvaluateError;

GQuark evaluate_error_quark (void);

/**
 * EvaluateFolder: what torchvision's ImageFolder finds, in the same order
 * @names: the folders' names in byte order, NULL-terminated
 * @paths: the paths of the @n_images images
 * @folder_of: each image's folder, an index into @names
 * @counts: the number of images in each folder
 */
typedef struct {
  gchar **names;
  guint n_folders;
  GPtrArray *paths;
  GArray *folder_of;
  guint *counts;
  guint n_images;
} EvaluateFolder;

/* Walks through @dir. Links are followed. Folders of classes whose names begin with a dot (".git") are left out. Errors
 * are those of EvaluateError and, if a folder cannot be read, of GFileError. */
EvaluateFolder *evaluate_folder_scan (const gchar *dir, GError **error);
void evaluate_folder_free (EvaluateFolder *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EvaluateFolder, evaluate_folder_free)

G_END_DECLS
