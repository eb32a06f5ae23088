/* gst-resnet: the model that is used when none is named
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "default-model.h"

#include <gio/gio.h>

#include "photos200-resource.h"

#define RESOURCE_PATH "/gst-resnet/default-model/photos200.safetensors"

GBytes *
default_model_get_bytes (void)
{
  static GResource *resource = NULL;
  GBytes *bytes;

  /* By hand and not by a constructor, which a linker drops from a static library. The lookup below goes to this copy of
   * the resource alone: the plugin and an application may each carry one. Asked for in here once, since a
   * photos200_get_resource() beside another thread's first one can return NULL: GLib takes the list of resources to
   * open before it opens them. */
  if (g_once_init_enter (&resource)) {
    photos200_register_resource ();
    g_once_init_leave (&resource, photos200_get_resource ());
  }

  bytes =
      g_resource_lookup_data (resource, RESOURCE_PATH,
      G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  /* The build put it there. */
  g_assert (bytes != NULL);
  return bytes;
}
