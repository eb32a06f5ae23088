/* gst-resnet: class activation maps: where in the image a class was seen
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/session-private.h"

/* After the step that reads the last feature map: keeps that of the pass's images, the first of which is image number
 * @first of the run. */
void nn_session_store_feature_map (NnSession *session, guint first);
