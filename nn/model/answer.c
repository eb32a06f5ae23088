/* gst-resnet: confidences of classes from a network's outputs
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <float.h>
#include <math.h>
#include <nn/answer.h>
#include <nn/labels.h>

#include "model/model-labels.h"
#include "model/model-struct.h"

guint
nn_model_get_n_outputs (const NnModel *model)
{
  return model->facts.n_outputs;
}

guint
nn_model_get_n_classes (const NnModel *model)
{
  return model->facts.n_outputs == 1 ? 2 : model->facts.n_outputs;
}

NnActivation
nn_model_resolve_activation (const NnModel *model, NnActivation activation)
{
  if (activation != NN_ACTIVATION_AUTO)
    return activation;
  if (model->facts.output == NN_MODEL_OUTPUT_SOFTMAX || model->facts.output == NN_MODEL_OUTPUT_SIGMOID)
    return NN_ACTIVATION_NONE;
  return model->facts.n_outputs == 1 ? NN_ACTIVATION_SIGMOID : NN_ACTIVATION_SOFTMAX;
}

/* The inverse of the sigmoid: returns the number of which the sigmoid gave @p. */
static gfloat
logit (gfloat p)
{
  return logf (MAX (p, FLT_MIN)) - logf (MAX (1 - p, FLT_EPSILON));
}

/* Makes the confidences of two classes from the one output. */
static void
answer_one (const NnModel *model, NnActivation activation, gfloat temperature, gfloat output, gfloat *confidences)
{
  gboolean is_probability = model->facts.output == NN_MODEL_OUTPUT_SIGMOID;
  gfloat yes = output, no;

  if (activation == NN_ACTIVATION_AUTO && is_probability) {
    if (temperature != 1) {
      yes = logit (output) / temperature;
      nn_activate (NN_ACTIVATION_SIGMOID, &yes, 1, &yes);
    }
    confidences[0] = 1 - yes;
    confidences[1] = yes;
    return;
  }
  yes = output / temperature;
  no = -yes;
  if (activation == NN_ACTIVATION_NONE) {
    confidences[0] = is_probability ? 1 - yes : 0;
    confidences[1] = yes;
    return;
  }
  nn_activate (NN_ACTIVATION_SIGMOID, &no, 1, &confidences[0]);
  nn_activate (NN_ACTIVATION_SIGMOID, &yes, 1, &confidences[1]);
}

/* Divides by the temperature what goes into the activation. Where the activation is part of the network, it is undone
 * first (softmax (log p) = p). Returns the activation that must follow. */
static NnActivation
scale (const NnModel *model, NnActivation activation, gfloat temperature, const gfloat *outputs, gfloat *scaled)
{
  NnActivation resolved = nn_model_resolve_activation (model, activation), inside = NN_ACTIVATION_NONE;
  guint i;

  if (activation == NN_ACTIVATION_AUTO) {
    if (model->facts.output == NN_MODEL_OUTPUT_SOFTMAX)
      resolved = inside = NN_ACTIVATION_SOFTMAX;
    else if (model->facts.output == NN_MODEL_OUTPUT_SIGMOID)
      resolved = inside = NN_ACTIVATION_SIGMOID;
  }
  for (i = 0; i < model->facts.n_outputs; i++) {
    gfloat value = outputs[i];

    if (inside == NN_ACTIVATION_SOFTMAX)
      value = logf (MAX (value, FLT_MIN));
    else if (inside == NN_ACTIVATION_SIGMOID)
      value = logit (value);
    scaled[i] = value / temperature;
  }
  return resolved;
}

void
nn_model_answer (const NnModel *model, NnActivation activation, gfloat temperature, const gfloat *outputs,
                 gfloat *confidences)
{
  if (model->facts.n_outputs == 1) {
    answer_one (model, activation, temperature, outputs[0], confidences);
  } else if (temperature != 1) {
    activation = scale (model, activation, temperature, outputs, confidences);
    nn_activate (activation, confidences, model->facts.n_outputs, confidences);
  } else { /* a division by 1 would change no bit, but take time */
    nn_activate (nn_model_resolve_activation (model, activation), outputs, model->facts.n_outputs, confidences);
  }
}

guint
nn_model_rank (const NnModel *model, const gfloat *outputs, guint k, guint *indices)
{
  const gfloat both[2] = { model->facts.output == NN_MODEL_OUTPUT_SIGMOID ? 1 - outputs[0] : 0, outputs[0] };

  return model->facts.n_outputs == 1 ? nn_topk (both, 2, k, indices)
                                     : nn_topk (outputs, model->facts.n_outputs, k, indices);
}

guint
nn_model_get_output_of (const NnModel *model, guint index, gboolean *negative)
{
  *negative = model->facts.n_outputs == 1 && index == 0;
  return model->facts.n_outputs == 1 ? 0 : index;
}

gchar **
nn_model_load_labels (const NnModel *model, const gchar *path, GPtrArray *warnings, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = nn_labels_read (path, error);
  gconstpointer data;
  gsize size;

  if (!bytes)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  return nn_model_labels_parse (model->facts.n_outputs, data ? data : "", size, shown, warnings, error);
}
