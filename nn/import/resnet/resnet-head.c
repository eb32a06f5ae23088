/* gst-resnet: the classifier at the end
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/resnet/resnet-head.h"

#include "import/resnet/resnet-fastai.h"

gboolean
nn_resnet_add_head (NnResnetBuilder *builder, GError **error)
{
  const gchar *const layer = "fc", *const name = "fc.weight";
  const guint64 dims[] = { 0, builder->channels, 1, 1 };
  const NnTensor *weight = nn_resnet_get (builder, name);

  if (builder->survey.names.naming == NN_NAMING_FASTAI)
    return nn_resnet_add_fastai_head (builder, error);
  nn_resnet_add_simple (builder, NN_OP_GLOBAL_AVG_POOL, "avgpool", NN_NO_NODE);
  if (!weight) {
    g_autofree gchar *shown = nn_resnet_names_shown (&builder->survey.names, name);

    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                 "%s: missing, expected [*, %u]; a network without its classifier cannot classify", shown,
                 builder->channels);
    return FALSE;
  }
  /* timm's pre-activation networks end in a 1×1 convolution. */
  weight = nn_resnet_take (builder, name, weight->n_dims == 4 ? 4 : 2, dims, NN_ROLE_WEIGHT, error);
  return weight && nn_resnet_append_linear (builder, layer, weight, error);
}
