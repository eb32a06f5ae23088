/* gst-resnet: the plugin's entry
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>

#include "overlay/gstclassoverlay.h"
#include "classify/gstresnetclassify.h"

static gboolean
plugin_init (GstPlugin * plugin)
{
  return GST_ELEMENT_REGISTER (resnetclassify, plugin)
      && GST_ELEMENT_REGISTER (classoverlay, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, resnet,
    "Image classification of video frames with ResNets", plugin_init,
    PACKAGE_VERSION, "LGPL", "gst-resnet", PACKAGE_ORIGIN)
