/* gst-resnet: operators of ONNX that passes put in
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/activation.h"
#include "ops/operator.h"

/* An operator of opset 13 with @n_inputs inputs. If @attribute is not NULL, it has that attribute, a list of @n
 * integers. */
NnOperator *nn_operator_make (const gchar *op_type, guint n_inputs, const gchar *attribute, const gint64 *ints, guint n,
                              GError **error);
/* An operator of the newest opset that is known, with @n_inputs inputs. If @attribute is not NULL, it has that
 * attribute, a string. */
NnOperator *nn_operator_make_newest (const gchar *op_type, guint n_inputs, const gchar *attribute, const gchar *value,
                                     GError **error);
/* An operator of opset 13 whose attribute is one integer. */
NnOperator *nn_operator_make_int (const gchar *op_type, guint n_inputs, const gchar *attribute, gint64 value,
                                  GError **error);
/* An operator of the type NN_OP_TYPE_CHANNEL_NORM. */
NnOperator *nn_operator_make_channel_norm (gfloat epsilon, GError **error);
/* The operator of an activation of any kind but NONE and CLIP; Clip has its bounds as inputs. */
NnOperator *nn_operator_make_activation (const NnLayerActivation *activation, GError **error);
