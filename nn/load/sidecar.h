/* gst-resnet: what lies beside a model file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * nn_sidecar_load: reads the files beside a model: config.json and preprocessor_config.json in the model file's folder,
 * as model hubs keep them (those of Hugging Face transformers and of timm), and GStreamer's MODEL.modelinfo
 * @path: the model file; if the model is in a folder onnx/, the JSON files may also lie one folder further up
 * @warnings: gchar * are appended for what exists and could not be used
 *
 * A file beside a model may belong to another model; therefore nothing in it makes loading fail.
 *
 * Returns: string → string; free it with g_hash_table_unref(). It holds the keys of docs/model-metadata.md (labels,
 * preprocess.*) and those of the network's configuration: config.model_type, config.hidden_act, config.architecture
 * (timm's name of the network), config.downsample_in_bottleneck and config.downsample_in_first_stage ("true" or
 * "false"). It is empty if there is no such file.
 */
GHashTable *nn_sidecar_load (const gchar *path, GPtrArray *warnings);
