/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the VMX converter share: the configuration files of
 * VMware Workstation, Fusion, Player, GSX and ESX(i).
 *
 * Extras of the owner "vmx" are settings that only such a file can say; their
 * keys are the file's ("scsi0:0.mode").  Those with a value are in the list of
 * vmx-keys.c and are written again; those without are only reported. */
#ifndef OVF_CONVERTERS_VMX_H
#define OVF_CONVERTERS_VMX_H

#include "converter.h"
#include "model/maps.h"

#define VMX_OWNER "vmx"

/* ---- the file (vmx-dict.c) ---------------------------------------------- */
struct vmx_entry {
  char *key;                /* as the file spells it */
  char *value;              /* UTF-8, unescaped */
  unsigned line;
  bool used;                /* somebody asked for it */
};
DEFINE_VECTOR (vmx_entries, struct vmx_entry)
struct vmx_dict {
  vmx_entries entries;      /* in the order of the file */
  struct vmx_entry **sorted; /* by key, in any case */
};
/* A key that stands twice with two values is an error, or with `inspect` a
 * finding: VMware refuses such a file. */
bool vmx_dict_parse (struct ovf_ctx *, const struct input *, bool inspect,
                     struct vmx_dict *, struct ovf_report *,
                     struct ovf_error **err);
void vmx_dict_done (struct vmx_dict *);
/* The entry of a key in any case, marked as used; or NULL. */
struct vmx_entry *vmx_find (struct vmx_dict *, const char *key);
/* Orders keys as the dictionary does. */
int vmx_key_compare (const char *a, const char *b);

/* ---- values (vmx-text.c) --------------------------------------------------- */
/* The name for iconv of what `.encoding` says: "" is UTF-8, NULL unknown. */
const char *vmx_charset (const char *encoding);
/* Bytes of a charset as UTF-8, allocated; what cannot be read becomes U+FFFD
 * and clears *good. */
char *vmx_to_utf8 (const char *charset, const char *bytes, size_t n, bool *good);
/* "|22" is a quote; in place.  Control characters become blanks. */
void vmx_unescape (char *);
/* key = "value", with a line end: the one place where values are quoted. */
void vmx_put (FILE *, const char *key, const char *value);
void vmx_putf (FILE *, const char *key, const char *fmt, ...) PRINTF (3, 4);

/* ---- which keys there are (vmx-keys.c) --------------------------------------- */
enum vmx_fate {
  VMX_LOST,                 /* not known: kept by name only */
  VMX_KEEP,                 /* of the guest: kept with its value */
  VMX_DROP,                 /* of one run, of a window, or of every machine */
  VMX_HOST                  /* of this host: dropped with a finding */
};
enum vmx_fate vmx_key_fate (const char *key, const char *value);
/* May the writer write it? */
bool vmx_key_is_kept (const char *key);

/* ---- names of devices (vmx-device.c) ------------------------------------------ */
/* "scsi0:1" and what follows the dot. */
struct vmx_seat {
  enum bus bus;
  unsigned controller, unit;
};
/* Parses "scsi0:1.present": true for every key of a drive, with numbers that
 * may be out of range; *ret_rest is "present". */
bool vmx_seat_of_key (const char *key, struct vmx_seat *, const char **ret_rest);
/* "scsi0:1", "floppy1"; allocated. */
char *vmx_seat_name (const struct vmx_seat *);
/* The word before the number: "scsi", or NULL where VMware has no such bus. */
const char *vmx_bus_word (enum bus);
/* Does VMware have this seat?  model: of the controller, or NULL. */
bool vmx_seat_exists (const struct vmx_seat *, const char *model);

/* ---- guest systems (vmx-os.c) --------------------------------------------------- */
/* "rhel7-64" to "rhel7_64Guest", and back; allocated.  What no table knows
 * stays as it is. */
char *vmx_os_to_guest_id (const char *word);
char *vmx_os_of_guest_id (const char *guest_id);

/* ---- reading and writing ---------------------------------------------------------- */
struct appliance *vmx_read (struct ovf_ctx *, const struct input *,
                            const struct read_settings *, struct ovf_report *,
                            struct ovf_error **err);
bool vmx_write (struct ovf_ctx *, const struct appliance *,
                const struct write_settings *, FILE *, struct ovf_report *,
                struct ovf_error **err);

#endif
