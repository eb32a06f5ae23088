/* gst-resnet: a command of resnet-tool
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Exit statuses; the help text promises them. */
#define TOOL_OK 0
#define TOOL_FAILED 1
#define TOOL_USAGE 2

/* One command: its own file, its own table of options. @run gets argv[0] = the command's name. */
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
