/* gst-resnet tests: what loading a file costs, in a process of its own
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A bad file may take 16 bytes of memory for each of its own bytes, and this many more, whatever is in it. */
#define MEASURED_FACTOR 16
#define MEASURED_FLOOR ((guint64)64 << 20)

/* Must be called in main() before anything else. Returns TRUE where this process was started to load a file and has
 * done so; @status is then what main() must return. */
gboolean measured_load_is_child (int argc, char **argv, int *status);

/**
 * measured_load: loads a model file in another process, which may take one second of computing and MEASURED_FACTOR ×
 * @file_size + MEASURED_FLOOR bytes in all. The test fails where that process takes more or ends by a signal.
 * @program: argv[0]
 * @action: "load" (with the files beside the model), "labels" (a label file of 3 classes), or "run CROP" (loads with
 *   that crop, makes a session and runs it once)
 * Returns: the error, or "good" and then each warning, one per line
 */
gchar *measured_load (const gchar *program, const gchar *action, const gchar *path, guint64 file_size);
