/* gst-resnet: a command of resnet-tool
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* These are the exit statuses that the help text promises. */
#define TOOL_OK 0
#define TOOL_FAILED 1
#define TOOL_USAGE 2

/* A command has its own file and its own table of options. @run gets the command's name as argv[0]. */
typedef struct {
  const gchar *name;
  const gchar *summary; /* one line for `resnet-tool --help` */
  GOptionContext *(*context) (void);
  int (*run) (int argc, char **argv);
} ToolCommand;

extern const ToolCommand tool_inspect_command;
extern const ToolCommand tool_run_command;
extern const ToolCommand tool_preprocess_command;
extern const ToolCommand tool_classify_command;
extern const ToolCommand tool_eval_command;
extern const ToolCommand tool_bench_command;
extern const ToolCommand tool_convert_command;
