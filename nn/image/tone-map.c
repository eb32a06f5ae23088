/* gst-resnet: from HDR to SDR
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/tone-map.h"

#include <math.h>
#include <string.h>

/* These are luminances in cd/m². WHITE is the white of SDR (the HDR reference white of ITU-R BT.2408-7, table 1).
 * MASTER is the peak of the display that content is assumed to be mastered for. PQ_PEAK is what the highest code of PQ
 * means. */
#define WHITE 203.0
#define MASTER 1000.0
#define PQ_PEAK 10000.0
/* This is the number of entries of the tables that are indexed by light. The entries are evenly spaced in the fourth
 * root of light, which is close to how people perceive light. */
#define N_LIGHTS 4096
/* This is the exponent of the display in ITU-R BT.1886. */
#define DISPLAY_GAMMA 2.4
/* This is the system gamma of HLG at MASTER (ITU-R BT.2100-2, table 5). */
#define HLG_GAMMA 1.2

struct _NnToneMap {
  NnTransfer transfer;
  gboolean wide; /* the image has the primaries of BT.2020 */
  /* This is the light of each code. For PQ it is display light in units of WHITE. For HLG it is scene light, of which 1
   * is the brightest. */
  gfloat light[256];
  gfloat system[N_LIGHTS]; /* HLG only: the factor from scene light to display light in units of WHITE, by the luminance
                              of the scene */
  gfloat scale[N_LIGHTS];  /* the factor that the EETF applies, by the largest of a pixel's R, G and B */
  guint8 code[N_LIGHTS];   /* the code of light from 0 to WHITE */
};

/* --- transfer functions --- */

/* These are the constants of PQ in ITU-R BT.2100-2, table 4. */
static const gdouble m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128, c1 = 3424.0 / 4096, c2 = 2413.0 / 4096 * 32,
                     c3 = 2392.0 / 4096 * 32;

/* This is the reference EOTF of PQ. It returns the luminance in cd/m² of a signal from 0 to 1. */
static gdouble
pq_to_light (gdouble signal)
{
  const gdouble e = pow (signal, 1 / m2);

  return PQ_PEAK * pow (MAX (e - c1, 0) / (c2 - c3 * e), 1 / m1);
}

static gdouble
light_to_pq (gdouble light)
{
  const gdouble y = pow (light / PQ_PEAK, m1);

  return pow ((c1 + c2 * y) / (1 + c3 * y), m2);
}

/* This is the inverse of the reference OETF of HLG (ITU-R BT.2100-2, table 5). It returns scene light from 0 to 1. */
static gdouble
hlg_to_scene (gdouble signal)
{
  const gdouble a = 0.17883277, b = 1 - 4 * a, c = 0.5 - a * log (4 * a);

  return signal <= 0.5 ? signal * signal / 3 : (exp ((signal - c) / a) + b) / 12;
}

/* This is the EETF of ITU-R BT.2390-11, section 5.4.1. It maps a display whose black is 0 and whose white is MASTER to
 * one whose white is WHITE. @light and the result are in cd/m². */
static gdouble
roll_off (gdouble light)
{
  const gdouble source = light_to_pq (MASTER), e1 = MIN (light_to_pq (light) / source, 1);
  const gdouble highest = light_to_pq (WHITE) / source, knee = 1.5 * highest - 0.5;
  gdouble t, t2, t3;

  if (e1 < knee)
    return light;
  t = (e1 - knee) / (1 - knee);
  t2 = t * t;
  t3 = t2 * t;
  return pq_to_light (source
                      * ((2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * highest));
}

/* --- tables --- */

/* Returns the table entry of a @light from 0 to @most. */
static inline guint
entry_of (gfloat light, gfloat most)
{
  const gfloat root = sqrtf (sqrtf (MIN (light / most, 1.0f)));

  return (guint)(root * (N_LIGHTS - 1) + 0.5f);
}

static gdouble
light_of (guint entry, gdouble most)
{
  const gdouble root = (gdouble)entry / (N_LIGHTS - 1);

  return root * root * root * root * most;
}

/* Returns the brightest light that a pixel can have, in units of WHITE. */
static gfloat
most_light (const NnToneMap *map)
{
  return (gfloat)((map->transfer == NN_TRANSFER_PQ ? PQ_PEAK : MASTER) / WHITE);
}

NnToneMap *
nn_tone_map_new (const NnImage *image)
{
  NnToneMap *map;

  if (image->transfer == NN_TRANSFER_SDR)
    return NULL;
  map = g_new0 (NnToneMap, 1);
  map->transfer = image->transfer;
  map->wide = image->bt2020_primaries;
  for (guint i = 0; i < 256; i++)
    map->light[i]
        = (gfloat)(map->transfer == NN_TRANSFER_PQ ? pq_to_light (i / 255.0) / WHITE : hlg_to_scene (i / 255.0));
  for (guint i = 0; i < N_LIGHTS; i++) {
    const gdouble light = light_of (i, most_light (map));

    map->system[i] = (gfloat)(MASTER / WHITE * pow (light_of (i, 1), HLG_GAMMA - 1));
    map->scale[i] = (gfloat)(light > 0 ? roll_off (light * WHITE) / WHITE / light : 1);
    map->code[i] = (guint8)lrint (255 * pow (light_of (i, 1), 1 / DISPLAY_GAMMA));
  }
  return map;
}

void
nn_tone_map_free (NnToneMap *map)
{
  g_free (map);
}

/* Converts linear light from BT.2020's primaries to BT.709's (ITU-R BT.2087-0, equations 1 to 3). */
static void
narrow_primaries (gfloat rgb[3])
{
  const gfloat r = rgb[0], g = rgb[1], b = rgb[2];

  rgb[0] = 1.6605f * r - 0.5876f * g - 0.0728f * b;
  rgb[1] = -0.1246f * r + 1.1329f * g - 0.0083f * b;
  rgb[2] = -0.0182f * r - 0.1006f * g + 1.1187f * b;
}

void
nn_tone_map_row (const NnToneMap *map, guint8 *rgb, guint n, gsize step)
{
  const gfloat most = most_light (map);

  for (guint x = 0; x < n; x++, rgb += step) {
    gfloat light[3] = { map->light[rgb[0]], map->light[rgb[1]], map->light[rgb[2]] };
    gfloat factor = 1, largest;

    if (map->transfer == NN_TRANSFER_HLG)
      factor = map->system[entry_of (0.2627f * light[0] + 0.6780f * light[1] + 0.0593f * light[2], 1)];
    largest = factor * MAX (light[0], MAX (light[1], light[2]));
    factor *= map->scale[entry_of (largest, most)];
    for (guint c = 0; c < 3; c++)
      light[c] *= factor;
    if (map->wide)
      narrow_primaries (light);
    for (guint c = 0; c < 3; c++)
      rgb[c] = map->code[entry_of (MAX (light[c], 0), 1)];
  }
}
