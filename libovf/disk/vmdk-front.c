/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front of every VMDK that is written: header and descriptor. */
#include "disk/vmdk-write.h"

#include "base/rd.h"
#include "disk/vmdk.h"

#include <inttypes.h>

#define DESCRIPTOR_AT 1u /* sectors */
#define DESCRIPTOR_SECTORS 20u
#define NO_UUID "00000000-0000-0000-0000-000000000000"

void
vmdk_front_header (const struct vmdk_front *f, uint8_t h[SECTOR])
{
  memset (h, 0, SECTOR);
  memcpy (h, VMDK_MAGIC, 4);
  put_le (h + VMDK_VERSION, f->version, 4);
  put_le (h + VMDK_FLAGS, f->flags, 4);
  put_le (h + VMDK_CAPACITY, f->sectors, 8);
  put_le (h + VMDK_GRAIN_SIZE, f->grain / SECTOR, 8);
  put_le (h + VMDK_DESCRIPTOR, DESCRIPTOR_AT, 8);
  put_le (h + VMDK_DESCRIPTOR_SIZE, DESCRIPTOR_SECTORS, 8);
  put_le (h + VMDK_GTES_PER_GT, VMDK_GTES, 4);
  put_le (h + VMDK_RGD, f->rgd, 8);
  put_le (h + VMDK_GD, f->gd, 8);
  put_le (h + VMDK_OVERHEAD, f->overhead, 8);
  h[VMDK_UNCLEAN] = 0;
  memcpy (h + VMDK_NEWLINES, "\n \r\n", 4); /* shows a transfer as text */
  put_le (h + VMDK_COMPRESSION,
          f->flags & VMDK_FLAG_COMPRESSED ? VMDK_COMPRESS_DEFLATE : 0, 2);
}

/* Same disk, same content id: it must not make two runs differ. */
static uint32_t
content_id (const struct disk_sink *sink)
{
  const char *id = sink->options.id ? sink->options.id : "";
  CLEANUP_FREE char *text = xasprintf ("%s %" PRIu64, id, sink->capacity);
  char hex[DIGEST_HEX];
  uint32_t cid = 0;

  digest_of (DIGEST_SHA256, text, strlen (text), hex);
  for (unsigned i = 0; i < 8; i++)
    cid = cid << 4
          | (uint32_t)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
  /* All ones says "no parent", one less is what fresh disks carry. */
  return cid >= 0xfffffffe || cid == 0 ? 1 : cid;
}

/* The extent's name stands in quotes. */
static char *
extent_name (const struct disk_sink *sink)
{
  char *name = xstrdup (sink->options.name ? sink->options.name : "disk.vmdk");

  for (char *p = name; *p; p++)
    if (*p == '"' || (unsigned char)*p < ' ')
      *p = '_';
  return name;
}

/* VirtualBox's keys: its registry of media must name the same id. */
static char *
uuid_lines (const char *uuid)
{
  if (uuid == NULL)
    return xstrdup ("");
  return xasprintf ("ddb.uuid.image=\"%s\"\n"
                    "ddb.uuid.modification=\"" NO_UUID "\"\n"
                    "ddb.uuid.parent=\"" NO_UUID "\"\n"
                    "ddb.uuid.parentmodification=\"" NO_UUID "\"\n", uuid);
}

/* What a BIOS would be told: 16 heads on IDE, 255 elsewhere. */
static uint64_t
cylinders_of (uint64_t sectors, unsigned heads)
{
  uint64_t n = sectors / (heads * 63), most = heads == 16 ? 16383 : 65535;

  return n == 0 ? 1 : n > most ? most : n;
}

bool
vmdk_front_write (const struct disk_sink *sink, const struct vmdk_front *f,
                  uint8_t front[VMDK_FRONT], struct ovf_error **err)
{
  const char *adapter
    = sink->options.adapter ? sink->options.adapter : "lsilogic";
  unsigned heads = strcmp (adapter, "ide") == 0 ? 16 : 255;
  CLEANUP_FREE char *name = extent_name (sink);
  CLEANUP_FREE char *uuids = uuid_lines (sink->options.uuid);
  CLEANUP_FREE char *text = xasprintf (
    "# Disk DescriptorFile\n"
    "version=1\n"
    "CID=%08" PRIx32 "\n"
    "parentCID=ffffffff\n"
    "createType=\"%s\"\n"
    "\n"
    "# Extent description\n"
    "RW %" PRIu64 " SPARSE \"%s\"\n"
    "\n"
    "# The Disk Data Base\n"
    "#DDB\n"
    "\n"
    "ddb.adapterType = \"%s\"\n"
    "ddb.geometry.cylinders = \"%" PRIu64 "\"\n"
    "ddb.geometry.heads = \"%u\"\n"
    "ddb.geometry.sectors = \"63\"\n"
    "%s"
    "ddb.virtualHWVersion = \"4\"\n",
    content_id (sink), sink->format->subformat, f->sectors, name, adapter,
    cylinders_of (f->sectors, heads), heads, uuids);

  if (strlen (text) >= DESCRIPTOR_SECTORS * SECTOR)
    return error_set (err, OVF_E_USAGE, "the name '%s' is too long", name);
  memset (front, 0, VMDK_FRONT);
  vmdk_front_header (f, front);
  memcpy (front + DESCRIPTOR_AT * SECTOR, text, strlen (text));
  return true;
}
