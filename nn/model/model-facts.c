/* gst-resnet: what is known of a model, whichever engine computes it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/model-facts.h"

void
nn_model_facts_init (NnModelFacts *facts)
{
  *facts = (NnModelFacts){ .preprocess = NN_PREPROCESS_IMAGENET };
  facts->warnings = g_ptr_array_new_with_free_func (g_free);
}

void
nn_model_facts_clear (NnModelFacts *facts)
{
  g_clear_pointer (&facts->metadata, g_hash_table_unref);
  g_ptr_array_unref (facts->warnings);
  g_strfreev (facts->labels);
  g_strfreev (facts->other_weights);
  g_free (facts->weights);
  g_free (facts->variant);
  g_free (facts->architecture);
  g_free (facts->sha256);
}
