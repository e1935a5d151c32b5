/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sink that QEMU writes: an empty image, which any worker fills. */
#include "disk/qemu.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"

#define STEP (64u << 10) /* zeros are left out in such stretches */

/* What `qemu-img create` is asked for.  A VHD's size is else what cylinders,
 * heads and sectors can say. */
static const struct { const struct disk_format *format; const char *options; } made[] = {
  { &vhd_format, "subformat=dynamic,force_size=on" },
};

/* ---- life ----------------------------------------------------------------- */
bool
qemu_sink_create (struct disk_sink *s, struct ovf_error **err)
{
  struct qemu_target t = { .driver = s->format->qemu, .fd = s->target.fd,
                           .capacity = (s->capacity + SECTOR - 1) / SECTOR * SECTOR };

  if (s->target.offset != 0)
    return error_set (err, OVF_E_UNSUPPORTED, "%s disks are written to files of their own",
                      s->format->name);
  for (size_t i = 0; i < ARRAY_SIZE (made); i++)
    if (made[i].format == s->format)
      t.options = made[i].options;
  s->state = qemu_disk_create (s->ctx, &t, s->workers, err);
  return s->state != NULL;
}

bool
qemu_sink_finish (struct disk_sink *s, struct ovf_error **err)
{
  return qemu_disk_finish (s->state, err) && file_size (s->target.fd, &s->written, err);
}

void
qemu_sink_discard (struct disk_sink *s)
{
  qemu_disk_free (s->state);
}

/* ---- bytes ---------------------------------------------------------------- */
/* Whole sectors; the disk's last may be a part of one. */
static bool
write_run (struct disk_sink *s, unsigned worker, const uint8_t *data, uint32_t n,
           uint64_t offset, struct ovf_error **err)
{
  uint32_t whole = n / SECTOR * SECTOR;
  uint8_t last[SECTOR] = { 0 };

  atomic_fetch_add (&s->populated, n);
  if (whole > 0 && !qemu_disk_write (s->state, worker, data, whole, offset, err))
    return false;
  if (whole == n)
    return true;
  memcpy (last, data + whole, n - whole);
  return qemu_disk_write (s->state, worker, last, sizeof last, offset + whole, err);
}

static bool
put_cell (struct disk_sink *s, unsigned worker, const uint8_t *data,
          const struct cell *c, struct ovf_error **err)
{
  uint32_t at = 0, from = 0;

  while (at < c->length) {
    uint32_t n = STEP - (uint32_t)((c->offset + at) % STEP);

    if (n > c->length - at)
      n = c->length - at;
    if (is_zero (data + at, n)) {
      if (at > from
          && !write_run (s, worker, data + from, at - from, c->offset + from, err))
        return false;
      from = at + n;
    }
    at += n;
  }
  return from == c->length
         || write_run (s, worker, data + from, c->length - from, c->offset + from, err);
}

bool
qemu_sink_put (struct disk_sink *s, unsigned worker, const struct piece *p,
               struct ovf_error **err)
{
  for (unsigned i = 0; i < p->count; i++)
    if (!put_cell (s, worker, p->data + p->cells[i].at, &p->cells[i], err))
      return false;
  return true;
}
