/* gst-resnet: drawing heat maps
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlayheat.h"

#include <math.h>

/* The larger side in pixels of the picture that others scale. */
#define IMAGE_SIZE 256

/* Cold is transparent, so that the picture stays in sight. Then come blue, green, yellow and red. The values are not
 * premultiplied. */
static const struct
{
  gdouble heat, red, green, blue, alpha;
} stops[] = {
  {0.0, 0.10, 0.20, 0.90, 0.00},
  {0.25, 0.10, 0.45, 0.95, 0.18},
  {0.5, 0.15, 0.85, 0.45, 0.34},
  {0.75, 1.00, 0.85, 0.10, 0.48},
  {1.0, 0.95, 0.10, 0.08, 0.60}
};

/* The values are premultiplied and go from 0 to 255. */
static void
get_color (guint heat, gdouble * rgb, gdouble * alpha)
{
  gdouble h = heat / 255.0, f;
  guint i = 0;

  while (i < G_N_ELEMENTS (stops) - 2 && h > stops[i + 1].heat)
    i++;
  f = (h - stops[i].heat) / (stops[i + 1].heat - stops[i].heat);
#define MIX(name) (stops[i].name + f * (stops[i + 1].name - stops[i].name))
  *alpha = 255.0 * MIX (alpha);
  rgb[0] = *alpha * MIX (red);
  rgb[1] = *alpha * MIX (green);
  rgb[2] = *alpha * MIX (blue);
#undef MIX
}

void
gst_overlay_heat_colors_init (GstOverlayHeatColors * colors,
    const GstOverlayMatrix * matrix)
{
  guint c, heat;

  for (heat = 0; heat < 256; heat++) {
    gdouble rgb[3], alpha;

    get_color (heat, rgb, &alpha);
    colors->keep[heat] = 255 - (gint) (alpha + 0.5);
    for (c = 0; c < matrix->n_components; c++) {
      gdouble value = matrix->offset[c] * alpha / 255.0
          + matrix->m[c][0] * rgb[0] + matrix->m[c][1] * rgb[1]
          + matrix->m[c][2] * rgb[2];

      colors->color[c][heat] =
          CLAMP ((gint) (value + 0.5), 0, 255 - colors->keep[heat]);
    }
  }
}

static gboolean
clip_rect (const GstOverlayHeatmap * heatmap, const GstVideoRectangle * visible,
    GstVideoRectangle * clipped)
{
  gint64 x0 = MAX (heatmap->x, visible->x), y0 = MAX (heatmap->y, visible->y);
  gint64 x1 = MIN ((gint64) heatmap->x + heatmap->rect_width,
      (gint64) visible->x + visible->w);
  gint64 y1 = MIN ((gint64) heatmap->y + heatmap->rect_height,
      (gint64) visible->y + visible->h);

  if (x0 >= x1 || y0 >= y1)
    return FALSE;
  clipped->x = x0;
  clipped->y = y0;
  clipped->w = x1 - x0;
  clipped->h = y1 - y0;
  return TRUE;
}

/* Tells between which samples of the map the pixel at @position lies, in pixels from the rectangle's edge: the lower
 * sample, and the 256ths of the upper one. Beyond the outermost centres the outermost samples count. */
static guint
get_sample (gdouble position, gdouble size, guint n, guint * fraction)
{
  gdouble s = position * n / size - 0.5;
  guint lower;

  if (s <= 0.0) {
    *fraction = 0;
    return 0;
  }
  lower = (guint) s;
  if (lower >= n - 1) {
    *fraction = 0;
    return n - 1;
  }
  *fraction = (guint) ((s - lower) * 256.0);
  return lower;
}

/* Computes @n heats for each of the map's rows. They are @step pixels apart and begin at @first, in pixels from the
 * rectangle's left edge. */
static guint8 *
expand_rows (const GstOverlayHeatmap * heatmap, gdouble first, gint step,
    gint n)
{
  const guint8 *map = g_bytes_get_data (heatmap->map, NULL);
  guint8 *rows = g_malloc ((gsize) n * heatmap->height);
  gint i;
  guint y;

  for (i = 0; i < n; i++) {
    guint f, s = get_sample (first + (gdouble) i * step, heatmap->rect_width,
        heatmap->width, &f);
    guint next = MIN (s + 1, heatmap->width - 1);

    for (y = 0; y < heatmap->height; y++) {
      const guint8 *row = map + (gsize) y * heatmap->width;

      rows[(gsize) y * n + i] = (row[s] * (256 - f) + row[next] * f) >> 8;
    }
  }
  return rows;
}

static void
mix_rows (const guint8 * a, const guint8 * b, guint f,
    guint8 * restrict mixed, gint n)
{
  guint16 fraction = f;
  gint i;

  for (i = 0; i < n; i++)
    mixed[i] =
        (guint8) ((guint16) (a[i] * (256 - fraction) + b[i] * fraction) >> 8);
}

/* Writes what @table says of a row's heats, of which there is one for each block of two pixels, at a component's
 * samples. */
static void
look_up (const guint8 * restrict heats, gint n_blocks,
    const guint8 * restrict table, guint ws, guint8 * restrict row)
{
  gint i;

  if (ws == 0)
    for (i = 0; i < n_blocks; i++)
      row[2 * i] = row[2 * i + 1] = table[heats[i]];
  else if (ws == 1)
    for (i = 0; i < n_blocks; i++)
      row[i] = table[heats[i]];
  else
    for (i = 0; (i << (ws - 1)) < n_blocks; i++)
      row[i] = table[heats[i << (ws - 1)]];
}

typedef struct
{
  const GstOverlayHeatColors *colors;
  GstVideoRectangle area;       /* pixels */
  gint first_block;             /* the column of the first block in pixels, a multiple of 4 */
  gint n_blocks;
  gint block_rows;              /* in pixels, 2 or 4 */
  guint8 *heats, *color, *keep;
} Painter;

/* Paints the rows of one component that begin within the rows of pixels of the block at @y, which is a multiple of their
 * number. */
static void
paint_component (const Painter * painter, GstVideoFrame * frame, guint c,
    gint y)
{
  const GstVideoFormatInfo *finfo = frame->info.finfo;
  guint ws = GST_VIDEO_FORMAT_INFO_W_SUB (finfo, c);
  guint hs = GST_VIDEO_FORMAT_INFO_H_SUB (finfo, c);
  gint step = GST_VIDEO_FRAME_COMP_PSTRIDE (frame, c);
  gint stride = GST_VIDEO_FRAME_COMP_STRIDE (frame, c);
  /* These are the samples whose pixels lie in the area at least in part. */
  gint left = painter->area.x >> ws;
  gint n = ((painter->area.x + painter->area.w - 1) >> ws) + 1 - left;
  gint skip = left - (painter->first_block >> ws);
  gint top = MAX (y, painter->area.y);
  gint bottom =
      MIN (y + painter->block_rows, painter->area.y + painter->area.h);
  gint row;

  /* This row stands for four rows of pixels, and a pair of them has painted it already. */
  if (hs > 1 && (y & ((1 << hs) - 1)) != 0
      && (y & ~((1 << hs) - 1)) + 1 >= painter->area.y)
    return;
  for (row = top >> hs; row <= (bottom - 1) >> hs; row++)
    gst_overlay_blend_row ((guint8 *) GST_VIDEO_FRAME_COMP_DATA (frame, c)
        + (gssize) row * stride + (gssize) left * step, step,
        painter->color + skip, painter->keep + skip, n);
}

void
gst_overlay_heat_blend (const GstOverlayHeatmap * heatmap,
    const GstOverlayHeatColors * colors, const GstVideoRectangle * visible,
    GstVideoFrame * frame)
{
  const GstVideoFormatInfo *finfo = frame->info.finfo;
  guint n_components = GST_VIDEO_FRAME_N_COMPONENTS (frame);
  Painter painter = {.colors = colors };
  guint8 *rows;
  gint y, n, step;
  guint c;

  if (!clip_rect (heatmap, visible, &painter.area))
    return;
  painter.first_block = painter.area.x & ~3;
  n = (painter.area.x + painter.area.w - painter.first_block + 1) / 2;
  painter.n_blocks = n;
  painter.heats = g_malloc (n);
  /* This suits any width of the chroma: there are at most two samples a block, and one more of four a pixel at the end. */
  painter.color = g_malloc (2 * n + 4);
  painter.keep = g_malloc (2 * n + 4);
  rows = expand_rows (heatmap, painter.first_block + 1.0 - heatmap->x, 2, n);

  /* From one block to the next the heat changes by no more than a few of 255 degrees. */
  step = painter.block_rows =
      heatmap->rect_height / (gint) heatmap->height >= 96 ? 4 : 2;
  for (y = painter.area.y & -step; y < painter.area.y + painter.area.h;
      y += step) {
    guint f, s = get_sample (y + step / 2.0 - heatmap->y,
        heatmap->rect_height, heatmap->height, &f);
    guint next = MIN (s + 1, heatmap->height - 1);
    guint last_ws = G_MAXUINT;

    mix_rows (rows + (gsize) s * n, rows + (gsize) next * n, f, painter.heats,
        n);
    for (c = 0; c < n_components; c++) {
      guint ws = GST_VIDEO_FORMAT_INFO_W_SUB (finfo, c);

      if (ws != last_ws)
        look_up (painter.heats, n, colors->keep, ws, painter.keep);
      last_ws = ws;
      look_up (painter.heats, n, colors->color[c], ws, painter.color);
      paint_component (&painter, frame, c, y);
    }
  }
  g_free (rows);
  g_free (painter.heats);
  g_free (painter.color);
  g_free (painter.keep);
}

GstOverlayImage *
gst_overlay_heat_to_image (const GstOverlayHeatmap * heatmap,
    const GstVideoRectangle * visible, GstVideoRectangle * place)
{
  GstOverlayImage *image;
  guint32 palette[256];
  guint8 *rows, *heats;
  gint step, x, y, width, height;
  guint heat;

  if (!clip_rect (heatmap, visible, place))
    return NULL;
  for (heat = 0; heat < 256; heat++) {
    gdouble rgb[3], alpha;

    get_color (heat, rgb, &alpha);
    palette[heat] = (guint32) (alpha + 0.5) << 24 | (guint32) (rgb[0] + 0.5)
        << 16 | (guint32) (rgb[1] + 0.5) << 8 | (guint32) (rgb[2] + 0.5);
  }
  step = (MAX (place->w, place->h) + IMAGE_SIZE - 1) / IMAGE_SIZE;
  width = (place->w + step - 1) / step;
  height = (place->h + step - 1) / step;
  image = gst_overlay_image_new (width, height);
  rows = expand_rows (heatmap, place->x - heatmap->x + step / 2.0, step, width);
  heats = g_malloc (width);
  for (y = 0; y < height; y++) {
    guint32 *pixels = (guint32 *) (image->data + (gsize) y * image->stride);
    guint f, s = get_sample (place->y - heatmap->y + (y + 0.5) * step,
        heatmap->rect_height, heatmap->height, &f);
    guint next = MIN (s + 1, heatmap->height - 1);

    mix_rows (rows + (gsize) s * width, rows + (gsize) next * width, f, heats,
        width);
    for (x = 0; x < width; x++)
      pixels[x] = palette[heats[x]];
  }
  g_free (heats);
  g_free (rows);
  return image;
}
