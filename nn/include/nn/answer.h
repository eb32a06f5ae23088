/* gst-resnet: from a network's outputs to what they say of each class
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

G_BEGIN_DECLS

/**
 * nn_model_answer: the confidence of each class
 *
 * A network of one output decides between two classes, as one that is trained with BCEWithLogitsLoss: its output z is
 * that of the second class, and the confidences are 1 − σ(z) and σ(z). That is what softmax makes of the outputs 0 and
 * z of two classes, so that AUTO, SOFTMAX and SIGMOID say the same there; NONE gives these two outputs.
 * @activation: AUTO is what the network's end asks for: none where it ends in softmax or sigmoid, a sigmoid for one
 *   output, else softmax
 * @temperature: what goes into the activation is divided by it, also where the activation is in the network; > 0
 * @outputs: nn_model_get_n_outputs() of one image
 * @confidences: (out): nn_model_get_n_classes(); may be @outputs where there are as many
 */
void nn_model_answer (const NnModel *model, NnActivation activation, gfloat temperature, const gfloat *outputs,
                      gfloat *confidences);

/* Classes by what nn_model_answer() gives them, most confident first, but of the outputs themselves: confidences that
 * are rounded to 1 or 0 make no ties. Returns how many were written: at most @k and the number of classes. */
guint nn_model_rank (const NnModel *model, const gfloat *outputs, guint k, guint *indices);

/* The output that speaks for class @index; @negative: (out): against it. */
guint nn_model_get_output_of (const NnModel *model, guint index, gboolean *negative);

/**
 * nn_model_load_labels: nn_labels_load() for the model's classes
 * For a network of one output a file may also have one label only, that of the second class; a warning says so.
 */
gchar **nn_model_load_labels (const NnModel *model, const gchar *path, GPtrArray *warnings, GError **error);

G_END_DECLS
