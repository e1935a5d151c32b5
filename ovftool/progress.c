/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Progress on standard error: a bar with rate and time left on a terminal,
 * `N%` lines or JSON objects on request, and nothing otherwise. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define BAR_EVERY 100   /* milliseconds between two redraws */
#define LINES_EVERY 200 /* and between two lines */
#define NAME_WIDTH 24
#define CLEAR_LINE "\r\033[K"

static uint64_t
now_ms (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static unsigned
percent_of (uint64_t done, uint64_t total)
{
  if (done >= total)
    return 100;
  return (unsigned)((double)done / (double)total * 100);
}

static int
terminal_width (void)
{
  struct winsize size;

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
    return size.ws_col;
  return 80;
}

/* "disk1.vmdk  [=====>    ]  42%  120.0 MiB/s  0:12 left" */
static void
draw_bar (struct cli *cli, const struct ovf_progress *p, uint64_t now)
{
  struct progress *s = &cli->progress;
  uint64_t ms = now - s->started, done = p->done - s->first;
  uint64_t rate = ms > 0 ? done * 1000 / ms : 0;
  unsigned percent = p->total > 0 ? percent_of (p->done, p->total) : 0;
  uint64_t left = rate > 0 && p->total > p->done
                    ? (p->total - p->done) / rate : 0;
  char bar[41], size[SIZE_TEXT], tail[SIZE_TEXT + 8] = "";
  int room = terminal_width () - NAME_WIDTH - 40, full;

  room = room < 0 ? 0 : room > 40 ? 40 : room;
  full = (int)percent * room / 100;
  for (int i = 0; i < room; i++)
    bar[i] = i < full ? '=' : i == full ? '>' : ' ';
  bar[room] = '\0';
  if (rate > 0) {
    size_text (size, rate);
    snprintf (tail, sizeof tail, "  %s/s", size);
  }
  fprintf (stderr, CLEAR_LINE "%-*.*s", NAME_WIDTH, NAME_WIDTH, s->shown);
  if (p->total == 0) {
    size_text (size, p->done);
    fprintf (stderr, "  %s%s", size, tail);
  } else {
    fprintf (stderr, "  [%s] %3u%%%s", bar, percent, tail);
    if (rate > 0 && ms >= 1000)
      fprintf (stderr, "  %llu:%02llu left", (unsigned long long)left / 60,
               (unsigned long long)left % 60);
  }
  fflush (stderr);
  s->on_line = true;
}

static void
print_json (const struct ovf_progress *p)
{
  json_t *o = json_object ();
  char *text;

  json_object_set_new (o, "what", json_text (p->what));
  json_object_set_new (o, "done", json_integer ((json_int_t)p->done));
  json_object_set_new (o, "total", p->total > 0
                                     ? json_integer ((json_int_t)p->total)
                                     : json_null ());
  text = json_ascii (o, JSON_COMPACT);
  fprintf (stderr, "%s\n", text);
  free (text);
  json_decref (o);
}

static void
on_progress (void *opaque, const struct ovf_progress *p)
{
  struct cli *cli = opaque;
  struct progress *s = &cli->progress;
  uint64_t now = now_ms ();
  unsigned percent = p->total > 0 ? percent_of (p->done, p->total) : 101;
  bool last = p->total > 0 && p->done >= p->total;

  if (s->what == NULL || strcmp (s->what, p->what) != 0 || p->done < s->first) {
    free (s->what);
    free (s->shown);
    s->what = must_have (strdup (p->what));
    s->shown = ovf_escape (p->what);
    s->started = now;
    s->first = p->done;
    s->printed = 0;
    s->percent = 101;
  }
  if (s->mode == PROGRESS_BAR) {
    if (last)
      progress_clear (cli);
    else if (now - s->printed >= BAR_EVERY)
      draw_bar (cli, p, now);
    else
      return;
  } else {
    if ((percent == s->percent && percent <= 100)
        || (!last && now - s->printed < LINES_EVERY))
      return;
    if (s->mode == PROGRESS_JSON)
      print_json (p);
    else if (percent <= 100)
      fprintf (stderr, "%u%%\n", percent);
  }
  s->percent = percent;
  s->printed = now;
}

void
progress_init (struct cli *cli, const char *mode)
{
  static const char *const words[] = {
    [PROGRESS_AUTO] = "auto", [PROGRESS_BAR] = "bar",
    [PROGRESS_PLAIN] = "plain", [PROGRESS_JSON] = "json",
    [PROGRESS_OFF] = "off"
  };
  const char *term = getenv ("TERM");
  struct progress *s = &cli->progress;

  for (unsigned i = 0; mode != NULL && i <= PROGRESS_OFF; i++)
    if (strcmp (mode, words[i]) == 0)
      s->mode = i;
  if (s->mode == PROGRESS_AUTO)
    s->mode = isatty (STDERR_FILENO) && !cli->quiet && term != NULL
                  && strcmp (term, "dumb") != 0
                ? PROGRESS_BAR : PROGRESS_OFF;
  if (s->mode != PROGRESS_OFF)
    ovf_ctx_set_progress (cli->ctx, on_progress, cli);
}

void
progress_clear (struct cli *cli)
{
  if (!cli->progress.on_line)
    return;
  fputs (CLEAR_LINE, stderr);
  fflush (stderr);
  cli->progress.on_line = false;
}

void
progress_done (struct cli *cli)
{
  progress_clear (cli);
  free (cli->progress.what);
  free (cli->progress.shown);
  cli->progress.what = cli->progress.shown = NULL;
}
