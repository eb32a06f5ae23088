/* gst-resnet: hashing of names out of files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* For hash tables of strings out of a file, with g_str_equal: nobody can choose names that all collide, as with
 * g_str_hash. Differs from process to process, so that what is iterated over comes in no order that may be seen. */
guint nn_name_hash (gconstpointer name);
