/* gst-resnet: from HDR to SDR
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/tone-map.h"

#include <math.h>
#include <string.h>

/* cd/m²: the light of white in SDR, ITU-R BT.2408-7, table 1 (HDR reference white); what content is taken to be
 * mastered for; what PQ's highest code means. */
#define WHITE 203.0
#define MASTER 1000.0
#define PQ_PEAK 10000.0
/* Entries of the tables over light, which are even in its fourth root, as vision about is. */
#define N_LIGHTS 4096
/* ITU-R BT.1886: the display's exponent. */
#define DISPLAY_GAMMA 2.4
/* ITU-R BT.2100-2, table 5: HLG's system gamma at MASTER. */
#define HLG_GAMMA 1.2

struct _NnToneMap {
  NnTransfer transfer;
  gboolean wide; /* BT.2020's primaries */
  /* PQ: light in units of WHITE; HLG: scene light, 1 is the brightest. Of a code. */
  gfloat light[256];
  gfloat system[N_LIGHTS]; /* HLG: from scene light to the display's, in units of WHITE, by the scene's luminance */
  gfloat scale[N_LIGHTS];  /* by the largest of a pixel's R, G, B */
  guint8 code[N_LIGHTS];   /* of light from 0 to WHITE */
};

/* --- transfer functions --- */

/* ITU-R BT.2100-2, table 4. */
static const gdouble m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128, c1 = 3424.0 / 4096, c2 = 2413.0 / 4096 * 32,
                     c3 = 2392.0 / 4096 * 32;

/* The reference EOTF: cd/m² of a signal from 0 to 1. */
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

/* ITU-R BT.2100-2, table 5: the inverse of the reference OETF: scene light from 0 to 1. */
static gdouble
hlg_to_scene (gdouble signal)
{
  const gdouble a = 0.17883277, b = 1 - 4 * a, c = 0.5 - a * log (4 * a);

  return signal <= 0.5 ? signal * signal / 3 : (exp ((signal - c) / a) + b) / 12;
}

/* ITU-R BT.2390-11, section 5.4.1: the EETF from a black of 0 and a white of MASTER down to WHITE, cd/m² to cd/m². */
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

/* Light from 0 to @most: its entry. */
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

/* The brightest that a pixel can be, in units of WHITE. */
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

/* ITU-R BT.2087-0, equations 1 to 3: from BT.2020's primaries to BT.709's, in linear light. */
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
