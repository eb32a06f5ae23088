/* gst-resnet: the model that is used when none is named
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "default-model.h"

#include <gio/gio.h>

#include "photos200-resource.h"

#define RESOURCE_PATH "/gst-resnet/default-model/photos200.safetensors"

GBytes *
default_model_get_bytes (void)
{
  static gsize registered = 0;
  GBytes *bytes;

  /* By hand and not by a constructor, which a linker drops from a static library. The lookup below goes to this copy of
   * the resource alone: the plugin and an application may each carry one. */
  if (g_once_init_enter (&registered)) {
    photos200_register_resource ();
    g_once_init_leave (&registered, 1);
  }

  bytes = g_resource_lookup_data (photos200_get_resource (),
      RESOURCE_PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  /* The build put it there. */
  g_assert (bytes != NULL);
  return bytes;
}
