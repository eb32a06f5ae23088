/* gst-resnet: an operator's attributes by name
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ops/op-private.h"

/* NULL when the operator has none of that name at its opset. */
static const NnOpSetting *
find_setting (const NnOperator *op, const gchar *name, const NnOpAttribute **attribute)
{
  for (guint k = 0; op->spec->attributes && op->spec->attributes[k].name; k++) {
    const NnOpAttribute *known = &op->spec->attributes[k];

    if (strcmp (known->name, name) == 0) {
      *attribute = known;
      return op->opset >= known->since && (!known->until || op->opset <= known->until) ? &op->settings[k] : NULL;
    }
  }
  return NULL;
}

gboolean
nn_op_has (const NnOperator *op, const gchar *name)
{
  const NnOpAttribute *known;

  return find_setting (op, name, &known) != NULL;
}

/* One that the opset does not have reads as the default that it got later: that is what older opsets do. */
const NnOpSetting *
nn_op_setting (const NnOperator *op, const gchar *name)
{
  static const NnOpSetting none;
  const NnOpAttribute *known;
  const NnOpSetting *setting = find_setting (op, name, &known);

  return setting ? setting : &none;
}

gint64
nn_op_int (const NnOperator *op, const gchar *name)
{
  return nn_op_setting (op, name)->number;
}

gdouble
nn_op_float (const NnOperator *op, const gchar *name)
{
  return nn_op_setting (op, name)->real;
}

const gchar *
nn_op_string (const NnOperator *op, const gchar *name)
{
  const NnOpSetting *setting = nn_op_setting (op, name);

  return setting->string ? setting->string : "";
}

static const NnOpSetting *
find_kind (const NnOperator *op, const gchar *name, NnAttributeKind kind)
{
  const NnOpAttribute *known;
  const NnOpSetting *setting = find_setting (op, name, &known);

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
