/* gst-resnet tests: operators' cases as text
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A case consists of these lines, whose words are separated by spaces:
 *   case NAME
 *   op TYPE OPSET OUTPUTS
 *   attr NAME int|float|string|ints|floats VALUE…      attr NAME tensor DTYPE [DIM,…] VALUE…
 *   in DTYPE [DIM,…] VALUE…      in -: absent      in DTYPE [DIM,…] type: no elements      … ramp: 0, 1, 2, …
 *   out DTYPE [DIM,…] VALUE…
 *   tolerance RELATIVE
 *   error format|unsupported|too-large|argument WORDS
 *   end */
#pragma once

#include "ops/operator.h"

/* Runs one case and asserts what it says. */
void test_operator_case (const gchar *text);
/* Runs all cases of a file and returns how many there were. */
guint test_operator_cases (const gchar *path);
