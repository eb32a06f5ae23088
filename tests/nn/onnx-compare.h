/* gst-resnet tests: two ONNX graphs that compute the same
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

/* Loads a model from the text that onnx_text() takes. A model that is refused ends the test. */
NnModel *onnx_compare_load (const gchar *text);
/* Ends the test unless both graphs give the same logits to 2e-6 of the largest one, for an image of that size. Its
 * pixels are numbers from 0 to 255 where @pixels is TRUE, and else numbers between −2 and 2. */
void onnx_compare (const gchar *text, const gchar *other_text, guint height, guint width, gboolean pixels);
