/* gst-resnet: what classoverlay has drawn, and putting it onto buffers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlayscene.h"

#include "frame/gstframecheck.h"
#include "frame/gstframestage.h"
#include "gstoverlayheat.h"
#include "gstoverlayread.h"

/* Cairo's images and ours can be this large. Of larger frames the upper left part is drawn on. */
#define MAX_SIZE 32767

struct _GstOverlayScene
{
  GstVideoInfo info;
  gboolean direct;              /* blended by us */
  GstFrameStage *stage;         /* where GStreamer's blending does not keep to the frame */
  GstOverlayMatrix matrix;
  GstOverlayHeatColors heat_colors;

  GstVideoRectangle visible;
  GstOverlayContent *content, *next;    /* drawn, and of this buffer */
  GArray *layers;               /* of content */
  gboolean valid;               /* the layers */
  guint n_drawn;

  GstOverlayHeatmap heatmap;    /* of this buffer */
  GBytes *heat_map;             /* of heat_image */
  GstVideoRectangle heat_rect;
  GstOverlayImage *heat_image;
  GstVideoRectangle heat_place;
  GstVideoOverlayComposition *composition;      /* of all, NULL: not made yet */
};

static void
clear_layer (gpointer data)
{
  gst_overlay_layer_clear (data);
}

GstOverlayScene *
gst_overlay_scene_new (void)
{
  GstOverlayScene *scene = g_new0 (GstOverlayScene, 1);

  gst_video_info_init (&scene->info);
  scene->content = gst_overlay_content_new ();
  scene->next = gst_overlay_content_new ();
  scene->layers = g_array_new (FALSE, TRUE, sizeof (GstOverlayLayer));
  g_array_set_clear_func (scene->layers, clear_layer);
  return scene;
}

static void
clear_composition (GstOverlayScene * scene)
{
  g_clear_pointer (&scene->composition, gst_video_overlay_composition_unref);
}

static void
clear_heat (GstOverlayScene * scene)
{
  g_clear_pointer (&scene->heat_image, gst_overlay_image_unref);
  g_clear_pointer (&scene->heat_map, g_bytes_unref);
}

void
gst_overlay_scene_invalidate (GstOverlayScene * scene)
{
  scene->valid = FALSE;
  g_array_set_size (scene->layers, 0);
  clear_composition (scene);
  clear_heat (scene);
}

void
gst_overlay_scene_free (GstOverlayScene * scene)
{
  gst_overlay_scene_invalidate (scene);
  gst_overlay_heatmap_clear (&scene->heatmap);
  gst_overlay_content_free (scene->content);
  gst_overlay_content_free (scene->next);
  g_array_unref (scene->layers);
  g_clear_pointer (&scene->stage, gst_frame_stage_free);
  g_free (scene);
}

void
gst_overlay_scene_set_info (GstOverlayScene * scene, const GstVideoInfo * info)
{
  scene->info = *info;
  scene->direct = gst_overlay_format_is_direct (info->finfo);
  g_clear_pointer (&scene->stage, gst_frame_stage_free);
  if (gst_frame_stage_is_needed (info->finfo))
    scene->stage = gst_frame_stage_new ();
  gst_overlay_matrix_init (&scene->matrix, info);
  gst_overlay_heat_colors_init (&scene->heat_colors, &scene->matrix);
  gst_overlay_scene_invalidate (scene);
}

static gboolean
rect_equal (const GstVideoRectangle * a, const GstVideoRectangle * b)
{
  return a->x == b->x && a->y == b->y && a->w == b->w && a->h == b->h;
}

/* The part of the frame that is shown. */
static void
get_visible (const GstFramePicture * picture, GstVideoRectangle * visible)
{
  *visible = picture->rect;
  visible->w = MIN (visible->w, MAX_SIZE - MIN (visible->x, MAX_SIZE));
  visible->h = MIN (visible->h, MAX_SIZE - MIN (visible->y, MAX_SIZE));
}

static void
read_heatmap (GstOverlayScene * scene, const GstOverlaySettings * settings,
    GstBuffer * buffer, const GstFramePicture * picture)
{
  const GstOverlayHeatmap *heat = &scene->heatmap;
  GstVideoRectangle rect;

  if (!settings->show_heatmap
      || !gst_overlay_heatmap_read (&scene->heatmap, buffer, picture->width,
          picture->height)) {
    gst_overlay_heatmap_clear (&scene->heatmap);
    if (scene->heat_map) {
      clear_heat (scene);
      clear_composition (scene);
    }
    return;
  }
  rect.x = heat->x;
  rect.y = heat->y;
  rect.w = heat->rect_width;
  rect.h = heat->rect_height;
  /* GBytes do not change, so the same pointer is the same map, as with a result that is carried from frame to frame. */
  if (scene->heat_map == heat->map && rect_equal (&scene->heat_rect, &rect))
    return;
  clear_heat (scene);
  clear_composition (scene);
  scene->heat_map = g_bytes_ref (heat->map);
  scene->heat_rect = rect;
}

gboolean
gst_overlay_scene_update (GstOverlayScene * scene, GstOverlayDraw * draw,
    const GstOverlaySettings * settings, GstBuffer * buffer, gchar * stats)
{
  GstOverlayContent *other;
  GstVideoRectangle visible;
  GstFramePicture picture;
  gint width = GST_VIDEO_INFO_WIDTH (&scene->info);
  gint height = GST_VIDEO_INFO_FIELD_HEIGHT (&scene->info);

  if (!gst_frame_get_picture (buffer, &scene->info, &picture, NULL)) {
    /* What is drawn stays for the next frame. Putting it onto this one fails and says why. */
    gst_overlay_content_reset (scene->next);
    gst_overlay_content_read (scene->next, settings, buffer, width, height);
    scene->next->stats = stats;
    return !gst_overlay_content_is_empty (scene->next)
        || (settings->show_heatmap
        && gst_overlay_heatmap_read (&scene->heatmap, buffer, width, height));
  }
  get_visible (&picture, &visible);
  if (!rect_equal (&visible, &scene->visible)) {
    gst_overlay_scene_invalidate (scene);
    scene->visible = visible;
  }
  read_heatmap (scene, settings, buffer, &picture);
  gst_overlay_content_reset (scene->next);
  gst_overlay_content_read (scene->next, settings, buffer, picture.width,
      picture.height);
  scene->next->stats = stats;
  if (!scene->valid || !gst_overlay_content_equal (scene->content, scene->next)) {
    other = scene->content;
    scene->content = scene->next;
    scene->next = other;
    g_array_set_size (scene->layers, 0);
    clear_composition (scene);
    if (visible.w > 0 && visible.h > 0
        && !gst_overlay_content_is_empty (scene->content))
      gst_overlay_draw_content (draw, scene->content, &visible, scene->layers);
    scene->valid = TRUE;
    scene->n_drawn++;
  }
  return scene->layers->len > 0 || scene->heatmap.map;
}

/* Returns the composition of the heat map and all layers (transfer none), or NULL where nothing is in sight. */
static GstVideoOverlayComposition *
get_composition (GstOverlayScene * scene)
{
  GstVideoOverlayRectangle *rectangle;
  guint i;

  if (scene->composition)
    return scene->composition;
  if (scene->heatmap.map && !scene->heat_image)
    scene->heat_image = gst_overlay_heat_to_image (&scene->heatmap,
        &scene->visible, &scene->heat_place);
  for (i = 0; i <= scene->layers->len; i++) {
    if (i > 0) {
      rectangle =
          gst_overlay_layer_to_rectangle (&g_array_index (scene->layers,
              GstOverlayLayer, i - 1));
    } else if (scene->heatmap.map && scene->heat_image) {
      rectangle =
          gst_video_overlay_rectangle_new_raw (scene->heat_image->buffer,
          scene->heat_place.x, scene->heat_place.y, scene->heat_place.w,
          scene->heat_place.h,
          GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
    } else {
      continue;
    }
    if (!scene->composition)
      scene->composition = gst_video_overlay_composition_new (rectangle);
    else
      gst_video_overlay_composition_add_rectangle (scene->composition,
          rectangle);
    gst_video_overlay_rectangle_unref (rectangle);
  }
  return scene->composition;
}

gboolean
gst_overlay_scene_attach (GstOverlayScene * scene, GstBuffer * buffer,
    GError ** error)
{
  GstVideoOverlayComposition *composition, *both;
  GstVideoOverlayCompositionMeta *meta;
  GstFramePicture picture;
  guint i;

  if (!gst_frame_get_picture (buffer, &scene->info, &picture, error))
    return FALSE;
  composition = get_composition (scene);
  if (!composition)
    return TRUE;
  meta = gst_buffer_get_video_overlay_composition_meta (buffer);
  if (!meta) {
    gst_buffer_add_video_overlay_composition_meta (buffer, composition);
    return TRUE;
  }
  /* Sinks look at the first meta only. Rectangles are shared, because sinks keep what they made of them. */
  both = gst_video_overlay_composition_new (NULL);
  for (i = 0; i < gst_video_overlay_composition_n_rectangles (meta->overlay);
      i++)
    gst_video_overlay_composition_add_rectangle (both,
        gst_video_overlay_composition_get_rectangle (meta->overlay, i));
  for (i = 0; i < gst_video_overlay_composition_n_rectangles (composition); i++)
    gst_video_overlay_composition_add_rectangle (both,
        gst_video_overlay_composition_get_rectangle (composition, i));
  gst_buffer_remove_meta (buffer, (GstMeta *) meta);
  gst_buffer_add_video_overlay_composition_meta (buffer, both);
  gst_video_overlay_composition_unref (both);
  return TRUE;
}

/* GStreamer blends here. */
static gboolean
blend_composition (GstOverlayScene * scene, GstVideoFrame * frame,
    GError ** error)
{
  GstVideoOverlayComposition *composition = get_composition (scene);
  GstVideoFrame staged;

  if (!composition)
    return TRUE;
  if (!scene->stage) {
    if (gst_video_overlay_composition_blend (composition, frame))
      return TRUE;
  } else if (gst_frame_stage_fill (scene->stage, frame,
          GST_VIDEO_FRAME_WIDTH (frame), GST_VIDEO_FRAME_HEIGHT (frame),
          &staged) && gst_video_overlay_composition_blend (composition,
          &staged)) {
    gst_frame_stage_give_back (scene->stage);
    return TRUE;
  }
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
      "GStreamer cannot draw into frames of format %s with %d×%d pixels",
      GST_VIDEO_INFO_NAME (&scene->info), GST_VIDEO_FRAME_WIDTH (frame),
      GST_VIDEO_FRAME_HEIGHT (frame));
  return FALSE;
}

gboolean
gst_overlay_scene_blend (GstOverlayScene * scene, GstBuffer * buffer,
    GError ** error)
{
  GstFramePicture picture;
  GstVideoFrame frame;
  gboolean done = TRUE;
  guint i;

  if (!gst_frame_map (&frame, &scene->info, buffer, GST_MAP_READWRITE,
          &picture, error))
    return FALSE;
  /* Nothing is drawn outside the picture. */
  frame.info.width = picture.width;
  frame.info.height = picture.height;
  /* A field is a picture of its own. */
  if (GST_VIDEO_INFO_INTERLACE_MODE (&frame.info) ==
      GST_VIDEO_INTERLACE_MODE_ALTERNATE)
    frame.info.interlace_mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
  if (scene->direct) {
    if (scene->heatmap.map)
      gst_overlay_heat_blend (&scene->heatmap, &scene->heat_colors,
          &scene->visible, &frame);
    for (i = 0; i < scene->layers->len; i++)
      gst_overlay_layer_blend (&g_array_index (scene->layers, GstOverlayLayer,
              i), &scene->matrix, &frame);
  } else {
    done = blend_composition (scene, &frame, error);
  }
  gst_video_frame_unmap (&frame);
  return done;
}

guint
gst_overlay_scene_get_n_drawn (const GstOverlayScene * scene)
{
  return scene->n_drawn;
}
