/* gst-resnet: from pixels to the network's input tensor
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/preprocess.h>

G_BEGIN_DECLS

typedef enum {
  NN_IMAGE_RGB,  /* components R, G, B, 8 bits, never subsampled */
  NN_IMAGE_YUV,  /* components Y, Cb, Cr, 8 bits; Cb and Cr subsampled by the shifts below */
  NN_IMAGE_GRAY, /* one component, 8 bits */
} NnImageKind;

/* What the codes of R, G and B mean: ITU-R BT.709 or sRGB, or one of BT.2100's two. */
typedef enum {
  NN_TRANSFER_SDR,
  NN_TRANSFER_PQ,
  NN_TRANSFER_HLG,
} NnTransfer;

/* The byte of a component's sample (x, y) is data[y * row_stride + x * pixel_stride], where x and y count in the
 * component's own (subsampled) grid. row_stride may be negative. */
typedef struct {
  const guint8 *data;
  gssize row_stride;
  gssize pixel_stride;
} NnComponent;

/**
 * NnImage: a view of somebody else's pixels, with 8 bits a component, in any packing
 *
 * Packed, semi-planar and planar layouts differ only in where their components start and how far apart they lie: NV12
 * is Y (pixel_stride 1), Cb at the second plane (pixel_stride 2), Cr one byte on; YUY2 is Y (2), Cb (4), Cr (4). A
 * subsampled plane is ceil(width / 2^shift) × ceil(height / 2^shift).
 *
 * @roi_x, @roi_y, @roi_width, @roi_height: the rectangle inside the image to look at, in luma pixels; with roi_width 0
 * it is the whole image. A rectangle that starts at an odd pixel has the chroma of the whole image there, as if the
 * image were converted first and cropped then.
 * @kr, @kb: the luma coefficients of red and blue (BT.601: 0.299, 0.114; BT.709: 0.2126, 0.0722; BT.2020: 0.2627,
 * 0.0593)
 * @full_range: whether luma is 0–255 and chroma 0–255 around 128; otherwise they are 16–235 and 16–240 (for GRAY too)
 * @chroma_left, @chroma_top: whether chroma samples sit on luma's column (row): MPEG-2's siting is left and not top,
 * JPEG's is neither
 * @par_n, @par_d: the pixel aspect ratio: a pixel is par_n / par_d times as wide as it is high; 0: 1/1. At most
 * NN_IMAGE_MAX_PAR, and at least its reciprocal.
 * @transfer: how light is coded; PQ and HLG are mapped to SDR after the resize
 * @bt2020_primaries: whether PQ's and HLG's primaries are BT.2020's; otherwise they are taken as BT.709's
 */
typedef struct {
  NnImageKind kind;
  guint width, height;
  guint roi_x, roi_y, roi_width, roi_height;
  NnComponent component[3];
  guint chroma_shift_x, chroma_shift_y;
  gdouble kr, kb;
  gboolean full_range;
  gboolean chroma_left, chroma_top;
  guint par_n, par_d;
  NnTransfer transfer;
  gboolean bt2020_primaries;
} NnImage;

/* How many times as wide as high, or as high as wide, a pixel may be. */
#define NN_IMAGE_MAX_PAR 32

/* The largest width and height of an image. */
#define NN_IMAGE_MAX_SIZE 65535

/**
 * nn_image_from_raw: makes a view of one raw frame without row padding, from the names of what it is
 * @spec: FORMAT:WIDTHxHEIGHT[:COLORIMETRY[:SITING]] with GStreamer's names: "NV12:1920x1080:bt709:mpeg2",
 *   "I420:640x480:full-bt601:jpeg", "RGB:640x480". COLORIMETRY: bt601 | bt709 | bt2020 | smpte240m | bt2100-pq |
 * bt2100-hlg, each also with the prefix full- (0–255); default: bt709 for heights over 576, else bt601, limited (GRAY8
 * without COLORIMETRY: full, as GStreamer has it); SITING: mpeg2 (left) | jpeg (centre) | cosited (left and top) | dv;
 * default mpeg2.
 * @data, @size: the frame; the view points into it
 * Returns: FALSE with an error that names format or sizes (expected and found bytes)
 */
gboolean nn_image_from_raw (const gchar *spec, const guint8 *data, gsize size, NnImage *image, GError **error);

/* How a picture is stored, in the order of EXIF's and TIFF's numbers: what turns it upright. */
typedef enum {
  NN_ORIENTATION_UPRIGHT = 1,
  NN_ORIENTATION_HORIZONTAL, /* flipped left to right */
  NN_ORIENTATION_180,
  NN_ORIENTATION_VERTICAL,   /* flipped top to bottom */
  NN_ORIENTATION_TRANSPOSE,  /* across the diagonal from the upper left to the lower right */
  NN_ORIENTATION_90R,        /* a quarter clockwise */
  NN_ORIENTATION_TRANSVERSE, /* across the other diagonal */
  NN_ORIENTATION_90L,        /* a quarter anticlockwise */
} NnOrientation;

/* Makes a view of a picture as it is stored one of it upright; no pixel is touched. Chroma keeps its siting's name, as
 * it does where videoflip turns the planes. */
void nn_image_turn (NnImage *image, NnOrientation orientation);
/* Back from the upright picture to the stored one of @width × @height: a rectangle (left, top, width, height) ... */
void nn_rect_turn_back (gdouble rect[4], NnOrientation orientation, guint width, guint height);
/* ... and a map of one byte a sample, whose sides may change places. */
void nn_map_turn_back (guint8 *map, guint *width, guint *height, NnOrientation orientation);

/* What the network sees of @image: left, top, width, height in its pixels. It reaches over the region to look at where
 * the resized picture is smaller than the crop. */
void nn_image_get_seen (const NnImage *image, const NnPreprocess *params, gdouble seen[4]);

typedef struct _NnPreprocessor NnPreprocessor;

/**
 * nn_preprocessor_new: makes a worker for one stream, which two threads must not use at once
 * It keeps the filter tables and scratch memory of the last image's geometry, so a stream of equal frames runs without
 * allocating.
 * @max_isa: as in NnSessionOptions
 */
NnPreprocessor *nn_preprocessor_new (const NnPreprocess *params, const gchar *max_isa, GError **error);
void nn_preprocessor_free (NnPreprocessor *preprocessor);

/* Goes the whole way. @tensor is channels × crop_height × crop_width: the planes in the
 * parameters' order (NCHW without N). For RGB input it equals
 * torchvision on a PIL image to the bit (docs/preprocessing.md). Fails with NN_ERROR_ARGUMENT when the image's geometry
 * is impossible. */
gboolean nn_preprocessor_run (NnPreprocessor *preprocessor, const NnImage *image, gfloat *tensor, GError **error);

/* Goes as far as the uint8 stage, after resize and crop and before ToTensor. @rgb is crop_height × crop_width × 3,
 * interleaved R, G, B, whatever the order of the network's planes is; for a grey network it has each value three times.
 */
gboolean nn_preprocessor_run_u8 (NnPreprocessor *preprocessor, const NnImage *image, guint8 *rgb, GError **error);

/* Tells how the last run resized, for logs: "exact" (Pillow's fixed-point passes over RGB), "planes" (YUV planes that
 * are resized before they are converted) or "nearest". It is NULL before the first run. */
const gchar *nn_preprocessor_get_method (const NnPreprocessor *preprocessor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnPreprocessor, nn_preprocessor_free)

G_END_DECLS
