/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the VMX reader share: asking the file for a setting. */
#ifndef OVF_CONVERTERS_VMX_READER_H
#define OVF_CONVERTERS_VMX_READER_H

#include "base/text.h"
#include "vmx.h"

#define VMX_NICS 10

struct vmx_reader {
  struct ovf_ctx *ctx;
  const struct input *in;
  struct ovf_report *report;
  bool inspect;
  struct vmx_dict dict;
  struct appliance *a;
  struct machine *m;        /* one: its address does not change */
  size_t nic_place[VMX_NICS]; /* of ethernet0 ... among the model's */
};

/* A setting of a device ("scsi0:1", "fileName") or, with NULL, of the
 * machine: NULL where there is none or an empty one. */
struct vmx_entry *vr_entry (struct vmx_reader *, const char *device,
                            const char *name);
const char *vr_text (struct vmx_reader *, const char *device, const char *name);
/* UNSET: not said, or no word that means yes or no (a finding). */
enum tristate vr_bool (struct vmx_reader *, const char *device, const char *name);
/* False with OVF_E_FORMAT, or with `inspect` a finding.  An absent setting
 * leaves *ret as it is. */
bool vr_number (struct vmx_reader *, const char *name, unsigned min,
                unsigned max, unsigned *ret, struct ovf_error **err);
/* A mistake that would make a wrong machine: an error, with `inspect` a
 * finding (and true). */
bool vr_wrong (struct vmx_reader *, const char *rule, unsigned line,
               struct ovf_error **err, const char *fmt, ...) PRINTF (5, 6);
/* The number of "ethernet12.present", whose word is "ethernet"; false for
 * other keys.  Too large a number is UINT32_MAX. */
bool vr_numbered (const char *key, const char *word, unsigned *ret,
                  const char **ret_rest);

/* vmx-read-drives.c */
bool vmx_drives_read (struct vmx_reader *, struct ovf_error **err);
/* vmx-read-nics.c */
bool vmx_nics_read (struct vmx_reader *, struct ovf_error **err);
/* vmx-read-boot.c */
void vmx_boot_read (struct vmx_reader *);

#endif
