/* gst-resnet: what several commands write as JSON
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <nn/image.h>
#include <nn/model.h>

/* These functions add members that several commands write. A number that is not finite becomes null, because JSON has
 * no such numbers. */
void tool_json_number (JsonBuilder *builder, const gchar *name, gdouble value);
void tool_json_model (JsonBuilder *builder, const gchar *name, const NnModel *model);
void tool_json_preprocess (JsonBuilder *builder, const NnPreprocess *preprocess);
void tool_json_print (JsonBuilder *builder, gboolean pretty);
/* Returns a text such as "Resize(256, bilinear), CenterCrop(224), mean …, std …". */
gchar *tool_preprocess_string (const NnPreprocess *preprocess);
