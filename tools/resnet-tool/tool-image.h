/* gst-resnet: image files → RGB, as Pillow's Image.open(f).convert('RGB') gives it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/image.h>

/* Pillow refuses more pixels than this (twice its MAX_IMAGE_PIXELS) as a decompression bomb. */
#define TOOL_IMAGE_MAX_PIXELS 178956970u
/* The largest file that is read, bytes. */
#define TOOL_IMAGE_MAX_FILE (G_GUINT64_CONSTANT (1) << 30)

/* width × height × 3 bytes, R, G, B, no padding. */
typedef struct {
  guint width, height;
  guint8 *rgb;
} ToolImage;

/**
 * tool_image_load: the first frame of a JPEG, PNG, GIF, BMP, WebP, TIFF or PNM file, told apart by content
 *
 * The same bytes as Pillow's `Image.open(path).convert('RGB')`: alpha is dropped, not composited; EXIF orientation is
 * not applied (torchvision's ImageFolder doesn't either); a file that ends early is an error.
 * Returns: FALSE with an error that names the file
 */
gboolean tool_image_load (const gchar *path, ToolImage *image, GError **error);
void tool_image_clear (ToolImage *image);
/* A view for nn_preprocessor_run(). */
void tool_image_view (const ToolImage *image, NnImage *view);

/* The whole of a file, at most TOOL_IMAGE_MAX_FILE bytes. */
GBytes *tool_file_read (const gchar *path, GError **error);

/* For the decoders: checks the size and makes room. */
gboolean tool_image_alloc (ToolImage *image, guint64 width, guint64 height, GError **error);
/* One decoder a format; messages don't name the file, tool_image_load() puts its name in front. */
gboolean tool_jpeg_decode (const guint8 *data, gsize size, ToolImage *image, GError **error);
gboolean tool_pnm_decode (const guint8 *data, gsize size, ToolImage *image, GError **error);
gboolean tool_gif_decode (const guint8 *data, gsize size, ToolImage *image, GError **error);
#ifdef TOOL_HAVE_PNG
gboolean tool_png_decode (const guint8 *data, gsize size, ToolImage *image, GError **error);
#endif
#ifdef TOOL_HAVE_WEBP
gboolean tool_webp_decode (const guint8 *data, gsize size, ToolImage *image, GError **error);
#endif

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ToolImage, tool_image_clear)
