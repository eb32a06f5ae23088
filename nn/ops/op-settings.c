/* gst-resnet: an operator's attributes by name
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ops/op-settings.h"

const NnOpSetting *
nn_op_find_setting (const NnOperator *op, const gchar *name, const NnOpAttribute **attribute)
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

  return nn_op_find_setting (op, name, &known) != NULL;
}

/* An attribute that the opset does not have yet reads as its later default, because that is what older opsets do. */
const NnOpSetting *
nn_op_setting (const NnOperator *op, const gchar *name)
{
  static const NnOpSetting none;
  const NnOpAttribute *known;
  const NnOpSetting *setting = nn_op_find_setting (op, name, &known);

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
