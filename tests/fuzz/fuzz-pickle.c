/* gst-resnet: fuzz target: the pickle interpreter alone
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-common.h"
#include "load/torch/pickle.h"
#include "load/torch/state-dict.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NnPickle) pickle = NULL;
  NnCursor cursor;

  nn_cursor_init (&cursor, data, size);
  pickle = nn_pickle_parse (&cursor, "fuzz", &error);
  FUZZ_CHECK_RESULT (pickle, error);
  if (pickle) {
    g_autoptr (GError) find_error = NULL;
    g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
    NnWeightSets sets;
    g_autoptr (GPtrArray) entries = NULL;

    nn_weight_sets_init (&sets, NULL);
    entries = nn_state_dict_find (nn_pickle_root (pickle), "fuzz", &sets, warnings, &find_error);
    FUZZ_CHECK_RESULT (entries, find_error);
    nn_weight_sets_clear (&sets);
  }
  return 0;
}
