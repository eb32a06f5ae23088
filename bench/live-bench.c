// gst-resnet: live streams measured: how long mode latest holds a frame, regions in batches, many streams on one model
// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gst/video/video.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_FRAMES 100000

// A holder has the frames of one classifier: when they came, and how long it held them.
typedef struct {
  gint64 entered;
  double *held;        // in ms
  double *lag;         // in ms from a frame's time until it leaves; measured only if there is a clock
  GstElement *clocked; // the element whose clock and base time count; NULL means that lag is not measured
  guint n;
} Holder;

static double
get_lag (GstElement *element, GstBuffer *buffer)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (element);

  return clock ? (double)GST_CLOCK_DIFF (gst_element_get_base_time (element) + GST_BUFFER_PTS (buffer),
                                         gst_clock_get_time (clock))
                     / 1e6
               : 0;
}

static GstPadProbeReturn
on_enter (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  ((Holder *)data)->entered = (gint64)gst_util_get_timestamp ();
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_leave (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Holder *holder = data;

  if (holder->n < MAX_FRAMES) {
    holder->held[holder->n] = (double)((gint64)gst_util_get_timestamp () - holder->entered) / 1e6;
    if (holder->clocked)
      holder->lag[holder->n] = get_lag (holder->clocked, GST_PAD_PROBE_INFO_BUFFER (info));
    holder->n++;
  }
  return GST_PAD_PROBE_OK;
}

static void
holder_clear (Holder *holder)
{
  g_free (holder->held);
  g_free (holder->lag);
}

static GstPadProbeReturn
on_regions (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));

  for (guint i = 0; i < GPOINTER_TO_UINT (data); i++)
    gst_buffer_add_video_region_of_interest_meta (buffer, "object", i * 83 % 900, i * 47 % 400, 300, 260);
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

static void
probe (GstElement *element, const char *name, GstPadProbeCallback callback, gpointer data)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, data, NULL);
}

static int
compare (const void *a, const void *b)
{
  double p = *(const double *)a, q = *(const double *)b;
  return (p > q) - (p < q);
}

// Plays to the end and returns the seconds it took. If it fails, it says why and returns a negative number.
static double
play (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (gst_element_set_state (pipeline, GST_STATE_PAUSED) != GST_STATE_CHANGE_NO_PREROLL)
    gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  gint64 start = g_get_monotonic_time ();
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  // As in an application, the latency is queried again when an element says that it changed.
  while ((message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
                                                GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_LATENCY))
         && GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY) {
    gst_bin_recalculate_latency (GST_BIN (pipeline));
    g_clear_pointer (&message, gst_message_unref);
  }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_printerr ("%s\n", error->message);
    return -1;
  }
  return (double)(g_get_monotonic_time () - start) / 1e6;
}

static double
get_resident_mb (void)
{
  unsigned long pages = 0;
  FILE *file = fopen ("/proc/self/statm", "r");

  if (!file || fscanf (file, "%*u %lu", &pages) != 1)
    pages = 0;
  if (file)
    fclose (file);
  return (double)pages * (double)sysconf (_SC_PAGESIZE) / 1e6;
}

// This camera takes almost no time: it pushes a few pictures that were made before, in turn, when their time has come.
typedef struct {
  GstElement *source;
  GstBuffer *pictures[8];
  unsigned frames, rate;
  double *late; // in ms from the time of each frame until it was pushed; this delay is the machine's
  gint stop;    // atomic
} Camera;

static void
camera_init (Camera *camera, gsize size, unsigned frames, unsigned rate)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  camera->frames = frames;
  camera->rate = rate;
  camera->late = g_new0 (double, frames);
  for (unsigned i = 0; i < G_N_ELEMENTS (camera->pictures); i++) {
    guint8 *data = g_malloc (size);
    for (gsize j = 0; j < size; j++)
      data[j] = (guint8)((j >> (i % 8)) + (g_rand_int (random) & 15));
    camera->pictures[i] = gst_buffer_new_wrapped (data, size);
  }
}

static void
camera_clear (Camera *camera)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (camera->pictures); i++)
    gst_buffer_unref (camera->pictures[i]);
  g_free (camera->late);
}

static gpointer
shoot (gpointer data)
{
  Camera *camera = data;
  GstFlowReturn flow = GST_FLOW_OK;
  g_autoptr (GstClock) clock = NULL;

  // The clock and the base time exist once the pipeline plays.
  while (GST_STATE (camera->source) != GST_STATE_PLAYING && !g_atomic_int_get (&camera->stop))
    g_usleep (1000);
  clock = gst_element_get_clock (camera->source);
  for (unsigned i = 0; i < camera->frames && flow == GST_FLOW_OK && clock; i++) {
    GstBuffer *frame = gst_buffer_copy (camera->pictures[i % G_N_ELEMENTS (camera->pictures)]);
    GST_BUFFER_PTS (frame) = gst_util_uint64_scale (i, GST_SECOND, camera->rate);
    GST_BUFFER_DURATION (frame) = GST_SECOND / camera->rate;
    GstClockID id
        = gst_clock_new_single_shot_id (clock, gst_element_get_base_time (camera->source) + GST_BUFFER_PTS (frame));
    gst_clock_id_wait (id, NULL);
    gst_clock_id_unref (id);
    camera->late[i] = get_lag (camera->source, frame);
    g_signal_emit_by_name (camera->source, "push-buffer", frame, &flow);
    gst_buffer_unref (frame);
  }
  g_signal_emit_by_name (camera->source, "end-of-stream", &flow);
  return NULL;
}

static double
get_latency (GstElement *pipeline)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime latency = 0;

  if (gst_element_query (pipeline, query))
    gst_query_parse_latency (query, NULL, &latency, NULL);
  return (double)latency / 1e6;
}

static double
get_percentile (double *values, guint n, double part)
{
  qsort (values, n, sizeof (double), compare);
  return values[(guint)(part * (n - 1))];
}

// Measures for how long the classifier holds a frame of 1920 × 1080 at 60 frames/s from a live source, and whether the
// stream keeps real time. A frame is late if it leaves the classifier after its time plus the latency, which is the
// duration of one frame (the camera's latency) plus what the classifier reports.
static int
measure_hold (const char *properties, unsigned frames)
{
  g_autofree char *description = g_strdup_printf (
      "appsrc name=camera is-live=true format=time min-latency=16666667 max-bytes=0 caps=\"video/x-raw,format=I420,"
      "width=1920,height=1080,framerate=60/1\" ! queue max-size-buffers=0 max-size-time=0 max-size-bytes=0 ! "
      "resnetclassify name=c post-messages=false %s ! fakesink sync=true qos=true name=s",
      properties);
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, NULL);
  Holder holder = { .held = g_new0 (double, MAX_FRAMES), .lag = g_new0 (double, MAX_FRAMES) };
  g_autoptr (GstStructure) stats = NULL;
  Camera camera = { .stop = 0 };
  int status = 1;

  if (!pipeline)
    return 1;
  g_autoptr (GstElement) classifier = gst_bin_get_by_name (GST_BIN (pipeline), "c");
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (pipeline), "camera");
  camera_init (&camera, 1920 * 1080 * 3 / 2, frames, 60);
  camera.source = source;
  holder.clocked = classifier;
  probe (classifier, "sink", on_enter, &holder);
  probe (classifier, "src", on_leave, &holder);
  GThread *thread = g_thread_new ("camera", shoot, &camera);
  double seconds = play (pipeline);
  g_atomic_int_set (&camera.stop, 1);
  g_thread_join (thread);
  g_object_get (classifier, "stats", &stats, NULL);
  double latency = get_latency (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  if (seconds >= 0 && holder.n > 0) {
    guint n_late = 0;
    guint64 classified = 0, late = 0, inference = 0;
    double last = holder.lag[holder.n - 1];
    gst_structure_get (stats, "classified", G_TYPE_UINT64, &classified, "late", G_TYPE_UINT64, &late, "inference-mean",
                       G_TYPE_UINT64, &inference, NULL);
    for (guint i = 0; i < holder.n; i++)
      n_late += holder.lag[i] > latency;
    printf (
        "%s: %u of %u frames in %.2f s, %u later than the latency of %.1f ms; held ms: median %.3f p99 %.3f most %.3f; "
        "after its time ms: median %.1f p99 %.1f last %.1f; classified %lu (%.0f ms each), passed late %lu; "
        "source late ms: p99 %.2f most %.2f\n",
        properties, holder.n, frames, seconds, n_late, latency, get_percentile (holder.held, holder.n, 0.5),
        get_percentile (holder.held, holder.n, 0.99), get_percentile (holder.held, holder.n, 1),
        get_percentile (holder.lag, holder.n, 0.5), get_percentile (holder.lag, holder.n, 0.99), last,
        (unsigned long)classified, (double)inference / 1e6, (unsigned long)late,
        get_percentile (camera.late, frames, 0.99), get_percentile (camera.late, frames, 1));
    status = 0;
  }
  camera_clear (&camera);
  holder_clear (&holder);
  return status;
}

// Returns the median time in ms that one frame of 1280 × 720 takes.
static double
measure_frame (const char *properties, guint regions, unsigned frames)
{
  g_autofree char *description
      = g_strdup_printf ("videotestsrc pattern=ball num-buffers=%u ! video/x-raw,format=I420,width=1280,height=720 ! "
                         "resnetclassify name=c post-messages=false %s ! fakesink",
                         frames, properties);
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, NULL);
  Holder holder = { .held = g_new0 (double, MAX_FRAMES) };

  if (!pipeline)
    return -1;
  g_autoptr (GstElement) classifier = gst_bin_get_by_name (GST_BIN (pipeline), "c");
  if (regions > 0)
    probe (classifier, "sink", on_regions, GUINT_TO_POINTER (regions));
  probe (classifier, "sink", on_enter, &holder);
  probe (classifier, "src", on_leave, &holder);
  double seconds = play (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  qsort (holder.held, holder.n, sizeof (double), compare);
  double median = seconds < 0 || holder.n == 0 ? -1 : holder.held[holder.n / 2];
  holder_clear (&holder);
  return median;
}

static int
measure_regions (const char *properties, unsigned frames)
{
  g_autofree char *with = g_strconcat (properties, " region=roi", NULL);

  double one = measure_frame (properties, 0, frames * 4), many = measure_frame (with, 20, frames);

  if (one <= 0 || many <= 0)
    return 1;
  printf ("%s: 20 regions %.2f ms, 20 frames %.2f ms: %.3f\n", properties, many, one * 20, many / (one * 20));
  return 0;
}

// A counter counts the frames of all streams that came out.
typedef struct {
  GMutex lock;
  guint n, warm; // counting starts at frame number @warm
  gint64 since, last;
} Counter;

static GstPadProbeReturn
on_count (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Counter *counter = data;

  g_mutex_lock (&counter->lock);
  counter->last = g_get_monotonic_time ();
  if (++counter->n == counter->warm)
    counter->since = counter->last;
  g_mutex_unlock (&counter->lock);
  return GST_PAD_PROBE_OK;
}

// Runs @n streams in one group. Each sends one picture again and again, so that the source takes no time. Returns the
// images per second from the third frame of each stream on, or a negative number if it failed. @batch gets the mean
// number of images in a run of the network.
static double
run_streams (const char *properties, unsigned n, unsigned frames, double *resident, double *batch)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Counter counter = { .warm = 2 * n };
  g_autoptr (GstStructure) stats = NULL;
  guint64 runs = 0, images = 0;

  for (unsigned i = 0; i < n; i++)
    g_string_append_printf (
        text,
        "videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=1280,height=720 ! imagefreeze num-buffers=%u ! "
        "resnetclassify name=c%u post-messages=false group=g batch-size=16 %s ! fakesink async=false ",
        frames, i, properties);
  g_autoptr (GstElement) pipeline = gst_parse_launch (text->str, NULL);
  if (!pipeline)
    return -1;
  for (unsigned i = 0; i < n; i++) {
    g_autofree char *name = g_strdup_printf ("c%u", i);
    g_autoptr (GstElement) classifier = gst_bin_get_by_name (GST_BIN (pipeline), name);
    probe (classifier, "src", on_count, &counter);
  }
  double seconds = play (pipeline);
  g_autoptr (GstElement) first = gst_bin_get_by_name (GST_BIN (pipeline), "c0");
  g_object_get (first, "stats", &stats, NULL);
  gst_structure_get (stats, "group-runs", G_TYPE_UINT64, &runs, "group-images", G_TYPE_UINT64, &images, NULL);
  *batch = runs > 0 ? (double)images / (double)runs : 0;
  *resident = get_resident_mb ();
  gst_element_set_state (pipeline, GST_STATE_NULL);
  if (seconds < 0 || counter.n != n * frames || counter.last <= counter.since)
    return -1;
  return (counter.n - counter.warm) / ((double)(counter.last - counter.since) / 1e6);
}

static int
measure_streams (const char *properties, unsigned frames)
{
  double one, all, batch;

  if (run_streams (properties, 1, 4, &one, &batch) < 0)
    return 1;
  double rate = run_streams (properties, 16, frames, &all, &batch);
  if (rate < 0)
    return 1;
  printf ("%s: 16 streams: %.1f images/s, %.1f a run; %.1f MB resident, %.2f MB each further element\n", properties,
          rate, batch, all, (all - one) / 15);
  return 0;
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  if (argc == 4) {
    unsigned frames = (unsigned)g_ascii_strtoull (argv[3], NULL, 10);
    if (frames > 2 && frames <= MAX_FRAMES / 4) {
      if (strcmp (argv[1], "hold") == 0)
        return measure_hold (argv[2], frames);
      if (strcmp (argv[1], "regions") == 0)
        return measure_regions (argv[2], frames);
      if (strcmp (argv[1], "streams") == 0)
        return measure_streams (argv[2], frames);
    }
  }
  g_printerr ("usage: live-bench hold|regions|streams PROPERTIES FRAMES\n"
              "PROPERTIES: of resnetclassify, \"mode=latest threads=2\"\n");
  return 2;
}
