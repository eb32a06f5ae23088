/* gst-resnet tests: what loading a file costs, in a process of its own
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What a bad file may take, whatever is in it: 16 bytes of memory for each of the file's, and so many more. */
#define MEASURED_FACTOR 16
#define MEASURED_FLOOR ((guint64)64 << 20)

/* In main(), before all else: TRUE where this process is one that loads, and has; @status is what it returns. */
gboolean measured_load_is_child (int argc, char **argv, int *status);

/**
 * measured_load: what comes of a model file, within a second of computing and MEASURED_FACTOR × @file_size +
 * MEASURED_FLOOR bytes in all; a process that ends by a signal fails the test
 * @program: argv[0]
 * @action: "load" (what is beside it too), "labels" (a label file of 3 classes), or "run CROP": loads with that crop,
 *   makes a session and runs it once
 * Returns: what was said: the error, or "good", and then each warning
 */
gchar *measured_load (const gchar *program, const gchar *action, const gchar *path, guint64 file_size);
