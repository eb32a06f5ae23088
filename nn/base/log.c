/* gst-resnet: messages about the engine's choices
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/log.h>

static GMutex lock;
static NnLogFunc log_func;
static gpointer log_data;

void
nn_log_set_func (NnLogFunc func, gpointer user_data)
{
  g_mutex_lock (&lock);
  log_func = func;
  log_data = user_data;
  g_mutex_unlock (&lock);
}

void
nn_log (GLogLevelFlags level, const gchar *format, ...)
{
  g_autofree gchar *message = NULL;
  NnLogFunc func;
  gpointer data;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_mutex_lock (&lock);
  func = log_func;
  data = log_data;
  g_mutex_unlock (&lock);
  if (func)
    func (level, message, data);
  g_log (G_LOG_DOMAIN, level, "%s", message);
}
