/* gst-resnet: an operator's attributes, for passes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops/operator-attributes.h"

#include "ops/op-settings.h"

static const NnOpSetting *
find_kind (const NnOperator *op, const gchar *name, NnAttributeKind kind)
{
  const NnOpAttribute *known;
  const NnOpSetting *setting = nn_op_find_setting (op, name, &known);

  if (!setting || known->kind != kind || (known->optional && !setting->set))
    return NULL;
  return setting;
}

gboolean
nn_operator_get_int (const NnOperator *op, const gchar *name, gint64 *value)
{
  const NnOpSetting *setting = find_kind (op, name, NN_ATTRIBUTE_INT);

  if (setting)
    *value = setting->number;
  return setting != NULL;
}

gboolean
nn_operator_get_float (const NnOperator *op, const gchar *name, gdouble *value)
{
  const NnOpSetting *setting = find_kind (op, name, NN_ATTRIBUTE_FLOAT);

  if (setting)
    *value = setting->real;
  return setting != NULL;
}

const gint64 *
nn_operator_get_ints (const NnOperator *op, const gchar *name, guint *n)
{
  const NnOpSetting *setting = find_kind (op, name, NN_ATTRIBUTE_INTS);

  *n = setting ? setting->n : 0;
  return setting ? setting->ints : NULL;
}

const gchar *
nn_operator_get_string (const NnOperator *op, const gchar *name)
{
  const NnOpSetting *setting = find_kind (op, name, NN_ATTRIBUTE_STRING);

  return setting ? setting->string : NULL;
}
