/* gst-resnet: telling other networks apart by the names of their tensors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "import/resnet/resnet-foreign.h"

/* Each part of a name and what is known to be named so. The first match counts. It only serves the wording of
 * errors. */
static const struct {
  const gchar *part;
  const gchar *hint;
} hints[] = {
  { "denseblock", ", which is a DenseNet's" },
  { "features.conv0", ", which is a DenseNet's" },
  { "embedder.", ", which is how Hugging Face transformers names a ResNet" },
  { "encoder.stages.", ", which is how Hugging Face transformers names a ResNet" },
  { "cls_token", ", which is a vision transformer's" },
  { "class_token", ", which is a vision transformer's" },
  { "pos_embed", ", which is a vision transformer's" },
  { "patch_embed", ", which is a vision transformer's" },
  { "conv_proj", ", which is a vision transformer's" },
  { "attnpool", ", which is a CLIP image encoder's" },
  { "conv_stem", ", which is an EfficientNet's or MobileNet's (timm)" },
  { "_conv_stem", ", which is an EfficientNet's" },
  { "features.0.0.", ", which is a MobileNet's, EfficientNet's or ConvNeXt's (torchvision)" },
  { "features.0.", ", which is a VGG's or AlexNet's" },
  { "Conv2d_1a", ", which is an Inception's" },
  { "stem.conv1", ", which is how detectron2 names a ResNet; convert it to torchvision's names" },
  { "stem.", ", which is a RegNet's, ConvNeXt's or another network's stem" },
  { "stages.", ", which is a ConvNeXt's or another network's stage" },
  { ".conv2.conv.", ", which is a ResNeSt's or another split-attention network's" },
  { ".se.", ", which is a channel attention of a kind that is not known (known are squeeze-and-excitation and ECA)" },
  { ".filt", ", which is an anti-aliased network's blur filter; export the model to ONNX" },
  { "prelu", ", which is an IResNet's (face recognition)" },
  { ".convs.", ", which is a Res2Net's" },
  { "_packed_params", ", which is a quantized model's; save the float model" },
  { "weight_g", ", which weight_norm leaves; call torch.nn.utils.remove_weight_norm() on each layer before saving" },
  { "weight_u",
    ", which spectral_norm leaves; call torch.nn.utils.remove_spectral_norm() on each layer before saving" },
  { "weight_v", ", which weight_norm or spectral_norm leaves; call torch.nn.utils.remove_weight_norm() or "
                "remove_spectral_norm() on "
                "each layer before saving" },
  { "_orig", ", which torch.nn.utils.prune leaves; call prune.remove() on each layer before saving" },
  { "_mask", ", which torch.nn.utils.prune leaves; call prune.remove() on each layer before saving" },
  { "parametrizations.",
    ", which a parametrization leaves; call torch.nn.utils.parametrize.remove_parametrizations()" },
};

const gchar *
nn_foreign_hint (const gchar *name)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (hints); i++)
    if (strstr (name, hints[i].part))
      return hints[i].hint;
  return "";
}

/* Training leaves tensors that evaluation does not need: the buffers that a profiler (thop) hangs on every layer,
 * and the counter of torch.optim.swa_utils.AveragedModel. */
gboolean
nn_resnet_is_harmless (const gchar *name)
{
  return g_str_has_suffix (name, "total_ops") || g_str_has_suffix (name, "total_params")
         || !strcmp (name, "n_averaged");
}
