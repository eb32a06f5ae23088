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

  /* The resource is registered here and not by a constructor, because a linker drops a constructor from a static
   * library. The lookup below uses only this copy of the resource, because the plugin and an application may each have
   * one. The resource is asked for here only once: while another thread makes the first call of
   * photos200_get_resource(), a second call can return NULL, because GLib takes the list of resources to open before it
   * opens them. */
  if (g_once_init_enter (&resource)) {
    photos200_register_resource ();
    g_once_init_leave (&resource, photos200_get_resource ());
  }

  bytes =
      g_resource_lookup_data (resource, RESOURCE_PATH,
      G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  /* The build puts the file into the resource, so it is always there. */
  g_assert (bytes != NULL);
  return bytes;
}
