/* gst-resnet tests: operators against values worked out by onnx's reference evaluator
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "operator-cases.h"

static void
test_values (void)
{
  g_assert_cmpuint (test_operator_cases (TEST_DATA_DIR "/operator-cases.txt"), >, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/operators/values", test_values);
  return g_test_run ();
}
