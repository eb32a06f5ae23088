/* gst-resnet: hashing of names out of files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* This is for hash tables of strings out of a file, with g_str_equal. With g_str_hash somebody could choose names that
 * all collide. It differs from process to process, so a user must never see the order in which such a table is
 * iterated. */
guint nn_name_hash (gconstpointer name);
