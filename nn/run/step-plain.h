/* gst-resnet: steps that run ONNX's operators, and steps that convert images to plain tensors and back
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/run-state.h"

/* A task of a PLAIN step is an image; a task of the other steps is a row of an image. */
void nn_plain_task (gpointer run, guint task, guint thread);
void nn_elementwise_task (gpointer run, guint task, guint thread);
void nn_affine_task (gpointer run, guint task, guint thread);
void nn_concat_task (gpointer run, guint task, guint thread);
void nn_to_plain_task (gpointer run, guint task, guint thread);
void nn_to_image_task (gpointer run, guint task, guint thread);
