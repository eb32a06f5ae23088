/* gst-resnet: whether the values can be evaluated
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "base/nn-finite.h"
#include "import/resnet/resnet-fitness.h"

/* The position of the element at a flat index, such as "[3, 0, 1, 2]"; free it with g_free(). */
static gchar *
position (const NnTensor *tensor, gsize index)
{
  GString *string = g_string_new ("]");
  guint i;

  for (i = tensor->n_dims; i-- > 0;) {
    g_autofree gchar *digits = g_strdup_printf ("%s%" G_GUINT64_FORMAT, i ? ", " : "", index % tensor->dims[i]);

    g_string_prepend (string, digits);
    index /= tensor->dims[i];
  }
  g_string_prepend_c (string, '[');
  return g_string_free (string, FALSE);
}

static gboolean
check_finite (const NnTensor *tensor, GError **error)
{
  g_autofree gchar *where = NULL;
  const gsize i = nn_find_not_finite (tensor->f32, tensor->n_elements);

  if (i == tensor->n_elements)
    return TRUE;
  where = position (tensor, i);
  g_set_error (error, NN_ERROR, NN_ERROR_UNFIT,
               "%s%s is %s: a network with such a weight cannot be evaluated; its training diverged%s", tensor->name,
               where, isnan (tensor->f32[i]) ? "not a number" : "infinite",
               tensor->dtype == NN_DTYPE_F16 ? " or a value was over float16's range" : "");
  return FALSE;
}

static gboolean
check_variance (const NnTensor *tensor, GError **error)
{
  gchar value[G_ASCII_DTOSTR_BUF_SIZE];
  gsize i;

  for (i = 0; i < tensor->n_elements; i++)
    if (tensor->f32[i] < 0) {
      g_set_error (error, NN_ERROR, NN_ERROR_UNFIT,
                   "%s[%" G_GSIZE_FORMAT
                   "] is %s: a variance cannot be negative; the file is damaged or was averaged wrongly",
                   tensor->name, i, g_ascii_formatd (value, sizeof value, "%.9g", tensor->f32[i]));
      return FALSE;
    }
  return TRUE;
}

static gboolean
all_equal (const NnTensor *tensor, gfloat value)
{
  gsize i;

  for (i = 0; i < tensor->n_elements; i++)
    if (tensor->f32[i] != value)
      return FALSE;
  return TRUE;
}

static gboolean
counter_is_zero (const NnTensor *tensor)
{
  if (!tensor->n_elements)
    return FALSE;
  return tensor->i64 ? tensor->i64[0] == 0 : tensor->f32 && tensor->f32[0] == 0;
}

/* Warns of layers whose mean and variance (which is the next tensor taken) still have a new BatchNorm2d's values. */
static void
warn_of_statistics (const NnResnetBuilder *builder, GPtrArray *warnings)
{
  guint n = 0, n_initial = 0, n_counters = 0, n_zero = 0, i;
  const gchar *first_initial = NULL;

  for (i = 0; i < builder->taken->len; i++) {
    const NnTaken *taken = &g_array_index (builder->taken, NnTaken, i);

    if (taken->role == NN_ROLE_COUNTER) {
      n_counters++;
      n_zero += counter_is_zero (taken->tensor);
    }
    if (taken->role != NN_ROLE_MEAN)
      continue;
    n++;
    if (all_equal (taken->tensor, 0) && all_equal (taken[1].tensor, 1)) {
      n_initial++;
      if (!first_initial)
        first_initial = taken->tensor->name;
    }
  }
  if (n && n_initial == n)
    g_ptr_array_add (warnings,
                     g_strdup ("the BatchNorm statistics are at their initial values (mean 0, variance 1) in every "
                               "layer: the model was not trained, or was saved before its training; the answers "
                               "mean nothing until a trained state_dict() is loaded"));
  else if (n_initial)
    g_ptr_array_add (warnings,
                     g_strdup_printf ("the BatchNorm statistics are at their initial values (mean 0, variance 1) "
                                      "in %u of %u layers, first in %s: these layers were not trained; check "
                                      "which state_dict() was saved",
                                      n_initial, n, first_initial));
  else if (n_counters && n_zero == n_counters)
    g_ptr_array_add (warnings,
                     g_strdup ("num_batches_tracked is 0 in every BatchNorm: if the model was trained in PyTorch, "
                               "not converted from other files, its statistics are not those of its training; "
                               "train with model.train() and track_running_stats=True and save again"));
}

static void
warn_of_constants (const NnResnetBuilder *builder, GPtrArray *warnings)
{
  guint i;

  for (i = 0; i < builder->taken->len; i++) {
    const NnTaken *taken = &g_array_index (builder->taken, NnTaken, i);

    if (taken->role == NN_ROLE_WEIGHT && taken->tensor->n_elements > 1
        && all_equal (taken->tensor, taken->tensor->f32[0]))
      g_ptr_array_add (warnings,
                       g_strdup_printf ("every element of %s is the same: the layer was not trained, or pruned away",
                                        taken->tensor->name));
  }
}

gboolean
nn_resnet_check_fitness (const NnResnetBuilder *builder, GPtrArray *warnings, GError **error)
{
  guint i;

  for (i = 0; i < builder->taken->len; i++) {
    const NnTaken *taken = &g_array_index (builder->taken, NnTaken, i);

    if (taken->role == NN_ROLE_COUNTER)
      continue;
    if (!check_finite (taken->tensor, error))
      return FALSE;
    if (taken->role == NN_ROLE_VARIANCE && !check_variance (taken->tensor, error))
      return FALSE;
  }
  warn_of_statistics (builder, warnings);
  warn_of_constants (builder, warnings);
  return TRUE;
}
