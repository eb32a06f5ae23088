/* gst-resnet: the options of the commands
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/image.h>
#include <nn/session.h>

#include "tool-command.h"

/* These are the options that several commands take. A command chooses those that make sense for it. */
typedef enum {
  TOOL_OPT_THREADS = 1 << 0,
  TOOL_OPT_LABELS = 1 << 1,
  TOOL_OPT_TOP_K = 1 << 2,
  TOOL_OPT_ACTIVATION = 1 << 3,
  TOOL_OPT_PREPROCESS = 1 << 4, /* --resize --crop --mean --std --channel-order --interpolation */
  TOOL_OPT_MAX_ISA = 1 << 5,
  TOOL_OPT_JSON = 1 << 6,
  TOOL_OPT_QUIET = 1 << 7,
  TOOL_OPT_PRECISION = 1 << 8,
  TOOL_OPT_EXIF = 1 << 9,
} ToolOptionSet;

typedef struct {
  guint threads; /* 0 means all CPUs of this process */
  gchar *labels; /* the name of a file */
  gchar *weights, *architecture;
  guint top_k;
  NnActivation activation;
  gboolean has_interpolation, has_channel_order;
  NnPreprocess preprocess;           /* only its interpolation and channel order are used, if they were given */
  gchar *resize, *crop, *mean, *std; /* the texts that were given, or NULL */
  gchar *max_isa;
  NnPrecision precision;
  gboolean exif;
  gboolean json;
  gboolean quiet;
  gchar **arguments; /* the arguments after the options */
  GPtrArray *names;  /* the names of all options that the command takes, without dashes, NULL-terminated */
} ToolOptions;

#define TOOL_OPTIONS_DEFAULT                                                                                           \
  {                                                                                                                    \
    .top_k = 5, .activation = NN_ACTIVATION_AUTO                                                                       \
  }

/* Makes a context that fills @options and the variables of @entries (NULL-terminated; may be NULL). */
GOptionContext *tool_context_new (const gchar *arguments, const gchar *summary, const gchar *description,
                                  ToolOptionSet set, ToolOptions *options, const GOptionEntry *entries);
/* Parses the command line. @min, @max: how many arguments there may be. Returns FALSE after a message on stderr; the
 * command must then return TOOL_USAGE. */
gboolean tool_parse (const ToolCommand *command, int argc, char **argv, ToolOptions *options, guint min, guint max);
/* Reports a usage error of @command: writes the sentence and where to find help. Returns TOOL_USAGE. */
int tool_usage_error (const ToolCommand *command, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

/* These functions parse numbers strictly and in the same way in every locale. tool_parse_uint() takes only digits: no
 * sign, no space and no trailing bytes. FALSE comes with an error that names @name and the range. A NULL @string leaves
 * @value unchanged and is no error. */
gboolean tool_parse_uint (const gchar *name, const gchar *string, guint min, guint max, guint *value, GError **error);
gboolean tool_parse_double (const gchar *name, const gchar *string, gdouble min, gdouble max, gdouble *value,
                            GError **error);
/* Parses a size of the form "HxW". */
gboolean tool_parse_size (const gchar *name, const gchar *string, guint *height, guint *width, GError **error);
