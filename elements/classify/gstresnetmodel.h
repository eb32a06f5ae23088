/* gst-resnet: a loaded model with its labels, shared by all that answers come from
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <nn/model.h>

G_BEGIN_DECLS
/* A model is immutable and reference-counted. An answer holds the model that it is from, also after another model has
 * replaced it. */
    typedef struct
{
  gatomicrefcount ref_count;
  NnModel *model;
  gchar **labels;               /* n_classes labels, never NULL */
  guint n_classes;
  guint64 size;                 /* the size of the model file in bytes */
  GPtrArray *warnings;          /* gchar *: the warnings about the label file */
} GstResnetModel;

/* Loads a model and its labels. @path, @labels and the members of @options are (nullable) and have the values of the
 * properties. Errors are in GStreamer's domains and ready to be posted: GST_RESOURCE_ERROR NOT_FOUND and OPEN_READ,
 * GST_STREAM_ERROR FORMAT, and GST_LIBRARY_ERROR SETTINGS. */
GstResnetModel *gst_resnet_model_load (const gchar * path,
    const gchar * labels, const NnModelOptions * options, GError ** error);
GstResnetModel *gst_resnet_model_ref (GstResnetModel * model);
void gst_resnet_model_unref (GstResnetModel * model);

/* Translates an error of nn's domain to one of GStreamer's, which is chosen by what the user can do about it. Takes
 * @error. @path: (nullable): the file that the error is about */
void gst_resnet_propagate_nn_error (GError ** dest, GError * error,
    const gchar * path);

G_END_DECLS
