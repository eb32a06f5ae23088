/* gst-resnet: what lies beside a model file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * nn_sidecar_load: config.json and preprocessor_config.json in the model file's folder, as model hubs keep them
 * (Hugging Face transformers' and timm's), and GStreamer's MODEL.modelinfo
 * @path: the model file's; of a model in a folder onnx/ they may also lie one folder up
 * @warnings: gchar * are appended: what is there and could not be used
 *
 * A file beside a model may be another model's, so that nothing in it makes loading fail.
 *
 * Returns: string → string, free with g_hash_table_unref(): model-metadata's keys (labels, preprocess.*); those of the
 * network's configuration: config.model_type, config.hidden_act, config.architecture (timm's name of the network),
 * config.downsample_in_bottleneck and config.downsample_in_first_stage ("true" or "false"). Empty where there is no
 * such file.
 */
GHashTable *nn_sidecar_load (const gchar *path, GPtrArray *warnings);
