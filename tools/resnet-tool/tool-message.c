/* gst-resnet: what is said on stderr, and the exit status that goes with it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool-command.h"

void
tool_error (const gchar *format, ...)
{
  g_autofree gchar *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "resnet-tool: %s\n", message);
}

void
tool_warning (const gchar *format, ...)
{
  g_autofree gchar *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "resnet-tool: warning: %s\n", message);
}

int
tool_fail (GError *error)
{
  tool_error ("%s", error ? error->message : "failed without a reason given");
  g_clear_error (&error);
  return TOOL_FAILED;
}

int
tool_finish (int status)
{
  /* A reader that has gone away has seen what it wanted. This gives EPIPE if SIGPIPE is ignored. */
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  if (errno != EPIPE)
    tool_error ("standard output could not be written: %s.", g_strerror (errno));
  return TOOL_FAILED;
}
