/* gst-resnet: the debug category of the engine
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetlog.h"

#include <gst/gst.h>
#include <nn/log.h>

GST_DEBUG_CATEGORY_STATIC (gst_resnet_debug);
#define GST_CAT_DEFAULT gst_resnet_debug

static void
log_message (GLogLevelFlags level, const gchar * message, gpointer user_data)
{
  if (level & G_LOG_LEVEL_DEBUG)
    GST_DEBUG ("%s", message);
  else
    GST_WARNING ("%s", message);
}

void
gst_resnet_log_init (void)
{
  static gsize once = 0;

  if (!g_once_init_enter (&once))
    return;
  GST_DEBUG_CATEGORY_INIT (gst_resnet_debug, "resnet", 0,
      "The engine that runs the networks");
  nn_log_set_func (log_message, NULL);
  g_once_init_leave (&once, 1);
}
