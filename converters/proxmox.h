/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the Proxmox converter share: qemu-server's configuration
 * files, "key: value" a line (qm.conf(5), read against the tests of
 * qemu-server).
 *
 * Extras of this owner have the configuration's own keys: a key that only
 * Proxmox has ("onboot") with its value, and for a device ("scsi0", "net1")
 * the options that the model has no place for.  net1 is the second adapter of
 * the model.  What the writer may write of them stands in one table
 * (proxmox-keys.c). */
#ifndef OVF_CONVERTERS_PROXMOX_H
#define OVF_CONVERTERS_PROXMOX_H

#include "base/text.h"
#include "converter.h"
#include "model/maps.h"

#define PROXMOX_OWNER "proxmox"

/* How many of a kind there are: ide0 to ide3. */
#define PROXMOX_IDE 4
#define PROXMOX_SATA 6
#define PROXMOX_SCSI 31
#define PROXMOX_VIRTIO 16
#define PROXMOX_NICS 32
#define PROXMOX_SERIALS 4
#define PROXMOX_PARALLELS 3
#define PROXMOX_LSI_TARGETS 7 /* drives on one controller of that chip */

/* ---- the text (proxmox-text.c) ------------------------------------------ */
struct pm_line {
  char *key, *value;        /* "net0", "virtio=..,bridge=vmbr0" */
  unsigned line;
};
DEFINE_VECTOR (pm_lines, struct pm_line)
struct pm_text {
  pm_lines lines;           /* a key once: the last one counts */
  pm_lines unknown;         /* keys that no row knows */
  char *description;        /* decoded, or NULL */
  unsigned snapshots, pending, wrong; /* sections; lines that are none */
  unsigned wrong_line;      /* the first of them */
};
/* Only what stands before the first section counts. */
bool pm_text_read (struct ovf_ctx *, const char *text, const char *name,
                   struct pm_text *, struct ovf_error **err);
void pm_text_done (struct pm_text *);
/* A line of a known key, or NULL. */
const struct pm_line *pm_text_find (const struct pm_text *, const char *key);
/* A line of a description as Proxmox writes it; allocated. */
char *pm_encode (const char *line);
char *pm_decode (const char *line);

/* "local:100/x.raw,size=4M": options in their order, the one without a name
 * under `first`. */
struct pm_option { char *name, *value; };
DEFINE_VECTOR (pm_options, struct pm_option)
pm_options pm_options_parse (const char *value, const char *first);
void pm_options_free (pm_options *);
const char *pm_option (const pm_options *, const char *name); /* or NULL */
bool pm_option_is (const pm_options *, const char *name, bool fallback);

/* ---- keys (proxmox-keys.c) ---------------------------------------------- */
enum pm_fate {
  PM_READ,                  /* the model has it */
  PM_KEPT,                  /* an extra, and written back */
  PM_NAMED,                 /* an extra without its value: never written */
  PM_HOST,                  /* of one host: dropped with a finding */
  PM_HARMLESS               /* bookkeeping */
};
struct pm_reader;
struct pm_key {
  const char *name;
  unsigned count;           /* scsi: 31; 0 = the key has no number */
  enum pm_fate fate;
  bool (*read) (struct pm_reader *, const struct pm_line *, unsigned number,
                struct ovf_error **err);
};
/* The row of a key and its number; NULL = unknown. */
const struct pm_key *pm_key_find (const char *key, unsigned *ret_number);
/* May this setting of a Proxmox configuration go into another one? */
bool pm_key_is_kept (const struct extra *);
/* Options of a device that may be written back, the others cut out;
 * allocated, "" = none.  *ret_lost is true when some are cut. */
char *pm_options_kept (const char *device, const char *options, bool *ret_lost);
/* Proxmox's word for a system as VMware's guest id; NULL = unknown. */
const char *pm_ostype_vmware (const char *ostype);

/* ---- reading (proxmox-read*.c) ------------------------------------------ */
struct pm_reader {
  struct ovf_ctx *ctx;
  const char *name;         /* of the input, for messages */
  struct ovf_report *report;
  struct pm_text text;
  struct appliance *a;
  struct machine *m;        /* one: its address does not change */
  bool inspect;
};
struct appliance *proxmox_read (struct ovf_ctx *, const struct input *,
                                const struct read_settings *,
                                struct ovf_report *, struct ovf_error **err);
void pm_keep (struct pm_reader *, const struct pm_line *, const char *key,
              const char *value);
void pm_host (struct pm_reader *, const struct pm_line *, const char *what);
bool pm_bad (struct pm_reader *, const struct pm_line *, const char *what,
             struct ovf_error **err);
bool pm_read_ide (struct pm_reader *, const struct pm_line *, unsigned,
                  struct ovf_error **err);
bool pm_read_sata (struct pm_reader *, const struct pm_line *, unsigned,
                   struct ovf_error **err);
bool pm_read_scsi (struct pm_reader *, const struct pm_line *, unsigned,
                   struct ovf_error **err);
bool pm_read_virtio (struct pm_reader *, const struct pm_line *, unsigned,
                     struct ovf_error **err);
bool pm_read_unused (struct pm_reader *, const struct pm_line *, unsigned,
                     struct ovf_error **err);
bool pm_read_net (struct pm_reader *, const struct pm_line *, unsigned,
                  struct ovf_error **err);
bool pm_read_serial (struct pm_reader *, const struct pm_line *, unsigned,
                     struct ovf_error **err);
bool pm_read_parallel (struct pm_reader *, const struct pm_line *, unsigned,
                       struct ovf_error **err);
bool pm_read_usb (struct pm_reader *, const struct pm_line *, unsigned,
                  struct ovf_error **err);
bool pm_read_hostpci (struct pm_reader *, const struct pm_line *, unsigned,
                      struct ovf_error **err);
bool pm_read_audio (struct pm_reader *, const struct pm_line *, unsigned,
                    struct ovf_error **err);
bool pm_read_efidisk (struct pm_reader *, const struct pm_line *, unsigned,
                      struct ovf_error **err);
bool pm_read_tpm (struct pm_reader *, const struct pm_line *, unsigned,
                  struct ovf_error **err);
bool pm_read_name (struct pm_reader *, const struct pm_line *, unsigned,
                   struct ovf_error **err);
bool pm_read_memory (struct pm_reader *, const struct pm_line *, unsigned,
                     struct ovf_error **err);
bool pm_read_ostype (struct pm_reader *, const struct pm_line *, unsigned,
                     struct ovf_error **err);
bool pm_read_bios (struct pm_reader *, const struct pm_line *, unsigned,
                   struct ovf_error **err);
bool pm_read_machine (struct pm_reader *, const struct pm_line *, unsigned,
                      struct ovf_error **err);
bool pm_read_smbios (struct pm_reader *, const struct pm_line *, unsigned,
                     struct ovf_error **err);
bool pm_read_vga (struct pm_reader *, const struct pm_line *, unsigned,
                  struct ovf_error **err);
bool pm_read_localtime (struct pm_reader *, const struct pm_line *, unsigned,
                        struct ovf_error **err);
/* boot and bootdisk, when the devices are known. */
void pm_read_boot (struct pm_reader *);

/* ---- writing ------------------------------------------------------------ */
/* What both outputs say: a key with its value; of a drive the volume apart,
 * for which the script has other words. */
struct pm_setting {
  char *key, *value;        /* of a drive: its options, or "" */
  const char *path;         /* of a drive with a file; lent */
  bool drive;
  bool image;               /* a disk, which is imported; else a medium */
};
DEFINE_VECTOR (pm_settings, struct pm_setting)
struct pm_config {
  pm_settings settings;
  char *description;        /* or NULL */
  bool efi, secure, tpm;    /* state that lies on a volume of its own */
};
/* report may be NULL: what is lost is said once. */
bool pm_config_make (struct pm_config *, const struct appliance *,
                     const struct machine *, const struct write_settings *,
                     struct ovf_report *, struct ovf_error **err);
void pm_config_done (struct pm_config *);
void pm_set (struct pm_config *, const char *key, const char *fmt, ...)
  PRINTF (3, 4);
/* The value of an extra of ours, or NULL. */
const char *pm_extra (const struct machine *, const char *key);

/* Where the drives go (proxmox-place.c). */
struct pm_place {
  const struct drive *drive;
  enum bus bus;             /* IDE, SATA, SCSI (of any chip), VIRTIO_BLK */
  unsigned number;          /* of scsi3 */
  bool seated;
};
DEFINE_VECTOR (pm_places, struct pm_place)
struct pm_layout {
  pm_places places;         /* in the order of the model */
  const char *scsihw;       /* or NULL: no SCSI */
};
void pm_layout_make (struct pm_layout *, const struct appliance *,
                     const struct machine *, bool native, struct ovf_report *);
const char *pm_bus_word (enum bus);
/* Network adapters, ports, display: all but drives (proxmox-devices.c). */
void pm_devices (struct pm_config *, const struct machine *, bool native,
                 struct ovf_report *);

bool proxmox_write (struct ovf_ctx *, const struct appliance *,
                    const struct write_settings *, FILE *, struct ovf_report *,
                    struct ovf_error **err);
bool proxmox_script (struct ovf_ctx *, const struct appliance *,
                     const struct write_settings *, FILE *,
                     struct ovf_report *, struct ovf_error **err);

#endif
