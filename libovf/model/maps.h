/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Knowledge in tables: operating systems (ostypes.def), device models
 * (hwmap.def), disk format names. */
#ifndef OVF_MODEL_MAPS_H
#define OVF_MODEL_MAPS_H

#include "model/model.h"

/* ---- operating systems ---------------------------------------------- */
struct ostype {
  int cim_id;             /* what is written for it */
  const char *vmware;     /* "debian12_64Guest" or NULL */
  const char *virtualbox; /* "Debian12_64" or NULL */
  const char *osinfo;     /* "debian12" or NULL */
  const char *proxmox;    /* "l26", "win11", "other" */
  const char *title;      /* "Debian 12 64-bit" */
};
const struct ostype *ostype_by_vmware (const char *);     /* any case */
const struct ostype *ostype_by_virtualbox (const char *);
const struct ostype *ostype_by_osinfo (const char *);
/* The row for a CIM number, refined by version when there is one ("12"). */
const struct ostype *ostype_by_cim (int cim_id, const char *version);
/* Any of the four names or a CIM number in decimal, for `--os`. */
const struct ostype *ostype_by_any (const char *);
/* The row of what os says, whichever name it has; or NULL. */
const struct ostype *ostype_of (const struct os *);
/* Fills what os does not say from what it says (never overwrites). */
void os_complete (struct os *);
const char *cim_os_title (int cim_id); /* NULL = unknown */

/* ---- device models --------------------------------------------------- */
/* A row of hwmap.def: one device model and its name in every format; NULL =
 * that format has no such thing. */
enum hw_class { HW_NIC, HW_CONTROLLER, HW_SOUND };
struct hwmodel {
  enum hw_class klass;
  enum bus bus;           /* of controllers */
  const char *name;       /* ours, lower case: "lsisas1068" */
  const char *ovf;        /* ResourceSubType to write: "lsilogicsas" */
  const char *libvirt, *qemu, *vmx, *virtualbox, *xen, *proxmox;
};
/* By our name or any format's word, any case, first row wins; NULL = unknown. */
const struct hwmodel *hwmodel_by_name (enum hw_class, const char *word);
const struct hwmodel *hwmodel_by_ovf (enum hw_class, const char *sub_type);

/* ---- disk formats ---------------------------------------------------- */
/* ovf-spec.md 4.2: "vmdk-stream", "vmdk-sparse", "vmdk-flat", "vmdk", "raw",
 * "qcow2", "vdi", "vhd", "vhdx", "iso"; NULL = unknown. */
const char *disk_format_of_uri (const char *uri);
const char *disk_format_to_uri (const char *word);
/* The constant for a word, or NULL. */
const char *disk_format_word (const char *word);

#endif
