/* gst-resnet: a name for people
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "import/resnet/resnet-describe.h"

/* Torchvision's depths by the number of blocks in each stage. */
static const struct {
  gboolean bottleneck;
  guint n_blocks[4];
  guint depth;
} depths[] = {
  { FALSE, { 2, 2, 2, 2 }, 18 },  { FALSE, { 3, 4, 6, 3 }, 34 },  { TRUE, { 3, 4, 6, 3 }, 50 },
  { TRUE, { 3, 4, 23, 3 }, 101 }, { TRUE, { 3, 8, 36, 3 }, 152 },
};

/* Whether the channels double from stage to stage and are the same within a stage, so that nothing was pruned. */
static gboolean
is_regular (const NnResnetBuilder *builder)
{
  const NnResnetBlock *first = &g_array_index (builder->blocks, NnResnetBlock, 0);
  guint i;

  for (i = 0; i < builder->blocks->len; i++) {
    const NnResnetBlock *block = &g_array_index (builder->blocks, NnResnetBlock, i);
    guint inner = first->inner[0] << block->stage;

    if (block->inner[0] != inner || block->inner[1] != inner || block->out != first->out << block->stage
        || block->groups != first->groups)
      return FALSE;
  }
  return TRUE;
}

static guint
standard_depth (const NnResnetSurvey *survey)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (depths); i++)
    if (survey->n_stages == 4 && survey->bottleneck == depths[i].bottleneck
        && !memcmp (survey->n_blocks, depths[i].n_blocks, sizeof depths[i].n_blocks))
      return depths[i].depth;
  return 0;
}

/* He et al. 2015, section 4.2: three stages of n basic blocks make 6n + 2 layers; bottlenecks make 9n + 2. */
static guint
cifar_depth (const NnResnetBuilder *builder)
{
  const NnResnetSurvey *survey = &builder->survey;

  if (builder->stem_kernel != 3 || survey->n_stages != 3 || survey->n_blocks[1] != survey->n_blocks[0]
      || survey->n_blocks[2] != survey->n_blocks[0])
    return 0;
  return (survey->bottleneck ? 9 : 6) * survey->n_blocks[0] + 2;
}

/* "ResNet-18", "ResNeXt-50 32x4d" or "Wide ResNet-50-2"; NULL if the widths are not those of such a network. */
static gchar *
standard_name (const NnResnetBuilder *builder)
{
  const NnResnetBlock *first = &g_array_index (builder->blocks, NnResnetBlock, 0);
  guint depth = standard_depth (&builder->survey);

  if (!depth || builder->stem_channels != 64 || first->out != (builder->survey.bottleneck ? 256 : 64))
    return NULL;
  if (first->groups > 1)
    return g_strdup_printf ("ResNeXt-%u %ux%ud", depth, first->groups, first->inner[0] / first->groups);
  if (first->inner[0] == 64)
    return g_strdup_printf ("ResNet-%u", depth);
  if (builder->survey.bottleneck && first->inner[0] % 64 == 0)
    return g_strdup_printf ("Wide ResNet-%u-%u", depth, first->inner[0] / 64);
  return NULL;
}

static gchar *
general_name (const NnResnetBuilder *builder, gboolean regular)
{
  const NnResnetSurvey *survey = &builder->survey;
  const NnResnetBlock *first = &g_array_index (builder->blocks, NnResnetBlock, 0);
  GString *string = g_string_new (survey->bottleneck ? "ResNet (bottleneck " : "ResNet (basic ");
  guint stage;

  for (stage = 0; stage < survey->n_stages; stage++)
    g_string_append_printf (string, "%s%u", stage ? "-" : "", survey->n_blocks[stage]);
  if (first->groups > 1)
    g_string_append_printf (string, ", %u groups", first->groups);
  if (regular)
    g_string_append_printf (string, ", width %u", first->inner[0]);
  else
    g_string_append (string, ", uneven widths");
  g_string_append (string, builder->stem_kernel == 3 ? ", CIFAR stem)" : ")");
  return g_string_free (string, FALSE);
}

static gchar *
describe_body (const NnResnetBuilder *builder)
{
  const NnResnetBlock *first = &g_array_index (builder->blocks, NnResnetBlock, 0);
  gboolean regular = is_regular (builder);
  guint cifar = cifar_depth (builder);
  g_autofree gchar *standard = regular ? standard_name (builder) : NULL;

  if (standard && builder->stem_kernel == 3)
    return g_strdup_printf ("%s (CIFAR stem)", standard);
  if (standard)
    return g_steal_pointer (&standard);
  if (cifar && regular && first->inner[0] == 16 && first->groups == 1)
    return g_strdup_printf ("ResNet-%u (CIFAR stem)", cifar);
  if (cifar && regular && first->groups == 1)
    return g_strdup_printf ("ResNet-%u (CIFAR stem, width %u)", cifar, first->inner[0]);
  return general_name (builder, regular);
}

/* Names are such as "SE-ResNet-50-D", "ECA-ResNet (bottleneck 3-4-6-3, width 64)" and "pre-activation ResNet-18
 * (CIFAR stem)". As timm and GluonCV use the letters, D stands for the deep stem and the average-pooled shortcut of
 * He et al. 2018, and C for the deep stem alone. */
gchar *
nn_resnet_describe (const NnResnetBuilder *builder)
{
  const NnResnetSurvey *survey = &builder->survey;
  g_autofree gchar *body = describe_body (builder);
  static const gchar *const antialiases[] = { "", ", anti-aliased by means", ", anti-aliased by blurs" };
  const gchar *before = survey->squeeze_excite ? "SE-" : survey->efficient_attention ? "ECA-" : "";
  const gchar *after = !survey->deep_stem ? "" : survey->average_shortcut ? "-D" : "-C";
  const gchar *end = strstr (body, " (");
  gsize n = end ? (gsize)(end - body) : strlen (body);

  return g_strdup_printf ("%s%s%.*s%s%s%s%s%s", survey->order == NN_ORDER_POST ? "" : "pre-activation ", before,
                          (gint)n, body, after, body + n, antialiases[builder->traits->antialias],
                          builder->traits->has_stride && survey->stride_in_1x1 ? ", stride in 1x1" : "",
                          builder->traits->output_stride == 16  ? ", output stride 16"
                          : builder->traits->output_stride == 8 ? ", output stride 8"
                                                                : "");
}
